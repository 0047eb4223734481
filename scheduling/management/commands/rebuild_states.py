"""manage.py rebuild_states: recompute every CardState from the log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scheduling.rebuild import rebuild


class Command(BaseCommand):
    help = "Recompute every learner's card states from the log and say what differed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only say what differs; exit 1 if anything does."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for line in rebuild(check=options["check"]):
            found += 1
            self.stdout.write(line)
        if options["check"] and found:
            raise CommandError(f"{found} states differ from the log.")
        self.stdout.write(f"{found} states {'differ' if options['check'] else 'mended'}.")
