"""manage.py load_deck PATH...: deck files -> database."""

from argparse import ArgumentParser
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cards import deckfile, deckfolder
from cards.exchange.load import Loaded, load
from cards.records import CardRecord, Problem, Source, Taxonomy


class Command(BaseCommand):
    help = "Load deck files or folders: all or nothing; loading again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        self.report(
            load(*self.read(paths), tell=self.tell if self.stdout.isatty() else lambda done, total: None)
        )

    def read(self, paths: list[Path]) -> tuple[list[CardRecord], set[str], Taxonomy, dict[str, Source]]:
        """Return what the files say, and their names; a CommandError names every problem."""
        for path in paths:
            if not path.exists():
                raise CommandError(f"{path}: no such file or folder.")
        root = deckfolder.deck_root(paths[0])
        files = deckfolder.topic_files(paths)
        if not files:
            raise CommandError("No deck files in these paths; nothing was changed.")
        texts, unreadable = deckfolder.read_texts(files)
        taxonomy, problems_t = deckfolder.read_taxonomy(root)
        bibliography, problems_b = deckfolder.read_bibliography([root / deckfolder.BIBLIOGRAPHY])
        deck = deckfile.load_deck(texts)
        problems = [*unreadable, *problems_t, *problems_b, *deck.problems]
        problems += unknown_names(deck.cards, taxonomy, bibliography)
        if problems:
            raise CommandError(
                "\n".join(map(str, [*problems, f"Nothing was loaded: {len(problems)} problems."]))
            )
        names = {relative(str(file), root) for file in files}
        return (
            [replace(card, file=relative(card.file, root)) for card in deck.cards],
            names,
            taxonomy,
            bibliography,
        )

    def tell(self, done: int, total: int) -> None:
        ending = "\n" if done == total else ""
        self.stdout.write(f"\r{done} of {total} cards", ending=ending)
        self.stdout.flush()

    def report(self, loaded: Loaded) -> None:
        for name in ("kept", "retired"):
            for slug in getattr(loaded, name):
                self.stdout.write(f"{name}: {slug}")
        counts = [f"{len(getattr(loaded, each.name))} {each.name}" for each in fields(loaded)]
        self.stdout.write(self.style.SUCCESS(", ".join(counts) + "."))


def relative(file: str, root: Path) -> str:
    """Return the file's name inside the deck, the same wherever the deck lies."""
    path = Path(file).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def unknown_names(
    cards: tuple[CardRecord, ...], taxonomy: Taxonomy, bibliography: dict[str, Source]
) -> list[Problem]:
    """Return a problem for each topic, role, company or source that the deck does not define."""
    defined = {
        "topic": {topic.slug for area in taxonomy.areas for topic in area.topics},
        "roles": {role.slug for role in taxonomy.roles},
        "companies": {company.slug for company in taxonomy.companies},
        "sources": set(bibliography),
    }
    where = {"sources": "bibliography.yaml"}
    return deckfile.unknown_names(
        cards, defined, lambda field, name: f"is not in {where.get(field, 'taxonomy.yaml')}"
    )
