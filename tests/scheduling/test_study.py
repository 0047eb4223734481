"""Writing what was learnt: one transaction, nothing twice, undo by the log."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card
from scheduling import study, wishes
from scheduling.models import CardState, Learner, Review, Tick
from scheduling.rebuild import rebuild
from tests.rows import NOON, answer, day, make_card, make_child, state_of

pytestmark = pytest.mark.django_db


def test_an_answer_writes_state_and_log_together(learner):
    card = make_card()

    outcome = answer(learner, card, 4, elapsed_ms=21_400)

    review, state = learner.user.reviews.get(), state_of(learner, card)
    assert outcome.status == "stored"
    assert (review.kind, review.grade, review.sequence, review.elapsed_ms) == ("learn", 4, 1, 21_400)
    assert (review.repetitions, review.interval, review.easiness) == (1, 1, 250)
    assert review.due_on == state.due_on == NOON.date() + timedelta(days=1)
    assert state.folded.memory == review_memory(review)


def review_memory(review):
    return type(CardState().folded.memory)(review.repetitions, review.interval, review.easiness)


def test_a_double_click_counts_once_and_says_what_was_saved(learner):
    card, turn = make_card(), uuid4()
    answer(learner, card, 4, turn=turn, seen=0)

    again = answer(learner, card, 1, turn=turn, seen=0)

    assert again.status == "repeated"
    assert "Good" in again.message
    assert learner.user.reviews.count() == 1
    assert state_of(learner, card).last_grade == 4


def test_a_stale_tab_stores_nothing(learner):
    card = make_card()
    answer(learner, card, 4, seen=0)

    stale = answer(learner, card, 1, seen=0)

    assert stale.status == "stale"
    assert learner.user.reviews.count() == 1


def test_nothing_stored_takes_no_sequence_number(learner):
    card = make_card()
    answer(learner, card, seen=0)
    answer(learner, card, seen=0)
    answer(learner, card, 5, now=day(1))

    assert list(learner.user.reviews.values_list("sequence", flat=True)) == [1, 2]
    assert Learner.objects.get().last_sequence == 2


def test_another_tab_that_was_faster_is_waited_for_and_numbered_after(learner):
    first, second = make_card(), make_card()
    slow = Learner.objects.get()  # a tab that read the row before the other one wrote
    slow.user = learner.user
    answer(learner, first)

    answer(slow, second)

    assert list(learner.user.reviews.order_by("sequence").values_list("card", flat=True)) == [
        first.pk,
        second.pk,
    ]
    assert slow.last_sequence == 2


def test_an_hour_is_the_longest_time_kept(learner):
    answer(learner, make_card(), elapsed_ms=10**14)

    assert learner.user.reviews.get().elapsed_ms == 3_600_000


def test_anothers_private_card_and_a_draft_are_not_there(learner):
    other = User.objects.create_user("bob")

    for card in (make_card(owner=other), make_card(status="draft"), make_child(make_card(status="draft"))):
        with pytest.raises(Card.DoesNotExist):
            answer(learner, card)
    assert Learner.objects.get().last_sequence == 0


def test_a_card_retired_while_shown_is_stored_if_it_was_answered_before(learner):
    known, unknown = make_card(), make_card()
    answer(learner, known)
    Card.objects.update(status="retired")

    assert answer(learner, known, now=day(1)).status == "stored"
    with pytest.raises(Card.DoesNotExist):
        answer(learner, unknown)


def test_undo_takes_back_the_last_answer_and_restores_the_state_before(learner):
    card, turn = make_card(), uuid4()
    answer(learner, card, 4)
    before = state_of(learner, card).folded
    answer(learner, card, 1, now=day(1), turn=turn)

    outcome = study.undo(learner, turn, day(1, 13))

    assert outcome.status == "undone"
    assert outcome.card == card
    assert state_of(learner, card).folded == before
    assert learner.user.reviews.get(turn=turn).void


def test_undoing_twice_takes_back_one(learner):
    first, second, turn = make_card(), make_card(), uuid4()
    answer(learner, first)
    answer(learner, second, turn=turn)

    study.undo(learner, turn, NOON)
    again = study.undo(learner, turn, NOON)

    assert again.status == "unchanged"
    assert learner.user.reviews.filter(void=False).count() == 1


def test_yesterdays_answer_cannot_be_taken_back(learner):
    turn = uuid4()
    answer(learner, make_card(), turn=turn)

    assert study.undo(learner, turn, day(1)).status == "unchanged"


def test_undoing_the_only_answer_leaves_the_card_new(learner):
    card, turn = make_card(), uuid4()
    answer(learner, card, turn=turn)

    study.undo(learner, turn, NOON)

    assert not learner.user.card_states.exists()
    assert answer(learner, card).status == "stored"
    assert list(learner.user.reviews.values_list("sequence", flat=True)) == [1, 2]


def test_an_answer_taken_back_is_not_stored_again_by_a_late_repeat(learner):
    card, turn = make_card(), uuid4()
    answer(learner, card, turn=turn)
    study.undo(learner, turn, NOON)

    late = answer(learner, card, turn=turn, seen=0)

    assert late.status == "repeated"
    assert "taken back" in late.message
    assert not learner.user.reviews.filter(void=False).exists()


def test_ticks_are_kept_for_every_point_shown_once_one_is_ticked(learner):
    card = make_card(points=[("what", True), ("why", True), ("cost", False)])
    said = card.points.get(key="why")
    foreign = make_card(points=[("else", True)]).points.get()

    answer(learner, card, points=(said.pk, foreign.pk, 10**9))

    assert set(Tick.objects.values_list("point__key", "said")) == {
        ("what", False),
        ("why", True),
        ("cost", False),
    }


def test_silence_is_not_missed(learner):
    answer(learner, make_card(points=[("what", True)]))

    assert not Tick.objects.exists()


def test_skipping_hides_a_card_until_tomorrow_and_leaves_its_schedule(learner):
    card = make_card()
    answer(learner, card)
    before = state_of(learner, card).folded

    wishes.skip(learner, card, day(1))

    state = state_of(learner, card)
    assert state.buried_until == day(2).date()
    assert state.skips == 1
    assert state.folded == before


def test_suspending_and_bringing_back_leaves_no_trace_on_a_new_card(learner):
    card = make_card()
    wishes.suspend(learner, card, True)
    assert state_of(learner, card).suspended

    wishes.suspend(learner, card, False)

    assert not learner.user.card_states.exists()


def test_rebuild_says_what_differs_and_mends_it(learner):
    card = make_card()
    answer(learner, card)
    CardState.objects.update(interval=99)

    (line,) = rebuild(check=True)
    assert line == f"user {learner.pk} card {card.pk}: interval 99 should be 1"
    assert state_of(learner, card).interval == 99

    list(rebuild())
    assert state_of(learner, card).interval == 1
    assert not list(rebuild(check=True))


def test_rebuild_never_joins_answers_with_states(learner):
    """A learner with 100,000 answers of 3,000 cards would be 300 million rows."""
    answer(learner, make_card())
    with CaptureQueriesContext(connection) as statements:
        list(rebuild(check=True))
    assert statements.captured_queries
    assert not [s["sql"] for s in statements if 'JOIN "scheduling_cardstate"' in s["sql"]]


def test_rebuild_makes_states_that_are_missing_and_drops_none_that_holds_a_wish(learner):
    card, flagged = make_card(), make_card()
    answer(learner, card)
    CardState.objects.all().delete()
    CardState.objects.create(user=learner.user, card=flagged, flagged=True)

    list(rebuild())

    assert state_of(learner, card).interval == 1
    assert state_of(learner, flagged).flagged


def test_history_keeps_a_card_from_being_deleted(learner):
    card = make_card()
    answer(learner, card)

    with pytest.raises(Exception, match="protected"):
        card.delete()
    assert Review.objects.count() == 1
