from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.sm2 import PUBLISHED_SOURCE, TEXT_1990, Memory, early, review

PASSES = (3, 4, 5)
PRESETS = [TEXT_1990, PUBLISHED_SOURCE]
WORKED_GRADES = (2, 5, 1, 5, 1, 3, 2, 3, 2, 2, 3, 4, 5)

grades = st.integers(0, 5)
passes = st.integers(3, 5)
presets = st.sampled_from(PRESETS)
memories = st.builds(
    Memory,
    repetitions=st.integers(0, 30),
    interval=st.integers(1, 4000),
    easiness=st.integers(65, 200).map(lambda half: 2 * half),
)


def replay(grades, rules=TEXT_1990, memory=None):
    memory = memory or Memory()
    steps = []
    for grade in grades:
        memory = review(memory, grade, rules)
        steps.append((memory.repetitions, memory.interval, memory.easiness))
    return steps


def test_the_worked_example_of_the_text_of_1990():
    assert replay(WORKED_GRADES, TEXT_1990) == [
        (1, 1, 250), (2, 6, 260), (1, 1, 260), (2, 6, 270), (1, 1, 270), (2, 6, 256), (1, 1, 256),
        (2, 6, 242), (1, 1, 242), (1, 1, 242), (2, 6, 228), (3, 14, 228), (4, 34, 238),
    ]  # fmt: skip


def test_the_worked_example_of_the_published_source():
    assert replay(WORKED_GRADES, PUBLISHED_SOURCE) == [
        (0, 1, 218), (1, 1, 228), (0, 1, 174), (1, 1, 184), (0, 1, 130), (1, 1, 130), (0, 1, 130),
        (1, 1, 130), (0, 1, 130), (0, 1, 130), (1, 1, 130), (2, 6, 130), (3, 8, 140),
    ]  # fmt: skip


def test_a_published_worked_example_gives_1_6_15_35_78():
    """Grades 4, 4, 3, 3, 4: the example of an SM-2 scholar in eudoxia0/sm2, issue 1."""
    assert [interval for _, interval, _ in replay((4, 4, 3, 3, 4), PUBLISHED_SOURCE)] == [1, 6, 15, 35, 78]


def test_five_perfect_answers_give_150_days_and_not_the_151_of_floats():
    assert replay((5, 5, 5, 5, 5)) == [(1, 1, 260), (2, 6, 270), (3, 17, 280), (4, 50, 290), (5, 150, 300)]


@pytest.mark.parametrize("rules", PRESETS)
def test_the_first_two_successes_give_1_and_6_days_whatever_the_grade(rules):
    assert {tuple(i for _, i, _ in replay((a, b), rules)) for a in PASSES for b in PASSES} == {(1, 6)}


@pytest.mark.parametrize(("grade", "easiness"), [(0, 170), (1, 196), (2, 218), (3, 236), (4, 250), (5, 260)])
def test_each_grade_moves_the_easiness_by_the_formula(grade, easiness):
    assert review(Memory(3, 15, 250), grade, PUBLISHED_SOURCE).easiness == easiness
    assert easiness == pytest.approx(250 + 100 * (0.1 - (5 - grade) * (0.08 + (5 - grade) * 0.02)))


def test_a_failure_keeps_the_easiness_in_the_text_and_counts_as_the_first_repetition():
    assert review(Memory(5, 90, 220), 1, TEXT_1990) == Memory(1, 1, 220)


def test_a_failure_lowers_the_easiness_in_the_published_source_and_starts_from_nothing():
    assert review(Memory(5, 90, 220), 1, PUBLISHED_SOURCE) == Memory(0, 1, 166)


@pytest.mark.parametrize(("grade", "text", "source"), [(3, 24, 25), (4, 25, 25), (5, 26, 25)])
def test_the_text_uses_the_new_easiness_and_the_published_source_the_old(grade, text, source):
    memory = Memory(3, 10, 250)

    assert review(memory, grade, TEXT_1990).interval == text
    assert review(memory, grade, PUBLISHED_SOURCE).interval == source


