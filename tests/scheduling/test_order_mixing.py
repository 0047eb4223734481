"""How new cards are spread among the due ones, and how families are kept apart."""

from scheduling.order import Limits
from tests.scheduling.test_order import PLENTY, answer, chosen, decide, due, new, reviews


def play(due_cards, new_cards, limits=PLENTY):
    """Answer every choice with a pass; return the kinds in order, "d" or "n"."""
    answers, kinds = [], ""
    while (choice := decide(answers, due_cards, new_cards, limits)).card is not None:
        answers.append(answer(choice.card, "learn" if choice.kind == "new" else "review"))
        kinds += choice.kind[0]
    return kinds


def test_new_cards_are_spread_evenly_among_the_reviews_and_reviews_come_first():
    assert play([due(n) for n in range(6)], [new(10), new(11)]) == "dddndddn"
    assert play([due(n) for n in range(7)], [new(10), new(11)]) == "ddddndddn"


def test_more_new_cards_than_reviews_alternate_and_then_follow():
    assert play([due(n) for n in range(2)], [new(n) for n in range(10, 15)]) == "dndnnnn"


def test_the_spread_counts_only_what_the_limits_let_through():
    cards, fresh = [due(n) for n in range(4)], [new(n) for n in range(10, 50)]

    assert play(cards, fresh, Limits(new=2, reviews=4)) == "ddnddn"


def test_new_cards_come_in_their_order():
    assert chosen(new=[new(7), new(3), new(5)]) == (7, "new")


def test_without_due_cards_a_new_one_comes_at_once():
    assert chosen(new=[new(7)]) == (7, "new")


# Families.


def test_at_most_one_new_member_of_a_family_comes_a_day():
    choice = decide(new=[new(1, family=1), new(2, family=1), new(3, family=3)])
    next_one = decide([answer(1, "learn", family=1)], new=[new(2, family=1), new(3, family=3)])

    assert choice.counts.new == 2
    assert (next_one.card, next_one.counts.new) == (3, 1)


def test_what_only_its_family_keeps_back_is_not_held_by_a_limit():
    assert not decide([answer(1, "learn", family=1)], new=[new(2, family=1)]).held


def test_due_members_of_a_family_are_kept_5_answers_apart():
    rows = [due(2, family=1, late=90), due(9)]
    recent = [answer(1, family=1), *reviews(11, 12, 13, 14)]

    assert chosen(recent, rows) == (9, "due")
    assert chosen([*recent, answer(15)], rows) == (2, "due")


def test_a_new_card_comes_before_a_member_of_a_recent_family():
    cards = [due(2, family=1), due(3, family=1)]

    assert chosen([answer(1, family=1)], cards, [new(9)]) == (9, "new")


def test_members_of_a_family_follow_each_other_if_nothing_else_is_left():
    assert chosen([answer(1, family=1, ago=1)], [due(2, family=1)]) == (2, "due")


def test_a_member_of_a_recent_family_comes_before_an_unripe_repeat():
    assert chosen([answer(1, family=1, ago=1, repeating=True)], [due(2, family=1)]) == (2, "due")


def test_a_child_waits_while_its_parent_is_due_however_overdue_it_is():
    parent, child, other = due(1, family=1), due(2, family=1, late=300, interval=1), due(9)

    assert chosen(due=[child, parent, other])[0] != 2
    assert chosen([answer(1, "review", family=1)], due=[child])[0] == 2
