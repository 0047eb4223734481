"""From numbers to the geometry of SVG charts. Pure: the templates draw, the style sheet paints.

Sizes are in user units of the SVG's own view box. Bars are drawn without text in
a box that stretches to any width, so that words beside them keep their size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, log10

CELL, GAP, LEFT, TOP = 12, 3, 30, 18
WEEKS = 53
HEIGHT = 100.0
SLOT = 10.0
SHADES = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One study day of a heat map; `level` from 0 (nothing) to 4 (nearly as much as on the learner's fullest days)."""

    x: int
    y: int
    day: date
    count: int
    level: int
    off: bool

    @property
    def title(self) -> str:
        what = (
            f"{self.count} answer{'' if self.count == 1 else 's'}"
            if self.count
            else "day off"
            if self.off
            else "none"
        )
        return f"{self.day:%a} {self.day.day} {self.day:%b %Y}: {what}"

    @property
    def shade(self) -> str:
        return "off" if self.off and not self.count else str(self.level)


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A year in columns of weeks, Monday on top; `months` are (x, name)."""

    width: int
    height: int
    cells: list[Cell]
    months: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a bar chart: `key` names it in addresses, `text` says it whole; None leaves a gap."""

    key: str
    label: str
    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    point: Point


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in a box `width` by 100; `top` is the value at its upper edge, `marks` the labels below.

    `each`: every bar has its own mark. `points` are all values, gaps included,
    for the table behind the chart.
    """

    width: float
    top: float
    bars: list[Bar]
    marks: list[str]
    each: bool
    points: Sequence[Point]

    @property
    def middle(self) -> float:
        return self.top / 2


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a stacked bar of width 100."""

    x: float
    width: float
    key: str
    label: str
    count: int


def heatmap(counts: Mapping[date, int], off: set[date], today: date, weeks: int = WEEKS) -> Heatmap:
    """Lay out the weeks up to today's."""
    monday = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    bounds = shades([count for count in counts.values() if count])
    cells, months = [], []
    for n in range((today - monday).days + 1):
        day = monday + timedelta(days=n)
        x, y = LEFT + n // 7 * (CELL + GAP), TOP + n % 7 * (CELL + GAP)
        count = counts.get(day, 0)
        level = sum(count > bound for bound in bounds) + 1 if count else 0
        cells.append(Cell(x, y, day, count, level, day in off))
        if n % 7 == 0 and day.day <= 7 and n // 7 < weeks - 1:
            months.append((x, f"{day:%b}"))
    return Heatmap(LEFT + weeks * (CELL + GAP), TOP + 7 * (CELL + GAP), cells, months)


def shades(counts: Sequence[int]) -> list[float]:
    """Return the three counts at which a shade deepens: quarters of a full day, the 90th percentile.

    A full day and not the fullest one, so that one long Sunday does not pale the
    rest; and no ranks, which would set 14 answers far apart from 13.
    """
    full = sorted(counts)[len(counts) * 9 // 10] if counts else 0
    return [full * part / SHADES for part in range(1, SHADES)]


def bars(points: Sequence[Point], top: float | None = None, marks: int = 6) -> Chart:
    """Lay out one bar a value, from 0 to `top` (else a round number above the largest).

    Fewer values than `marks` leave room on the right rather than grow fat.
    """
    limit = top or round_up(max((point.value or 0 for point in points), default=0))
    laid = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        height = round(HEIGHT * min(point.value, limit) / limit, 2)
        laid.append(Bar(round(place * SLOT + 1, 2), round(HEIGHT - height, 2), SLOT - 2, height, point))
    slots = max(len(points), marks)
    labels = [point.label for point in points] + [""] * (slots - len(points))
    return Chart(slots * SLOT, limit, laid, spaced(labels, marks), slots == marks, points)


def spaced(labels: Sequence[str], most: int) -> list[str]:
    """Return at most so many labels, evenly apart, the first and the last among them."""
    if len(labels) <= most:
        return list(labels)
    return [labels[round(n * (len(labels) - 1) / (most - 1))] for n in range(most)]


def round_up(value: float) -> float:
    """Return the next 1.2, 1.6, 2, 4, 6, 8 or 10 times a power of ten, at least 2."""
    if value <= 2:
        return 2
    power = 10.0 ** ceil(log10(value) - 1)
    return next(step * power for step in (1.2, 1.6, 2, 4, 6, 8, 10) if step * power >= value - 1e-9)


def stack(parts: Sequence[tuple[str, str, int]]) -> list[Slice]:
    """Lay (key, label, count) side by side over a width of 100; parts of nothing are left out."""
    total = sum(count for _, _, count in parts)
    laid: list[Slice] = []
    x = 0.0
    for key, label, count in parts:
        if count:
            width = 100 * count / total
            laid.append(Slice(round(x, 3), round(width, 3), key, label, count))
            x += width
    return laid
