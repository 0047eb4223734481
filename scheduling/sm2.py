"""SM-2 in exact whole numbers: what one answer does to the memory of one card.

Nothing here knows a clock, a database or chance, and nothing is a float: every
step of the E-Factor is a multiple of 0.02, so hundredths hold it exactly, where
floats make every fifteenth schedule or so a day wrong.

Source: P. A. Wozniak, "Application of a computer to improve the results obtained
in working with the SuperMemo method" (1990), and the source code that SuperMemo
World published beside it. docs/scheduling.md weighs the points where they differ.
"""

from dataclasses import dataclass, replace
from typing import Literal
from zlib import crc32

PASS = 3  # the lowest grade that counts as recalled
LOWEST_EASINESS = 130
EASINESS_STEPS = (-80, -54, -32, -14, 0, 10)  # by grade, in hundredths
FIRST_INTERVALS = (1, 6)  # days, after the first and the second success
FUZZ_FROM = 7  # days; a shorter interval is given exactly


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one card.

    `repetitions` counts successes in a row, `interval` is in days (0: never
    answered), `easiness` is the E-Factor in hundredths (at least 130).
    """

    repetitions: int = 0
    interval: int = 0
    easiness: int = 250


@dataclass(frozen=True, slots=True)
class Rules:
    """The four points on which descriptions of SM-2 disagree."""

    rounding: Literal["up", "nearest"]
    ef_on_fail: Literal["keep", "update"]
    interval_ef: Literal["new", "old"]
    fail_counts_as_first: Literal["yes", "no"]


TEXT_1990 = Rules(rounding="up", ef_on_fail="keep", interval_ef="new", fail_counts_as_first="yes")
PUBLISHED_SOURCE = Rules(
    rounding="nearest", ef_on_fail="update", interval_ef="old", fail_counts_as_first="no"
)


def review(memory: Memory, grade: int, rules: Rules = TEXT_1990) -> Memory:
    """Return the memory after an answer on or after its day.

    `grade` is a whole number from 0 to 5, else ValueError. The interval counts
    from the day of the answer; neither lateness, maximum nor fuzz is in it.

    Source: SM-2 (1990), steps 3 to 6.
    """
    _check_grade(grade)
    easiness = max(LOWEST_EASINESS, memory.easiness + EASINESS_STEPS[grade])
    if grade < PASS:
        return Memory(
            repetitions=1 if rules.fail_counts_as_first == "yes" else 0,
            interval=1,
            easiness=memory.easiness if rules.ef_on_fail == "keep" else easiness,
        )
    factor = easiness if rules.interval_ef == "new" else memory.easiness
    return Memory(memory.repetitions + 1, _next_interval(memory, factor, rules), easiness)


def early(memory: Memory, grade: int, elapsed: int, rules: Rules = TEXT_1990) -> Memory:
    """Return the memory after an answer on a study day before its own.

    `elapsed` is the number of study days since the last answer that counted. A
    pass earns only what that wait has shown: elapsed x easiness, halves up,
    never less than the interval it had, so that reviewing ahead again and again
    inflates nothing. A fail is a fail. ValueError for a bad grade.

    Source: docs/scheduling.md, "Early"; as Anki treats an early Good.
    """
    _check_grade(grade)
    if grade < PASS:
        return review(memory, grade, rules)
    return replace(memory, interval=max(memory.interval, _nearest(elapsed * memory.easiness)))


def granted(
    memory: Memory,
    previous_interval: int,
    *,
    passed: bool,
    slug: str,
    count: int,
    fuzz: bool,
    max_interval: int,
) -> int:
    """Return the interval in days that is really given for a new memory.

    `previous_interval` is the one before the answer, `count` the card's number
    of reviews. The result is never above `max_interval` (at least 1, else
    ValueError) and after a pass not below the previous interval, unless the
    maximum says so. For one slug and count a longer interval never gives an
    earlier day, so the order of the buttons holds.

    Source: docs/scheduling.md, "Fuzz and the maximum".
    """
    if max_interval < 1:
        raise ValueError(f"the longest interval is at least one day, not {max_interval}")
    interval = min(memory.interval, max_interval)
    margin = _margin(interval) if fuzz else 0
    least = min(previous_interval, max_interval) if passed else 0
    first = max(interval - margin, least)
    last = max(min(interval + margin, max_interval), first)
    place = crc32(f"{slug}:{count}".encode())  # a fraction of 2**32
    return first + ((last - first + 1) * place >> 32)


def _check_grade(grade: int) -> None:
    if isinstance(grade, bool) or not isinstance(grade, int) or not 0 <= grade <= 5:
        raise ValueError(f"a grade is a whole number from 0 to 5, not {grade!r}")


def _next_interval(memory: Memory, easiness: int, rules: Rules) -> int:
    """Return the days after a success: 1, then 6, then the last interval x easiness."""
    if memory.repetitions < len(FIRST_INTERVALS):
        return FIRST_INTERVALS[memory.repetitions]
    hundredths = memory.interval * easiness
    return -(-hundredths // 100) if rules.rounding == "up" else _nearest(hundredths)


def _nearest(hundredths: int) -> int:
    """Return the nearest whole number, halves up."""
    return (hundredths + 50) // 100


def _margin(interval: int) -> int:
    """Return how many whole days an interval may move to either side.

    One day, plus 10 % of the days from 7 to 20, plus 5 % of those above 20. It
    grows by at most one when the interval does, so neither end of the window
    ever moves back.
    """
    if interval < FUZZ_FROM:
        return 0
    return (100 + 10 * (min(interval, 20) - FUZZ_FROM) + 5 * max(interval - 20, 0)) // 100
