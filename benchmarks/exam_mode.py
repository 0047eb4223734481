"""Exam mode against plain SM-2 in a simulated population: python -m benchmarks.exam_mode

Every learner has the same deck and the same minutes, and plays all ways of
steering from the same seed. What they recall is decided by a memory of their
own that knows nothing of SM-2: the forgetting curve and the formulas of
FSRS-4.5 with its published default weights, scaled for each learner and each
card. Models are not people: this ranks rules, it proves no learning.

Source: open-spaced-repetition wiki, "The Algorithm", FSRS-4.5.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, sqrt
from random import Random
from statistics import mean, stdev

from scheduling import fold
from scheduling.order import New
from scheduling.pacing import Pace, Week
from scheduling.simulation import Card, Course, Run

TODAY = date(2026, 3, 2)
WEIGHTS = (
    0.4872, 1.4003, 3.7145, 13.8206, 5.1618, 1.2298, 0.8975, 0.031, 1.6474,
    0.1367, 1.0461, 2.1072, 0.0793, 0.3246, 1.587, 0.2272, 2.8755,
)  # fmt: skip
RATING = {2: 1, 3: 2, 4: 3, 5: 4}  # our grade -> FSRS rating


@dataclass
class Trace:
    """What a simulated learner holds of one card: stability in days, difficulty from 1 to 10."""

    stability: float
    difficulty: float
    last_on: date

    def recall(self, day: date) -> float:
        """Return the chance of recall on a day."""
        return sqrt(1 / (1 + 19 / 81 * (day - self.last_on).days / self.stability))

    def answer(self, grade: int, day: date, ease: float) -> None:
        """Change by one answer. `ease` multiplies what a success adds."""
        w, rating, chance = WEIGHTS, RATING[grade], self.recall(day)
        if rating == 1:
            lost = w[11] * self.difficulty ** -w[12] * ((self.stability + 1) ** w[13] - 1)
            self.stability = max(0.1, min(self.stability, lost * exp(w[14] * (1 - chance))))
        else:
            bonus = {2: w[15], 3: 1.0, 4: w[16]}[rating]
            room = exp(w[10] * (1 - chance)) - 1
            gain = exp(w[8]) * (11 - self.difficulty) * self.stability ** -w[9] * room * bonus * ease
            self.stability *= 1 + gain
        harder = self.difficulty - w[6] * (rating - 3)
        self.difficulty = min(max(w[7] * w[4] + (1 - w[7]) * harder, 1), 10)
        self.last_on = day


class Learner:
    """One simulated learner: how well they know the field, and how well things stick."""

    def __init__(self, seed: int, cards: int) -> None:
        dice = Random(seed)
        self.dice = Random(seed + 1_000_000)
        self.known = dice.uniform(0.5, 0.9)  # recalled at first sight
        self.ease = dice.lognormvariate(0, 0.25)
        self.stick = [dice.lognormvariate(0, 0.5) for _ in range(cards)]
        self.traces: dict[int, Trace] = {}

    def grade(self, card: int, day: date) -> int:
        """Answer a card once and remember it."""
        trace = self.traces.get(card)
        passed = self.dice.random() < (trace.recall(day) if trace else self.known)
        grade = self.dice.choices((3, 4, 5), (25, 60, 15))[0] if passed else 2
        if trace:
            trace.answer(grade, day, self.ease)
        else:
            rating = RATING[grade]
            stability = WEIGHTS[rating - 1] * self.stick[card]
            self.traces[card] = Trace(stability, WEIGHTS[4] - (rating - 3) * WEIGHTS[5], day)
        return grade

    def recalled(self, cards: int, day: date) -> float:
        """Return the share of the whole deck recalled on a day; what was never met is not."""
        return sum(trace.recall(day) for trace in self.traces.values()) / cards


class ExamMode(Run):
    """The steering under test, with a learner's true memory behind the grades."""

    def __init__(self, cards: Sequence[Card], course: Course, learner: Learner) -> None:
        super().__init__(cards, course)
        self.learner = learner

    def grade(self, card: Card, state: fold.State, kind: str, day: date) -> int:
        """Return what the learner's memory says; a repeat on the same day passes."""
        return 4 if kind == "repeat" else self.learner.grade(card.id, day)


class Plain(ExamMode):
    """SM-2 with the learner's own limits: no cap, no cut-off, no sweep."""

    new = 10

    def __init__(self, cards: Sequence[Card], course: Course, learner: Learner) -> None:
        super().__init__(cards, course, learner)
        self.rules = course.rules

    def pace(self) -> Pace:
        """Return the limits of an account without a plan."""
        return Pace(None, self.course.start, self.course.week, new_per_day=self.new)

    def early_rows(self, day: date) -> list[New]:
        """Return nothing: plain SM-2 waits for the day."""
        return []


class Ahead(Plain):
    """The same, with spare minutes spent on the cards that fall due soonest."""

    def early_rows(self, day: date) -> list[New]:
        """Return every card that is not due yet, the soonest first."""
        later = [
            (state.due_on, card) for card, state in self.states.items() if state.due_on and state.due_on > day
        ]
        return [New(card, card) for _, card in sorted(later)]


WAYS: dict[str, type[ExamMode]] = {
    "exam mode": ExamMode,
    "SM-2, 10 new a day": Plain,
    "the same, and ahead": Ahead,
    "SM-2, 5 new a day": type("Plain5", (Plain,), {"new": 5}),
    "SM-2, 7 new a day": type("Plain7", (Plain,), {"new": 7}),
    "SM-2, 20 new a day": type("Plain20", (Plain,), {"new": 20}),
}


def play(way: type[ExamMode], seed: int, course: Course, count: int) -> tuple[float, float, float]:
    """Return the share recalled on the day, the share met, and the minutes spent."""
    cards = [Card(n, n, f"card-{n}", fold.State()) for n in range(count)]
    run = way(cards, course, Learner(seed, count))
    seconds = sum(day.seconds for day in run.days())
    recalled = run.learner.recalled(count, course.interview)
    return recalled, len(run.learner.traces) / count, seconds / 60


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=40)
    parser.add_argument("--cards", type=int, default=300)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30)
    chosen = parser.parse_args()
    interview = TODAY + timedelta(days=chosen.days)
    week = Week((chosen.minutes,) * 7)
    course = Course(TODAY, interview, TODAY, week, "text_1990 fuzz max365", chosen.seconds)
    print(f"{chosen.learners} learners, {chosen.cards} cards, {chosen.days} days, "
          f"{chosen.minutes} minutes a day, {chosen.seconds} s an answer")  # fmt: skip
    results = {
        name: [play(way, seed, course, chosen.cards) for seed in range(chosen.learners)]
        for name, way in WAYS.items()
    }
    first = next(iter(results.values()))
    for name, rows in results.items():
        gains = [100 * (ours[0] - row[0]) for ours, row in zip(first, rows, strict=True)]
        error = 1.96 * stdev(gains) / sqrt(len(gains)) if len(gains) > 1 else 0.0
        recalled, met, minutes = (mean(column) for column in zip(*rows, strict=True))
        ahead = f"exam mode ahead by {mean(gains):+.1f} ± {error:.1f} points" if rows is not first else ""
        print(f"{name:20} recalled {recalled:6.1%}  met {met:6.1%}  minutes {minutes:5.0f}  {ahead}")


if __name__ == "__main__":
    main()
