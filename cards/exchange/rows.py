"""A card's rows as the record that a deck file would hold."""

from dataclasses import fields, replace

from cards.models import Card, CardQuerySet
from cards.records import Bar, CardRecord, Child, Claim, Mistake, Point, Source, plain

LINKS = ("roles", "companies", "prerequisites")
PREFETCH = ("points", "children", "roles", "companies", "prerequisites", "topic")


def record_of(card: Card) -> CardRecord:
    """Return a main card with its children as a record. No query after `PREFETCH`."""
    children = _own_children(card)
    return CardRecord(
        id=card.slug,
        topic=card.topic.slug,
        kind=card.kind,
        level=card.level,
        status=card.status,
        revision=card.revision,
        question=card.question,
        hint=card.hint,
        answer=card.answer,
        details=card.details,
        roles=_slugs(card.roles.all()),
        companies=_slugs(card.companies.all()),
        prerequisites=_slugs(card.prerequisites.all()),
        covers=tuple(card.covers),
        bar=Bar(**card.bar) if card.bar else None,
        mistakes=tuple(Mistake(**each) for each in card.mistakes),
        rubric=tuple(
            Point(id=point.key, must=point.must, point=point.text)
            for point in sorted(card.points.all(), key=lambda point: (point.position, point.pk))
            if not point.retired
        ),
        followups=_children(children, Card.Part.FOLLOWUP),
        recall=_children(children, Card.Part.RECALL),
        sources=tuple(each["key"] for each in card.sources),
        claims=tuple(Claim(**{**each, "equals": float(each["equals"])}) for each in card.claims),
        as_of=card.as_of,
        review_by=card.review_by,
    )


def main_cards() -> CardQuerySet:
    """Return the main cards of the shared bank in study order, ready for `record_of`. Seven statements."""
    cards = Card.objects.filter(part=Card.Part.CARD, owner=None)
    return cards.order_by("topic__position", "position", "pk").prefetch_related(*PREFETCH)


def known_sources() -> dict[str, Source]:
    """Return the bibliography entries that the shared bank's cards keep, by key. One statement."""
    kept = Card.objects.filter(part=Card.Part.CARD, owner=None).values_list("sources", flat=True)
    return {
        each["key"]: Source(**{name: value for name, value in each.items() if name != "key"})
        for sources in kept
        for each in sources
    }


def differences(one: CardRecord, other: CardRecord) -> list[str]:
    """Return the names of the fields in which two records say different things."""
    names = [each.name for each in fields(CardRecord) if each.name not in ("lines", "file")]
    first, second = _settled(one), _settled(other)
    return [name for name in names if getattr(first, name) != getattr(second, name)]


def columns(record: CardRecord) -> dict[str, object]:
    """Return the record's own columns; topic, links, children and sources are set apart."""
    return {
        "kind": record.kind,
        "level": record.level,
        "status": record.status,
        "revision": record.revision,
        "question": record.question,
        "hint": record.hint,
        "answer": record.answer,
        "details": record.details,
        "mistakes": [plain(each) for each in record.mistakes],
        "bar": plain(record.bar) if record.bar else {},
        "claims": [plain(each) for each in record.claims],
        "covers": list(record.covers),
        "as_of": record.as_of,
        "review_by": record.review_by,
    }


def content_hash(record: CardRecord) -> str:
    """Return the record's hash with its links in one order."""
    return _settled(record).content_hash()


def _settled(record: CardRecord) -> CardRecord:
    """Return the record with its links sorted: rows keep no order of links."""
    return replace(record, **{name: tuple(sorted(getattr(record, name))) for name in LINKS})


def _slugs(rows: object) -> tuple[str, ...]:
    return tuple(sorted(row.slug for row in rows))


def _own_children(card: Card) -> list[Card]:
    """Return the children that are not retired; a learner's own one of a shared card is not among them."""
    there = [child for child in card.children.all() if child.status != Card.Status.RETIRED]
    return [child for child in there if child.owner_id == card.owner_id]


def _children(children: list[Card], part: str) -> tuple[Child, ...]:
    """Return the children of one part, in their order, under the ids they have in the file."""
    chosen = sorted(
        (child for child in children if child.part == part), key=lambda child: (child.position, child.pk)
    )
    return tuple(
        Child(id=child.slug.partition("--")[2] or child.slug, question=child.question, answer=child.answer)
        for child in chosen
    )
