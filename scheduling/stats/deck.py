"""The deck as one learner holds it: coverage, stages, what comes due, and the chance of recall."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Value

from cards.models import Card, Topic
from scheduling.models import CardState, Learner
from scheduling.readiness import chance
from scheduling.scope import Scope

LEARNT = 2  # successes in a row
MATURE = 21  # days
STAGES = {"unmet": "not met", "learning": "learning", "young": "learnt", "mature": "mature"}


@dataclass(frozen=True, slots=True)
class DayLoad:
    """How many cards come due on one study day."""

    day: date
    due: int


class Row(NamedTuple):
    """One visible card, with the learner's state of it where there is one."""

    topic: int
    inside: bool
    review_count: int | None
    repetitions: int | None
    interval: int | None
    due_on: date | None
    last_on: date | None
    stability: float | None
    suspended: bool | None

    @property
    def stage(self) -> str:
        """Return unmet, learning, young (two successes in a row) or mature (21 days or more)."""
        if not self.review_count:
            return "unmet"
        if (self.interval or 0) >= MATURE:
            return "mature"
        return "young" if (self.repetitions or 0) >= LEARNT else "learning"


@dataclass(slots=True)
class Part:
    """A topic, an area or the whole: its cards by stage, and what is predicted of them."""

    key: str
    name: str
    area: str = ""
    area_name: str = ""
    topic: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    chances: list[float] = field(default_factory=list)

    def add(self, other: "Part") -> None:
        self.stages.update(other.stages)
        self.chances.extend(other.chances)

    @property
    def cards(self) -> int:
        return self.stages.total()

    @property
    def seen(self) -> int:
        return self.cards - self.stages["unmet"]

    @property
    def learnt(self) -> int:
        return self.stages["young"] + self.stages["mature"]

    @property
    def mature(self) -> int:
        return self.stages["mature"]

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Return the numbers of a row of the coverage table, each under the name that opens its cards."""
        return [("seen", self.seen), ("learnt", self.learnt), ("mature", self.mature)]


def with_own(cards: QuerySet[Card], learner: Learner) -> QuerySet[Card]:
    """Join the learner's state as `own`."""
    return cards.annotate(own=FilteredRelation("states", condition=Q(states__user=learner.pk)))


def rows(learner: Learner, scope: Scope) -> list[Row]:
    """Return every visible card, marked whether it is inside the scope. One statement."""
    inside = Exists(scope.of_cards(Card.objects.filter(pk=OuterRef("pk")))) if scope.pairs() else Value(True)
    found = (
        with_own(Card.objects.visible_to(learner.user), learner)
        .annotate(inside=inside)
        .order_by()
        .values_list(
            "topic", "inside", "own__review_count", "own__repetitions", "own__interval", "own__due_on",
            "own__last_reviewed_on", "own__stability", "own__suspended",
        )
    )  # fmt: skip
    return [Row._make(row) for row in found]


def names() -> list[Topic]:
    """Return all topics with their areas, in study order. One statement."""
    return list(
        Topic.objects.select_related("area").order_by("area__position", "area__slug", "position", "slug")
    )


def by_topic(topics: Iterable[Topic], found: Iterable[Row], on: date) -> list[Part]:
    """Return the topics that have a card here, with the chances of recall on a day. No statement."""
    parts = {
        topic.pk: Part(topic.slug, topic.name, topic.area.slug, topic.area.name, topic.pk) for topic in topics
    }
    for row in found:
        part = parts[row.topic]
        part.stages[row.stage] += 1
        if row.stability and row.last_on:
            part.chances.append(chance(row.stability, (on - row.last_on).days))
    return [part for part in parts.values() if part.cards]


def by_area(topics: Iterable[Part]) -> list[Part]:
    """Return the areas as the sums of their topics. No statement."""
    areas: dict[str, Part] = {}
    for topic in topics:
        areas.setdefault(topic.area, Part(topic.area, topic.area_name)).add(topic)
    return list(areas.values())


def whole(parts: Iterable[Part]) -> Part:
    """Return the sum of the parts. No statement."""
    total = Part("", "All")
    for part in parts:
        total.add(part)
    return total


def due_days(found: Iterable[Row], today: date, length: int) -> list[DayLoad]:
    """Return what is due today, all that is overdue included, and on each day after. No statement."""
    due = Counter(max(row.due_on, today) for row in found if row.due_on and not row.suspended)
    days = (today + timedelta(days=n) for n in range(length))
    return [DayLoad(day, due[day]) for day in days]


def due_ahead(learner: Learner, today: date, length: int) -> list[DayLoad]:
    """Return what is due today (with all that is overdue) and on each day after. One statement."""
    visible = Card.objects.visible_to(learner.user).filter(pk=OuterRef("card"))
    last = today + timedelta(days=length - 1)
    found = (
        CardState.objects.filter(Exists(visible), user=learner.pk, due_on__lte=last, suspended=False)
        .values_list("due_on").annotate(n=Count("pk"))
    )  # fmt: skip
    due: Counter[date] = Counter()
    for due_on, n in found:
        due[max(due_on, today)] += n
    return [DayLoad(day, due[day]) for day in (today + timedelta(days=n) for n in range(length))]


def met(learner: Learner) -> tuple[int, int]:
    """Return how many cards the learner has met, and of how many. One statement."""
    cards = with_own(Card.objects.visible_to(learner.user), learner).order_by()
    found = cards.aggregate(met=Count("pk", filter=Q(own__review_count__gt=0)), cards=Count("pk"))
    return found["met"], found["cards"]
