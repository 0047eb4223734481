"""Plain functions that make rows; no test depends on a value that it did not give."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from cards.models import Area, Card, RubricPoint, Topic
from scheduling import study
from scheduling.models import Learner, Plan, Review

numbers = count(1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


def make_topic(slug="attention", area="llm", position=0):
    row, _ = Area.objects.get_or_create(slug=area, defaults={"name": area.capitalize()})
    defaults = {"name": slug.capitalize(), "area": row, "position": position}
    return Topic.objects.get_or_create(slug=slug, defaults=defaults)[0]


def make_card(question="What is bias?", *, topic=None, points=(), **values):
    values = {"slug": f"card-{next(numbers)}", "status": "published", "answer": "An answer.", **values}
    card = Card.objects.create(question=question, topic=topic or make_topic(), **values)
    for place, (key, must) in enumerate(points):
        RubricPoint.objects.create(card=card, key=key, must=must, text=f"Says {key}", position=place)
    return card


def make_child(parent, question="And then?", **values):
    values = {
        "slug": f"{parent.slug}--{next(numbers)}",
        "part": "followup",
        "position": parent.position + 1,
        **values,
    }
    return make_card(question, topic=parent.topic, parent=parent, **values)


def answer(learner: Learner, card: Card, grade: int = 4, now: datetime = NOON, **values):
    """Answer a card as its page would: with a fresh turn and the present `seen`."""
    if "seen" not in values:
        counted = Review.objects.filter(user=learner.pk, card=card, void=False).exclude(kind="practice")
        values["seen"] = counted.count()
    values.setdefault("turn", uuid4())
    return study.grade(learner, card.pk, study.Answer(grade=grade, **values), now)


def state_of(learner: Learner, card: Card):
    return learner.user.card_states.get(card=card)


def day(number: int, hour: int = 12) -> datetime:
    """Return an instant `number` days after the first."""
    return NOON + timedelta(days=number, hours=hour - 12)


def make_plan(learner, *, left=30, minutes=20, made=0, **values):
    """Return a plan made `made` days after the first day, for an interview `left` days after it."""
    week = [minutes] * 7 if isinstance(minutes, int) else minutes
    plan = Plan.objects.create(
        user=learner.user, interview_on=NOON.date() + timedelta(days=left), minutes=week, **values
    )
    Plan.objects.filter(pk=plan.pk).update(created_at=day(made))
    plan.refresh_from_db()
    return plan
