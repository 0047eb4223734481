"""Send the reminders that are due, each once; run it from cron, once an hour or once a day."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from scheduling import reminders


class Command(BaseCommand):
    help = "Send the reminders that are due now, each once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--site", default=site(), help="Address of this site, for the links (default: %(default)s)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sent = failed = 0
        for _, left in reminders.send(timezone.now(), options["site"].rstrip("/")):
            sent, failed = sent + left, failed + (not left)
        self.stdout.write(f"{sent} reminder{'' if sent == 1 else 's'} sent.")
        if failed:
            raise CommandError(f"{failed} could not be sent; the log says why.")


def site() -> str:
    """Return the address made of the first host that this site answers to."""
    host = next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))), "localhost")
    return f"{'https' if settings.HTTPS else 'http'}://{host}"
