"""The bank -> an Anki package: a note for each card, which a later package brings up to date.

Anki knows a note by its guid, a note type and a deck by their numbers. All of
them come from slugs, so whoever imports a newer package keeps their schedules.
"""

import contextlib
import hashlib
import itertools
import sqlite3
import time
import zipfile
from collections.abc import Iterable, Iterator
from html import escape
from io import BytesIO
from pathlib import Path

import genanki  # type: ignore[import-untyped]
from django.db.models import prefetch_related_objects

from cards.exchange import anki_look
from cards.exchange.putting import put
from cards.markdown import render
from cards.models import Card, Topic

MODEL_ID = 1_706_914_053  # drawn once: with another number Anki would keep two note types
PREFETCH = ("topic__area", "roles", "companies", "points", "children__points")


def write(path: Path, cards: Iterable[Card]) -> int:
    """Write the published main cards and their published children as `path`; return how many notes.

    Other cards are passed over; a learner's own child of a shared card too.
    The file is whole or not there: an OSError leaves the old one. Some eight
    queries, and memory for the package three times over.
    """
    chosen = [card for card in cards if card.parent_id is None and card.status == Card.Status.PUBLISHED]
    prefetch_related_objects(chosen, *PREFETCH)
    model = _model()
    decks: dict[int, genanki.Deck] = {}
    total = 0
    for card, parent in _with_children(chosen):
        deck = decks.setdefault(parent.topic_id, _deck(parent.topic))
        total += 1
        deck.add_note(_note(card, parent, model, total))
    put(path, _package(genanki.Package(list(decks.values())), time.time()))
    return total


def guid(slug: str) -> str:
    """Return the name by which Anki knows the note of this card, always the same."""
    return str(genanki.guid_for("anneal", slug))


def _with_children(cards: Iterable[Card]) -> Iterator[tuple[Card, Card]]:
    """Yield each card with itself, then each of its published children with it."""
    for card in cards:
        yield card, card
        for child in card.children.all():
            if child.status == Card.Status.PUBLISHED and child.owner_id == card.owner_id:
                yield child, card


def _model() -> genanki.Model:
    return genanki.Model(
        MODEL_ID,
        "Anneal",
        fields=[{"name": name} for name in anki_look.FIELDS],
        templates=[{"name": "Card", "qfmt": anki_look.FRONT, "afmt": anki_look.BACK}],
        css=anki_look.STYLE,
    )


def _deck(topic: Topic) -> genanki.Deck:
    number = int.from_bytes(hashlib.sha256(f"anneal {topic.slug}".encode()).digest()[:4])
    name = "::".join(part.replace("::", ":") for part in ("Anneal", topic.area.name, topic.name))
    return genanki.Deck(number + 2**31, name)  # clear of 1, which is Anki's own first deck


def _note(card: Card, parent: Card, model: genanki.Model, place: int) -> genanki.Note:
    """Return the card as a note; `place` is where it stands among Anki's new cards."""
    fields = {
        "Question": render(card.question),
        "Answer": render(card.answer),
        "Context": render(parent.question) if card is not parent else "",
        "Points": _points(card),
        "Details": render(card.details) + _bar(card),
        "Mistakes": _mistakes(card),
        "Sources": _sources(parent),
        "Hint": render(card.hint),
        "Slug": card.slug,
    }
    values = [fields[name].strip() for name in anki_look.FIELDS]
    return genanki.Note(model, values, tags=_tags(card, parent), guid=guid(card.slug), due=place)


def _tags(card: Card, parent: Card) -> list[str]:
    """Return the tags; what children inherit is the parent's."""
    return [
        f"kind::{parent.kind}",
        f"level::{Card.Level(parent.level).label.lower()}",
        f"part::{card.part}",
        *(f"role::{role.slug}" for role in parent.roles.all()),
        *(f"company::{company.slug}" for company in parent.companies.all()),
    ]


def _points(card: Card) -> str:
    points = [point for point in card.points.all() if not point.retired]
    return _list(_inline(point.text) + _MUST * point.must for point in points)


_MUST = ' <span class="must">must</span>'


def _bar(card: Card) -> str:
    levels = (
        f'<span class="level">{escape(level.capitalize())}:</span> {_inline(text)}'
        for level, text in card.bar.items()
    )
    return _list(levels)


def _mistakes(card: Card) -> str:
    return _list(
        f'<div class="wrong">{_inline(each["wrong"])}</div><div>{_inline(each["fix"])}</div>'
        for each in card.mistakes
    )


def _sources(card: Card) -> str:
    works = (
        f"{escape(each['authors'])} ({each['year']}), <i>{escape(each['title'])}</i>" for each in card.sources
    )
    return "; ".join(works)


def _list(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{rows}</ul>" if rows else ""


def _inline(text: str) -> str:
    """Return one paragraph of card text without its paragraph tags."""
    html = render(text).strip()
    one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return html[3:-4] if one else html


def _package(package: genanki.Package, now: float) -> bytes:
    """Return the package as the bytes of its file; no file is touched."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        package.write_to_db(database.cursor(), now, itertools.count(int(now * 1000)))
        database.commit()
        collection = database.serialize()
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", collection)
        archive.writestr("media", "{}")
    return file.getvalue()
