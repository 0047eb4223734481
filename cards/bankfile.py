"""A whole bank of cards in one text, YAML or JSON, <-> plain records.

    format: anneal-cards
    version: 1
    bibliography: {key: {authors: ..., year: ..., title: ..., kind: ...}}
    topics: [{topic: attention, cards: [...]}]

Topics and cards are those of a deck file (docs/deck.md). Pure; reading never
raises on what a file says and never stops at the first error.
"""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from cards import deckdump, deckfile, shapes
from cards.records import CardRecord, Problem, Source, plain
from cards.yamltree import MAX_DEPTH, Fields, Items, Leaf, Node, Refused, read, refuse_unsafe_word

FORMAT, VERSION = "anneal-cards", 1
FIELDS = ("format", "version", "bibliography", "topics")
LONGEST = 64_000_000  # characters
NEAR = 200_000  # characters, within which the next id is looked for


@dataclass(frozen=True)
class Bank:
    """The cards and sources that could be read, and what was wrong.

    `columns` are the fields that a table speaks of; None if all of them.
    `left_out` says how many of what the file holds are no cards.
    """

    cards: tuple[CardRecord, ...]
    sources: Mapping[str, Source]
    problems: tuple[Problem, ...]
    columns: frozenset[str] | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)


def dump_yaml(cards: Iterable[CardRecord], sources: Mapping[str, Source]) -> str:
    """Return the text that `load` reads into equal records. Cards of a topic must stand together."""
    return deckdump.dump(_tree(cards, sources))


def dump_json(cards: Iterable[CardRecord], sources: Mapping[str, Source]) -> str:
    """Return the same as JSON; dates are text."""
    return json.dumps(_tree(cards, sources), ensure_ascii=False, indent=1, default=str) + "\n"


def _tree(cards: Iterable[CardRecord], sources: Mapping[str, Source]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "bibliography": {key: plain(source) for key, source in sorted(sources.items())},
        "topics": [
            {"topic": topic, "cards": [deckdump.ordered(card) for card in group]}
            for topic, group in groupby(cards, key=lambda card: card.topic)
        ],
    }


def load(file: str, text: str) -> Bank:
    """Read a text of either kind."""
    text = text.removeprefix("\ufeff")
    tree, problems = _json(file, text) if text.lstrip()[:1] == "{" else read(file, text, LONGEST)

    def report(line: int, field: str, message: str) -> None:
        problems.append(Problem(file, line, field, message))

    if isinstance(tree, Leaf | Items):
        report(tree.line, "", f"is {shapes.shown(tree)}; allowed: a mapping with {', '.join(FIELDS)}")
    if not isinstance(tree, Fields) or not _is_bank(tree, report):
        return Bank((), {}, tuple(problems))
    sources = deckfile.sources_of(tree.value.get("bibliography", Fields(tree.line, {}, {})), report)
    cards = _cards(file, tree.value.get("topics", Leaf(tree.line, None)), report)
    problems += deckfile.repeated(cards)
    return Bank(tuple(cards), sources, tuple(problems))


def _is_bank(tree: Fields, report: shapes.Report) -> bool:
    """Tell whether the text calls itself what we read; report what else it is."""
    for name in tree.value.keys() - set(FIELDS):
        report(tree.keys[name], name, f"unknown field{shapes.nearest(name, FIELDS)}")
    found = [getattr(tree.value.get(name), "value", None) for name in ("format", "version")]
    if found != [FORMAT, VERSION]:
        report(tree.line, "format", f"is no {FORMAT} of version {VERSION}; `export_cards` writes one")
    return found == [FORMAT, VERSION]


def _cards(file: str, topics: Node, report: shapes.Report) -> list[CardRecord]:
    if not isinstance(topics, Items):
        report(
            topics.line, "topics", f"is {shapes.shown(topics)}; allowed: a list of topics with their cards"
        )
        return []
    found: list[CardRecord] = []
    for node in topics.value:
        found += (replace(card, file=file) for card in deckfile.cards_of(node, report))
    return found


def node_of(value: Any) -> Node:
    """Return plain values as the tree that a file with them would give; Refused if no database can store them."""
    return _Lines("").node(value)


def _json(file: str, text: str) -> tuple[Node | None, list[Problem]]:
    """Return JSON as the tree that YAML gives; a card's line is where its id stands."""
    if len(text) > LONGEST:
        return None, [Problem(file, 1, "", f"{len(text)} characters; at most {LONGEST} are read")]
    try:
        data = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once_each)
        return _Lines(text).node(data), []
    except Refused as refused:
        return None, [Problem(file, refused.line, "", refused.message)]
    except (ValueError, RecursionError) as error:
        return None, [Problem(file, getattr(error, "lineno", 1), "", f"not valid JSON: {error}")]


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the key "{twice}" stands twice in one mapping')
    return found


class _Lines:
    """Turns values into nodes, and finds the line of each id on the way, from top to bottom."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def node(self, value: Any, depth: int = 0) -> Node:
        if depth > MAX_DEPTH:
            raise Refused(self.line, f"nested deeper than {MAX_DEPTH}")
        if isinstance(value, dict):
            self._go_to(value.get("id"))
            line = self.line
            fields = {name: self._field(name, each, depth + 1) for name, each in value.items()}
            return Fields(line, fields, dict.fromkeys(fields, line))
        if isinstance(value, list):
            return Items(self.line, tuple(self.node(each, depth + 1) for each in value))
        if isinstance(value, str):
            refuse_unsafe_word(value, self.line)
        return Leaf(self.line, value)

    def _field(self, name: str, value: Any, depth: int) -> Node:
        refuse_unsafe_word(name, self.line)
        if name in ("as_of", "review_by") and isinstance(value, str):
            return Leaf(self.line, _date(value))
        return self.node(value, depth)

    def _go_to(self, key: object) -> None:
        """Move on to the line on which an id stands; stay where it is written in another way."""
        found = self.text.find(f'"{key}"', self.at, self.at + NEAR) if isinstance(key, str) else -1
        if found >= 0:
            self.line += self.text.count("\n", self.at, found)
            self.at = found


def _date(text: str) -> datetime.date | str:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return text
