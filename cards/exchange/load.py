"""Deck files -> database: all or nothing, and nobody's edits or schedule are touched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction
from django.db.models import Q

from cards import versions
from cards.exchange import rows
from cards.models import Area, Card, CardQuerySet, Company, Role, RubricPoint, Topic
from cards.records import CardRecord, Source, Taxonomy

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What became of each card, by slug."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


@transaction.atomic
def load(
    records: Sequence[CardRecord],
    files: set[str],
    taxonomy: Taxonomy,
    bibliography: Mapping[str, Source],
    tell: Tell = lambda done, total: None,
) -> Loaded:
    """Write the records of `files` into the bank; `tell(done, total)` is called after each card.

    A card that was edited here since it was loaded is kept as it is. A card
    that came from one of these files and is in it no more is retired. Loading
    again changes nothing. What is written and differs leaves one version. Some
    ten statements, and some twenty for each card written.
    """
    topics = load_taxonomy(taxonomy)
    loaded = Loaded()
    known = {
        card.slug: card for card in Card.objects.filter(part=Card.Part.CARD).prefetch_related(*rows.PREFETCH)
    }
    places: dict[str, int] = {}
    with versions.together() as batch:
        for done, record in enumerate(records, 1):
            position = places.setdefault(record.topic, 0)
            places[record.topic] += 1
            sources = [entry(key, bibliography[key]) for key in record.sources]
            batch.reason = f"loaded from {record.file}"
            outcome = _load_one(record, known.get(record.id), topics[record.topic], position, sources)
            getattr(loaded, outcome).append(record.id)
            tell(done, len(records))
        link(records, set(loaded.new) | set(loaded.changed))
        batch.reason = "no longer in its deck file"
        loaded.retired.extend(_retire(records, files, known.values()))
    return loaded


def load_taxonomy(taxonomy: Taxonomy) -> dict[str, Topic]:
    """Make or rename areas, topics, roles and companies; return the topics by slug."""
    topics = {}
    position = 0
    for place, area in enumerate(taxonomy.areas):
        row, _ = Area.objects.update_or_create(
            slug=area.slug, defaults={"name": area.name, "position": place}
        )
        for topic in area.topics:
            values = {"name": topic.name, "area": row, "position": position}
            topics[topic.slug], _ = Topic.objects.update_or_create(slug=topic.slug, defaults=values)
            position += 1
    for model, named in ((Role, taxonomy.roles), (Company, taxonomy.companies)):
        for each in named:
            model.objects.update_or_create(slug=each.slug, defaults={"name": each.name})
    return topics


def entry(key: str, source: Source) -> dict[str, object]:
    """Return a source as a card keeps it, so that an export is whole."""
    values = asdict(source)
    values.pop("lines")
    return {"key": key, **values}


def _load_one(
    record: CardRecord, card: Card | None, topic: Topic, position: int, sources: list[dict[str, object]]
) -> str:
    """Write one record unless it is there already; return the word for what was done."""
    in_file = rows.content_hash(record)
    if card is None:
        card = Card(slug=record.id, loaded_hash=in_file, loaded_from=record.file)
        write(card, record, topic, position, sources)
        return "new"
    here = rows.content_hash(rows.record_of(card))
    if here not in (card.loaded_hash, in_file):
        return "kept"
    as_before = here == in_file == card.loaded_hash and card.sources == sources
    if as_before and (card.position, card.loaded_from) == (position, record.file):
        return "same"
    card.loaded_hash, card.loaded_from = in_file, record.file
    write(card, record, topic, position, sources)
    return "same" if as_before else "changed"


def write(
    card: Card, record: CardRecord, topic: Topic, position: int, sources: list[dict[str, object]]
) -> None:
    """Save the card, its points and its children; what is gone from the record is retired."""
    was_published = card.status == Card.Status.PUBLISHED and card.pk is not None
    for name, value in rows.columns(record).items():
        setattr(card, name, value)
    card.topic, card.position, card.sources = topic, position, sources
    card.save()
    card.roles.set(Role.objects.filter(slug__in=record.roles))
    card.companies.set(Company.objects.filter(slug__in=record.companies))
    _write_points(card, record)
    _write_children(card, record, was_published)


def _write_points(card: Card, record: CardRecord) -> None:
    for place, point in enumerate(record.rubric):
        values = {"position": place, "text": point.point, "must": point.must, "retired": False}
        RubricPoint.objects.update_or_create(card=card, key=point.id, defaults=values)
    for point in card.points.filter(retired=False).exclude(key__in=[point.id for point in record.rubric]):
        point.retired = True
        point.save()


def _write_children(card: Card, record: CardRecord, was_published: bool) -> None:
    """Save follow-ups and recall prompts, each two places after the one before it.

    One that was a draft beside a published card stays so.
    """
    slugs, roles, companies = [], list(card.roles.all()), list(card.companies.all())
    drafts = card.children.filter(status=Card.Status.DRAFT) if was_published else Card.objects.none()
    stay_drafts = set(drafts.values_list("slug", flat=True))
    for place, (slug, part, child) in enumerate(record.children(), 1):
        values = {
            "part": part, "parent": card, "topic": card.topic, "kind": card.kind, "level": card.level,
            "position": card.position + 2 * place, "revision": card.revision,
            "status": Card.Status.DRAFT if slug in stay_drafts else card.status,
            "question": child.question, "answer": child.answer,
        }  # fmt: skip
        row, _ = Card.objects.update_or_create(slug=slug, defaults=values)
        row.roles.set(roles)
        row.companies.set(companies)
        slugs.append(slug)
    _retire_each(Card.objects.filter(parent=card, owner=None).exclude(slug__in=slugs))


def link(records: Iterable[CardRecord], written: set[str]) -> None:
    """Set the prerequisites, now that every card exists."""
    for record in records:
        if record.id in written:
            card = Card.objects.get(slug=record.id)
            card.prerequisites.set(Card.objects.filter(slug__in=record.prerequisites))


def _retire(records: Iterable[CardRecord], files: set[str], known: Iterable[Card]) -> list[str]:
    """Retire what came from one of these files and is in it no more, with its children."""
    there = {record.id for record in records}
    gone = [
        card for card in known
        if card.loaded_from in files and card.slug not in there and card.status != Card.Status.RETIRED
    ]  # fmt: skip
    ids = [card.pk for card in gone]
    _retire_each(Card.objects.filter(Q(pk__in=ids) | Q(parent__in=ids)))
    return sorted(card.slug for card in gone)


def _retire_each(cards: CardQuerySet) -> None:
    """Retire the cards that are not yet, each with a version that says so."""
    for card in cards.exclude(status=Card.Status.RETIRED):
        card.status = Card.Status.RETIRED
        card.save(update_fields=["status"])
