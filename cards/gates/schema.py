"""Gate 1: limits, names that must be known, no blanks."""

import datetime
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from cards.gates import text as prose
from cards.gates.finding import Context, Finding, Gate
from cards.records import CardRecord
from cards.shapes import nearest

ANSWER_WORDS = (45, 85)
ANSWER_SENTENCES = (3, 6)
ANSWER_FORMULAS = 2
DETAILS_WORDS = 220
DETAILS_BULLETS = 7
MISTAKES = (1, 3)
FOLLOWUPS = (2, 4)
REVIEW_WITHIN = datetime.timedelta(days=275)

_GATE = Gate("schema")
_PLACEHOLDER = re.compile(
    r"\b(TODO|TBD|FIXME|XXX)\b|\b(?i:lorem ipsum|(answer|text|question|details) (goes )?here\b|see (the )?link\b)"
    r"|^(?i:n/?a|none|placeholder|answer)\W*$"
)
_WORDLESS = re.compile(r"\W*")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s", re.M)
_HTML = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--")
_LINK = re.compile(r"!?\[[^\]\n]*\]\([^)\n]*\)|\bhttps?://\S+")


def check(card: CardRecord, context: Context) -> Iterator[Finding]:
    """Yield what breaks the format's limits."""
    yield from _answer(card)
    yield from _details(card)
    yield from _counts(card)
    yield from _names(card, context)
    yield from _place(card, context)
    yield from _dates(card, context)
    yield from _markup(card)


def _outside(count: int, limits: tuple[int, int]) -> bool:
    return not limits[0] <= count <= limits[1]


def _answer(card: CardRecord) -> Iterator[Finding]:
    words = prose.word_count(card.answer)
    if _outside(words, ANSWER_WORDS):
        yield _GATE.fail(
            card, "answer", f"has {words} words; allowed: {ANSWER_WORDS[0]} to {ANSWER_WORDS[1]}"
        )
    count = len(prose.sentences(card.answer))
    if _outside(count, ANSWER_SENTENCES):
        yield _GATE.fail(card, "answer", f"has {count} sentences; allowed: 3 to 6")
    formulas = len(prose.formulas(card.answer))
    if formulas > ANSWER_FORMULAS:
        yield _GATE.fail(card, "answer", f"has {formulas} inline formulas; allowed: {ANSWER_FORMULAS}")
    if prose.FENCE.search(card.answer) or prose.DISPLAY.search(card.answer):
        yield _GATE.fail(card, "answer", "holds a block of code or display maths; both belong in details")


def _details(card: CardRecord) -> Iterator[Finding]:
    words = prose.word_count(card.details)
    if words > DETAILS_WORDS:
        yield _GATE.fail(card, "details", f"has {words} words; allowed: {DETAILS_WORDS}, code not counted")
    bullets = prose.bullet_count(card.details)
    if bullets > DETAILS_BULLETS:
        yield _GATE.fail(card, "details", f"has {bullets} bullets; allowed: {DETAILS_BULLETS}")
    tables = prose.table_count(card.details)
    if tables > 1:
        yield _GATE.fail(card, "details", f"has {tables} tables; allowed: 1")


def _counts(card: CardRecord) -> Iterator[Finding]:
    if _outside(len(card.mistakes), MISTAKES):
        yield _GATE.fail(card, "mistakes", f"has {len(card.mistakes)}; allowed: 1 to 3")
    if _outside(len(card.followups), FOLLOWUPS):
        yield _GATE.fail(card, "followups", f"has {len(card.followups)}; allowed: 2 to 4")
    if not card.roles:
        yield _GATE.fail(card, "roles", "is empty; allowed: one role or more")
    if (card.kind == "design") != (card.bar is not None):
        message = "is missing: a design card says what mid, senior and staff answers need"
        yield _GATE.fail(card, "bar", message if card.kind == "design" else "is for cards of kind design")


def _names(card: CardRecord, context: Context) -> Iterator[Finding]:
    lists = [
        ("roles", card.roles, {role.slug for role in context.taxonomy.roles}),
        ("companies", card.companies, {company.slug for company in context.taxonomy.companies}),
    ]
    if context.coverage is not None:
        lists.append(("covers", card.covers, set(context.coverage)))
    for field, slugs, known in lists:
        for slug in slugs:
            if slug not in known:
                yield _GATE.fail(card, field, f"is unknown{nearest(slug, known)}", slug)
    for field in ("roles", "companies", "covers", "prerequisites", "sources"):
        values = getattr(card, field)
        for slug in sorted({value for value in values if values.count(value) > 1}):
            yield _GATE.fail(card, field, "stands twice", slug)


def _place(card: CardRecord, context: Context) -> Iterator[Finding]:
    """Yield what is wrong with the file that holds the card: <area>/<topic>.yaml."""
    area = context.taxonomy.area_of(card.topic)
    if area is None:
        known = [topic.slug for each in context.taxonomy.areas for topic in each.topics]
        yield _GATE.fail(
            card, "topic", f"is not in the taxonomy{nearest(card.topic, known)}", card.topic, line=1
        )
        return
    path = PurePosixPath(card.file.replace("\\", "/"))
    if path.stem != card.topic or (path.parent.name and path.parent.name != area):
        yield _GATE.fail(card, "topic", f"belongs in {area}/{card.topic}.yaml", card.file, line=1)


def _dates(card: CardRecord, context: Context) -> Iterator[Finding]:
    if (card.as_of is None) != (card.review_by is None):
        yield _GATE.fail(
            card, "review_by" if card.as_of else "as_of", "is missing: as_of and review_by go together"
        )
    if card.as_of and card.as_of > context.today:
        yield _GATE.fail(card, "as_of", "is in the future", str(card.as_of))
    if card.as_of and card.review_by and not card.as_of < card.review_by <= card.as_of + REVIEW_WITHIN:
        yield _GATE.fail(card, "review_by", "is not within 9 months after as_of", str(card.review_by))


def _markup(card: CardRecord) -> Iterator[Finding]:
    for passage in prose.passages(card):
        found = _PLACEHOLDER.search(prose.without_code(passage.text)) or _WORDLESS.fullmatch(passage.text)
        if found:
            yield _GATE.fail(card, passage.where, "holds a placeholder", found.group(), passage.line)
        bare = prose.INLINE.sub(" ", prose.DISPLAY.sub(" ", prose.without_code(passage.text)))
        for what, pattern in (("a heading", _HEADING), ("HTML", _HTML), ("a link or an image", _LINK)):
            found = pattern.search(bare)
            if found:
                line = passage.line + bare.count("\n", 0, found.start())
                yield _GATE.fail(
                    card, passage.where, f"holds {what}, which the dialect leaves out", found.group(), line
                )
