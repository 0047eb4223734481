"""When a good moment to stop has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.pacing import LONGEST_MS


@dataclass(frozen=True, slots=True)
class Pause:
    """What has been done today until the pause."""

    answers: int
    minutes: int


def pause_point(times_ms: Sequence[int], every: int) -> Pause | None:
    """Return a pause if the last of today's answers filled another `every` minutes of answering.

    `times_ms` are the answers' times, oldest first, 0 where unknown; each counts
    half an hour at most. `every` is 0 where no pause is wanted. Made from the log
    alone, so that it is the same on every device and needs no timer; it stays
    until the next answer.
    """
    times = [min(time, LONGEST_MS) for time in times_ms]
    span = every * 60_000
    if not span or not times or sum(times) // span == sum(times[:-1]) // span:
        return None
    return Pause(len(times), sum(times) // 60_000)
