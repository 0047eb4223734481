"""What the end of a session has to say: how it went, and what is best to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Least

from scheduling import fold, readiness
from scheduling.models import CardState, Learner, Review
from scheduling.pacing import LONGEST_MS

FIRST_TRIES = ("learn", "review", "early")
WAITING = ("tomorrow", "buried", "ahead")
EVIDENCE = 20  # reviews of due cards before a prediction is shown
HORIZON = timedelta(days=30)  # how far ahead to look without an interview


@dataclass(frozen=True, slots=True)
class Ending:
    """A study day in numbers. `tried` and `recalled` are first answers to known cards."""

    answers: int
    cards: int
    seconds: int
    tried: int
    recalled: int
    weakest: str
    weakest_slug: str
    tomorrow: int
    buried: int
    ahead: int

    @property
    def seconds_each(self) -> int:
        return round(self.seconds / self.answers) if self.answers else 0

    @property
    def retention(self) -> int:
        return round(100 * self.recalled / self.tried) if self.tried else 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What today's answers changed: cards expected to be recalled on a day, of those answered today."""

    on: date
    before: float
    after: float

    @property
    def more(self) -> str:
        """Return the difference as people read it: "+12", "+3.4", "-0.2"."""
        change = round(self.after - self.before, 1) or 0.0  # never "-0.0"
        return f"{change:+.0f}" if abs(change) >= 10 else f"{change:+.1f}"


def ending(learner: Learner, today: date) -> Ending:
    """Return the day in numbers. Three statements."""
    answers = Review.objects.filter(user=learner.pk, study_day=today, void=False).exclude(kind="manual")
    known = Q(kind__in=("review", "early"))
    numbers = answers.aggregate(
        answers=Count("pk"),
        cards=Count("card", distinct=True),
        milliseconds=Sum(Least("elapsed_ms", LONGEST_MS), filter=Q(elapsed_ms__isnull=False)),
        tried=Count("pk", filter=known),
        recalled=Count("pk", filter=known & Q(grade__gte=fold.PASS)),
    )
    weakest = (
        answers.filter(kind__in=FIRST_TRIES)
        .values_list("card__topic__name", "card__topic__slug")
        .annotate(n=Count("pk"), failed=Count("pk", filter=Q(grade__lt=fold.PASS)))
        .filter(failed__gt=0)
        .order_by("-failed", "n")
        .first()
    ) or ("", "")
    return Ending(
        seconds=(numbers.pop("milliseconds") or 0) // 1000,
        weakest=weakest[0],
        weakest_slug=weakest[1],
        **numbers,
        **{name: n for name, n in waiting(learner, today).items() if name in WAITING},
    )


def waiting(learner: Learner, today: date) -> dict[str, int]:
    """Return how many cards are due by tomorrow, buried, could come early, are flagged or leeches. One statement."""
    tomorrow = today + timedelta(days=1)
    awake = Q(suspended=False, card__status="published")
    return CardState.objects.filter(user=learner.pk).aggregate(
        tomorrow=Count("pk", filter=awake & Q(due_on__lte=tomorrow)),
        buried=Count("pk", filter=awake & Q(buried_until__gt=today)),
        ahead=Count("pk", filter=awake & Q(due_on__gt=today) & ~Q(last_reviewed_on=today)),
        flagged=Count("pk", filter=awake & Q(flagged=True)),
        leeches=Count("pk", filter=awake & Q(lapses__gte=learner.leech_lapses)),
    )


def effect(learner: Learner, today: date) -> Effect | None:
    """Return how today's answers changed what will be recalled on the interview day, or in 30 days.

    A prediction by FSRS, so None until 20 reviews of due cards have put it to
    the test. What was predicted just before an answer gives the memory that the
    card came with; a card met today came with none. Two statements.
    """
    due = Review.objects.filter(user=learner.pk, void=False, kind="review")
    if due[:EVIDENCE].count() < EVIDENCE:
        return None
    on = learner.exam_on or today + HORIZON
    before = after = 0.0
    for kind, predicted, last_on, stability in _first_tries(learner, today):
        if stability is None or (kind != "learn" and predicted is None):
            continue  # set by hand before: there is nothing to compare with
        after += readiness.chance(stability, (on - today).days)
        if predicted and last_on:
            came_with = readiness.stability_of(predicted, (today - last_on).days)
            before += readiness.chance(came_with, (on - last_on).days)
    return Effect(on, before, after)


def _first_tries(
    learner: Learner, today: date
) -> Iterable[tuple[str, float | None, date | None, float | None]]:
    """Return for each card answered today what its effect is made of.

    The kind of its first answer today, the chance predicted just before that,
    the day of the answer before, and the stability now. One statement.
    """
    earlier = Review.objects.filter(
        user=OuterRef("user"), card=OuterRef("card"), study_day__lt=today, void=False, grade__isnull=False
    ).exclude(kind="practice")
    rows = (
        Review.objects.filter(user=learner.pk, study_day=today, void=False, kind__in=FIRST_TRIES)
        .annotate(
            own=FilteredRelation("card__states", condition=Q(card__states__user=learner.pk)),
            last_on=Subquery(earlier.order_by("-sequence").values("study_day")[:1]),
            stability=F("own__stability"),
        )
        .order_by("-sequence")
        .values_list("card", "kind", "predicted", "last_on", "stability")
    )
    # A reset makes a second first answer: latest first, the earliest one stays.
    return {card: tuple(row) for card, *row in rows}.values()
