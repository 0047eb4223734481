"""Why today, why twelve days: the words agree with the stored state."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import explain, fold
from scheduling.turns import LABELS

FIRST = date(2026, 3, 2)


def log(answers, rules="text_1990 max365"):
    """Return the rows of (day, grade) answers, each of the kind that its day gives it."""
    state, rows = fold.State(), []
    for sequence, (day, grade) in enumerate(answers, 1):
        today = FIRST + timedelta(days=day)
        row = fold.Entry(
            sequence, datetime(2026, 3, 2, tzinfo=UTC), today, fold.kind_of(state, today), grade, rules
        )
        state = fold.apply(state, row, "bias")
        rows.append(row)
    return rows, state


def words(answers, today, rules="text_1990 max365"):
    rows, _ = log(answers, rules)
    return " ".join(explain.why(rows, "bias", FIRST + timedelta(days=today), LABELS))


def test_a_card_never_answered_says_so():
    assert "not answered this card yet" in words([], 0)


def test_the_third_success_shows_the_sum():
    text = words([(0, 4), (1, 4), (7, 5)], 21)

    assert "On 9 March 2026 you answered it and graded Easy (5)." in text
    assert "success 3 in a row: 6 days x 2.60, rounded up, is 16 days." in text
    assert "easiness went from 2.50 to 2.60" in text
    assert "due on 25 March 2026. That is in 2 days." in text


def test_a_fail_says_that_it_starts_anew_and_comes_today():
    text = words([(0, 4), (1, 2)], 1)

    assert "Not recalled: it starts anew with an interval of 1 day." in text
    assert "comes again today" in text


def test_an_early_answer_an_interview_and_the_maximum_are_named():
    assert "an early success keeps the interval" in words([(0, 4), (1, 4), (3, 4)], 4)
    assert "Because of your interview it comes on 14 March 2026 already" in words(
        [(0, 4), (1, 4), (7, 4)], 8, "text_1990 max365 exam2026-03-15"
    )
    assert "Your longest interval is 10 days." in words([(0, 4), (1, 4), (7, 4)], 8, "text_1990 max10")


def test_a_state_set_by_hand_is_named():
    row = fold.Entry(
        1,
        datetime(2026, 3, 2, tzinfo=UTC),
        FIRST,
        "manual",
        None,
        "text_1990 max365",
        3,
        30,
        250,
        FIRST + timedelta(days=30),
    )

    text = " ".join(explain.why([row], "bias", FIRST, LABELS))

    assert "set this card's schedule by hand. The interval is 30 days. So it is due on 1 April 2026." in text


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=12),
    st.sampled_from(["text_1990 max365", "text_1990 fuzz max60", "text_1990 strict max365 exam2026-05-01"]),
)
def test_the_words_name_the_stored_interval_and_date(gaps, rules):
    day, answers = 0, []
    for gap, grade in gaps:
        day += gap
        answers.append((day, grade))
    rows, state = log(answers, rules)

    text = " ".join(explain.why(rows, "bias", FIRST + timedelta(days=day), LABELS))

    assert explain.in_words(state.due_on) in text
    numbers = [int(number) for number in re.findall(r"(\d+) days?\b", text)]
    assert state.memory.interval in numbers or state.memory.interval == 1


@pytest.mark.django_db
def test_the_panel_is_a_page_and_a_part_of_it_for_htmx(signed_in, learner):
    from tests.rows import answer, make_card

    card = make_card()
    answer(learner, card)

    html = signed_in.get(f"/study/{card.pk}/why/").content.decode()

    assert '<section id="why"' in html
    assert "graded Good (4)" in html
    assert "<title>" in html
