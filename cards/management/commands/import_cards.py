"""manage.py import_cards FILE [--dry-run]: a file -> the shared bank, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cards.exchange import files, taking
from cards.exchange.taking import Taken


class Command(BaseCommand):
    help = (
        f"Read cards from a file, by its ending: {' '.join(files.ENDINGS)}. "
        "What is in the file overwrites, what is not stays; nobody's schedule is touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--topic", default="", help="of an Anki package: where its notes go, as drafts")
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")

    def handle(self, *args: Any, file: Path, topic: str, dry_run: bool, **options: Any) -> None:
        if file.suffix not in files.ENDINGS:
            raise CommandError(f"{file}: the name must end in one of: {' '.join(files.ENDINGS)}")
        try:
            taken = taking.take(
                files.read(file, topic), dry_run, *([self.tell] if self.stdout.isatty() else [])
            )
        except taking.Refused as refused:
            raise CommandError(
                f"{refused}\nNothing was changed: {len(refused.problems)} problems."
            ) from refused
        except (ValueError, DatabaseError) as error:
            raise CommandError(f"{' '.join(str(error).split())} Nothing was changed.") from error
        self.report(taken, dry_run)

    def tell(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done} of {total} cards", ending="\n" if done == total else "")
        self.stdout.flush()

    def report(self, taken: Taken, dry_run: bool) -> None:
        for slug in taken.new:
            self.stdout.write(f"new: {slug}")
        for slug, names in taken.changed.items():
            self.stdout.write(f"changed: {slug} ({', '.join(names)})")
        for what, count in taken.left_out.items():
            self.stdout.write(f"left out: {count} {what}")
        counts = f"{len(taken.new)} new, {len(taken.changed)} changed, {len(taken.same)} same"
        self.stdout.write(
            self.style.SUCCESS(f"Would be {counts}; nothing was changed." if dry_run else f"{counts}.")
        )
