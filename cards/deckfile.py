"""Deck YAML <-> plain records; every error with its file, line and field.

Pure: texts come in, values go out. Reading never raises on what a file says
and never stops at the first error.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cards import shapes
from cards.records import (
    KINDS,
    LEVELS,
    SOURCE_KINDS,
    STATUSES,
    Area,
    Bar,
    CardRecord,
    Child,
    Claim,
    KeptSource,
    Mistake,
    Named,
    Point,
    Problem,
    Record,
    Source,
    Taxonomy,
    Topic,
)
from cards.shapes import ABSENT, Field, Report, Shape, each, needed, record
from cards.yamltree import Fields, Leaf, Node, read

LONGEST_ID = 60
LONGEST_CHILD_ID = 60
LONGEST_CHILD_SLUG = 125

_TEXT = needed(shapes.text)
_SLUGS = Field(each(shapes.slug(LONGEST_ID)))
_CHILDREN = Field(
    each(record(Child, {"id": needed(shapes.slug(LONGEST_CHILD_ID)), "question": _TEXT, "answer": _TEXT}))
)
_POINT = record(Point, {"id": needed(shapes.slug(LONGEST_ID)), "must": needed(shapes.flag), "point": _TEXT})
_CLAIM = record(
    Claim,
    {"text": _TEXT, "expr": _TEXT, "equals": needed(shapes.number), "tol": Field(shapes.number)},
)
CARD_FIELDS: Mapping[str, Field] = {
    "id": needed(shapes.slug(LONGEST_ID)),
    "kind": needed(shapes.one_of(KINDS)),
    "level": needed(shapes.one_of(LEVELS)),
    "roles": _SLUGS,
    "companies": _SLUGS,
    "status": needed(shapes.one_of(STATUSES)),
    "revision": Field(shapes.whole(1, 32_767)),
    "prerequisites": _SLUGS,
    "covers": _SLUGS,
    "question": _TEXT,
    "hint": Field(shapes.text),
    "answer": _TEXT,
    "details": Field(shapes.text),
    "bar": Field(record(Bar, {"mid": _TEXT, "senior": _TEXT, "staff": _TEXT})),
    "mistakes": Field(each(record(Mistake, {"wrong": _TEXT, "fix": _TEXT}))),
    "rubric": Field(each(_POINT)),
    "followups": _CHILDREN,
    "recall": _CHILDREN,
    "sources": _SLUGS,
    "claims": Field(each(_CLAIM)),
    "as_of": Field(shapes.day),
    "review_by": Field(shapes.day),
}
_CARD = record(CardRecord, CARD_FIELDS)
_NAMED = {"slug": needed(shapes.slug(LONGEST_ID)), "name": _TEXT}
_TAXONOMY = record(
    Taxonomy,
    {
        "areas": needed(each(record(Area, {**_NAMED, "topics": needed(each(record(Topic, _NAMED)))}))),
        "roles": needed(each(record(Named, _NAMED))),
        "companies": needed(each(record(Named, _NAMED))),
    },
)
_SOURCE_FIELDS = {
    "authors": _TEXT,
    "year": needed(shapes.whole(1, 9999)),
    "title": _TEXT,
    "kind": needed(shapes.one_of(SOURCE_KINDS)),
}
_SOURCE = record(Source, _SOURCE_FIELDS)
_KEPT_SOURCES = each(record(KeptSource, {"key": needed(shapes.slug(LONGEST_ID)), **_SOURCE_FIELDS}))


@dataclass(frozen=True)
class Deck:
    """The cards that could be read, in the order of the files, and what was wrong."""

    cards: tuple[CardRecord, ...]
    problems: tuple[Problem, ...]


def load_deck(files: Iterable[tuple[str, str]]) -> Deck:
    """Read (path name, text) pairs of topic files; an id used twice is a problem."""
    cards: list[CardRecord] = []
    problems: list[Problem] = []
    for file, text in files:
        found, wrong = load_topic(file, text)
        cards += found
        problems += wrong
    return Deck(tuple(cards), (*problems, *repeated(cards)))


def load_topic(file: str, text: str) -> tuple[list[CardRecord], list[Problem]]:
    """Return the cards of one topic file and every problem in it."""
    tree, problems, report = _open(file, text)
    if tree is None:
        return [], problems
    cards = [replace(card, file=file) for card in cards_of(tree, report)]
    return cards, sorted(problems, key=lambda problem: problem.line)


def cards_of(tree: Node, report: Report) -> list[CardRecord]:
    """Return the cards of a mapping with a topic and its cards."""
    if not isinstance(tree, Fields):
        report(tree.line, "", f"is {shapes.shown(tree)}; allowed: a mapping with topic and cards")
        return []
    for name in tree.value.keys() - {"topic", "cards"}:
        report(tree.keys[name], name, f"unknown field{shapes.nearest(name, ('topic', 'cards'))}")
    topic = _part(tree, "topic", shapes.slug(LONGEST_ID), report)
    found = _part(tree, "cards", each(_named_card), report)
    if topic is ABSENT or found is ABSENT:
        return []
    cards = [replace(card, topic=topic) for card in found]
    for card in cards:
        _check_children(card, report)
    return cards


def load_taxonomy(file: str, text: str) -> tuple[Taxonomy, list[Problem]]:
    """Return the deck's map (an empty one if it cannot be read) and the problems."""
    tree, problems, report = _open(file, text)
    found = ABSENT if tree is None else _TAXONOMY(tree, "", report)
    return found if isinstance(found, Taxonomy) else Taxonomy(), problems


