"""The days up to an interview, played through by the rules that run: what a plan leads to.

Every answer goes through `fold.apply` and so through SM-2, fuzz and the exam's
cap; every day is dealt by the parts of `order.choose` within the limits that
the live queue gets from `pacing.Pace`. Only the grades are assumed, and they involve
no chance: each answer adds its expected share of a failure to a sum, and the
answer that fills the sum to a whole one fails.

Source: docs/scheduling.md, "The interview day".
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt

from scheduling import fold, pacing
from scheduling.days import ONE_DAY
from scheduling.dealing import Deal
from scheduling.order import ROWS_A_FAMILY, Answer, Due, New
from scheduling.pacing import USUAL_SECONDS, Candidate, Pace, Week

PASSED, FAILED = 4, 2  # the grades of the simulated learner
NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A card as the simulation starts from it.

    `wanted`: inside the plan's scope. Only such cards are introduced and counted
    as seen or recalled; others come when they are due. `rests_until` is the
    first day on which it may be shown again.
    """

    id: int
    family: int
    slug: str
    state: fold.State
    wanted: bool = True
    group: str = ""
    rests_until: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """All that a plan sets, and what is assumed of the learner.

    `seconds` an answer; `first_pass` and `later_pass` are the shares recalled
    at the first sight and on the day a review is due. `start` is the day the
    plan was made; `rules` are the learner's terms without an exam.
    """

    today: date
    interview: date
    start: date
    week: Week
    rules: str
    seconds: int = USUAL_SECONDS
    first_pass: float = 0.75
    later_pass: float = 0.9
    reviews_per_day: int = 200


