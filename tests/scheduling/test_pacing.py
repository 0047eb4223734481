"""The rules of the interview plan, by hand and by property."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.order import Limits, New
from scheduling.pacing import (
    Break,
    Candidate,
    Pace,
    Week,
    ahead_order,
    ahead_today,
    answers_in,
    break_ahead,
    break_behind,
    cut_off,
    early_cards,
    is_sweeping,
    new_per_day,
    own_day_has_come,
    portion,
    predicted_recall,
    sweep_order,
)

TODAY = date(2026, 3, 2)  # a Monday
EVERY_DAY = Week((20,) * 7)
weeks = st.tuples(*[st.integers(0, 90)] * 7)


def after(days):
    return TODAY + timedelta(days=days)


def off(*numbers):
    return frozenset(after(number) for number in numbers)


# The week.


def test_a_day_off_has_no_minutes():
    week = Week((10, 20, 30, 40, 50, 60, 70), off(1))

    assert [week.on(after(n)) for n in range(8)] == [10, 0, 30, 40, 50, 60, 70, 10]
    assert week.between(TODAY, after(8)) == 290 - 20
    assert week.between(after(3), TODAY) == 0
    assert week.study_days(TODAY, after(8)) == 7


@given(weeks, st.sets(st.integers(-3, 60), max_size=9), st.integers(0, 60), st.integers(0, 60))
def test_the_minutes_between_two_days_are_the_sum_of_the_days(minutes, days_off, first, length):
    week = Week(minutes, off(*days_off))

    assert week.between(after(first), after(first + length)) == sum(
        week.on(after(first + n)) for n in range(length)
    )


# New cards.


@pytest.mark.parametrize(("left", "before"), [(90, 30), (60, 20), (22, 7), (21, 7), (20, 7), (7, 7), (2, 7)])
def test_the_cut_off_keeps_a_third_of_the_time_and_at_least_a_week(left, before):
    assert cut_off(TODAY, after(left)) == after(left - before)


def test_unmet_cards_are_shared_out_over_the_days_before_the_cut_off():
    assert new_per_day(100, TODAY, after(30), EVERY_DAY, TODAY) == 5  # 20 days
    assert new_per_day(101, TODAY, after(30), EVERY_DAY, TODAY) == 6


def test_days_off_and_days_without_minutes_do_not_count():
    week = Week((20, 20, 20, 20, 20, 0, 0), off(1, 2))  # of 20 days 14 have minutes, 2 of those are off

    assert new_per_day(120, TODAY, after(30), week, TODAY) == 10
    assert new_per_day(120, after(1), after(30), week, TODAY) == 0
    assert new_per_day(120, after(5), after(30), week, TODAY) == 0


def test_a_longer_day_takes_more_of_them():
    week = Week((10, 10, 10, 10, 10, 60, 10))

    assert new_per_day(48, TODAY, after(21), week, TODAY) == 2  # 240 minutes in 14 days
    assert new_per_day(48, after(5), after(21), week, TODAY) > 12


def test_the_cut_off_stays_where_it_was_when_the_plan_was_made():
    assert new_per_day(10, after(19), after(30), EVERY_DAY, TODAY) == 10


def test_what_is_left_at_the_cut_off_is_shared_out_as_if_the_plan_began_then():
    assert new_per_day(12, after(20), after(30), EVERY_DAY, TODAY) == 4  # 3 days to go to X - 7
    assert new_per_day(12, after(25), after(30), EVERY_DAY, TODAY) == 12


@given(st.integers(0, 5000), st.integers(-5, 200), st.integers(0, 200), weeks, st.sets(st.integers(0, 200)))
def test_no_new_cards_in_the_last_3_days_or_without_minutes(unseen, day, left, minutes, days_off):
    week = Week(minutes, off(*days_off))
    new = new_per_day(unseen, after(day), after(left), week, TODAY)

    assert new >= 0
    if day >= left - 3 or not week.on(after(day)):
        assert new == 0
    elif unseen:
        assert new >= 1


@given(
    st.integers(1, 3000), st.integers(8, 200), weeks.filter(any), st.sets(st.integers(0, 200), max_size=30)
)
def test_all_are_introduced_by_the_cut_off(unseen, left, minutes, days_off):
    week, stop = Week(minutes, off(*days_off)), cut_off(TODAY, after(left))
    study = [after(n) for n in range((stop - TODAY).days) if week.on(after(n))]
    for day in study:
        unseen -= min(new_per_day(unseen, day, after(left), week, TODAY), unseen)

    assert unseen == 0 or not study


def test_a_missed_day_raises_the_number_of_the_next():
    kept = new_per_day(95, after(1), after(30), EVERY_DAY, TODAY)
    missed = new_per_day(100, after(1), after(30), EVERY_DAY, TODAY)

    assert (kept, missed) == (5, 6)


# The sweep.


def test_the_sweep_is_in_the_last_10_days():
    assert [n for n in range(30) if is_sweeping(after(n), after(20))] == list(range(10, 20))


def test_prediction_is_nine_tenths_after_one_interval():
    assert predicted_recall(10, TODAY, after(10)) == pytest.approx(0.9)
    assert predicted_recall(10, TODAY, after(20)) == pytest.approx(0.81)
    assert predicted_recall(0, TODAY, after(1)) == pytest.approx(0.9)


def test_the_sweep_takes_the_weakest_first_and_leaves_out_due_sure_and_seen_ones():
    rows = [
        Candidate(1, 1, after(5), after(-5), 10),  # 0.9 ** 1.3 on the day
        Candidate(2, 2, after(5), after(-15), 20),  # 0.9 ** 1.15
        Candidate(3, 3, after(5), after(-35), 20),  # 0.9 ** 2.15
        Candidate(4, 4, TODAY, after(-35), 20),  # due
        Candidate(5, 5, after(5), TODAY, 5),  # seen today
        Candidate(6, 6, after(5), after(-1), 300),  # sure
    ]

    assert sweep_order(rows, TODAY, after(8)) == [New(3, 3), New(1, 1), New(2, 2)]


# Breaks.


def test_a_break_is_two_days_or_more_in_a_row_one_of_them_off():
    weekdays = (20, 20, 20, 20, 20, 0, 0)

    assert break_ahead(after(3), Week(weekdays)) is None
    assert break_ahead(after(3), Week((20,) * 7, off(4))) is None
    assert break_ahead(after(3), Week(weekdays, off(4))) == Break(after(4), after(6))
    assert break_ahead(after(3), Week((20,) * 7, off(4, 5))) == Break(after(4), after(5))


def test_a_break_is_prepared_for_as_many_days_as_it_has_but_7_at_most():
    short, long = Week((20,) * 7, off(20, 21, 22)), Week((20,) * 7, off(*range(20, 40)))

    assert [n for n in range(40) if break_ahead(after(n), short)] == [17, 18, 19]
    assert [n for n in range(40) if break_ahead(after(n), long)] == [13, 14, 15, 16, 17, 18, 19]
    assert [n for n in range(60) if break_behind(after(n), short)] == [23, 24, 25]
    assert [n for n in range(60) if break_behind(after(n), long)] == [40, 41, 42, 43, 44, 45, 46]


def test_before_a_break_its_cards_come_nearest_to_their_day_first():
    rows = [
        Candidate(1, 1, after(4), after(-6), 10),
        Candidate(2, 2, after(5), after(-15), 20),
        Candidate(3, 3, after(9), after(-11), 20),  # after the break
        Candidate(4, 4, after(2), after(-8), 10),  # before it
        Candidate(5, 5, after(4), TODAY, 4),  # seen today
    ]

    assert ahead_order(rows, TODAY, Break(after(3), after(6))) == [New(2, 2), New(1, 1)]


def test_they_are_offered_in_equal_portions():
    coming = Break(after(3), after(6))

    assert ahead_today(10, 0, TODAY, coming, EVERY_DAY) == 4
    assert ahead_today(7, 3, TODAY, coming, EVERY_DAY) == 1
    assert ahead_today(6, 4, TODAY, coming, EVERY_DAY) == 0
    assert ahead_today(6, 0, after(2), coming, EVERY_DAY) == 6


def test_after_a_break_the_heap_is_shared_out_but_a_small_one_is_not():
    past = Break(after(-4), after(-1))

    assert portion(100, TODAY, past, EVERY_DAY) == 25
    assert portion(75, after(1), past, EVERY_DAY) == 25
    assert portion(30, after(3), past, EVERY_DAY) == 30
    assert portion(60, TODAY, past, EVERY_DAY) == 20


def test_most_days_offer_nothing_early():
    def unread():
        raise AssertionError("no candidate is needed")
        yield

    assert early_cards(unread(), TODAY, after(30), EVERY_DAY, 0) == []


# What a day may hold.


def test_the_plan_sets_new_cards_first_whatever_is_due():
    pace = Pace(after(30), TODAY, EVERY_DAY, unseen=100, seconds=60, new_per_day=1, reviews_per_day=50)

    assert pace.limits(TODAY, 400) == Limits(5, 50, new_despite_backlog=True, new_first=True, answers=20)


def test_no_more_new_cards_than_the_minutes_hold_unless_asked():
    pace = Pace(after(30), TODAY, EVERY_DAY, unseen=900, seconds=60, extra_new=3)

    assert pace.limits(TODAY, 0).new == 23


def test_without_an_interview_the_learners_own_limits_hold():
    assert Pace(None, TODAY, EVERY_DAY).limits(TODAY, 900) == Limits(10, 200, answers=210)
    over = Pace(after(-1), after(-30), EVERY_DAY, unseen=50)
    assert over.limits(TODAY, 900) == Limits(10, 200, answers=210)


def test_after_a_break_reviews_come_in_portions():
    pace = Pace(None, TODAY, Week((20,) * 7, off(-1, -2, -3)), reviews_per_day=200)

    assert pace.limits(TODAY, 90).reviews == 30


def test_with_an_interview_the_heap_fills_at_least_the_minutes_before_any_sweep():
    week = Week((50,) * 7, off(-1, -2, -3))
    pace = Pace(after(8), after(-60), week, seconds=60)

    assert pace.limits(TODAY, 90).reviews == 50
    assert pace.limits(TODAY, 240).reviews == 80


def test_what_only_the_cap_made_due_waits_for_its_own_day():
    assert not own_day_has_come(after(-3), 10, TODAY)
    assert own_day_has_come(after(-10), 10, TODAY)
    assert own_day_has_come(None, 0, TODAY)


def test_answers_that_fit_are_rounded_down():
    assert [answers_in(20, 45), answers_in(0, 45), answers_in(1, 61)] == [26, 0, 0]
