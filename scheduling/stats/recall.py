"""True retention: of the cards that came due, how many were recalled at the first answer of the day.

Only kind review is counted: repeats, early answers and first meetings say
nothing about what was kept. Read are the latest 10,000 answers, so that the
cost is the same however long the log is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When

from scheduling.fold import PASS
from scheduling.models import Learner, Review
from scheduling.stats.deck import Part
from scheduling.stats.log import latest
from scheduling.stats.share import ENOUGH, Share

RECALLED = Count("pk", filter=Q(grade__gte=PASS))
# What was predicted: from each bound up to the next, in hundredths.
CHANCES = (0, 50, 70, 80, 85, 90, 95, 98)
# Intervals before the answer, in days: from each bound up to the next.
INTERVALS = (
    (0, "up to 6 days"),
    (7, "1 to 3 weeks"),
    (21, "3 weeks to 2 months"),
    (61, "2 to 6 months"),
    (183, "over 6 months"),
)


@dataclass(frozen=True, slots=True)
class Tested:
    """Reviews of one topic that were predicted within one band, and how they went."""

    topic: int
    band: int | None
    tried: int
    passed: int
    predicted: float


@dataclass(frozen=True, slots=True)
class Band:
    """Past predictions between two bounds against what happened. `expected` is their mean, 0 to 100."""

    share: Share
    expected: float


def reviews(learner: Learner) -> QuerySet[Review]:
    """Return the reviews that test what was kept."""
    return latest(learner).filter(kind="review")


def banded() -> Case:
    """Return the expression for the band of CHANCES that a prediction falls into; null without one."""
    falling = [When(predicted__gte=bound / 100, then=bound) for bound in reversed(CHANCES)]
    return Case(*falling, default=None, output_field=IntegerField())


def prior_interval() -> Subquery:
    """Return the expression for the interval in days that a review put to the test."""
    before = Review.objects.filter(
        user=OuterRef("user"), card=OuterRef("card"), sequence__lt=OuterRef("sequence"), void=False
    ).exclude(kind="practice")
    return Subquery(before.order_by("-sequence").values("interval")[:1])


def tested(learner: Learner) -> list[Tested]:
    """Return the reviews counted by topic and by band of prediction. One statement."""
    rows = (
        reviews(learner)
        .annotate(band=banded())
        .values_list("card__topic", "band")
        .annotate(tried=Count("pk"), passed=RECALLED, expected=Sum("predicted", default=0.0))
    )
    return [Tested(*row) for row in rows]


def by_interval(learner: Learner) -> list[Share]:
    """Return recall by the interval before. One statement."""
    rows = (
        reviews(learner).annotate(prior=prior_interval())
        .values_list("prior").annotate(tried=Count("pk"), passed=RECALLED)
    )  # fmt: skip
    tried, passed = dict.fromkeys(dict(INTERVALS), 0), dict.fromkeys(dict(INTERVALS), 0)
    for prior, n, ok in rows:
        bound = max(bound for bound, _ in INTERVALS if bound <= (prior or 0))
        tried[bound] += n
        passed[bound] += ok
    return [Share(str(bound), label, tried[bound], passed[bound]) for bound, label in INTERVALS]


def by_part(parts: Iterable[Part], rows: Iterable[Tested]) -> list[Share]:
    """Return recall topic by topic, for topics with a review. No statement."""
    tried: Counter[int] = Counter()
    passed: Counter[int] = Counter()
    for row in rows:
        tried[row.topic] += row.tried
        passed[row.topic] += row.passed
    return [Share(p.key, p.name, tried[p.topic], passed[p.topic]) for p in parts if tried[p.topic]]


def summed(parts: Iterable[Part], topics: Iterable[Part], shares: Iterable[Share]) -> list[Share]:
    """Return recall area by area from that of the topics, for areas with a review. No statement."""
    area_of = {topic.key: topic.area for topic in topics}
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for share in shares:
        tried[area_of[share.key]] += share.tried
        passed[area_of[share.key]] += share.passed
    return [Share(p.key, p.name, tried[p.key], passed[p.key]) for p in parts if tried[p.key]]


def calibration(rows: Iterable[Tested]) -> list[Band]:
    """Return predictions against what happened, band by band; bands without a review are left out. No statement."""
    found = []
    rows = list(rows)
    for low, high in zip(CHANCES, (*CHANCES[1:], 100), strict=True):
        inside = [row for row in rows if row.band == low]
        if tried := sum(row.tried for row in inside):
            share = Share(str(low), f"{low} to {high} %", tried, sum(row.passed for row in inside))
            found.append(Band(share, 100 * sum(row.predicted for row in inside) / tried))
    return found


def weakest(topics: Iterable[Share], number: int = 5) -> list[Share]:
    """Return the topics least often recalled, of those with 20 reviews or more and a miss. No statement."""
    known = [topic for topic in topics if topic.tried >= ENOUGH and topic.passed < topic.tried]
    return sorted(known, key=lambda topic: (topic.passed / topic.tried, -topic.tried, topic.key))[:number]