@dataclass(frozen=True, slots=True)
class Day:
    """One simulated day. `early` answers are the sweep's and those before a break.

    `backlog`: cards left due at its end; `unseen`: wanted cards not yet met.
    """

    day: date
    available: int
    new: int
    reviews: int
    early: int
    answers: int
    seconds: int
    backlog: int
    unseen: int

    @property
    def minutes(self) -> int:
        """Return the minutes it takes, rounded up."""
        return -(-self.seconds // 60)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What becomes of a plan, up to the eve of the interview.

    `seen` of `wanted` cards, and the mean share expected to be `recalled` on the
    day; `unmet` counts by group the cards never met.
    """

    days: tuple[Day, ...]
    wanted: int
    seen: int
    recalled: float
    unmet: dict[str, int] = field(default_factory=dict)

    @property
    def backlog(self) -> int:
        """Return the cards still due on the eve."""
        return self.days[-1].backlog if self.days else 0

    @property
    def fits(self) -> bool:
        """Tell whether every card is met, and of 20 cards at most one is overdue on the eve."""
        return self.seen == self.wanted and self.backlog * 20 <= max(self.wanted, 20)


def simulate(cards: Sequence[Card], course: Course, answers: Sequence[Answer] = ()) -> Simulation:
    """Play every day from today to the eve of the interview. `answers` are today's so far.

    `cards` are in order of introduction, suspended ones left out.
    """
    run = Run(cards, course, answers)
    days = tuple(run.days())
    wanted = [card for card in cards if card.wanted]
    unmet = Counter(card.group for card in wanted if not run.states[card.id].review_count)
    return Simulation(
        days=days,
        wanted=len(wanted),
        seen=len(wanted) - unmet.total(),
        recalled=run.recalled(wanted),
        unmet=dict(unmet),
    )


class Run:
    """A simulation under way: the states as they change from answer to answer."""

    def __init__(self, cards: Sequence[Card], course: Course, answers: Sequence[Answer] = ()) -> None:
        self.course, self.todays = course, list(answers)
        self.rules = f"{course.rules} exam{course.interview}"
        self.cards = {card.id: card for card in cards}
        self.states = {card.id: card.state for card in cards}
        self.unseen = [card for card in cards if card.wanted and not card.state.review_count]
        self.waiting: dict[int, Due] = {}
        self.calendar: dict[date, list[int]] = {}
        self.failing = {
            c.id for c in cards if c.state.last_grade is not None and c.state.last_grade < fold.PASS
        }
        self.owed = {True: 0.5, False: 0.5}  # shares of a failure, of first answers and of later ones
        for card in cards:
            if card.state.due_on is not None:
                self._file(card, max(card.state.due_on, card.rests_until or course.today))

    def days(self) -> Iterator[Day]:
        """Play and yield day after day."""
        day = self.course.today
        while day < self.course.interview:
            yield self._play(day)
            day += ONE_DAY
            self.todays = []

    def recalled(self, cards: Sequence[Card]) -> float:
        """Return the mean share of cards expected to be recalled on the day; unmet ones are not."""
        total = 0.0
        for card in cards:
            if self.states[card.id].last_reviewed_on is not None:
                total += self.chance(self.states[card.id], self.course.interview)
        return total / max(len(cards), 1)

    def deal(self, day: date) -> Deal:
        """Return the day as it begins, or today as it stands."""
        for card in self.calendar.pop(day, ()):
            self._call(self.cards[card], day)
        done = {answer.card for answer in self.todays}
        left = [row for row in self.waiting.values() if row.card not in done and not self._rests(row)]
        due = len(left) + sum(answer.kind == "review" for answer in self.todays)
        allowed = self.pace().limits(day, due)
        return Deal(
            day,
            answers=self.todays,
            due=list(self.waiting.values()),
            new=self._new_rows(day, allowed.new),
            limits=allowed,
            early=self.early_rows(day),
            failing=self.failing,
        )

    def pace(self) -> Pace:
        """Return what steers the day that begins."""
        course, learned = self.course, {answer.card for answer in self.todays if answer.kind == "learn"}
        return Pace(
            interview=course.interview,
            start=course.start,
            week=course.week,
            unseen=len(self.unseen) + len(learned),
            seconds=course.seconds,
            reviews_per_day=course.reviews_per_day,
        )

    def grade(self, card: Card, state: fold.State, kind: str, day: date) -> int:
        """Return the grade of the simulated learner; a repeat always passes."""
        if kind == "repeat":
            return PASSED
        first = kind == "learn"
        self.owed[first] += 1 - (self.course.first_pass if first else self.chance(state, day))
        if self.owed[first] < 1:
            return PASSED
        self.owed[first] -= 1
        return FAILED

    def _play(self, day: date) -> Day:
        """Answer cards until the minutes or the cards run out."""
        available, seconds = self.course.week.on(day), self.course.seconds
        deal, counted = self.deal(day), Counter[str]()
        now = datetime.combine(day, NOON)
        room = pacing.answers_in(available, seconds) - len(self.todays)
        while counted.total() < room and (pick := deal.next(now)):
            counted[self._answer(deal, pick[0], day, now)] += 1
            now += timedelta(seconds=seconds)
        return Day(
            day=day,
            available=available,
            new=counted["learn"],
            reviews=counted["review"] + counted["repeat"],
            early=counted["early"],
            answers=counted.total(),
            seconds=counted.total() * seconds,
            backlog=sum(
                pacing.own_day_has_come(row.last_on, row.interval, day) for row in self.waiting.values()
            ),
            unseen=len(self.unseen),
        )

    def _answer(self, deal: Deal, card_id: int, day: date, now: datetime) -> str:
        """Answer one card and return the kind of answer it was."""
        card, state = self.cards[card_id], self.states[card_id]
        kind = fold.kind_of(state, day)
        grade = self.grade(card, state, kind, day)
        entry = fold.Entry(0, now, day, kind, grade, self.rules)
        after = self.states[card_id] = fold.apply(state, entry, card.slug)
        deal.take(card_id, card.family, kind, now, after.repeating, grade < fold.PASS)
        if kind == "learn":
            self.unseen.remove(card)
        if kind != "repeat" and after.due_on is not None:
            self.waiting.pop(card_id, None)
            self._file(card, after.due_on)
        return kind

    def chance(self, state: fold.State, day: date) -> float:
        """Return the share of such cards recalled on a day: `later_pass` on the very day they are due.

        Before and after it by a power curve, as forgetting is found to go.
        Source: the curve of FSRS-4.5, with the interval in the place of its stability.
        """
        if state.last_reviewed_on is None:
            return self.course.later_pass
        waits = (day - state.last_reviewed_on).days / max(state.memory.interval, 1)
        return sqrt(1 / (1 + (self.course.later_pass**-2 - 1) * waits))

    def _file(self, card: Card, day: date) -> None:
        self.calendar.setdefault(max(day, self.course.today), []).append(card.id)

    def _call(self, card: Card, day: date) -> None:
        """Put a card among the due ones, unless an early answer has moved its date."""
        state = self.states[card.id]
        if state.due_on is not None and state.due_on <= day:
            interval = state.memory.interval
            self.waiting[card.id] = Due(card.id, card.family, state.due_on, state.last_reviewed_on, interval)

    def _new_rows(self, day: date, limit: int) -> list[New]:
        """Return the next cards to introduce, as many main cards and children as the live queue would look at."""
        mains: list[New] = []
        children: list[New] = []
        met = {answer.family for answer in self.todays if answer.kind == "learn"}
        for card in self.unseen if limit else ():
            if card.family in met or (card.rests_until and card.rests_until > day):
                continue
            if card.id == card.family:
                mains.append(New(card.id, card.family))
            elif self._is_met(card.family):
                children.append(New(card.id, card.family))
        return mains[: limit + 1] + children[: (limit + 1) * ROWS_A_FAMILY]

    def _is_met(self, parent: int) -> bool:
        state = self.states.get(parent)
        return state is not None and (state.last_grade is not None or state.memory.repetitions > 0)

    def early_rows(self, day: date) -> list[New]:
        """Return what may be answered before its day: the sweep's cards or a coming break's."""
        done = sum(answer.kind == "early" for answer in self.todays)
        return pacing.early_cards(self._candidates(day), day, self.course.interview, self.course.week, done)

    def _candidates(self, day: date) -> Iterator[Candidate]:
        for card in self.cards.values():
            state = self.states[card.id]
            if state.due_on is None or state.last_reviewed_on is None or (card.rests_until or day) > day:
                continue
            yield Candidate(card.id, card.family, state.due_on, state.last_reviewed_on, state.memory.interval)

    def _rests(self, row: Due) -> bool:
        return row.card != row.family and row.family in self.failing
