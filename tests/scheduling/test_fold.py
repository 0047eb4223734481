"""The fold: what each kind of answer does to a state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduling import fold
from scheduling.sm2 import Memory

PLAIN = "text_1990 max365"
FIRST = date(2026, 3, 2)


def entry(sequence, day, grade, kind=None, rules=PLAIN, **values):
    at = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=day)
    return fold.Entry(sequence, at, FIRST + timedelta(days=day), kind, grade, rules, **values)


def run(*answers, rules=PLAIN, slug="bias"):
    """Fold (day, grade) pairs, each of the kind that its day gives it."""
    state = fold.State()
    for sequence, (day, grade) in enumerate(answers, 1):
        kind = fold.kind_of(state, FIRST + timedelta(days=day))
        state = fold.apply(state, entry(sequence, day, grade, kind, rules), slug)
    return state


def test_a_card_never_answered_is_learnt():
    assert fold.kind_of(fold.State(), FIRST) == "learn"


def test_the_second_answer_of_a_day_is_a_repeat_and_moves_no_memory():
    once, twice = run((0, 4)), run((0, 4), (0, 5))

    assert twice.memory == once.memory
    assert twice.due_on == once.due_on
    assert twice.review_count == 2
    assert twice.last_grade == 5


def test_an_answer_before_its_day_is_early_and_one_on_it_is_a_review():
    state = run((0, 4), (1, 4))  # interval 6 from day 1

    assert fold.kind_of(state, FIRST + timedelta(days=6)) == "early"
    assert fold.kind_of(state, FIRST + timedelta(days=7)) == "review"
    assert fold.kind_of(state, FIRST + timedelta(days=40)) == "review"


def test_an_early_pass_keeps_repetitions_and_easiness_and_never_shortens():
    before, after = run((0, 4), (1, 4)), run((0, 4), (1, 4), (3, 5))

    assert after.memory == Memory(before.memory.repetitions, 6, before.memory.easiness)
    assert after.due_on == FIRST + timedelta(days=9)


def test_a_fail_repeats_today_and_is_due_tomorrow_with_interval_one():
    state = run((0, 4), (1, 4), (7, 2))

    assert state.repeating
    assert state.memory == Memory(1, 1, 250)
    assert state.due_on == FIRST + timedelta(days=8)
    assert state.lapses == 1


def test_a_fail_of_a_card_with_one_repetition_is_no_lapse():
    assert run((0, 4), (1, 1)).lapses == 0


def test_a_hard_repeats_today_only_under_the_strict_rule():
    assert not run((0, 3)).repeating
    assert run((0, 3), rules="text_1990 strict max365").repeating


def test_a_new_card_failed_and_abandoned_gets_six_days_for_tomorrows_pass():
    assert run((0, 1), (1, 4)).memory == Memory(2, 6, 250)


def test_practice_moves_nothing():
    state = run((0, 4))

    assert fold.apply(state, entry(9, 1, 0, "practice"), "bias") == state


def test_a_reset_card_is_due_at_once_as_if_never_seen():
    reset = entry(
        2, 3, None, "manual", repetitions=0, interval=0, easiness=250, due_on=FIRST + timedelta(days=3)
    )
    state = fold.apply(run((0, 4)), reset, "bias")

    assert state.memory == Memory()
    assert state.due_on == FIRST + timedelta(days=3)
    assert fold.kind_of(state, FIRST + timedelta(days=3)) == "review"


def test_the_interview_caps_the_date_but_not_the_interval():
    exam = "text_1990 max365 exam2026-03-12"
    state = run((0, 4), (1, 4), (7, 4), rules=exam)

    assert state.memory.interval == 15
    assert state.due_on == date(2026, 3, 11)


def test_on_the_eve_of_the_interview_a_card_still_comes_tomorrow():
    assert run((9, 4), rules="text_1990 max365 exam2026-03-12").due_on == date(2026, 3, 12)


def test_after_the_interview_nothing_is_capped():
    assert run((0, 4), (1, 4), (20, 4), rules="text_1990 max365 exam2026-03-12").due_on == date(2026, 4, 6)


def test_two_hundred_perfect_grades_never_leave_the_maximum():
    state = fold.State()
    day = 0
    for sequence in range(1, 201):
        kind = fold.kind_of(state, FIRST + timedelta(days=day))
        state = fold.apply(state, entry(sequence, day, 5, kind, "text_1990 fuzz max365"), "bias")
        day = (state.due_on - FIRST).days

    assert state.memory.interval <= 365


@pytest.mark.parametrize("text", ["sm17 max365", "text_1990 bury", "text_1990 maxlots"])
def test_rules_that_are_not_understood_are_refused(text):
    with pytest.raises(ValueError, match=r"unknown|invalid"):
        fold.terms(text)
