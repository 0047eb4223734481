"""Cards as rows of a spreadsheet: a row a card, a column a field, lists of records as YAML in their cell.

Pure: values of cells come in, values of cells go out; `cards.exchange.files`
reads and writes the sheets.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cards import deckdump, deckfile, shapes, yamltree
from cards.deckfile import CARD_FIELDS
from cards.records import CardRecord, Problem
from cards.yamltree import Fields, Items, Leaf, Node, Scalar

HEADERS = ("id", "topic", *(name for name in CARD_FIELDS if name != "id"))
SLUGS = ("roles", "companies", "prerequisites", "covers", "sources")
RECORDS = ("bar", "mistakes", "rubric", "followups", "recall", "claims")
WORDS = ("level", "revision", "as_of", "review_by")  # numbers and dates, written as YAML writes them
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")  # noqa: RUF001
Cell = str | int | float | bool | datetime.date | None


@dataclass(frozen=True)
class Sheet:
    """The cards of a sheet, and what was wrong."""

    cards: tuple[CardRecord, ...]
    problems: tuple[Problem, ...]


def rows(cards: Iterable[CardRecord]) -> list[list[str]]:
    """Return a row of cells for each card, in the order of HEADERS."""
    return [[_cell(name, fields.get(name)) for name in HEADERS] for fields in map(_fields, cards)]


def _fields(card: CardRecord) -> dict[str, object]:
    return {**deckdump.ordered(card), "topic": card.topic}


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name in SLUGS and isinstance(value, list):
        return ", ".join(value)
    if name in RECORDS:
        return deckdump.flow(value)
    return guarded(str(value))


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet might run as a formula; `bare` takes it away."""
    return f"'{text}" if text.startswith(RISKY) else text


def bare(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(RISKY) else text


def load(file: str, headers: Sequence[str], cells: Iterable[Sequence[Cell]]) -> Sheet:
    """Read the rows under their headers, which count as row 1; nothing is read where nothing stands."""
    problems: list[Problem] = []

    def report(line: int, field: str, message: str) -> None:
        problems.append(Problem(file, line, field, message))

    cards: list[CardRecord] = []
    if _are_headers(headers, report):
        for line, row in enumerate(cells, 2):
            if any(cell not in (None, "") for cell in row):
                values = {name: cell for name, cell in zip(headers, row, strict=False) if name}
                cards += deckfile.cards_of(_topic(line, values, report), report)
    cards = [replace(card, file=file) for card in cards]
    return Sheet(tuple(cards), (*problems, *deckfile.repeated(cards)))


def _are_headers(headers: Sequence[str], report: shapes.Report) -> bool:
    named = [name for name in headers if name]
    wrong = [name for name in named if name not in HEADERS or named.count(name) > 1]
    for name in dict.fromkeys(wrong):
        what = "stands twice" if name in HEADERS else f"unknown column{shapes.nearest(name, HEADERS)}"
        report(1, name, what)
    missing = [name for name in ("id", "topic") if name not in headers]
    for name in missing:
        report(1, name, "this column is missing")
    return not wrong and not missing


def _topic(line: int, values: Mapping[str, Cell], report: shapes.Report) -> Node:
    """Return the row as a deck file with one card would be read."""
    card_id = values.get("id")
    fields = {
        name: _node(line, name, value, lambda at, field, message: report(line, f"{card_id}.{field}", message))
        for name, value in values.items()
        if name != "topic" and value not in (None, "")
    }
    card = Fields(line, fields, dict.fromkeys(fields, line))
    topic = Leaf(line, values.get("topic"))
    return Fields(line, {"topic": topic, "cards": Items(line, (card,))}, {"topic": line, "cards": line})


def _node(line: int, name: str, value: Cell, report: shapes.Report) -> Node:
    if not isinstance(value, str):
        return Leaf(line, _plain(value))
    if name in SLUGS:
        return Items(line, tuple(Leaf(line, word.strip()) for word in value.split(",") if word.strip()))
    if name not in RECORDS and name not in WORDS:
        return Leaf(line, _safe(line, name, bare(value), report))
    tree, wrong = yamltree.read("", value)
    for each in wrong:
        report(line, name, each.message)
    return _at(line, tree or Leaf(line, None))


def _safe(line: int, name: str, text: str, report: shapes.Report) -> str | None:
    try:
        yamltree.refuse_unsafe_word(text, line)
    except yamltree.Refused as refused:
        report(line, name, refused.message)
        return None
    return text


def _plain(value: int | float | bool | datetime.date | None) -> Scalar:
    """Return a cell's own value as YAML would give it: some programs keep every number as a float."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.date() if isinstance(value, datetime.datetime) else value


def _at(line: int, node: Node) -> Node:
    """Return the node with the row's number as the line of everything in it."""
    if isinstance(node, Items):
        return Items(line, tuple(_at(line, each) for each in node.value))
    if isinstance(node, Fields):
        values = {name: _at(line, each) for name, each in node.value.items()}
        return Fields(line, values, dict.fromkeys(values, line))
    return Leaf(line, node.value)
