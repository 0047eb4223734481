"""The law of the log: a learner's answers to a card, folded in order, give its state.

Pure: grading, previewing a grade, undoing one and rebuilding everything all
come through `apply`, so they cannot disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from scheduling import sm2
from scheduling.sm2 import Memory

PASS = sm2.PASS
COUNTED = ("learn", "review", "early", "repeat")  # not practice, nor what was set by hand
PASS_STRICT = 4
LAPSE_FROM = 2
RULES = {"text_1990": sm2.TEXT_1990, "published_source": sm2.PUBLISHED_SOURCE}


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules under which one answer was scheduled."""

    rules: sm2.Rules = sm2.TEXT_1990
    strict: bool = False
    fuzz: bool = False
    max_interval: int = 365
    exam_on: date | None = None


@lru_cache(maxsize=1024)
def terms(text: str) -> Terms:
    """Read what the log stores, such as "text_1990 strict fuzz max365 exam2027-02-01".

    Raise ValueError on an unknown word: a log that cannot be understood must not be folded.
    """
    name, *words = text.split()
    if name not in RULES:
        raise ValueError(f"unknown rules: {name!r}")
    found = Terms(rules=RULES[name])
    for word in words:
        if word == "strict":
            found = replace(found, strict=True)
        elif word == "fuzz":
            found = replace(found, fuzz=True)
        elif word.startswith("max"):
            found = replace(found, max_interval=int(word[3:]))
        elif word.startswith("exam"):
            found = replace(found, exam_on=date.fromisoformat(word[4:]))
        else:
            raise ValueError(f"unknown rule: {word!r}")
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. The memory after it is read only where it was set by hand."""

    sequence: int
    reviewed_at: datetime
    study_day: date
    kind: str
    grade: int | None
    rules: str
    repetitions: int = 0
    interval: int = 0
    easiness: int = 250
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one card: `interval` in days, `easiness` in hundredths."""

    memory: Memory = Memory()
    due_on: date | None = None
    last_reviewed_on: date | None = None
    review_count: int = 0
    lapses: int = 0
    last_grade: int | None = None
    last_sequence: int | None = None
    last_answered_at: datetime | None = None
    repeating: bool = False


def kind_of(state: State, today: date) -> str:
    """Return what an answer given today is: learn, repeat, early or review."""
    if state.review_count == 0:
        return "learn"
    if state.last_reviewed_on is None:
        return "review"
    if state.last_reviewed_on >= today:
        return "repeat"
    early = today < state.last_reviewed_on + timedelta(days=state.memory.interval)
    return "early" if early else "review"


def apply(state: State, entry: Entry, slug: str) -> State:
    """Return the state after one row of the log. `slug` is the card's; fuzz hangs on it."""
    if entry.kind == "practice":
        return state
    if entry.grade is None:
        return _set_by_hand(state, entry)
    term = terms(entry.rules)
    answered = replace(
        state,
        review_count=state.review_count + 1,
        last_grade=entry.grade,
        last_sequence=entry.sequence,
        last_answered_at=entry.reviewed_at,
        repeating=entry.grade < (PASS_STRICT if term.strict else PASS),
    )
    return answered if entry.kind == "repeat" else _moved(state, answered, entry, term, slug)


def fold(entries: Iterable[Entry], slug: str) -> State:
    """Return the state that a card's rows give, in order of sequence, void ones left out."""
    state = State()
    for entry in entries:
        state = apply(state, entry, slug)
    return state


def _set_by_hand(state: State, entry: Entry) -> State:
    """A reset (interval 0) is due at once, as if never seen; any other state counts from its day."""
    return State(
        memory=Memory(entry.repetitions, entry.interval, entry.easiness),
        due_on=entry.due_on,
        last_reviewed_on=entry.study_day if entry.interval else None,
        review_count=state.review_count + 1,
        last_sequence=entry.sequence,
        last_answered_at=entry.reviewed_at,
    )


def _moved(before: State, answered: State, entry: Entry, term: Terms, slug: str) -> State:
    """Move the memory: the first answer of a study day, by SM-2 or, when early, by the early rule."""
    assert entry.grade is not None
    passed, last_on = entry.grade >= PASS, before.last_reviewed_on
    if entry.kind == "early" and last_on is not None:
        memory = sm2.early(before.memory, entry.grade, (entry.study_day - last_on).days, term.rules)
        fuzz = False
    else:
        memory = sm2.review(before.memory, entry.grade, term.rules)
        fuzz = term.fuzz
    interval = sm2.granted(
        memory,
        before.memory.interval,
        passed=passed,
        slug=slug,
        count=before.review_count,
        fuzz=fuzz,
        max_interval=term.max_interval,
    )
    lapsed = not passed and before.memory.repetitions >= LAPSE_FROM
    return replace(
        answered,
        memory=replace(memory, interval=interval),
        due_on=due(entry.study_day, interval, term.exam_on),
        last_reviewed_on=entry.study_day,
        lapses=before.lapses + lapsed,
    )


def due(study_day: date, interval: int, exam_on: date | None) -> date:
    """Return the day a card comes back; before an interview not later than the day before it.

    Source: docs/scheduling.md, "The interview day".
    """
    due_on = study_day + timedelta(days=interval)
    if exam_on is None or exam_on <= study_day:
        return due_on
    return min(due_on, max(exam_on - timedelta(days=1), study_day + timedelta(days=1)))
