"""The interval that is really given: fuzz, the maximum and the previous interval."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.sm2 import Memory, granted, review
from tests.scheduling.test_sm2 import PASSES, memories, presets

SLUGS = [bytes.hex(Random(n).randbytes(8)) for n in range(5000)]


def give(memory, previous=0, *, passed=True, slug="bias", count=1, fuzz=True, max_interval=365):
    return granted(
        memory, previous, passed=passed, slug=slug, count=count, fuzz=fuzz, max_interval=max_interval
    )


def spread(interval, **kwargs):
    """Return how many of 5,000 cards are given which days for the same interval."""
    return Counter(give(Memory(3, interval), slug=slug, **kwargs) for slug in SLUGS)


@pytest.mark.parametrize("interval", [0, 1, 2, 6])
def test_under_7_days_there_is_no_fuzz(interval):
    assert set(spread(interval)) == {interval}


@pytest.mark.parametrize(
    ("interval", "margin"), [(7, 1), (16, 1), (17, 2), (20, 2), (33, 2), (34, 3), (100, 6), (200, 11)]
)
def test_the_fuzz_fills_its_window_evenly(interval, margin):
    given_days = spread(interval)
    even = len(SLUGS) / (2 * margin + 1)

    assert set(given_days) == set(range(interval - margin, interval + margin + 1))
    assert all(0.7 * even < times < 1.3 * even for times in given_days.values())


def test_without_fuzz_the_interval_is_exact():
    assert {give(Memory(4, days), fuzz=False) for days in (7, 50, 365)} == {7, 50, 365}


def test_the_maximum_is_applied_before_the_window_is_built():
    """So that cards at the maximum still spread, on its near side only."""
    assert set(spread(5000, max_interval=365)) == set(range(365 - 19, 366))


def test_after_a_pass_the_interval_is_not_below_the_previous_one():
    assert min(spread(100, previous=98)) == 98
    assert set(spread(100, previous=130)) == {130}


def test_after_a_fail_the_previous_interval_is_no_floor():
    assert give(Memory(1, 1, 250), 98, passed=False) == 1


def test_a_maximum_below_the_previous_interval_wins():
    assert set(spread(500, previous=400, max_interval=60)) == {60}
    assert give(Memory(4, 6), 400, max_interval=3) == 3


def test_a_maximum_under_one_day_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        give(Memory(4, 6), max_interval=0)


def test_the_same_card_and_count_are_always_given_the_same():
    assert len({give(Memory(4, 100), slug="bias", count=7) for _ in range(5)}) == 1
    assert len({give(Memory(4, 100), slug="bias", count=count) for count in range(20)}) > 4


def test_a_slug_of_any_alphabet_is_fine():
    assert 94 <= give(Memory(4, 100), slug="dérivée-偏差") <= 106


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=30), st.integers(0, 500), st.integers(0, 500), st.integers(1, 500))
def test_a_longer_interval_never_gives_an_earlier_day(slug, count, previous, maximum):
    options = {"slug": slug, "count": count, "max_interval": maximum}
    given_days = [give(Memory(4, days), previous, **options) for days in range(1, 450)]

    assert given_days == sorted(given_days)


@given(memories, st.text(max_size=30), st.integers(0, 500), st.integers(1, 400), st.booleans(), presets)
def test_hard_good_and_easy_keep_their_order(memory, slug, count, maximum, fuzz, rules):
    options = {"slug": slug, "count": count, "max_interval": maximum, "fuzz": fuzz}
    again = give(review(memory, 2, rules), memory.interval, passed=False, **options)
    hard, good, easy = (give(review(memory, grade, rules), memory.interval, **options) for grade in PASSES)

    assert again <= hard <= good <= easy <= maximum


@given(memories, st.text(max_size=30), st.integers(0, 500))
def test_the_fuzz_stays_inside_the_window(memory, slug, count):
    days = memory.interval
    tenths_of_percent = 1000 + 100 * max(min(days, 20) - 7, 0) + 50 * max(days - 20, 0)

    moved = give(memory, slug=slug, count=count, max_interval=10_000) - days

    assert abs(moved) * 1000 <= (tenths_of_percent if days >= 7 else 0)


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(max_size=20), st.integers(1, 100_000), st.booleans())
def test_200_perfect_answers_stay_under_the_maximum(slug, maximum, fuzz):
    memory = Memory()
    for count in range(200):
        new = review(memory, 5)
        days = give(new, memory.interval, slug=slug, count=count, fuzz=fuzz, max_interval=maximum)
        assert min(memory.interval, maximum) <= days <= maximum
        memory = Memory(new.repetitions, days, new.easiness)

    assert memory.repetitions == 200
    assert memory.easiness == 2250
