"""A learner's export back into an empty account, on this site or another; all or nothing.

The states are not taken from the file: they are folded from its log, as ever.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from cards.models import Card, RubricPoint, Topic, open_to
from scheduling import days, fold, readiness
from scheduling.exporting import CARD, WISHES, preferences
from scheduling.models import CardState, DayOff, Learner, Note, Plan, Reminder, Review, Tick
from scheduling.study import lock, one_transaction

BATCH = 2000
INSTANTS = {"reviewed_at", "sent_at", "created_at", "updated_at"}
DATES = {
    "study_day",
    "due_on",
    "buried_until",
    "reminders_from",
    "interview_on",
    "day",
    "as_of",
    "review_by",
    "extra_on",
}


@dataclass
class Imported:
    """How much came in, and the cards that this site does not have."""

    reviews: int = 0
    missing: set[str] = field(default_factory=set)


@one_transaction
def restore(user: User, data: dict[str, Any]) -> Imported:
    """Write an export (`exporting.read`) into an account without a log; ValueError if it has one."""
    learner = Learner.of(user)
    lock(learner)
    if user.reviews.exists() or user.card_states.exists():
        raise ValueError("This account has answers of its own: an export goes into an empty account only.")
    _prefer(learner, data["preferences"])
    _own_cards(user, data["cards"])
    named = [row["card"] for row in (*data["reviews"], *data["states"], *data["notes"])]
    cards = Card.objects.filter(open_to(user)).in_bulk(set(named), field_name="slug")
    found = Imported(missing=set(named) - cards.keys())
    _log(learner, data, cards, found)
    _plans(user, data["plans"])
    for model, rows in ((DayOff, data["days_off"]), (Reminder, data["reminders"])):
        made = [model(user=user, **parsed(row)) for row in rows]
        model.objects.bulk_create(map(_sound, made), ignore_conflicts=True)
    notes = [row for row in data["notes"] if row["card"] in cards]
    made = [Note(user=user, card=cards[row["card"]], text=row["text"]) for row in notes]
    Note.objects.bulk_create(map(_sound, made))
    return found


def _sound(row: Any) -> Any:
    """Return the row if its columns are what the site's forms would let through, else ValidationError."""
    row.clean_fields(exclude={"user", "card", "owner", "topic", "parent"})
    wrong = [
        field.name
        for field in row._meta.concrete_fields
        if isinstance(text := getattr(row, field.attname), str)
        and ("\0" in text or len(text) > (field.max_length or 0))
    ]
    if isinstance(row, Plan):
        week, parts = row.minutes, row.scope
        if not (_all(int, week, list) and len(week) == 7 and all(0 <= minutes <= 720 for minutes in week)):
            wrong.append("minutes")
        if not (isinstance(parts, dict) and _all(list, list(parts.values()), list)):
            wrong.append("scope")
    if isinstance(row, Card):
        mistakes = row.mistakes if _all(dict, row.mistakes, list) else [{"": None}]
        if not all(_all(str, list(each.values()), list) for each in mistakes):
            wrong.append("mistakes")
        if not (isinstance(row.bar, dict) and _all(str, list(row.bar.values()), list)):
            wrong.append("bar")
        wrong += [
            name for name in ("sources", "claims", "covers") if not isinstance(getattr(row, name), list)
        ]
    if wrong:
        raise ValidationError(f"{type(row).__name__}: {', '.join(wrong)} cannot be read.")
    return row


def _all(kind: type, values: Any, holder: type) -> bool:
    return isinstance(values, holder) and all(isinstance(value, kind) for value in values)


def parsed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its dates and instants as Python's own."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in INSTANTS:
        return datetime.fromisoformat(value)
    if name == "turn":
        return UUID(value)
    return date.fromisoformat(value) if name in DATES else value


