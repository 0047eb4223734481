"""How likely a card is still remembered: FSRS with its default weights, run silently on the log.

SM-2 decides when a card comes back; this only predicts. A trace is to FSRS what
a state is to SM-2: the fold of the same rows, kept beside the state. Pure, but
for the arithmetic of py-fsrs.

Source: FSRS-6, open-spaced-repetition wiki, "The Algorithm"; docs/scheduling.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from fsrs import Card, Rating, Scheduler, State

SCHEDULER = Scheduler(enable_fuzzing=False)
DECAY = -SCHEDULER.parameters[20]
FACTOR = 0.9 ** (1 / DECAY) - 1
RATINGS = (Rating.Again, Rating.Again, Rating.Again, Rating.Hard, Rating.Good, Rating.Easy)  # by grade
TESTED = ("review", "early")  # kinds of answer that put a prediction to the test
NOON = time(12, tzinfo=UTC)


class Entry(Protocol):
    """What is read of a row of the log."""

    study_day: date
    kind: str
    grade: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """What FSRS makes of one card: `stability` in days, `difficulty` from 1 to 10.

    `last_on` is the study day of the last answer. All empty: nothing to predict from.
    """

    stability: float | None = None
    difficulty: float | None = None
    last_on: date | None = None


def chance(stability: float, elapsed: int) -> float:
    """Return the chance, from 0 to 1, that a card is recalled `elapsed` days after its last answer.

    `stability` in days, above 0. A day before the last answer counts as that day.

    Source: FSRS-6 forgetting curve.
    """
    return float((1 + FACTOR * max(elapsed, 0) / stability) ** DECAY)


def stability_of(chance: float, elapsed: int) -> float:
    """Return the stability in days with which a card is recalled at `chance` after `elapsed` days.

    The inverse of `chance`: 0 < chance < 1 and elapsed at least 1, else ValueError.
    """
    if not 0 < chance < 1 or elapsed < 1:
        raise ValueError(f"no stability gives this: {chance=} {elapsed=}")
    return float(FACTOR * elapsed / (chance ** (1 / DECAY) - 1))


def predict(trace: Trace, entry: Entry) -> float | None:
    """Return the chance of recall just before an answer; None where there is nothing to predict."""
    if entry.kind not in TESTED or trace.stability is None or trace.last_on is None:
        return None
    return chance(trace.stability, (entry.study_day - trace.last_on).days)


def apply(trace: Trace, entry: Entry) -> Trace:
    """Return the trace after one row. A state set by hand is no answer: it wipes the trace.

    FSRS counts blocks of 24 hours, so every study day is its noon, and a repeat
    comes a minute later: the trace keeps the day alone, else a repeat would make
    the next day's answer one of the same day.
    """
    if entry.kind == "practice":
        return trace
    if entry.grade is None:
        return Trace()
    day = max(entry.study_day, trace.last_on or entry.study_day)
    moment = datetime.combine(day, NOON) + timedelta(minutes=day == trace.last_on)
    card, _ = SCHEDULER.review_card(_card(trace), RATINGS[entry.grade], moment)
    return Trace(card.stability, card.difficulty, day)


def fold(entries: Iterable[Entry]) -> tuple[Trace, list[float | None]]:
    """Return the trace that a card's rows give, void ones left out, and each row's prediction."""
    trace = Trace()
    predictions = []
    for entry in entries:
        predictions.append(predict(trace, entry))
        trace = apply(trace, entry)
    return trace, predictions


def _card(trace: Trace) -> Card:
    """Return the trace as py-fsrs wants it; with an id, since making one up sleeps a millisecond."""
    if trace.stability is None or trace.last_on is None:
        return Card(card_id=1, due=datetime.min.replace(tzinfo=UTC))
    last = datetime.combine(trace.last_on, NOON)
    return Card(
        card_id=1,
        state=State.Review,
        stability=trace.stability,
        difficulty=trace.difficulty,
        due=last,
        last_review=last,
    )