@pytest.mark.parametrize(("interval", "up", "nearest"), [(6, 15, 15), (7, 18, 18), (13, 33, 33), (9, 23, 23)])
def test_half_a_day_is_rounded_up_by_both(interval, up, nearest):
    assert review(Memory(3, interval, 250), 4, TEXT_1990).interval == up
    assert review(Memory(3, interval, 250), 4, PUBLISHED_SOURCE).interval == nearest


def test_less_than_half_a_day_is_rounded_up_only_by_the_text():
    memory = Memory(3, 6, 236)  # 14.16 days

    assert review(memory, 4, TEXT_1990).interval == 15
    assert review(memory, 4, PUBLISHED_SOURCE).interval == 14


@pytest.mark.parametrize("grade", [True, False, -1, 6, 4.0, "4", None])
@pytest.mark.parametrize("answer", [review, lambda memory, grade: early(memory, grade, 1)])
def test_what_is_not_a_whole_number_from_0_to_5_is_no_grade(grade, answer):
    with pytest.raises(ValueError, match="a grade is a whole number from 0 to 5"):
        answer(Memory(), grade)


def test_a_member_of_an_integer_enum_is_a_grade():
    good = IntEnum("Grade", {"GOOD": 4}).GOOD

    assert review(Memory(), good) == Memory(1, 1, 250)


@given(memories, presets)
def test_a_better_grade_never_gives_a_shorter_interval_or_a_lower_easiness(memory, rules):
    results = [review(memory, grade, rules) for grade in PASSES]
    fails = [review(memory, grade, rules) for grade in (0, 1, 2)]

    for some in (results, fails):
        assert [m.interval for m in some] == sorted(m.interval for m in some)
        assert [m.easiness for m in some] == sorted(m.easiness for m in some)
    assert fails[-1].interval <= results[0].interval


@given(st.lists(grades, max_size=40), presets)
def test_easiness_is_never_under_130_and_all_stays_whole(history, rules):
    for repetitions, interval, easiness in replay(history, rules):
        assert easiness >= 130
        assert [type(value) for value in (repetitions, interval, easiness)] == [int, int, int]


@given(memories, st.integers(0, 2), presets)
def test_a_failure_resets(memory, grade, rules):
    after = review(memory, grade, rules)

    assert after.interval == 1
    assert after.repetitions == (1 if rules is TEXT_1990 else 0)
    assert after.easiness <= memory.easiness


@given(memories, passes, presets)
def test_a_pass_adds_one_repetition(memory, grade, rules):
    assert review(memory, grade, rules).repetitions == memory.repetitions + 1


# Early answers.


@pytest.mark.parametrize(("elapsed", "interval"), [(0, 30), (10, 30), (12, 30), (13, 33), (25, 63), (29, 73)])
def test_an_early_pass_earns_the_days_waited_times_the_easiness_or_keeps_its_interval(elapsed, interval):
    assert early(Memory(3, 30, 250), 4, elapsed) == Memory(3, interval, 250)


@given(memories, passes, st.integers(0, 4000))
def test_an_early_pass_keeps_repetitions_and_easiness_and_never_shortens(memory, grade, elapsed):
    after = early(memory, grade, elapsed)

    assert (after.repetitions, after.easiness) == (memory.repetitions, memory.easiness)
    assert after.interval >= memory.interval


@given(memories, passes, st.lists(st.integers(0, 5), max_size=5))
def test_reviewing_ahead_often_inflates_nothing(memory, grade, waits):
    """A card looked at every few days is never given more than its last wait has earned."""
    after = memory
    for wait in waits:
        after = early(after, grade, wait)

    earned = (max(waits, default=0) * memory.easiness + 50) // 100
    assert after.interval == max(memory.interval, earned)


@given(memories, st.integers(0, 2), st.integers(0, 400), presets)
def test_an_early_failure_is_a_normal_failure(memory, grade, elapsed, rules):
    assert early(memory, grade, elapsed, rules) == review(memory, grade, rules)


def test_a_wrong_clock_that_makes_elapsed_negative_keeps_the_interval():
    assert early(Memory(3, 30, 250), 5, -4) == Memory(3, 30, 250)
