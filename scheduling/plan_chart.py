"""A simulated plan as bars: minutes a day, or a week of a longer plan, with their places in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduling.simulation import Day, Simulation

BY_DAY = 42  # days; a longer plan is drawn by weeks
MOST_BARS = 60  # of a still longer one the weeks are put together
WIDTH, HEIGHT = 1000, 200  # of the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured piece of a bar: new, reviews or early."""

    name: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One day or some weeks: counts and minutes, and where it stands. `line` is the time there is."""

    first: date
    last: date
    new: int
    reviews: int
    early: int
    minutes: int
    available: int
    backlog: int
    unseen: int
    x: int
    width: int
    line: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars. `top` is the number of minutes at the upper edge."""

    bars: tuple[Bar, ...]
    top: int
    days_a_bar: int


def chart(simulation: Simulation) -> Chart:
    """Return the simulated days as bars: by day up to six weeks, then by weeks."""
    days = simulation.days
    weeks = -(-len(days) // (7 * MOST_BARS))
    size = 1 if len(days) <= BY_DAY else 7 * weeks
    groups = [days[n : n + size] for n in range(0, len(days), size)]
    top = max((max(_minutes(group), _available(group)) for group in groups), default=0) or 1
    step = WIDTH / max(len(groups), 1)
    bars = [_bar(group, round(n * step), round((n + 1) * step), top) for n, group in enumerate(groups)]
    return Chart(tuple(bars), top, size)


def _bar(group: Sequence[Day], left: int, right: int, top: int) -> Bar:
    counts = {name: sum(getattr(day, name) for day in group) for name in ("new", "reviews", "early")}
    gap = max((right - left) // 6, 1)
    return Bar(
        first=group[0].day,
        last=group[-1].day,
        **counts,
        minutes=_minutes(group),
        available=_available(group),
        backlog=group[-1].backlog,
        unseen=group[-1].unseen,
        x=left + gap // 2,
        width=max(right - left - gap, 1),
        line=HEIGHT - round(_available(group) * HEIGHT / top),
        parts=_parts(counts, round(_minutes(group) * HEIGHT / top)),
    )


def _parts(counts: dict[str, int], height: int) -> tuple[Part, ...]:
    """Return the pieces from the ground up, each as high as its share of the answers."""
    total, below, parts = sum(counts.values()), 0, []
    for name, count in counts.items():
        upper = below + count
        if count:
            low, high = below * height // total, upper * height // total
            parts.append(Part(name, HEIGHT - high, high - low))
        below = upper
    return tuple(parts)


def _minutes(group: Sequence[Day]) -> int:
    return -(-sum(day.seconds for day in group) // 60)


def _available(group: Sequence[Day]) -> int:
    return sum(day.available for day in group)
