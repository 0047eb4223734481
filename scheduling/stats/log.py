"""The log day by day: answers, minutes, grades, recall by month, and the streak."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.db.models.functions import Least

from scheduling.fold import COUNTED, PASS
from scheduling.models import Learner, Review
from scheduling.order import Counts
from scheduling.pacing import LONGEST_MS, USUAL_SECONDS
from scheduling.stats.share import Share

GRADES = range(6)
YEAR = 365
RECENT = 200
LATEST = 10_000
LONGEST_STREAK = 1000


@dataclass(frozen=True, slots=True)
class Day:
    """One study day's answers: `cards` are first answers, `tried` those of kind review."""

    day: date
    answers: int = 0
    cards: int = 0
    tried: int = 0
    passed: int = 0
    ms: int = 0
    untimed: int = 0
    grades: tuple[int, ...] = (0,) * len(GRADES)

    @property
    def minutes(self) -> float:
        return self.ms / 60_000

    @property
    def whole_minutes(self) -> int:
        return round(self.minutes)

    @property
    def label(self) -> str:
        return f"{self.day:%a} {self.day.day} {self.day:%b %Y}"


def counted(learner: Learner) -> QuerySet[Review]:
    """Return the answers that count: practice, changes by hand and what was taken back are left out."""
    return Review.objects.filter(user=learner.pk, void=False, kind__in=COUNTED).order_by()


def latest(learner: Learner) -> QuerySet[Review]:
    """Return the counted answers among the latest 10,000 rows of the log."""
    return counted(learner).filter(sequence__gt=learner.last_sequence - LATEST)


def year(learner: Learner, today: date) -> list[Day]:
    """Return the days with an answer among the 365 up to today, oldest first. One statement.

    The time of one answer counts up to half an hour.
    """
    grades = {f"grade_{grade}": Count("pk", filter=Q(grade=grade)) for grade in GRADES}
    rows = (  # the time: PostgreSQL's LEAST passes over a null, so that it would count as half an hour
        counted(learner)
        .filter(study_day__gt=today - timedelta(days=YEAR), study_day__lte=today)
        .values_list("study_day")
        .annotate(
            answers=Count("pk"), cards=Count("pk", filter=~Q(kind="repeat")), tried=Count("pk", filter=Q(kind="review")),
            passed=Count("pk", filter=Q(kind="review", grade__gte=PASS)), ms=Sum(Least("elapsed_ms", LONGEST_MS), filter=Q(elapsed_ms__isnull=False), default=0),
            timed=Count("elapsed_ms"), **grades,
        )
        .order_by("study_day")
    )  # fmt: skip
    return [Day(*row[:6], row[1] - row[6], row[7:]) for row in rows]


def months(days: Sequence[Day]) -> list[Share]:
    """Return how much was recalled in each calendar month that has an answer, oldest first. No statement."""
    found = []
    for month, group in groupby(days, key=lambda day: day.day.replace(day=1)):
        rows = list(group)
        tried, passed = sum(row.tried for row in rows), sum(row.passed for row in rows)
        found.append(Share(f"{month:%Y-%m}", f"{month:%b %Y}", tried, passed))
    return found


def grades(days: Iterable[Day]) -> list[int]:
    """Return how often each grade from 0 to 5 was given. No statement."""
    return [sum(column) for column in zip(*(day.grades for day in days), strict=True)] or [0] * len(GRADES)


def in_a_row(days: Iterable[date], off: Collection[date], today: date) -> int:
    """Return how many study days in a row have an answer, up to today or, if today has none yet, yesterday.

    `days` are those with an answer, latest first. A planned day off in `off`
    neither breaks the streak nor adds to it; one that was studied adds.
    """
    length, expected = 0, today
    for day in days:
        if day > today:
            continue
        while expected > day and (expected == today or expected in off):
            expected -= timedelta(days=1)
        if expected != day:
            break
        length += 1
        expected -= timedelta(days=1)
    return length


def streak(learner: Learner, today: date) -> int:
    """Return the streak, 1000 days at most. Two statements."""
    studied = (
        counted(learner)
        .order_by("-study_day")
        .values_list("study_day", flat=True)
        .distinct()[:LONGEST_STREAK]
    )
    return in_a_row(list(studied), days_off(learner), today)


def days_off(learner: Learner) -> set[date]:
    """Return the days off, past and planned. One statement."""
    return set(learner.user.days_off.values_list("day", flat=True))


def seconds_expected(learner: Learner, counts: Counts) -> int:
    """Return how long today's rest will take: answers left x the learner's usual time. One statement."""
    recent = (
        counted(learner).filter(elapsed_ms__isnull=False).order_by("-sequence").values("elapsed_ms")[:RECENT]
    )
    usual = recent.aggregate(usual=Avg(Least("elapsed_ms", LONGEST_MS)))["usual"]
    each = (usual or USUAL_SECONDS * 1000) / 1000
    return round(each * (counts.new + counts.learning + counts.due))
