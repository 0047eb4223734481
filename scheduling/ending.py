"""What the end of a session has to say: how it went, and what is best to do next."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum

from scheduling import fold
from scheduling.models import CardState, Learner, Review

FIRST_TRIES = ("learn", "review", "early")
ENOUGH = 2  # answers in a topic before it may be called the weakest


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
    due: int
    buried: int
    ahead: int

    @property
    def seconds_each(self) -> int:
        return round(self.seconds / self.answers) if self.answers else 0

    @property
    def retention(self) -> int:
        return round(100 * self.recalled / self.tried) if self.tried else 0


def ending(learner: Learner, today: date) -> Ending:
    """Return the day in numbers. Three statements."""
    answers = Review.objects.filter(user=learner.pk, study_day=today, void=False).exclude(kind="manual")
    known = Q(kind__in=("review", "early"))
    numbers = answers.aggregate(
        answers=Count("pk"),
        cards=Count("card", distinct=True),
        milliseconds=Sum("elapsed_ms"),
        tried=Count("pk", filter=known),
        recalled=Count("pk", filter=known & Q(grade__gte=fold.PASS)),
    )
    weakest = (
        answers.filter(kind__in=FIRST_TRIES)
        .values_list("card__topic__name", "card__topic__slug")
        .annotate(n=Count("pk"), failed=Count("pk", filter=Q(grade__lt=fold.PASS)))
        .filter(n__gte=ENOUGH, failed__gt=0)
        .order_by("-failed", "n")
        .first()
    ) or ("", "")
    return Ending(
        seconds=(numbers.pop("milliseconds") or 0) // 1000,
        weakest=weakest[0],
        weakest_slug=weakest[1],
        **numbers,
        **waiting(learner, today),
    )


def waiting(learner: Learner, today: date) -> dict[str, int]:
    """Return how many cards are due now and tomorrow, buried, or could come early. One statement."""
    tomorrow = today + timedelta(days=1)
    awake = Q(suspended=False, card__status="published")
    return CardState.objects.filter(user=learner.pk).aggregate(
        tomorrow=Count("pk", filter=awake & Q(due_on=tomorrow)),
        due=Count("pk", filter=awake & Q(due_on__lte=today)),
        buried=Count("pk", filter=awake & Q(buried_until__gt=today)),
        ahead=Count("pk", filter=awake & Q(due_on__gt=today)),
    )
