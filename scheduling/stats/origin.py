"""What a figure is made of: the answers, or the cards, that were counted for it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from cards.models import Card
from scheduling.models import Learner, Review
from scheduling.stats import recall
from scheduling.stats.deck import LEARNT, MATURE, with_own
from scheduling.stats.log import YEAR, counted
from scheduling.stats.ready import interview

Filters = dict[str, Any]
STAGE = Case(
    When(own__interval__gte=MATURE, own__review_count__gt=0, then=Value("mature")),
    When(own__repetitions__gte=LEARNT, own__review_count__gt=0, then=Value("young")),
    When(own__review_count__gt=0, then=Value("learning")),
    default=Value("unmet"),
    output_field=CharField(),
)
GROUPS = {"seen": ("learning", "young", "mature"), "learnt": ("young", "mature")}


def answers(learner: Learner, today: date, filters: Filters) -> QuerySet[Review]:
    """Return the answers behind a figure, latest first.

    `filters` holds cleaned values that were given. `tested` keeps the reviews
    that true retention counts; `interval` and `band` are asked of them alone.
    """
    found = counted(learner).filter(study_day__gt=today - timedelta(days=YEAR), study_day__lte=today)
    if "kind" in filters:
        found = found.filter(kind=filters["kind"])
    if filters.get("tested"):
        found = recall.reviews(learner)
    if "interval" in filters:
        found = _by_interval(recall.reviews(learner), filters["interval"])
    if "band" in filters:
        found = recall.reviews(learner).annotate(band=recall.banded()).filter(band=filters["band"])
    return found.filter(_simple(filters)).order_by("-sequence")


def _simple(filters: Filters) -> Q:
    lookups = {
        "day": "study_day", "grade": "grade", "topic": "card__topic__slug", "area": "card__topic__area__slug",
        "card": "card__slug",
    }  # fmt: skip
    wanted = Q(**{look: filters[name] for name, look in lookups.items() if name in filters})
    if month := filters.get("month"):
        wanted &= Q(study_day__year=month.year, study_day__month=month.month)
    if point := filters.get("point"):
        wanted &= Q(ticks__point=point, ticks__said=False)
    return wanted


def _by_interval(found: QuerySet[Review], bound: int) -> QuerySet[Review]:
    above = [low for low, _ in recall.INTERVALS if low > bound]
    found = found.annotate(prior=Coalesce(recall.prior_interval(), 0)).filter(prior__gte=bound)
    return found.filter(prior__lt=above[0]) if above else found


def cards(learner: Learner, today: date, filters: Filters) -> QuerySet[Card]:
    """Return the cards behind a figure, in study order, each with its `stage` and the learner's state as `own`."""
    found = with_own(Card.objects.visible_to(learner.user), learner).annotate(
        stage=STAGE, own_due_on=F("own__due_on"), own_interval=F("own__interval")
    )
    if stage := filters.get("stage"):
        found = found.filter(stage__in=GROUPS.get(str(stage), (stage,)))
    if due := filters.get("due"):
        when = {"own__due_on__lte": due} if due == today else {"own__due_on": due}
        found = found.filter(**when, own__suspended=False)
    if filters.get("scope"):  # the plan's
        found = interview(learner, today).scope.of_cards(found)
    if filters.get("predicted"):
        found = found.filter(own__stability__isnull=False, own__last_reviewed_on__isnull=False)
    for name, look in (("topic", "topic__slug"), ("area", "topic__area__slug")):
        if filters.get(name):
            found = found.filter(**{look: filters[name]})
    return found.order_by("topic__position", "position", "pk")