def _prefer(learner: Learner, given: dict[str, Any]) -> None:
    """Take the file's settings; one that an older file does not name is as it is for a new learner."""
    values = parsed(given)
    for name, default in preferences(Learner()).items():
        setattr(learner, name, values.get(name, default))
    learner.full_clean()
    if learner.time_zone not in days.ZONES:
        raise ValidationError(f"There is no time zone {learner.time_zone}.")
    learner.save()


def _own_cards(user: User, rows: Iterable[dict[str, Any]]) -> None:
    """Make the private cards again; one whose slug is taken, or whose topic is not here, is left out."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for row in rows:
        if row["topic"] not in topics or Card.objects.filter(slug=row["slug"]).exists():
            continue
        parent = Card.objects.filter(open_to(user), slug=row["parent"]).first() if row["parent"] else None
        values = {name: row[name] for name in CARD}
        card = _sound(Card(owner=user, topic=topics[row["topic"]], parent=parent, **parsed(values)))
        card.save()
        points = enumerate(row["points"])
        RubricPoint.objects.bulk_create(
            [RubricPoint(card=card, position=place, **point) for place, point in points]
        )


def _plans(user: User, rows: Iterable[dict[str, Any]]) -> None:
    """Make the plans again, each with the time it was made: its cut-off is counted from then."""
    for row in map(parsed, rows):
        made = _sound(Plan(user=user, **row))
        made.save()
        made.created_at = row["created_at"]  # `auto_now_add` has put the present there
        made.save(update_fields=["created_at"])


def _log(learner: Learner, data: dict[str, Any], cards: dict[str, Card], found: Imported) -> None:
    rows = [row for row in data["reviews"] if row["card"] in cards]
    rows.sort(key=lambda row: row["sequence"])
    values = [
        parsed({name: value for name, value in row.items() if name not in ("card", "points")}) for row in rows
    ]
    made = [
        Review(user_id=learner.pk, card=cards[row["card"]], **value)
        for row, value in zip(rows, values, strict=True)
    ]
    logs: dict[str, list[Review]] = defaultdict(list)
    for review in made:
        if not review.void:
            logs[review.card.slug].append(review)
    for log in logs.values():
        for review, predicted in zip(log, readiness.fold(log)[1], strict=True):
            review.predicted = predicted
    Review.objects.bulk_create(made, BATCH)
    _ticks(rows, made)
    _states(learner, data["states"], logs, cards)
    found.reviews = len(made)
    learner.last_sequence = max((row.sequence for row in made), default=0)
    learner.last_study_day = max((row.study_day for row in made), default=None)
    learner.save(update_fields=["last_sequence", "last_study_day"])


def _ticks(rows: Iterable[dict[str, Any]], made: Iterable[Review]) -> None:
    """Store the ticks of points that the cards still have."""
    ids = {(point.card_id, point.key): point.pk for point in RubricPoint.objects.only("card", "key")}
    ticks = [
        Tick(
            user_id=review.user_id,
            review=review,
            point_id=ids[review.card_id, point["key"]],
            said=point["said"],
        )
        for row, review in zip(rows, made, strict=True)
        for point in row.get("points", ())
        if (review.card_id, point["key"]) in ids
    ]
    Tick.objects.bulk_create(ticks, BATCH)


def _states(
    learner: Learner, rows: Iterable[dict[str, Any]], logs: dict[str, list[Review]], cards: dict[str, Card]
) -> None:
    """Fold the log into states, and add the wishes that no log holds."""
    wishes = {
        row["card"]: parsed({name: row[name] for name in WISHES}) for row in rows if row["card"] in cards
    }
    states = []
    for slug in sorted(wishes.keys() | logs.keys()):
        own = CardState(user_id=learner.pk, card=cards[slug], **wishes.get(slug, {}))
        own.take(fold.fold((row.entry for row in logs[slug]), slug))
        trace, _ = readiness.fold(logs[slug])
        own.stability, own.difficulty = trace.stability, trace.difficulty
        states.append(own)
    CardState.objects.bulk_create(states, BATCH)
