import timeit
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scheduling.order import Answer, Counts, Due, Limits, New, choose, introduction

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
TODAY = date(2026, 5, 10)
PLENTY = Limits(new=100, reviews=1000)


def answer(card, kind="review", *, family=None, ago=60, repeating=False, waiting=True):
    """Return an answer of `ago` minutes ago; a card is a family of its own unless told."""
    at = NOW - timedelta(minutes=ago)
    return Answer(card, card if family is None else family, kind, at, repeating, waiting)


def due(card, family=None, *, late=0, interval=10):
    due_on = TODAY - timedelta(days=late)
    last_on = due_on - timedelta(days=interval)
    return Due(card, card if family is None else family, due_on, last_on, interval)


def new(card, family=None):
    return New(card, card if family is None else family)


def decide(answers=(), due=(), new=(), limits=PLENTY):
    return choose(NOW, TODAY, answers=answers, due=due, new=new, limits=limits)


def chosen(*args, **kwargs):
    choice = decide(*args, **kwargs)
    return choice.card, choice.kind


def reviews(*cards):
    return [answer(card) for card in cards]


# Nothing to do.


def test_with_nothing_to_show_there_is_no_card():
    choice = decide()

    assert (choice.card, choice.kind, choice.held) == (None, None, False)
    assert choice.counts == Counts(0, 0, 0)


# Repeats.


def test_a_repeat_waits_while_fewer_than_5_other_answers_have_been_given():
    answers = [answer(1, repeating=True, ago=3)] + [answer(n, ago=2) for n in (2, 3, 4, 5)]

    assert chosen(answers, [due(9)]) == (9, "due")


def test_a_repeat_is_ripe_after_5_other_answers():
    answers = [answer(1, repeating=True, ago=3)] + [answer(n, ago=2) for n in (2, 3, 4, 5, 6)]

    assert chosen(answers, [due(9)], [new(8)]) == (1, "repeat")


def test_a_repeat_is_ripe_after_10_minutes():
    assert chosen([answer(1, repeating=True, ago=10)], [due(9)]) == (1, "repeat")
    assert chosen([answer(1, repeating=True, ago=9.99)], [due(9)]) == (9, "due")


def test_a_repeat_comes_at_once_if_nothing_else_is_left():
    assert chosen([answer(1, repeating=True, ago=0)]) == (1, "repeat")


def test_a_repeat_comes_at_once_if_the_limits_hold_back_all_else():
    answers = [answer(1, repeating=True, ago=0)]

    assert chosen(answers, [due(9)], [new(8)], Limits(new=0, reviews=1)) == (1, "repeat")


def test_the_oldest_of_several_ripe_repeats_comes_first():
    answers = [answer(card, repeating=True, ago=50 - card) for card in (3, 1, 2)]

    assert chosen(answers) == (3, "repeat")


def test_the_oldest_of_several_unripe_repeats_comes_first():
    answers = [answer(card, repeating=True, ago=3) for card in (3, 1, 2)]

    assert chosen(answers) == (3, "repeat")


def test_a_card_that_fails_again_goes_to_the_end_of_the_queue():
    answers = [answer(1, repeating=True), answer(2, repeating=True), answer(1, "repeat", repeating=True)]

    assert chosen(answers) == (2, "repeat")


def test_only_the_last_answer_says_whether_a_card_repeats():
    passed_then_failed = [answer(1), answer(1, "repeat", repeating=True)]
    failed_then_passed = [answer(1, repeating=True), answer(1, "repeat")]

    assert chosen(passed_then_failed) == (1, "repeat")
    assert chosen(failed_then_passed) == (None, None)


def test_a_repeat_that_may_not_be_shown_here_is_passed_over_and_not_counted():
    choice = decide([answer(1, repeating=True, waiting=False)])

    assert choice.card is None
    assert choice.counts.learning == 0


def test_a_failed_early_answer_repeats_too():
    assert chosen([answer(1, "early", repeating=True)]) == (1, "repeat")


# Due cards.


def test_the_most_overdue_for_its_interval_comes_first():
    assert chosen(due=[due(1, late=20, interval=100), due(2, late=2, interval=4)]) == (2, "due")


def test_equally_overdue_cards_come_by_due_date_and_then_by_id():
    same_ratio = [due(1, late=1, interval=5), due(3, late=2, interval=10), due(2, late=2, interval=10)]

    assert chosen(due=same_ratio) == (2, "due")


def test_an_interval_of_0_counts_as_1():
    rows = [Due(1, 1, TODAY, TODAY - timedelta(days=3), 0), due(2, late=1, interval=1)]

    assert chosen(due=rows) == (1, "due")


def test_a_card_without_a_last_day_counts_from_its_due_date():
    unknown = Due(1, 1, TODAY - timedelta(days=9), None, 10)

    assert chosen(due=[due(2, late=8, interval=10), unknown]) == (1, "due")
    assert chosen(due=[due(2, late=10, interval=10), unknown]) == (2, "due")


def test_overdueness_is_compared_exactly():
    """The two differ by 1 in 10**18, which no float can tell."""
    a = Due(1, 1, TODAY, TODAY - timedelta(days=700_000), 10**9 + 1)
    b = Due(2, 2, TODAY, TODAY - timedelta(days=700_000), 10**9)

    assert chosen(due=[a, b]) == (2, "due")


