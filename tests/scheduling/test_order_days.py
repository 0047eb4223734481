"""Whole study days played through: properties of every choice on the way."""

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.order import Answer, Counts, Limits, choose
from tests.scheduling.test_order import NOW, TODAY, answer, due, new

cards_due = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 90), st.integers(0, 60)), max_size=25).map(
    lambda rows: [
        due(100 + n, family, late=late, interval=days) for n, (family, late, days) in enumerate(rows)
    ]
)
cards_new = st.lists(st.integers(1, 12), max_size=15).map(
    lambda families: [new(200 + n, family) for n, family in enumerate(families)]
)
some_limits = st.builds(Limits, st.integers(0, 12), st.integers(0, 25), st.booleans())


def simulate(due_cards, new_cards, limits, seed):
    """Yield (now, answers so far, choice) through a day on which two answers in five fail.

    An answer takes up to six minutes, and the day starts with a sibling
    answered early.
    """
    dice, now = Random(seed), NOW
    answers = [answer(1, "early", ago=0)]
    family = {row.card: row.family for row in [*due_cards, *new_cards]} | {1: 1}
    for _ in range(2000):
        choice = choose(now, TODAY, answers=answers, due=due_cards, new=new_cards, limits=limits)
        yield now, list(answers), choice
        if choice.card is None:
            return
        kind = {"new": "learn", "due": "review", "repeat": "repeat"}[choice.kind]
        failed = dice.random() < 0.4
        answers.append(Answer(choice.card, family[choice.card], kind, now, failed, True))
        now += timedelta(seconds=dice.randrange(360))
    raise AssertionError("the day does not end")


days = st.tuples(cards_due, cards_new, some_limits, st.integers(0, 2**32))


@settings(deadline=None)  # a busy machine is no fault
@given(days)
def test_every_choice_is_among_the_candidates_and_inside_the_counts(day):
    due_cards, new_cards, *_ = day
    for _, answers, choice in simulate(*day):
        waiting = {a.card for a in answers if a.repeating}
        seen = {a.card for a in answers}
        candidates = {
            "repeat": waiting,
            "due": {row.card for row in due_cards} - seen,
            "new": {row.card for row in new_cards} - seen,
            None: {None},
        }
        left = {"repeat": choice.counts.learning, "due": choice.counts.due, "new": choice.counts.new}

        assert choice.card in candidates[choice.kind]
        assert min(left.values()) >= 0
        assert left.get(choice.kind, 1) >= 1


@settings(deadline=None)  # a busy machine is no fault
@given(days)
def test_a_day_ends_within_its_limits_with_all_counts_at_zero(day):
    due_cards, new_cards, limits, _ = day
    *_, (_, answers, choice) = simulate(*day)
    kinds = Counter(a.kind for a in answers)
    last = {a.card: a for a in answers}
    families_of_new = Counter(a.family for a in answers if a.kind == "learn")

    assert choice.counts == Counts(0, 0, 0)
    assert kinds["review"] == min(limits.reviews, len(due_cards))
    assert kinds["learn"] <= limits.new
    assert not any(a.repeating for a in last.values())
    assert max(families_of_new.values(), default=1) == 1
    if len(due_cards) > limits.reviews and not limits.new_despite_backlog:
        assert kinds["learn"] == 0


@settings(deadline=None)  # a busy machine is no fault
@given(days)
def test_the_count_of_due_and_new_falls_by_one_with_each_that_is_answered(day):
    choices = [choice for *_, choice in simulate(*day)]
    for before, after in zip(choices, choices[1:], strict=False):
        assert before.counts.due - after.counts.due == (before.kind == "due")
        assert before.counts.new - after.counts.new == (before.kind == "new")


@settings(deadline=None)  # a busy machine is no fault
@given(days)
def test_due_members_of_a_family_meet_only_if_nothing_else_can_come(day):
    due_cards, *_ = day
    family = {row.card: row.family for row in due_cards}
    for _, answers, choice in simulate(*day):
        recent = {a.family for a in answers[-5:]}
        if choice.kind == "due" and family[choice.card] in recent:
            seen = {a.card for a in answers}
            assert choice.counts.new == 0
            assert {row.family for row in due_cards if row.card not in seen} <= recent


@settings(deadline=None)  # a busy machine is no fault
@given(days)
def test_a_repeat_comes_before_its_time_only_if_nothing_else_can_come(day):
    for now, answers, choice in simulate(*day):
        if choice.kind == "repeat" and choice.counts.due + choice.counts.new:
            place = max(n for n, a in enumerate(answers) if a.card == choice.card)
            others = len(answers) - place - 1
            assert others >= 5 or now - answers[place].at >= timedelta(minutes=10)
