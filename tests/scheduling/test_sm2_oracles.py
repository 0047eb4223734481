"""The same histories through two independent packages, each with the switches its code has.

Both count in floats, whose error can only matter where the exact product
interval x easiness is a whole number: any other is at least 0.01 away from one,
and there the ceil() of a float is right. At such a product a day of difference is
allowed, and then the comparison ends, since the oracle goes on from its own result.
"""

from datetime import UTC, datetime

import pytest
import sm_2
import supermemo2
from hypothesis import given
from hypothesis import strategies as st

from scheduling.sm2 import TEXT_1990, Memory, Rules, review
from tests.scheduling.test_sm2 import replay

grades = st.integers(0, 5)


def product_is_whole(memory, factor):
    return memory.interval * factor % 100 == 0


def run_supermemo2(history):
    """Yield its (repetitions, interval, easiness) after each grade."""
    state = {"repetitions": 0, "interval": 0, "easiness": 2.5}
    for grade in history:
        state.pop("review_datetime", None)
        state = supermemo2.review(grade, review_datetime=datetime(2026, 1, 1), **state)
        yield state["repetitions"], state["interval"], state["easiness"]


def run_sm_2(history):
    """Yield its (n, I, EF) after each study day.

    A grade below 4 is followed by a 4 on the same day, as the text wants: it
    moves no E-Factor, makes a failure (n=0, I=0) repetition 1 of 1 day, and ends
    the extra review of a 3.
    """
    card = sm_2.Card(card_id=1, due=datetime(2026, 1, 1, tzinfo=UTC))
    for grade in history:
        card, _ = sm_2.Scheduler.review_card(card, grade, card.due)
        if grade < 4:
            card, _ = sm_2.Scheduler.review_card(card, 4, card.due)
        yield card.n, card.I, card.EF


def assert_equals_oracle(history, rules, oracle):
    memory = Memory()
    for grade, (repetitions, interval, easiness) in zip(history, oracle(history), strict=True):
        new = review(memory, grade, rules)
        factor = new.easiness if rules.interval_ef == "new" else memory.easiness
        exact_tie = grade >= 3 and memory.repetitions > 1 and product_is_whole(memory, factor)
        assert repetitions == new.repetitions
        assert easiness == pytest.approx(new.easiness / 100)
        assert abs(interval - new.interval) <= exact_tie
        if interval != new.interval:
            return
        memory = new


@given(st.lists(grades, max_size=10))
def test_supermemo2_agrees_with_up_update_old_no(history):
    """It takes its rounding from the text and all else from the published source."""
    rules = Rules(rounding="up", ef_on_fail="update", interval_ef="old", fail_counts_as_first="no")

    assert_equals_oracle(history, rules, run_supermemo2)


@given(st.lists(grades, max_size=10))
def test_sm_2_with_its_same_day_repeats_agrees_with_the_text_of_1990(history):
    assert_equals_oracle(history, TEXT_1990, run_sm_2)


@pytest.mark.parametrize(
    "history", [(4, 4, 4, 4), (4, 5, 5, 5), (3, 3, 3, 3, 3), (4, 4, 1, 4, 4), (5, 2, 3, 4)]
)
def test_sm_2_agrees_to_the_day_on_plain_histories(history):
    theirs = [(n, interval) for n, interval, _ in run_sm_2(history)]

    assert theirs == [(n, interval) for n, interval, _ in replay(history)]
