"""What the interview plan reads: which plan steers, today's pace, and what may come early."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Avg, Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from cards.models import Card, CardQuerySet
from scheduling import days, pacing
from scheduling.fold import COUNTED
from scheduling.models import CardState, CardStateQuerySet, Learner, Plan, Review
from scheduling.order import RANKED, New
from scheduling.pacing import LONGEST_MS, USUAL_SECONDS, Candidate, Pace, Week
from scheduling.scope import Scope

FILTERS = ("area", "topic", "role", "company", "level", "kind", "flagged", "leech")
RECENT = 200  # answers from which a learner's habits are read
ENOUGH = 20  # answers before they are believed
LOOK_BACK = timedelta(days=60)  # days off before that steer nothing any more
PLAN = ("pk", "title", "interview_on", "minutes", "scope", "created_at")
ANY_DAY = (USUAL_SECONDS,) * 7  # minutes where no plan says: any number, the same every day


@dataclass(frozen=True, slots=True)
class Steering:
    """What the learner has laid down: the plan that steers, if there is one, and the days off."""

    plan: Plan | None
    days_off: frozenset[date]

    @property
    def week(self) -> Week:
        """Return the minutes of each day."""
        return Week(tuple(self.plan.minutes) if self.plan else ANY_DAY, self.days_off)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the learner answers: seconds each, and the shares recalled at first sight and in reviews.

    A number is assumed until there are 20 answers of its kind; `assumed` names those.
    """

    seconds: int = USUAL_SECONDS
    first_pass: float = 0.75
    later_pass: float = 0.9
    assumed: tuple[str, ...] = ()


def steering(learner: Learner, today: date) -> Steering:
    """Return the plan of the nearest interview on or after today, with the days off. One statement."""
    rows = list(laid_down(learner, today))
    values = dict(zip(PLAN, rows[0][1:], strict=True))
    plan = Plan(user_id=learner.pk, **values) if values["pk"] else None
    return Steering(plan, frozenset(row[0] for row in rows if row[0]))


def laid_down(learner: Learner, today: date) -> QuerySet[User, tuple[Any, ...]]:
    """Return a row for each day off, or one row, each with the nearest plan's columns. No statement."""
    nearest = Plan.objects.filter(user=learner.pk, interview_on__gte=today).values("pk")[:1]
    return (
        User.objects.filter(pk=learner.pk)
        .annotate(
            ahead=FilteredRelation("plans", condition=Q(plans__pk=Subquery(nearest))),
            off=FilteredRelation("days_off", condition=Q(days_off__day__gte=today - LOOK_BACK)),
        )
        .values_list("off__day", *(f"ahead__{name}" for name in PLAN))
    )


def exam_on(learner: Learner, today: date) -> Subquery:
    """Return the nearest interview day as an annotation, for a statement that is made anyway."""
    return Subquery(Plan.objects.filter(user=learner.pk, interview_on__gte=today).values("interview_on")[:1])


def scope_of(plan: Plan | None) -> Scope:
    """Return the part of the deck that a plan introduces: the whole deck without one. No statement."""
    wishes = plan.scope if plan else {}
    names = ("area", "role", "company", "level")
    return Scope(**{name: tuple(str(value) for value in wishes.get(name, ())) for name in names})


def introduced_scope(scope: Scope, plan: Plan | None) -> Scope:
    """Return where new cards come from: the plan's part, unless the learner filters by hand. No statement."""
    by_hand = any(getattr(scope, name) for name in FILTERS)
    return scope if plan is None or by_hand else scope_of(plan)


def steer(learner: Learner, today: date) -> Steering:
    """Return what steers, and let its interview cap due dates and find leeches. One statement."""
    found = steering(learner, today)
    learner.steer(found.plan.interview_on if found.plan else None, today)
    return found


def started_on(learner: Learner, plan: Plan) -> date:
    """Return the study day on which a plan was made. No statement."""
    return days.study_day(plan.created_at, ZoneInfo(learner.time_zone), learner.day_starts_at)