def load_bibliography(file: str, text: str) -> tuple[dict[str, Source], list[Problem]]:
    """Return the sources by key, and the problems; an empty file is no problem."""
    tree, problems, report = _open(file, text)
    if tree is None or (isinstance(tree, Leaf) and tree.value is None):
        return {}, problems
    return sources_of(tree, report), problems


def field_problems(name: str, node: Node) -> list[str]:
    """Return what is wrong with the value of a card's field, a sentence each."""
    found: list[str] = []
    shape = _KEPT_SOURCES if name == "sources" else CARD_FIELDS[name].shape
    shape(node, name, lambda line, field, message: found.append(f"{field} {message}"))
    return found


def sources_of(tree: Node, report: Report) -> dict[str, Source]:
    """Return the sources of a mapping of keys to sources."""
    if not isinstance(tree, Fields):
        report(tree.line, "", f"is {shapes.shown(tree)}; allowed: a mapping of keys to sources")
        return {}
    key_shape = shapes.slug(LONGEST_ID)
    sources: dict[str, Source] = {}
    for key, node in tree.value.items():
        key_read = key_shape(Leaf(tree.keys[key], key), key, report)
        source = _SOURCE(node, key, report)
        if ABSENT not in (key_read, source):
            sources[key] = source
    return sources


def _open(file: str, text: str) -> tuple[Node | None, list[Problem], Report]:
    """Return the tree, the list of problems, and the function that adds to it."""
    tree, problems = read(file, text.removeprefix("\ufeff"))

    def report(line: int, field: str, message: str) -> None:
        problems.append(Problem(file, line, field, message))

    return tree, problems, report


def _part(tree: Fields, name: str, shape: Shape, report: Report) -> Any:
    if name not in tree.value:
        report(tree.line, name, "is missing")
        return ABSENT
    return shape(tree.value[name], name, report)


def _named_card(node: Node, path: str, report: Report) -> Any:
    """Read a card; errors name it by its id where it has one."""
    known = node.value.get("id") if isinstance(node, Fields) else None
    name = known.value if isinstance(known, Leaf) and isinstance(known.value, str) and known.value else path
    return _CARD(node, name, report)


def _check_children(card: CardRecord, report: Report) -> None:
    """Report what two fields of a card say against each other."""
    named: list[tuple[str, Record, str]] = [("child id", child, child.id) for _, _, child in card.children()]
    named += [("rubric id", point, point.id) for point in card.rubric]
    seen: set[tuple[str, str]] = set()
    for what, owner, key in named:
        if (what, key) in seen:
            report(owner.line("id"), f"{card.id}.{key}", f'{what} "{key}" is used twice in this card')
        seen.add((what, key))
    for slug, part, child in card.children():
        if len(slug) > LONGEST_CHILD_SLUG:
            report(
                child.line("id"),
                f"{card.id}.{part}",
                f'"{slug}" is longer than {LONGEST_CHILD_SLUG} characters',
            )


def unknown_names(
    cards: Iterable[CardRecord], known: Mapping[str, Collection[str]], said: Callable[[str, str], str]
) -> list[Problem]:
    """Return a problem for each name in a field of `known` that is not there; `said(field, name)` tells what is wrong."""
    return [
        Problem(card.file, card.line(field), f"{card.id}.{field}", f'"{name}" {said(field, name)}')
        for card in cards
        for field, there in known.items()
        for name in ([card.topic] if field == "topic" else getattr(card, field))
        if name not in there
    ]


def repeated(cards: Iterable[CardRecord]) -> list[Problem]:
    """Return a problem for each card whose id was used before."""
    first: dict[str, CardRecord] = {}
    problems = []
    for card in cards:
        known = first.setdefault(card.id, card)
        if known is not card:
            message = f'"{card.id}" is used twice; the first is in {known.file}, line {known.line()}'
            problems.append(Problem(card.file, card.line("id"), f"{card.id}.id", message))
    return problems
