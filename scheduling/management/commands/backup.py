"""manage.py backup FILE: the whole site into one file, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from scheduling.backup.lines import Unusable
from scheduling.backup.writing import backup


class Command(BaseCommand):
    help = "Write the whole site, accounts and cards and everything of learners, into one file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="Overwrite FILE if it is there.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        tell = self.tell if self.stdout.isatty() else lambda done, total: None
        try:
            counts = backup(path, timezone.now(), options["force"], tell)
        except Unusable as error:
            raise CommandError(f"No backup: {error}") from error
        except DatabaseError as error:
            raise CommandError(f"No backup: {' '.join(str(error).split())} (Is migrate done?)") from error
        megabytes = path.stat().st_size / 1e6
        self.stdout.write(
            f"{path}: {sum(counts.values())} rows, {counts['auth.user']} accounts and"
            f" {counts['scheduling.review']} answers among them; {megabytes:.1f} MB, read again and whole."
        )

    def tell(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done} of {total} rows", ending="\n" if done == total else "")
        self.stdout.flush()
