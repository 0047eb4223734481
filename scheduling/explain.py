"""Why today, why twelve days: the schedule of one card in plain words.

Pure: the sentences are made from the log's own rows by the very functions that
scheduled them, so what they say is what happened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from scheduling import fold, sm2
from scheduling.sm2 import Memory

ORDINALS = {1: "first", 2: "second"}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer that moved the memory: the row, and the state before and after it."""

    entry: fold.Entry
    before: fold.State
    after: fold.State


def steps(entries: Sequence[fold.Entry], slug: str) -> list[Step]:
    """Return the answers and changes that moved the memory, oldest first."""
    state, found = fold.State(), []
    for entry in entries:
        after = fold.apply(state, entry, slug)
        if entry.kind not in ("repeat", "practice"):
            found.append(Step(entry, state, after))
        state = after
    return found


def why(entries: Sequence[fold.Entry], slug: str, today: date, labels: dict[int, str]) -> list[str]:
    """Return the sentences that tell when the card comes and why, last answer first.

    `entries` are the card's rows that are not void, in order of sequence.
    """
    moved = steps(entries, slug)
    if not moved:
        return [
            "You have not answered this card yet. New cards come one topic after the other, as many a day as you set."
        ]
    state = fold.fold(entries, slug)
    last = moved[-1]
    sentences = [_answered(last, labels), *_interval(last), _due(last, state)]
    return [*sentences, _today(state, today)]


def _answered(step: Step, labels: dict[int, str]) -> str:
    day = in_words(step.entry.study_day)
    if step.entry.grade is None:
        return f"On {day} you set this card's schedule by hand."
    before = " before it was due" if step.entry.kind == "early" else ""
    return f"On {day} you answered it{before} and graded {labels[step.entry.grade]} ({step.entry.grade})."


def _interval(step: Step) -> Iterator[str]:
    """Yield how the interval came about: the rule's number, then what changed it."""
    given = step.after.memory.interval
    if step.entry.grade is None:
        yield f"The interval is {_days(given)}." if given else "It starts anew, as if never seen."
        return
    term = fold.terms(step.entry.rules)
    before, last_on, grade = step.before.memory, step.before.last_reviewed_on, step.entry.grade
    if step.entry.kind == "early" and last_on is not None and grade >= fold.PASS:
        elapsed = (step.entry.study_day - last_on).days
        rule = sm2.early(before, grade, elapsed, term.rules)
        yield (
            f"After {_days(elapsed)} of a {before.interval}-day interval an early success keeps the interval, "
            f"or gives {elapsed} x {_factor(before.easiness)} if that is more: {_days(rule.interval)}."
        )
    else:
        rule = sm2.review(before, grade, term.rules)
        yield _by_rule(before, rule, grade)
    if rule.easiness != before.easiness:
        yield f"Its easiness went from {_factor(before.easiness)} to {_factor(rule.easiness)}."
    if rule.interval > term.max_interval:
        yield f"Your longest interval is {_days(term.max_interval)}."
    if given != min(rule.interval, term.max_interval):
        yield f"Spread a little, so that cards met together come apart: {_days(given)}."


def _by_rule(before: Memory, rule: Memory, grade: int) -> str:
    if grade < fold.PASS:
        return "Not recalled: it starts anew with an interval of 1 day."
    if rule.repetitions in ORDINALS:
        return (
            f"That was the {ORDINALS[rule.repetitions]} success in a row, which gives {_days(rule.interval)}."
        )
    return (
        f"That was success {rule.repetitions} in a row: {_days(before.interval)} x {_factor(rule.easiness)}, "
        f"rounded up, is {_days(rule.interval)}."
    )


def _due(step: Step, state: fold.State) -> str:
    assert state.due_on is not None
    free = fold.due(step.entry.study_day, step.after.memory.interval, None)
    if step.entry.grade is not None and state.due_on < free:
        return f"Because of your interview it comes on {in_words(state.due_on)} already, not on {in_words(free)}."
    return f"So it is due on {in_words(state.due_on)}."


def _today(state: fold.State, today: date) -> str:
    assert state.due_on is not None
    if state.repeating and state.last_reviewed_on == today:
        return "You have not passed it today yet, so it comes again today."
    late = (today - state.due_on).days
    if late == 0:
        return "That is today."
    return f"That was {_days(late)} ago." if late > 0 else f"That is in {_days(-late)}."


def in_words(day: date) -> str:
    """Return a date such as 3 March 2026."""
    return f"{day.day} {day:%B} {day.year}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _factor(easiness: int) -> str:
    return f"{easiness // 100}.{easiness % 100:02}"
