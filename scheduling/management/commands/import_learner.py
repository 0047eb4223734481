"""Read a learner's export into an account without answers."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from scheduling import exporting, importing

# What a file that was damaged or made up can lead to; all of it leaves the account as it was.
DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
    ValidationError, DatabaseError,
)  # fmt: skip


class Command(BaseCommand):
    help = "Read what /settings/export/ gave into an account that has no answers yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(email__iexact=options["email"])
            done = importing.restore(user, exporting.read(options["file"].read_text()))
        except (User.DoesNotExist, User.MultipleObjectsReturned) as error:
            raise CommandError("There is not exactly one account with that address.") from error
        except DAMAGED as error:
            raise CommandError(f"Nothing was read: {error}") from error
        self.stdout.write(f"{done.reviews} answers read.")
        for slug in sorted(done.missing):
            self.stdout.write(f"not here: {slug}")
