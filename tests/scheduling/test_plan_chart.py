"""The simulated plan as bars: what each sums up, and where it stands."""

from datetime import date, timedelta

import pytest

from scheduling.plan_chart import HEIGHT, MOST_BARS, WIDTH, chart
from scheduling.simulation import Day, Simulation

FIRST = date(2026, 3, 2)


def plan(count, *, new=2, reviews=5, early=1, available=20):
    """Return a plan of equal days; an answer takes a minute."""
    answers = new + reviews + early
    days = [
        Day(
            FIRST + timedelta(days=n),
            available,
            new,
            reviews,
            early,
            answers,
            60 * answers,
            backlog=n,
            unseen=count - n,
        )
        for n in range(count)
    ]
    return Simulation(tuple(days), wanted=9, seen=9, recalled=0.9)


@pytest.mark.parametrize(("days", "size"), [(1, 1), (42, 1), (43, 7), (420, 7), (421, 14), (1095, 21)])
def test_a_longer_plan_has_wider_bars_and_never_too_many(days, size):
    drawn = chart(plan(days))

    assert drawn.days_a_bar == size
    assert len(drawn.bars) == -(-days // size) <= MOST_BARS
    assert drawn.bars[-1].last == FIRST + timedelta(days=days - 1)
    assert 0 <= drawn.bars[0].x < drawn.bars[-1].x + drawn.bars[-1].width <= WIDTH


def test_a_bar_sums_its_days_and_shows_how_they_end():
    bar = chart(plan(49)).bars[0]

    assert (bar.first, bar.last) == (FIRST, FIRST + timedelta(days=6))
    assert (bar.new, bar.reviews, bar.early) == (14, 35, 7)
    assert (bar.minutes, bar.available) == (56, 140)
    assert (bar.backlog, bar.unseen) == (6, 43)


def test_parts_stand_on_each_other_as_high_as_their_share_of_the_minutes():
    drawn = chart(plan(3))
    (bar, *_) = drawn.bars

    assert drawn.top == 20
    assert bar.line == 0
    assert [part.name for part in bar.parts] == ["new", "reviews", "early"]
    assert bar.parts[0].y + bar.parts[0].height == HEIGHT
    for lower, upper in zip(bar.parts, bar.parts[1:], strict=False):
        assert upper.y + upper.height == lower.y
    assert bar.parts[-1].y == HEIGHT - HEIGHT * 8 // 20


def test_a_part_of_nothing_is_left_out_and_no_days_give_no_bars():
    assert [part.name for part in chart(plan(1, new=0, early=0)).bars[0].parts] == ["reviews"]
    assert chart(plan(2, new=0, reviews=0, early=0, available=0)).bars[0].parts == ()
    assert chart(plan(0)).bars == ()