@given(st.lists(st.tuples(st.integers(-5, 400), st.integers(0, 60)), min_size=1, max_size=40))
def test_the_choice_is_that_of_exact_fractions(rows):
    cards = [due(n, late=late, interval=interval) for n, (late, interval) in enumerate(rows)]

    def rank(row):
        return -Fraction((TODAY - row.last_on).days, max(row.interval, 1)), row.due_on, row.card

    assert chosen(due=cards) == (min(cards, key=rank).card, "due")


def test_a_due_card_is_never_shown_twice():
    assert chosen(reviews(1), [due(1)]) == (None, None)


def test_beyond_the_1000_earliest_the_due_date_decides():
    earliest = [due(card, late=50, interval=100) for card in range(1000)]
    very_overdue_but_later = due(5000, late=49, interval=1)

    assert chosen(due=[very_overdue_but_later, *earliest]) == (0, "due")


# Limits.


def test_the_limit_of_reviews_counts_what_is_done_today():
    choice = decide(reviews(1, 2), [due(8), due(9)], limits=Limits(new=0, reviews=3))

    assert (choice.kind, choice.counts.due, choice.held) == ("due", 1, True)


def test_at_the_limit_of_reviews_no_due_card_is_shown():
    choice = decide(reviews(1, 2, 3), [due(9)], limits=Limits(new=0, reviews=3))

    assert (choice.card, choice.counts, choice.held) == (None, Counts(0, 0, 0), True)


def test_the_limit_of_new_cards_counts_distinct_cards():
    learned_twice = [answer(1, "learn"), answer(1, "learn")]

    assert decide(learned_twice, new=[new(8), new(9)], limits=Limits(2, 10)).counts.new == 1
    assert chosen([*learned_twice, answer(2, "learn")], new=[new(9)], limits=Limits(2, 10)) == (None, None)


def test_repeats_and_early_answers_count_in_no_limit():
    answers = [answer(1, "repeat"), answer(2, "early"), answer(3, "early"), answer(1, "repeat")]
    choice = decide(answers, [due(8)], [new(9)], Limits(new=1, reviews=1))

    assert choice.counts == Counts(new=1, learning=0, due=1)
    assert not choice.held


def test_answers_over_a_limit_leave_nothing_and_no_negative_count():
    answers = [*reviews(1, 2, 3), answer(4, "learn"), answer(5, "learn")]

    assert decide(answers, [due(8)], [new(9)], Limits(new=1, reviews=2)).counts == Counts(0, 0, 0)


def test_no_new_card_comes_while_more_is_due_than_a_day_may_review():
    backlog = [due(n) for n in range(1, 5)]
    choice = decide(due=backlog, new=[new(9)], limits=Limits(new=5, reviews=3))

    assert (choice.kind, choice.counts.new, choice.held) == ("due", 0, True)


def test_a_backlog_of_the_morning_still_holds_when_the_limit_is_reached():
    choice = decide(reviews(1, 2, 3), [due(4)], [new(9)], Limits(new=5, reviews=3))

    assert (choice.card, choice.held) == (None, True)


def test_exactly_as_much_due_as_a_day_may_review_is_no_backlog():
    assert decide(reviews(1), [due(2), due(3)], [new(9)], Limits(new=5, reviews=3)).counts.new == 1


def test_new_cards_come_despite_a_backlog_when_asked():
    limits = Limits(new=5, reviews=3, new_despite_backlog=True)
    choice = decide(reviews(1, 2, 3), [due(4)], [new(9)], limits)

    assert (choice.card, choice.kind) == (9, "new")


def test_more_reviews_than_the_limit_are_no_backlog_once_nothing_is_due():
    assert chosen(reviews(1, 2, 3), new=[new(9)], limits=Limits(new=5, reviews=2)) == (9, "new")


def test_nothing_is_held_when_all_is_within_the_limits():
    assert not decide(due=[due(1)], new=[new(2)], limits=Limits(1, 1)).held


def test_counts_are_at_most_1000():
    cards = [due(n) for n in range(1500)]

    assert decide(due=cards, limits=Limits(0, 9999)).counts.due == 1000


def test_the_counts_include_the_chosen_card():
    choice = decide([answer(1, repeating=True)], [due(2), due(3)], [new(4)])

    assert (choice.card, choice.counts) == (1, Counts(new=1, learning=1, due=2))


# Speed.


def test_a_thousand_due_cards_are_ranked_in_a_moment():
    """Some 0.6 ms each on a small machine; the bound is wide, for a busy one."""
    dice = Random(1)
    rows = [due(n, late=dice.randrange(300), interval=dice.randrange(1, 365)) for n in range(1000)]
    done = reviews(*range(5000, 5200))

    assert min(timeit.repeat(lambda: decide(done, rows, [new(9000)]), number=1, repeat=20)) < 0.005


def test_every_third_new_card_of_a_day_is_a_child_where_one_waits():
    mains, children = [New(n, n) for n in range(1, 6)], [New(100 + n, n) for n in range(10, 14)]

    assert [row.card for row in introduction(mains + children, set())] == [1, 2, 110, 3, 4, 111, 5, 112, 113]
    assert [row.card for row in introduction(mains + children, {70, 71})] == [
        110,
        1,
        2,
        111,
        3,
        4,
        112,
        5,
        113,
    ]
    assert [row.card for row in introduction(mains, {70, 71})] == [1, 2, 3, 4, 5]


def test_of_a_family_one_new_card_comes_a_day():
    rows = [New(1, 1), New(2, 2), New(11, 10), New(12, 10), New(13, 2)]

    assert [row.card for row in introduction(rows, set())] == [1, 2, 11]
    assert [row.card for row in introduction(rows, {10})] == [1, 2]
