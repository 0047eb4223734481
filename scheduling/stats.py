"""Numbers for a learner's pages: reads only, each from the log or the states."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Count, Q
from django.db.models.functions import Least

from cards.models import Card
from scheduling.models import CardState, Learner, Review
from scheduling.order import Counts

COUNTED = ("learn", "review", "early", "repeat")
USUAL_SECONDS = 60
RECENT = 200
LONGEST_STREAK = 1000


@dataclass(frozen=True, slots=True)
class DayLoad:
    """How many cards come due on one study day."""

    day: date
    due: int


def seconds_expected(learner: Learner, counts: Counts) -> int:
    """Return how long today's rest will take: answers left x the learner's usual time. One statement."""
    recent = (
        Review.objects.filter(user=learner.pk, void=False, kind__in=COUNTED, elapsed_ms__isnull=False)
        .order_by("-sequence")
        .values("elapsed_ms")[:RECENT]
    )
    usual = recent.aggregate(usual=Avg(Least("elapsed_ms", 600_000)))["usual"]
    each = (usual or USUAL_SECONDS * 1000) / 1000
    return round(each * (counts.new + counts.learning + counts.due))


def streak(learner: Learner, today: date) -> int:
    """Return how many study days in a row, up to today or yesterday, have an answer. One statement."""
    studied = (
        Review.objects.filter(user=learner.pk, void=False, kind__in=COUNTED)
        .order_by("-study_day").values_list("study_day", flat=True).distinct()[:LONGEST_STREAK]
    )  # fmt: skip
    days = list(studied)
    if not days or days[0] < today - timedelta(days=1):
        return 0
    return next((n for n, day in enumerate(days) if day != days[0] - timedelta(days=n)), len(days))


def forecast(learner: Learner, today: date, length: int) -> list[DayLoad]:
    """Return what is due today (with all that is overdue) and on each day after. One statement."""
    last = today + timedelta(days=length - 1)
    rows = (
        CardState.objects.filter(user=learner.pk, due_on__lte=last, suspended=False)
        .values_list("due_on").annotate(n=Count("pk"))
    )  # fmt: skip
    loads = {today + timedelta(days=n): 0 for n in range(length)}
    for due_on, n in rows:
        loads[max(due_on, today)] += n
    return [DayLoad(day, n) for day, n in loads.items()]


def coverage(learner: Learner) -> list[dict[str, object]]:
    """Return for each area its cards, and how many the learner has met and holds for 21 days or more.

    Suspended and retired cards count as met where they were. One statement.
    """
    mine = Q(states__user=learner.pk, states__review_count__gt=0)
    return list(
        Card.objects.visible_to(learner.user)
        .order_by("topic__area__position")
        .values("topic__area__slug", "topic__area__name")
        .annotate(
            cards=Count("pk", distinct=True),
            seen=Count("states", filter=mine),
            mature=Count("states", filter=mine & Q(states__interval__gte=21)),
        )
    )


def today_in_numbers(learner: Learner, today: date) -> dict[str, int]:
    """Return today's answers, cards and first-try passes. One statement."""
    rows = Review.objects.filter(user=learner.pk, study_day=today, void=False, kind__in=COUNTED)
    return rows.aggregate(
        answers=Count("pk"),
        cards=Count("card", distinct=True),
        tried=Count("pk", filter=Q(kind="review")),
        passed=Count("pk", filter=Q(kind="review", grade__gte=3)),
    )
