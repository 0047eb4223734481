"""What the plan page shows of the future: the inputs of a simulation, read in three or four statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value

from cards.models import Card
from scheduling import plans, queue
from scheduling import simulation as simulating
from scheduling import verdict as judging
from scheduling.answered import counted, todays_answers
from scheduling.fold import State
from scheduling.models import Learner, Plan
from scheduling.order import Answer
from scheduling.pacing import Week
from scheduling.plans import Habits
from scheduling.scope import Scope
from scheduling.simulation import Course, Day, Simulation
from scheduling.sm2 import Memory
from scheduling.verdict import Verdict

UNMET = State()
COLUMNS = (
    "repetitions", "interval", "easiness", "due_on", "last_reviewed_on", "review_count", "lapses", "last_grade",
    "suspended", "buried_until",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan played through: `simulation` from today on, what it comes to, and what was assumed."""

    course: Course
    habits: Habits
    simulation: Simulation
    verdict: Verdict

    @property
    def first(self) -> Day | None:
        """Return today, if it is before the interview."""
        return self.simulation.days[0] if self.simulation.days else None

    @property
    def met_by(self) -> date | None:
        """Return the day on which the last card of the plan is met; None if that never happens."""
        if self.simulation.seen < self.simulation.wanted:
            return None
        return next((day.day for day in self.simulation.days if not day.unseen), None)


def outlook(learner: Learner, plan: Plan, days_off: frozenset[date], now: datetime) -> Outlook:
    """Return what the plan leads to, by the rules that run.

    Three statements, four while a card is to be repeated, whatever the deck and the log.
    """
    today, habits = learner.today(now), plans.habits(learner)
    chosen = course(learner, plan, days_off, habits, today)
    cards = list(deck(learner, plans.scope_of(plan)))
    simulation = simulating.simulate(cards, chosen, answers(learner, today))
    return Outlook(chosen, habits, simulation, judging.verdict(simulation, cards, chosen))


def course(learner: Learner, plan: Plan, days_off: frozenset[date], habits: Habits, today: date) -> Course:
    """Return what a simulation of the plan goes by. No statement."""
    return Course(
        today=today,
        interview=plan.interview_on,
        start=plans.started_on(learner, plan),
        week=Week(tuple(plan.minutes), days_off),
        rules=_rules(learner, today),
        seconds=habits.seconds,
        first_pass=habits.first_pass,
        later_pass=habits.later_pass,
        reviews_per_day=learner.reviews_per_day,
    )


def answers(learner: Learner, today: date) -> list[Answer]:
    """Return today's counted answers, oldest first. One statement, two while a card is to be repeated."""
    return counted(todays_answers(learner, today, queue.awake_states(learner, today, Scope())))


def deck(learner: Learner, scope: Scope) -> Iterator[simulating.Card]:
    """Yield the cards that a plan has to do with: those in its scope and those met before. One statement.

    In order of introduction. Suspended cards are left out, and unmet children
    of suspended ones, which cannot come.
    """
    known = list(_rows(learner, scope))
    left_out = {row[0] for row in known if row[-2]}
    for pk, parent, slug, area, wanted, *own in known:
        state = _state(own)
        if pk in left_out or (parent in left_out and not state.review_count):
            continue
        if wanted or state.review_count:
            yield simulating.Card(pk, parent or pk, slug, state, wanted, area, own[-1])


def _rows(learner: Learner, scope: Scope) -> QuerySet[Card, tuple[Any, ...]]:
    everything = Value(True, output_field=BooleanField())
    inside = Exists(scope.of_cards(Card.objects.filter(pk=OuterRef("pk")))) if scope.pairs() else everything
    return (
        Card.objects.visible_to(learner.user)
        .annotate(
            own=FilteredRelation("states", condition=Q(states__user=learner.pk)),
            wanted=inside,
            **{f"own_{name}": F(f"own__{name}") for name in COLUMNS},
        )
        .order_by("position", "topic__position", "pk")
        .values_list(
            "pk", "parent", "slug", "topic__area__name", "wanted", *(f"own_{name}" for name in COLUMNS)
        )
    )


def _state(own: list[object]) -> State:
    """Return the fold's state of a row; of a card without one, that of an unmet card."""
    repetitions, interval, easiness, due_on, last_on, count, lapses, last_grade, *_ = own
    if not count:
        return UNMET
    memory = Memory(repetitions, interval, easiness)
    return State(memory, due_on, last_on, count, lapses, last_grade)


def _rules(learner: Learner, today: date) -> str:
    """Return the learner's terms without an exam: the simulation adds the plan's own."""
    return " ".join(word for word in learner.terms(today).split() if not word.startswith("exam"))
