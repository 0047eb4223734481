"""manage.py check_deck PATH...: the deck's quality gates."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cards import code_runner, deckfile, deckfolder, quality
from cards.gates.finding import Context, Finding
from cards.records import CardRecord


class Command(BaseCommand):
    help = "Check deck files against the quality gates; exit 1 when a gate fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--no-code", action="store_true", help="Do not run the cards' code.")
        parser.add_argument("--quiet", action="store_true", help="Show failures only, not warnings.")

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        for path in paths:
            if not path.exists():
                raise CommandError(f"{path}: no such file or folder.")
        cards, findings = examine(paths, run_code=not options["no_code"])
        for finding in findings:
            if finding.severity == "fail" or not options["quiet"]:
                self.stdout.write(str(finding))
        failures = sum(finding.severity == "fail" for finding in findings)
        children = sum(1 for card in cards for _ in card.children())
        self.stdout.write(
            f"{len(cards)} cards with {children} children: {failures} failures, {len(findings) - failures} warnings."
        )
        if failures:
            raise CommandError(f"{failures} failures.")


def examine(paths: list[Path], run_code: bool = True) -> tuple[tuple[CardRecord, ...], list[Finding]]:
    """Return the cards of the paths and what every gate finds in them.

    Coverage and duplicates are judged over the whole deck only: when the paths
    hold every topic file of their deck.
    """
    root = deckfolder.deck_root(paths[0])
    chosen = {path.resolve() for path in deckfolder.topic_files(paths)}
    others = {path.resolve() for path in deckfolder.topic_files([root])} - chosen
    texts, unreadable = deckfolder.read_texts(deckfolder.topic_files(paths))
    deck = deckfile.load_deck(texts)
    taxonomy, wrong_taxonomy = deckfolder.read_taxonomy(root)
    bibliography, wrong_bibliography = deckfolder.read_bibliography([root / deckfolder.BIBLIOGRAPHY])
    context = Context(
        taxonomy=taxonomy,
        bibliography=bibliography,
        today=timezone.now().date(),
        coverage=deckfolder.read_coverage(root.parent / "coverage.json"),
        rest=deckfile.load_deck(deckfolder.read_texts(sorted(others))[0]).cards,
        whole=not others,
        misspellings=deckfolder.read_misspellings(),
    )
    problems = [*unreadable, *deck.problems, *wrong_taxonomy, *wrong_bibliography]
    findings = quality.from_problems(problems) + quality.check(deck.cards, context)
    if run_code:
        checks = deckfolder.read_checks(root / deckfolder.CHECKS)
        findings += code_runner.check(deck.cards, checks, whole=not others)
    return deck.cards, sorted(set(findings))
