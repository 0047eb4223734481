"""Whose turn it is, on real rows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from cards.models import Card
from scheduling import days, fold, queue, turns, wishes
from scheduling.models import CardState, Learner
from scheduling.scope import Scope
from tests.rows import NOON, answer, day, make_card, make_child, make_topic, state_of

pytestmark = pytest.mark.django_db
ALL = Scope()


def shown(learner, now=NOON, scope=ALL):
    turn = queue.session(learner, now, scope).turn
    return turn.card if turn else None


def test_new_cards_come_round_robin_over_topics(learner):
    first, second = make_topic("first", position=0), make_topic("second", position=1)
    b1, a1 = make_card(topic=second, position=0), make_card(topic=first, position=0)
    a2 = make_card(topic=first, position=1)

    seen = []
    for _ in range(3):
        seen.append(shown(learner))
        answer(learner, seen[-1])

    assert seen == [a1, b1, a2]


def test_loading_again_shows_the_same_card_with_a_fresh_turn(learner):
    make_card(), make_card()

    one, two = (queue.session(learner, NOON, ALL).turn for _ in range(2))

    assert one.card == two.card
    assert one.id != two.id


def test_a_failed_card_comes_again_today_after_five_others(learner):
    cards = [make_card(position=n) for n in range(8)]
    answer(learner, cards[0], 2)
    for card in cards[1:5]:
        assert shown(learner) == card
        answer(learner, card)
    assert shown(learner) == cards[5]
    answer(learner, cards[5])

    assert shown(learner) == cards[0]


def test_a_failed_card_comes_again_after_ten_minutes_or_when_nothing_else_is_left(learner):
    failed, other = make_card(position=0), make_card(position=1)
    answer(learner, failed, 1)

    assert shown(learner) == other
    assert shown(learner, NOON + timedelta(minutes=10)) == failed
    answer(learner, other)
    assert shown(learner) == failed


def test_the_repeat_queue_survives_to_the_end_of_the_day_and_ends_with_it(learner):
    card = make_card()
    answer(learner, card, 1)

    assert queue.session(learner, NOON, ALL).counts.learning == 1
    assert queue.session(learner, day(1), ALL).counts.learning == 0
    assert queue.session(learner, day(1), ALL).counts.due == 1


def test_the_most_overdue_for_its_interval_comes_first(learner):
    learner.new_per_day = 0
    long, short = make_card(), make_card()
    for number in (0, 1, 7):
        answer(learner, long, now=day(number))  # interval 15: due on day 22
    answer(learner, short, now=day(20))  # interval 1: due on day 21

    assert shown(learner, day(23)) == short


def test_limits_hold_over_tabs_and_are_counted_from_the_log(learner):
    learner.new_per_day = 2
    cards = [make_card(position=n) for n in range(3)]
    answer(learner, cards[0])
    answer(learner, cards[1])

    end = queue.session(learner, NOON, ALL)

    assert end.turn is None
    assert end.reason == "limit"
    assert queue.session(learner, day(1), ALL).counts.new == 1


def test_a_child_waits_until_its_parent_is_passed_and_another_day(learner):
    parent = make_card()
    child = make_child(parent)
    assert shown(learner) == parent
    answer(learner, parent, 2)
    assert shown(learner) == parent  # the repeat, nothing else is left
    answer(learner, parent, 4)

    assert shown(learner) is None  # one of a family a day
    assert shown(learner, day(1)) in (parent, child)
    answer(learner, parent, now=day(1))
    assert shown(learner, day(1)) == child


def test_a_child_rests_while_its_parent_is_failed(learner):
    parent = make_card()
    child = make_child(parent)
    answer(learner, parent)
    answer(learner, child, now=day(1))
    answer(learner, parent, 1, now=day(1))

    assert queue.session(learner, day(2), ALL).counts.due == 1
    answer(learner, parent, 4, now=day(2))
    assert shown(learner, day(2)) == child


def test_skipped_and_suspended_cards_are_not_shown(learner):
    skipped, suspended, left = (make_card(position=n) for n in range(3))
    wishes.skip(learner, skipped, NOON)
    wishes.suspend(learner, suspended, True)

    assert shown(learner) == left
    answer(learner, left)
    assert shown(learner) is None
    assert shown(learner, day(1)) in (left, skipped)
    answer(learner, left, now=day(1))
    assert shown(learner, day(1)) == skipped


def test_the_end_says_why(learner):
    assert queue.session(learner, NOON, ALL).reason == "empty"
    card = make_card()
    answer(learner, card)
    assert queue.session(learner, NOON, ALL).reason == "finished"
    assert queue.session(learner, day(1), Scope(area=("nowhere",))).reason == "empty"


def test_a_scope_shows_and_counts_only_its_own(learner):
    inside = make_card(topic=make_topic("svm", area="classic"), level=3)
    make_card(topic=make_topic("attention"), level=1)

    session = queue.session(learner, NOON, Scope(area=("classic",)))

    assert session.turn.card == inside
    assert session.counts.new == 1
    assert queue.session(learner, NOON, Scope(area=("classic",), level=("1",))).turn is None


def test_anothers_cards_states_and_log_do_not_matter(learner):
    bob = Learner.of(User.objects.create_user("bob"))
    card, private = make_card(), make_card(owner=bob.user)
    answer(bob, card, 1)

    session = queue.session(learner, NOON, ALL)

    assert session.turn.card == card
    assert session.turn.seen == 0
    assert session.counts.new == 1
    assert session.last is None
    assert shown(bob, day(1)) in (card, private)


def test_the_buttons_say_what_the_grade_then_does(learner):
    learner.max_interval = 60
    card = make_card()
    now = 0
    for number in range(12):
        today = day(now)
        turn = turns.load_turn(learner, today, learner.today(today), card.pk, "")
        button = turn.buttons[(number % 3) + 1]  # Hard, Good, Easy
        answer(learner, card, button.grade, now=today)
        state = state_of(learner, card)
        waited = (state.due_on - learner.today(today)).days
        assert button.wait == days.wait_in_words(waited)
        now += waited


def test_better_buttons_never_promise_less(learner):
    card = make_card()
    state = CardState(user=learner.user, card=card)
    for interval in (1, 6, 7, 15, 40, 200):
        state.interval, state.repetitions, state.review_count = interval, 4, 5
        state.last_reviewed_on = NOON.date() - timedelta(days=interval)
        state.due_on = NOON.date()
        after = [
            fold.apply(
                state.folded,
                replace(
                    fold.Entry(1, NOON, NOON.date(), "review", 0, learner.terms(NOON.date())), grade=grade
                ),
                card.slug,
            )
            for grade in (3, 4, 5)
        ]
        assert after[0].due_on <= after[1].due_on <= after[2].due_on


def test_a_card_out_of_the_deck_is_shown_no_more(learner):
    card = make_card()
    answer(learner, card)
    Card.objects.update(status="retired")

    assert queue.session(learner, day(1), ALL).turn is None


def test_a_large_family_met_today_does_not_hide_other_new_cards(learner):
    learner.new_per_day = 2
    parent = make_card(position=0)
    for number in range(40):
        make_child(parent, position=1 + number)
    other = make_card(position=50)
    answer(learner, parent)

    assert queue.session(learner, NOON, Scope()).turn.card == other


def test_key_points_of_a_child_made_by_a_curator_are_shown(learner):
    parent = make_card()
    child = make_child(parent, points=[("what", True)])

    turn = turns.load_turn(learner, NOON, NOON.date(), child.pk, "new")

    assert [point.text for point in turn.points] == ["Says what"]


def test_the_first_follow_up_comes_as_soon_as_its_parent_has_been_passed(learner):
    """Among the first cards of eighty topics, not after all of them."""
    parent = make_card(position=0)
    child = make_child(parent)
    for number in range(80):
        make_card(topic=make_topic(f"topic-{number}", position=number + 1), position=0)
    answer(learner, parent, now=day(0))

    met = []
    for _ in range(3):
        card = queue.session(learner, day(1), Scope()).turn.card
        if card == parent:
            answer(learner, parent, now=day(1))
            card = queue.session(learner, day(1), Scope()).turn.card
        met.append(card)
        answer(learner, card, now=day(1))

    assert child in met
