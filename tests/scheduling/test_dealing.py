"""A day dealt quickly is the day that `order.choose` deals, card by card."""

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.dealing import Deal
from scheduling.order import Answer, Limits, choose
from tests.scheduling.test_order import NOW, TODAY, answer, due, new

# Families 1 to 6; the main card of family f is the card f, children are 100 and up.
some_due = st.lists(
    st.tuples(st.integers(1, 6), st.booleans(), st.integers(0, 90), st.integers(0, 60)), max_size=20
)
some_new = st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=12)
some_limits = st.builds(
    Limits, st.integers(0, 8), st.integers(0, 20), st.booleans(), st.booleans(), st.integers(0, 40)
)
failing_families = st.sets(st.integers(1, 6), max_size=3)


def rows_of(due_cards, new_cards, early_cards):
    """Return due, new and early rows: each main card at most once."""
    taken = set()

    def number(family, main, base, place):
        if main and family not in taken:
            taken.add(family)
            return family
        return base + place

    due_rows = [
        due(number(f, main, 100, n), f, late=late, interval=days)
        for n, (f, main, late, days) in enumerate(due_cards)
    ]
    new_rows = [new(number(f, main, 200, n), f) for n, (f, main) in enumerate(new_cards)]
    return due_rows, new_rows, [new(300 + n, f) for n, f in enumerate(early_cards)]


def by_choose(rows, failing, limits, seed):
    """Deal the day as the live queue does, which asks for what may be shown at each answer."""
    dice, now, answers, failing, dealt = Random(seed), NOW, [answer(900, "early", ago=0)], set(failing), []
    family = {row.card: row.family for part in rows for row in part} | {900: 900}

    def shown(part):
        return [row for row in part if row.card == row.family or row.family not in failing]

    for _ in range(500):
        waiting = [
            Answer(a.card, a.family, a.kind, a.at, a.repeating, a.card == a.family or a.family not in failing)
            for a in answers
        ]
        due_rows, new_rows, early = (shown(part) for part in rows)
        choice = choose(now, TODAY, answers=waiting, due=due_rows, new=new_rows, limits=limits, early=early)
        if choice.card is None:
            return dealt
        dealt.append((choice.card, choice.kind))
        failed = dice.random() < 0.4
        kind = {"new": "learn", "due": "review"}.get(choice.kind, choice.kind)
        answers.append(Answer(choice.card, family[choice.card], kind, now, failed, True))
        if choice.card == family[choice.card]:
            (failing.add if failed else failing.discard)(choice.card)
        now += timedelta(seconds=dice.randrange(360))
    raise AssertionError("the day does not end")


def by_deal(rows, failing, limits, seed):
    dice, now, dealt = Random(seed), NOW, []
    family = {row.card: row.family for part in rows for row in part}
    due_rows, new_rows, early = rows
    answers = [answer(900, "early", ago=0)]
    deal = Deal(
        TODAY, answers=answers, due=due_rows, new=new_rows, limits=limits, early=early, failing=set(failing)
    )
    while pick := deal.next(now):
        dealt.append(pick)
        failed = dice.random() < 0.4
        kind = {"new": "learn", "due": "review"}.get(pick[1], pick[1])
        deal.take(pick[0], family[pick[0]], kind, now, failed, failed)
        now += timedelta(seconds=dice.randrange(360))
    return dealt


@settings(deadline=None, max_examples=400)  # a busy machine is no fault
@given(
    some_due,
    some_new,
    st.lists(st.integers(1, 9), max_size=8),
    failing_families,
    some_limits,
    st.integers(0, 2**32),
)
def test_the_same_cards_come_in_the_same_order(due_cards, new_cards, early_cards, failing, limits, seed):
    rows = rows_of(due_cards, new_cards, early_cards)

    assert by_deal(rows, failing, limits, seed) == by_choose(rows, failing, limits, seed)


def test_beyond_1000_due_cards_the_next_earliest_moves_up():
    dice = Random(3)
    due_rows = [due(n, late=dice.randrange(300), interval=dice.randrange(1, 300)) for n in range(1, 1031)]
    rows, limits = (due_rows, [], []), Limits(0, 60)

    assert by_deal(rows, set(), limits, 1) == by_choose(rows, set(), limits, 1)


def test_beyond_1000_due_cards_children_rest_and_come_back_all_the_same():
    dice = Random(5)
    rows = [
        due(n, n - n % 3, late=dice.randrange(300), interval=dice.randrange(1, 300)) for n in range(3, 1053)
    ]

    assert by_deal((rows, [], []), {9}, Limits(0, 90), 2) == by_choose((rows, [], []), {9}, Limits(0, 90), 2)