def pace(learner: Learner, steering: Steering, today: date) -> Pace:
    """Return what steers today. One statement, none without a plan.

    The learner's own limits, what was added for today included, hold without a plan.
    """
    plan, week = steering.plan, steering.week
    own = {
        "new_per_day": learner.new_per_day,
        "reviews_per_day": learner.review_limit(today),
        "extra_new": learner.extra_new if learner.extra_on == today else 0,
    }
    if plan is None:
        return Pace(None, today, week, **own)
    numbers = _numbers(learner, plan, today)
    start, unseen = started_on(learner, plan), numbers.unseen + numbers.learned
    return Pace(plan.interview_on, start, week, unseen, numbers.seconds, **own)


def unseen_cards(learner: Learner, scope: Scope) -> CardQuerySet:
    """Return the cards in scope that the learner has not met and does not want left out. No statement."""
    mine = CardState.objects.filter(user=learner.pk)
    met = mine.filter(Q(review_count__gt=0) | Q(suspended=True), card=OuterRef("pk"))
    left_out = mine.filter(suspended=True, card=OuterRef("parent"))
    visible = scope.of_cards(Card.objects.visible_to(learner.user))
    return visible.filter(~Exists(met), ~Exists(left_out))


def early_rows(states: CardStateQuerySet, pace: Pace, scope: Scope, today: date, done: int) -> list[New]:
    """Return what to offer today before its day, best first. One statement on such days, else none.

    `states` are those that may be shown, `scope` the plan's: the sweep keeps to
    it. `done` is the number of early answers given today. 1,000 at most.
    """
    wanted = states.filter(due_on__gt=today, last_reviewed_on__lt=today)
    if pace.interview and pacing.is_sweeping(today, pace.interview):
        wanted = wanted.filter(Exists(scope.of_cards(Card.objects.filter(pk=OuterRef("card")))))
    elif coming := pacing.break_ahead(today, pace.week):
        wanted = wanted.filter(due_on__range=(coming.first, coming.last))
    else:
        return []
    rows = (
        wanted.annotate(family=Coalesce("card__parent", "card"))
        .order_by("due_on", "pk")
        .values_list("card", "family", "due_on", "last_reviewed_on", "interval")[:RANKED]
    )
    candidates = [Candidate(*row) for row in rows]
    return pacing.early_cards(candidates, today, pace.interview, pace.week, done)


def habits(learner: Learner) -> Habits:
    """Return how the learner answers, from the last 200 answers. One statement."""
    rows = list(_recent(learner).values_list("kind", "grade", "elapsed_ms"))
    times = [min(elapsed, LONGEST_MS) for _, _, elapsed in rows if elapsed is not None]
    first = [grade >= 3 for kind, grade, _ in rows if kind == "learn"]
    later = [grade >= 3 for kind, grade, _ in rows if kind == "review"]
    usual = Habits()
    found = {
        "seconds": (times, max(round(sum(times) / max(len(times), 1) / 1000), 1)),
        "first_pass": (first, _share(first)),
        "later_pass": (later, _share(later)),
    }
    known = {name: value for name, (seen, value) in found.items() if len(seen) >= ENOUGH}
    numbers = {name: known.get(name, getattr(usual, name)) for name in found}
    return Habits(**numbers, assumed=tuple(name for name in found if name not in known))


def _share(passes: Sequence[bool]) -> float:
    """Return the share of passes; kept off 0 and 1, which no few answers can prove."""
    return (sum(passes) + 1) / (len(passes) + 2)


def _recent(learner: Learner) -> QuerySet[Review]:
    counted = Review.objects.filter(user=learner.pk, void=False, kind__in=COUNTED)
    return counted.order_by("-sequence")[:RECENT]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cards of the plan unmet, cards met today, today's answers, and the last timed answers."""

    unseen: int
    learned: int
    answered: int
    milliseconds: float
    timed: int

    @property
    def seconds(self) -> int:
        """Return the usual time of an answer, 60 until there are enough."""
        return max(round(self.milliseconds / 1000), 1) if self.timed >= ENOUGH else USUAL_SECONDS


