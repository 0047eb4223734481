"""Cards from a file -> bank, for curators: what is in the file overwrites, what is not stays. All or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Max

from cards import deckfile, markdown, versions
from cards.bankfile import Bank
from cards.exchange import rows
from cards.exchange.load import Tell, entry, link, write
from cards.gates import text as prose
from cards.models import Card, Company, Role, RubricPoint, Topic
from cards.records import CardRecord, Problem, Source
from cards.shapes import nearest

LENGTHS = {name: Card._meta.get_field(name).max_length for name in ("question", "hint", "answer", "details")}
LENGTHS["point"] = RubricPoint._meta.get_field("text").max_length


@dataclass(frozen=True)
class Taken:
    """What became of each card: of a changed one, the fields in which it differs."""

    new: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)


class Refused(ValueError):
    """The file has problems; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems, and make a line of each."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@transaction.atomic
def take(bank: Bank, dry_run: bool = False, tell: Tell = lambda done, total: None) -> Taken:
    """Write the cards of a file into the shared bank; Refused names every problem.

    A new card stands at the end of its topic. What the deck's own files last
    said of a card stays noted, so that `load_deck` keeps what was changed here.
    With `dry_run` the same is done and taken back. Some ten statements, and
    some twenty for each card written, more with its follow-ups.
    """
    sources = {**rows.known_sources(), **bank.sources}
    problems = [
        *bank.problems,
        *_unknown(bank.cards, sources),
        *_in_use(bank.cards),
        *_unfit(bank.cards),
    ]
    if problems:
        raise Refused(problems)
    taken = Taken(left_out=bank.left_out)
    list(Card.objects.select_for_update().filter(slug__in=[card.id for card in bank.cards], owner=None))
    there = {card.slug: card for card in rows.main_cards()}
    topics = {topic.slug: topic for topic in Topic.objects.annotate(last=Max("cards__position"))}
    written = []
    with versions.together("imported from a file"):
        for done, record in enumerate(bank.cards, 1):
            card = there.get(record.id)
            whole = _completed(record, card, bank.columns)
            cited = [entry(key, sources[key]) for key in whole.sources]
            _take_one(whole, card, topics[whole.topic], cited, taken)
            written.append(whole)
            tell(done, len(bank.cards))
        link(written, {*taken.new, *taken.changed})
    transaction.set_rollback(dry_run)
    return taken


def _completed(record: CardRecord, card: Card | None, columns: frozenset[str] | None) -> CardRecord:
    """Return the record as it is to stand: a revision never goes down, and what a table leaves out stays."""
    if card is None:
        return record
    if columns is not None:
        record = replace(rows.record_of(card), **{name: getattr(record, name) for name in columns})
    return replace(record, revision=max(record.revision, card.revision))


def _take_one(
    record: CardRecord, card: Card | None, topic: Topic, cited: list[dict[str, object]], taken: Taken
) -> None:
    """Write one record unless it is there already, and note what was done."""
    differs = ["new"] if card is None else rows.differences(rows.record_of(card), record)
    if card is not None and card.sources != cited:
        differs = list(dict.fromkeys([*differs, "sources"]))
    if not differs:
        taken.same.append(record.id)
        return
    if card is not None and card.topic_id == topic.pk:
        position = card.position
    else:
        position = topic.last = 0 if topic.last is None else topic.last + 1
    write(card or Card(slug=record.id), record, topic, position, cited)
    if card is None:
        taken.new.append(record.id)
    else:
        taken.changed[record.id] = differs


def _unknown(cards: Sequence[CardRecord], sources: Mapping[str, Source]) -> list[Problem]:
    """Return a problem for each name that neither the file nor the bank has. Four statements."""
    ids = {card.id for card in cards} | set(
        Card.objects.filter(parent=None, owner=None).values_list("slug", flat=True)
    )
    known: dict[str, set[str]] = {"prerequisites": ids, "sources": set(sources)}
    for name, model in (("topic", Topic), ("roles", Role), ("companies", Company)):
        known[name] = set(model._default_manager.values_list("slug", flat=True))
    return deckfile.unknown_names(
        cards, known, lambda field, name: f"is not known here{nearest(name, known[field])}"
    )


def _in_use(cards: Sequence[CardRecord]) -> list[Problem]:
    """Return a problem for each id that a card outside the bank, or another card's follow-up, has. One statement."""
    others = Card.objects.exclude(parent=None, owner=None).values_list("slug", "parent__slug", "owner")
    used = {slug: None if owner else parent for slug, parent, owner in others}
    wanted = [(card, slug) for card in cards for slug in (card.id, *(slug for slug, _, _ in card.children()))]
    return [
        Problem(
            card.file,
            card.line("id"),
            f"{card.id}.id",
            f'"{slug}" is the name of a card outside the shared bank',
        )
        for card, slug in wanted
        if slug in used and (slug == card.id or used[slug] != card.id)
    ]


def _unfit(cards: Sequence[CardRecord]) -> list[Problem]:
    """Return a problem for each text that is too long for its column or has a formula that cannot be shown."""
    return [
        Problem(card.file, passage.line, f"{card.id}.{passage.where}", message)
        for card in cards
        for passage in prose.passages(card)
        for message in (*_too_long(passage), *markdown.check(passage.text))
    ]


def _too_long(passage: prose.Passage) -> list[str]:
    """Return a sentence if a text is longer than its column."""
    name = passage.where.rpartition(".")[2]
    most = LENGTHS.get(name)
    long = most is not None and len(passage.text) > most
    return [f"has {len(passage.text)} characters; allowed: {most}"] if long else []
