"""manage.py restore FILE: a backup into an empty database, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from scheduling.backup.lines import Unusable
from scheduling.backup.restoring import Restored, restore
from scheduling.models import CardState
from scheduling.rebuild import rebuild


class Command(BaseCommand):
    help = "Read a backup into an empty database of either engine: all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="First delete all that this database holds."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tell = self.tell if self.stdout.isatty() else lambda done, total: None
        try:
            done = restore(options["file"], options["replace"], tell)
        except Unusable as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        except DatabaseError as error:
            sentence = " ".join(str(error).split())
            raise CommandError(f"Nothing was restored: {sentence} (Is the site stopped?)") from error
        self.report(done)
        self.check_states()

    def tell(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done} of {total} rows", ending="\n" if done == total else "")
        self.stdout.flush()

    def report(self, done: Restored) -> None:
        for line in done.newer:
            self.stdout.write(f"newer: {line}; columns that are new have their defaults.")
        for name, count in sorted(done.missing.items()):
            self.stdout.write(f"not here: {name}, left out: {count}.")
        self.stdout.write(f"{done.rows} rows restored.")

    def check_states(self) -> None:
        """Say whether every schedule equals its log; what differs was so when the backup was made."""
        differing = list(rebuild(check=True))
        for line in differing:
            self.stdout.write(line)
        if differing:
            raise CommandError(
                "Restored; schedules that differ from their log, as they did in the backup:"
                f" {len(differing)}. rebuild_states mends them."
            )
        self.stdout.write(f"All {CardState.objects.count()} schedules equal their log.")
