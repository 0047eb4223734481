"""What a deck file says, as plain frozen values: no Django, no files, no clock."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

KINDS = (
    "concept",
    "comparison",
    "derivation",
    "coding",
    "sql",
    "debug",
    "design",
    "puzzle",
    "estimation",
    "tool",
    "behavioral",
    "process",
)
LEVELS = (1, 2, 3, 4)
STATUSES = ("draft", "published", "retired")
SOURCE_KINDS = ("paper", "book", "docs", "standard", "law", "article")
DEFAULT_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Problem:
    """Something in a file that cannot be read as a card; lines count from 1."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Return the problem as one line that an editor can jump to."""
        return f"{self.file}:{self.line}: {self.field}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """A mapping in a file. `lines` says on which line each field's value begins.

    Lines are of no account when records are compared, hashed or dumped; the
    key "" is the record's own first line.
    """

    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def line(self, name: str = "") -> int:
        """Return the line of a field, or of the record where the field is absent."""
        return self.lines.get(name) or self.lines.get("") or 1


@dataclass(frozen=True, kw_only=True)
class Child(Record):
    """A follow-up or a recall prompt: studied on its own, kept with its parent."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Point(Record):
    """An observable point of the rubric; a missed `must` means Again."""

    id: str
    must: bool
    point: str


@dataclass(frozen=True, kw_only=True)
class Mistake(Record):
    """What candidates say wrong, and the right fact."""

    wrong: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Claim(Record):
    """A figure of the text with the sum that gives it; `tol` is absolute."""

    text: str
    expr: str
    equals: float
    tol: float = DEFAULT_TOLERANCE


@dataclass(frozen=True, kw_only=True)
class Bar(Record):
    """What a design answer needs at each seniority."""

    mid: str
    senior: str
    staff: str


@dataclass(frozen=True, kw_only=True)
class CardRecord(Record):
    """A question with its model answer and all that hangs on it."""

    id: str
    kind: str
    level: int
    status: str
    question: str
    answer: str
    roles: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    revision: int = 1
    prerequisites: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    hint: str = ""
    details: str = ""
    bar: Bar | None = None
    mistakes: tuple[Mistake, ...] = ()
    rubric: tuple[Point, ...] = ()
    followups: tuple[Child, ...] = ()
    recall: tuple[Child, ...] = ()
    sources: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    as_of: datetime.date | None = None
    review_by: datetime.date | None = None
    topic: str = field(default="", metadata={"outside": True})
    file: str = field(default="", compare=False, metadata={"outside": True})

    def children(self) -> Iterator[tuple[str, str, Child]]:
        """Yield (slug, part, child): follow-ups first, in the order of the file."""
        for part, children in (("followup", self.followups), ("recall", self.recall)):
            for child in children:
                yield f"{self.id}--{child.id}", part, child

    def content_hash(self) -> str:
        """Return 64 hex digits that change exactly when the content does.

        Place in the file, comments, quoting and fields left at their default
        make no difference; the topic does.
        """
        content = {"topic": self.topic, **plain(self)}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Named(Record):
    """A role or a company."""

    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Topic(Named):
    """One file of cards."""


@dataclass(frozen=True, kw_only=True)
class Area(Named):
    """A group of topics, in study order."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True, kw_only=True)
class Taxonomy(Record):
    """The deck's map: what a card may name."""

    areas: tuple[Area, ...] = ()
    roles: tuple[Named, ...] = ()
    companies: tuple[Named, ...] = ()

    def area_of(self, topic: str) -> str | None:
        """Return the slug of the area that has the topic, or None."""
        found = (area.slug for area in self.areas for each in area.topics if each.slug == topic)
        return next(found, None)


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    """A work that cards rest on."""

    authors: str
    year: int
    title: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class KeptSource(Source):
    """A work as a card in the bank keeps it: with its key in the bibliography."""

    key: str


def plain(record: Record) -> dict[str, object]:
    """Return the record as a dict of what its file holds, defaults left out.

    `covers` and its like are lists; dates stay dates.
    """
    found: dict[str, object] = {}
    for each in dataclasses.fields(record):
        value = getattr(record, each.name)
        if each.name == "lines" or each.metadata.get("outside") or value == each.default:
            continue
        found[each.name] = _plain_value(value)
    return found


def _plain_value(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain_value(each) for each in value]
    return plain(value) if isinstance(value, Record) else value