def _numbers(learner: Learner, plan: Plan, today: date) -> Numbers:
    """Return the counts that today's pace needs. One statement."""
    usual = Avg(Least("elapsed_ms", LONGEST_MS), filter=Q(elapsed_ms__isnull=False))
    recent = Review.objects.filter(pk__in=_recent(learner).values("pk")).order_by().values("user")
    times = recent.annotate(timed=Count("elapsed_ms"), mean=usual)
    todays = Review.objects.filter(user=learner.pk, study_day=today, void=False, kind__in=COUNTED)
    by_user = todays.order_by().values("user")
    learned = by_user.filter(kind="learn").annotate(n=Count("card", distinct=True))
    unseen = _counted(unseen_cards(learner, scope_of(plan)).order_by())
    row = Learner.objects.filter(pk=learner.pk).values_list(
        Coalesce(Subquery(unseen), 0),
        Coalesce(Subquery(learned.values("n")), 0),
        Coalesce(Subquery(by_user.annotate(n=Count("pk")).values("n")), 0),
        Coalesce(Subquery(times.values("mean")), 0.0),
        Coalesce(Subquery(times.values("timed")), 0),
    )
    return Numbers(*row.get())


def _counted(cards: CardQuerySet) -> CardQuerySet:
    """Return a subquery that counts rows."""
    return cards.annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")


@dataclass(frozen=True, slots=True)
class TodayLine:
    """Where the plan stands today: a title such as "12 days to the interview", and why."""

    title: str
    words: str
    on_track: bool


def today_line(learner: Learner, today: date) -> TodayLine | None:
    """Return where the plan that steers stands today; None without one. Three statements, one without a plan."""
    found = steering(learner, today)
    if found.plan is None:
        return None
    title = _days_left(found.plan, today)
    fits = pacing.answers_in(found.week.on(today), USUAL_SECONDS)
    if not fits or found.plan.interview_on == today:
        return TodayLine(
            title, "No study is planned today." if not fits else "What is due comes as always.", True
        )
    numbers = _numbers(learner, found.plan, today)
    start, unseen = started_on(learner, found.plan), numbers.unseen + numbers.learned
    new = pacing.new_per_day(unseen, today, found.plan.interview_on, found.week, start)
    due = _due_by_now(learner, today)
    answers = numbers.answered + max(new - numbers.learned, 0) + due
    return _judged(title, -(-answers * numbers.seconds // 60), found.week.on(today), new, due)


def _judged(title: str, takes: int, planned: int, new: int, due: int) -> TodayLine:
    """Say whether today's work fits today's minutes."""
    work = f"{new} new card{'s' * (new != 1)} today" if new else "no new cards today"
    if takes <= planned:
        return TodayLine(title, f"On track: {work}, and all of it fits the {planned} min planned.", True)
    waiting = f" and the {due} due" if due else ""
    needed = f"meeting every card in time takes {new} new today" if new else "no new cards today"
    return TodayLine(
        title, f"Behind: {needed}; that{waiting} would be {takes} min, and {planned} min are planned.", False
    )


def _days_left(plan: Plan, today: date) -> str:
    left = (plan.interview_on - today).days
    what = plan.title or "the interview"
    if left == 0:
        return f"Today: {what}"
    return f"{left} day{'s' * (left > 1)} to {what}"


def _due_by_now(learner: Learner, today: date) -> int:
    """Return how many cards are due by their own interval, 1,000 at most. One statement."""
    states = CardState.objects.filter(user=learner.pk, due_on__lte=today).rested(today).with_parent_passed()
    rows = states.order_by("due_on").values_list("last_reviewed_on", "interval")[:RANKED]
    return sum(pacing.own_day_has_come(*row, today) for row in rows)
