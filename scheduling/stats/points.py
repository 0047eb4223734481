"""What needs work although nothing says so: cards known but slow, and key points often missed.

Both look at the last 90 days, and at 10,000 answers at most.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, Subquery, When

from cards.models import CHILD_SECONDS, TARGET_SECONDS
from scheduling.fold import PASS
from scheduling.models import CardState, Learner, Tick
from scheduling.pacing import LONGEST_MS
from scheduling.stats.deck import LEARNT
from scheduling.stats.log import latest

WINDOW = 90  # days
SLOW = 2  # times the card's target: reading the question and the answer takes its part
TIMES = 2  # answers before a card is called slow, misses before a point is listed
SHOWN = 3
LISTED = 10


@dataclass(frozen=True, slots=True)
class SlowCard:
    """A card recalled, but slowly: `seconds` is the mean over its passed answers, `target` what is aimed at."""

    slug: str
    question: str
    seconds: float
    target: int
    answers: int


@dataclass(frozen=True, slots=True)
class MissedPoint:
    """A key point that was not said in `missed` of `shown` ticked answers."""

    point: int
    text: str
    slug: str
    page: str
    question: str
    shown: int
    missed: int


def slow(learner: Learner, today: date) -> list[SlowCard]:
    """Return the learnt cards that took over twice their target in the last 90 days, the slowest for it first.

    Mean of at least two passed answers; one of over half an hour was not spent
    at the desk and is left out. One statement.
    """
    known = CardState.objects.filter(
        user=learner.pk, card=OuterRef("card"), repetitions__gte=LEARNT, last_grade__gte=PASS, suspended=False
    )
    found = (
        latest(learner)
        .filter(
            Exists(known),
            study_day__gt=today - timedelta(days=WINDOW),
            grade__gte=PASS,
            elapsed_ms__lte=LONGEST_MS,
        )
        .values_list("card")
        .annotate(
            mean=Avg("elapsed_ms"),
            answers=Count("pk"),
            slug=Max("card__slug"),
            question=Max("card__question"),
            target=Max(target_seconds("card__")),
        )
        .annotate(over=F("mean") / F("target"))
        .filter(over__gt=SLOW * 1000, answers__gte=TIMES)
        .order_by("-over", "card")[:LISTED]
    )
    return [
        SlowCard(slug, question, mean / 1000, target, n) for _, mean, n, slug, question, target, _ in found
    ]


def target_seconds(prefix: str) -> Case:
    """Return the expression for a card's target, as `Card.target` gives it."""
    by_kind = [When(**{f"{prefix}kind": kind}, then=seconds) for kind, seconds in TARGET_SECONDS.items()]
    child = When(**{f"{prefix}parent__isnull": False}, then=CHILD_SECONDS)
    return Case(child, *by_kind, output_field=IntegerField())


def missed(learner: Learner, today: date) -> list[MissedPoint]:
    """Return the key points most often missed in the last 90 days, of those shown 3 times and missed twice.

    Only answers in which a point was ticked count: silence is not "missed". One statement.
    """
    since = latest(learner).filter(study_day__gt=today - timedelta(days=WINDOW))
    first = Subquery(since.order_by("sequence").values("pk")[:1])
    found = (
        Tick.objects.filter(user=learner.pk, review__gte=first, review__void=False, point__retired=False)
        .values_list("point")
        .annotate(
            text=Max("point__text"), slug=Max("point__card__slug"), parent=Max("point__card__parent__slug"),
            question=Max("point__card__question"), shown=Count("pk"), missed=Count("pk", filter=Q(said=False)),
        )
        .filter(shown__gte=SHOWN, missed__gte=TIMES)
        .order_by("-missed", "shown", "point")[:LISTED]
    )  # fmt: skip
    return [
        MissedPoint(point, text, slug, parent or slug, question, shown, n)
        for point, text, slug, parent, question, shown, n in found
    ]
