"""Gates 10 and 11, and what else only shows when cards are seen together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cards.gates.finding import Context, Finding, Gate
from cards.records import CardRecord
from cards.shapes import nearest

MOST_SOURCES = 4
BIBLIOGRAPHY = "bibliography.yaml"
COVERAGE = "coverage.json"

_SOURCES = Gate("sources")
_SCHEMA = Gate("schema")


def check_sources(card: CardRecord, context: Context) -> Iterator[Finding]:
    """Yield what is wrong with a card's sources and its date of review."""
    if not card.sources:
        yield _SOURCES.fail(card, "sources", "is empty; allowed: 1 to 4")
    if len(card.sources) > MOST_SOURCES:
        yield _SOURCES.fail(card, "sources", f"has {len(card.sources)}; allowed: 1 to 4")
    for key in card.sources:
        if key not in context.bibliography:
            yield _SOURCES.fail(
                card, "sources", f"not in the bibliography{nearest(key, context.bibliography, 0.8)}", key
            )
    if card.review_by and card.review_by < context.today:
        yield _SOURCES.warn(card, "review_by", "has passed: check the facts again", str(card.review_by))


def check_bibliography(cards: Sequence[CardRecord], context: Context) -> Iterator[Finding]:
    """Yield sources from the future, works entered twice and, for a whole deck, those that nobody uses."""
    cited = Counter(key for card in (*cards, *context.rest) for key in card.sources)
    works: dict[tuple[str, str], str] = {}
    for key, source in context.bibliography.items():
        first = works.setdefault((source.authors.casefold(), source.title.casefold()), key)
        if first != key:
            yield Finding(BIBLIOGRAPHY, source.line(), key, "fail", "sources", f"is the same work as {first}")
        if source.year > context.today.year:
            message = "is in the future"
            yield Finding(
                BIBLIOGRAPHY, source.line("year"), key, "fail", "sources", message, str(source.year)
            )
        if context.whole and key not in cited:
            yield Finding(BIBLIOGRAPHY, source.line(), key, "warn", "sources", "is cited by no card")


def check_coverage(cards: Sequence[CardRecord], context: Context) -> Iterator[Finding]:
    """Yield the ids of the checklist that no published card covers."""
    if context.coverage is None or not context.whole:
        return
    covered = {key for card in (*cards, *context.rest) if card.status == "published" for key in card.covers}
    for key in sorted(context.coverage - covered):
        yield Finding(COVERAGE, 1, key, "fail", "coverage", "is covered by no published card")


def check_prerequisites(cards: Sequence[CardRecord], context: Context) -> Iterator[Finding]:
    """Yield prerequisites that are unknown, unpublished, or lead back to the card."""
    known = {card.id: card for card in (*context.rest, *cards)}
    for card in cards:
        for slug in card.prerequisites:
            other = known.get(slug)
            if other is None and context.whole:
                hint = nearest(slug, known)
                yield _SCHEMA.fail(card, "prerequisites", f"is no card of the deck{hint}", slug)
            elif other and card.status == "published" and other.status != "published":
                yield _SCHEMA.fail(card, "prerequisites", "is not published", slug)
        if _leads_to(card.id, known):
            yield _SCHEMA.fail(card, "prerequisites", "lead back to the card itself", card.id)


def check_ids(cards: Sequence[CardRecord], context: Context) -> Iterator[Finding]:
    """Yield ids that a card elsewhere in the deck has, children's slugs included."""
    taken = {slug: card for card in context.rest for slug in _slugs(card)}
    for card in cards:
        for slug in _slugs(card):
            if slug in taken:
                yield _SCHEMA.fail(card, "id", f"is taken in {taken[slug].file}", slug)


def _slugs(card: CardRecord) -> list[str]:
    return [card.id, *(slug for slug, _, _ in card.children())]


def _leads_to(start: str, known: dict[str, CardRecord]) -> bool:
    """Say whether the prerequisites of a card, followed to the end, reach it again."""
    seen: set[str] = set()
    waiting = list(known[start].prerequisites)
    while waiting:
        slug = waiting.pop()
        if slug == start:
            return True
        if slug not in seen and slug in known:
            seen.add(slug)
            waiting += known[slug].prerequisites
    return False
