"""manage.py export_cards FILE: the shared bank -> a file, by its ending."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cards.exchange import files, rows
from cards.exchange.giving import give
from cards.models import Topic


class Command(BaseCommand):
    help = f"Write the shared bank of cards into a file, by its ending: {' '.join(files.ENDINGS)}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--topic", action="append", default=[], help="only this topic; may be repeated")

    def handle(self, *args: Any, file: Path, topic: list[str], **options: Any) -> None:
        if file.suffix not in files.ENDINGS:
            raise CommandError(f"{file}: the name must end in one of: {' '.join(files.ENDINGS)}")
        unknown = set(topic) - set(Topic.objects.values_list("slug", flat=True))
        if unknown:
            raise CommandError(f"No such topic: {', '.join(sorted(unknown))}.")
        cards = rows.main_cards()
        try:
            said = give(file, cards.filter(topic__slug__in=topic) if topic else cards)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: cannot be written: {error}") from error
        self.stdout.write(self.style.SUCCESS(said))
