"""Readiness: the chance to recall on the interview day, with a range that owns up to past errors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from scheduling.models import Learner, Plan
from scheduling.scope import SLUGS, Scope
from scheduling.stats.deck import Part
from scheduling.stats.recall import Tested
from scheduling.stats.share import ENOUGH

SPREAD = 1.645  # standard deviations to either side that hold 90 of 100
FILTERS = (*SLUGS, "level", "kind")


@dataclass(frozen=True, slots=True)
class Interview:
    """The day to be ready for; without a plan it is today and the whole deck."""

    on: date
    scope: Scope
    title: str = ""
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of the predicted cards that will be recalled, 0 to 100, in a 90 % range.

    `predicted` cards have an answer to predict from; `tested` reviews have shown
    how good predictions were. Under 20 of either there is no number.
    """

    part: Part
    predicted: int
    tested: int
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def enough(self) -> bool:
        return min(self.predicted, self.tested) >= ENOUGH


def interview(learner: Learner, today: date) -> Interview:
    """Return the nearest interview ahead. One statement."""
    plan = (
        Plan.objects.filter(user=learner.pk, interview_on__gte=today).order_by("interview_on", "pk").first()
    )
    if plan is None:
        return Interview(today, Scope())
    filters = {name: tuple(str(value) for value in plan.scope.get(name, ())) for name in FILTERS}
    return Interview(plan.interview_on, Scope(**filters), plan.title, planned=True)


def estimate(part: Part, tested: Iterable[Tested]) -> Estimate:
    """Return the readiness of a part from its chances and from how its past predictions went.

    The variance of the share recalled is that of as many tosses as cards, plus
    the squared error of past predictions, plus the uncertainty of that error.
    """
    rows = [row for row in tested if row.band is not None]
    n, m = len(part.chances), sum(row.tried for row in rows)
    if not n or not m:
        return Estimate(part, n, m)
    mean = sum(part.chances) / n
    recalled = sum(row.passed for row in rows) / m
    error = recalled - sum(row.predicted for row in rows) / m
    variance = sum(p * (1 - p) for p in part.chances) / n**2 + error**2 + recalled * (1 - recalled) / m
    spread = SPREAD * sqrt(variance)
    return Estimate(part, n, m, 100 * mean, 100 * max(mean - spread, 0), 100 * min(mean + spread, 1))


def estimates(areas: Sequence[Part], topics: Iterable[Part], tested: Iterable[Tested]) -> list[Estimate]:
    """Return the readiness of each area, by the evidence of its own topics. No statement."""
    area_of = {topic.topic: topic.area for topic in topics}
    rows = list(tested)
    return [estimate(area, [row for row in rows if area_of.get(row.topic) == area.key]) for area in areas]
