"""Everything of one learner as JSON, and back: docs/your-data.md describes the format.

Cards are named by slug, key points by key, so that the file means the same on
another site. Written piece by piece: a long log never stands in memory whole.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F

from cards.models import Card
from scheduling.models import CardState, Learner, Review, Tick

FORMAT = "anneal-learner"
VERSION = 1
NOT_PREFERENCES = {"user", "last_sequence", "last_study_day"}
REVIEW = [
    "sequence", "turn", "reviewed_at", "study_day", "kind", "grade", "elapsed_ms", "repetitions", "interval", "easiness",
    "due_on", "rules", "revision", "void", "predicted",
]  # fmt: skip
WISHES = ["suspended", "buried_until", "flagged", "skips"]
STATE = [*CardState.MEMORY, *WISHES, "stability", "difficulty"]
CARD = [
    "slug", "part", "kind", "level", "position", "status", "question", "hint", "answer", "details", "mistakes", "bar",
    "sources", "claims", "covers", "as_of", "review_by", "revision",
]  # fmt: skip
ENCODER = DjangoJSONEncoder(ensure_ascii=False)


def written(learner: Learner, now: datetime) -> Iterator[str]:
    """Yield the export in pieces. Ten statements; hold the learner's lock meanwhile."""
    head = {
        "format": FORMAT, "version": VERSION, "exported_at": now,
        "account": {"email": learner.user.email, "joined_at": learner.user.date_joined},
        "preferences": preferences(learner),
    }  # fmt: skip
    yield ENCODER.encode(head)[:-1]
    for name, rows in lists(learner):
        yield f',\n"{name}": ['
        yield from joined(rows)
        yield "]"
    yield "}\n"


def preferences(learner: Learner) -> dict[str, Any]:
    """Return the learner's settings by name. No statement."""
    fields = Learner._meta.concrete_fields
    return {
        field.name: getattr(learner, field.attname) for field in fields if field.name not in NOT_PREFERENCES
    }


def lists(learner: Learner) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """Yield the lists of the export by name, each read only when it is asked for."""
    user = learner.user
    yield "cards", private_cards(learner)
    yield "states", rows(CardState.objects.filter(user=user).order_by("card__slug"), STATE)
    yield "reviews", reviews(learner)
    yield "notes", rows(user.notes.order_by("card__slug"), ["text", "updated_at"])
    yield (
        "reports",
        rows(user.card_reports.order_by("pk"), ["reason", "text", "state", "reply", "created_at"]),
    )
    yield "plans", user.plans.order_by("pk").values("title", "interview_on", "minutes", "scope", "created_at")
    yield "days_off", user.days_off.order_by("day").values("day")
    yield "reminders", user.reminders.order_by("day").values("day", "sent_at")


def rows(found: Any, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield each row as a dictionary, with its card's slug first. One statement."""
    for card, *values in found.values_list("card__slug", *names).iterator(chunk_size=2000):
        yield {"card": card, **dict(zip(names, values, strict=True))}


def reviews(learner: Learner) -> Iterator[dict[str, Any]]:
    """Yield the whole log in order, void rows too, each with the key points that were ticked. Two statements."""
    ticks = Tick.objects.filter(user=learner.pk).order_by("review__sequence", "pk")
    named = ticks.values_list("review__sequence", "point__key", "said").iterator(chunk_size=5000)
    groups = ((sequence, list(group)) for sequence, group in groupby(named, key=lambda tick: tick[0]))
    waiting = next(groups, None)
    for row in rows(Review.objects.filter(user=learner.pk).order_by("sequence"), REVIEW):
        if waiting and waiting[0] == row["sequence"]:
            row["points"] = [{"key": key, "said": said} for _, key, said in waiting[1]]
            waiting = next(groups, None)
        yield row


def private_cards(learner: Learner) -> Iterator[dict[str, Any]]:
    """Yield the learner's own cards, parents first, with their key points. Two statements."""
    found = Card.objects.filter(owner=learner.pk).select_related("topic", "parent").prefetch_related("points")
    for card in found.order_by(F("parent").asc(nulls_first=True), "pk"):
        points = [
            {"key": p.key, "text": p.text, "must": p.must, "retired": p.retired} for p in card.points.all()
        ]
        parent = card.parent.slug if card.parent else None
        values = {name: getattr(card, name) for name in CARD}
        yield {**values, "topic": card.topic.slug, "parent": parent, "points": points}


def joined(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the rows as JSON, a line each."""
    for place, row in enumerate(found):
        yield ("\n" if place == 0 else ",\n") + ENCODER.encode(row)


def read(given: str) -> dict[str, Any]:
    """Return an export as read; ValueError with a sentence if it is none."""
    data = json.loads(given)
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise ValueError("This file is no export of a learner in a version that this site knows.")
    return data
