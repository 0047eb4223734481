"""What the end of a session says of its effect, and what it brings back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling import plans, readiness, study, wishes
from scheduling.ending import EVIDENCE, Effect, effect, ending
from scheduling.models import Learner, Review
from scheduling.sm2 import Memory
from tests.rows import NOON, answer, day, make_card, make_plan, state_of

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def seasoned(learner):
    """A learner whose predictions have been put to the test 20 times."""
    cards = [make_card() for _ in range(EVIDENCE)]
    for number in (-9, -8):
        for card in cards:
            answer(learner, card, now=day(number))
    return learner


def test_stability_is_what_gives_the_chance_back():
    for stability in (0.4, 3.0, 90.0, 4000.0):
        for elapsed in (1, 7, 400):
            chance = readiness.chance(stability, elapsed)
            assert readiness.stability_of(chance, elapsed) == pytest.approx(stability, rel=1e-6)


@pytest.mark.parametrize(("chance", "elapsed"), [(0.0, 3), (1.0, 3), (0.9, 0), (1.5, 3)])
def test_no_stability_is_made_up(chance, elapsed):
    with pytest.raises(ValueError, match="no stability"):
        readiness.stability_of(chance, elapsed)


def test_the_effect_is_the_chance_on_the_day_after_less_that_before(seasoned):
    old, new = make_card(), make_card()
    answer(seasoned, old, now=day(-7))
    answer(seasoned, old, now=day(-6))
    before = state_of(seasoned, old)
    answer(seasoned, old, 5, now=NOON)
    answer(seasoned, new, 4, now=NOON)
    answer(seasoned, new, 4, now=day(0, 13), practice=True)

    found = effect(seasoned, NOON.date())

    on = NOON.date() + timedelta(days=30)
    after = [readiness.chance(state_of(seasoned, card).stability, 30) for card in (old, new)]
    assert found.on == on
    assert found.before == pytest.approx(readiness.chance(before.stability, 36), rel=1e-6)
    assert found.after == pytest.approx(sum(after), rel=1e-6)
    assert found.more == f"{found.after - found.before:+.1f}"


def test_the_effect_is_on_the_interview_day_where_there_is_one(seasoned):
    make_plan(seasoned, left=12)
    plans.steer(seasoned, NOON.date())
    answer(seasoned, make_card(), now=NOON)

    assert effect(seasoned, NOON.date()).on == NOON.date() + timedelta(days=12)


def test_what_was_forgotten_takes_away(seasoned):
    card = make_card()
    for number in (-60, -59, -53, -38):
        answer(seasoned, card, now=day(number))
    answer(seasoned, card, 1, now=NOON)

    assert effect(seasoned, NOON.date()).more.startswith("-")


def test_a_card_set_by_hand_has_nothing_to_compare(seasoned):
    card = make_card()
    study.set_by_hand(seasoned, card, study.KNOWN, day(-7))
    answer(seasoned, card, now=NOON)

    found = effect(seasoned, NOON.date())

    assert (found.before, found.after) == (0, 0)


def test_a_card_reset_and_answered_again_today_counts_once(seasoned):
    card = make_card()
    answer(seasoned, card, now=NOON)
    once = effect(seasoned, NOON.date())
    study.set_by_hand(seasoned, card, Memory(), NOON)
    answer(seasoned, card, now=day(0, 13))

    assert effect(seasoned, NOON.date()).after == pytest.approx(once.after)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(1, 13.4, "+12"), (2, 5.42, "+3.4"), (1.02, 1, "+0.0"), (3, 2.8, "-0.2"), (30, 10, "-20")],
)
def test_the_effect_in_words(before, after, said):
    assert Effect(NOON.date(), before, after).more == said


def test_the_docs_example_of_the_effect_is_what_the_code_does():
    came_with = readiness.stability_of(0.9, 10)

    assert round(came_with, 6) == 10
    assert round(readiness.chance(came_with, 40), 3) == 0.782
    assert round(readiness.chance(25, 30), 3) == 0.887


def test_one_due_card_left_at_the_limit_is_told_as_one(signed_in, learner):
    Learner.objects.update(reviews_per_day=1)
    now = timezone.now()
    for card in (made := [make_card(position=n) for n in range(2)]):
        answer(learner, card, now=now - timedelta(days=3))
    answer(learner, made[0], now=now, elapsed_ms=60_000)

    html = text(signed_in.get("/study/"))

    assert "1 due card waits for another day. An answer takes you about 60 seconds." in html
    assert "1 more review, today only" in html
    response = signed_in.post("/study/more/", {"reviews": "20"}, headers={"HX-Request": "true"})
    assert f'data-card="{made[1].pk}"' in text(response)


def test_a_limit_of_new_cards_is_not_taken_for_one_of_reviews(signed_in, learner):
    Learner.objects.update(new_per_day=1)
    now = timezone.now()
    due, skipped, new, _ = (make_card(position=n) for n in range(4))
    for card in (due, skipped):
        answer(learner, card, now=now - timedelta(days=3))
    for card in (due, new):
        answer(learner, card, now=now)
    wishes.skip(learner, skipped, now)

    html = text(signed_in.get("/study/"))

    assert "More new cards wait for another day." in html
    assert "5 more new cards, today only" in html
    assert "wait for another day. An answer" not in html


def test_minutes_that_are_over_say_what_is_left_and_can_be_had_again_in_their_scope(signed_in, learner):
    answer(learner, make_card(position=0), 1, now=timezone.now())
    make_card(position=1)

    html = text(signed_in.get("/study/?area=llm&minutes=5&began=1000"))

    assert "2 cards are left for today and keep until you come back." in html
    assert 'href="/study/?area=llm&amp;minutes=5"' in html
    assert 'data-new="1" data-learning="1"' in html


def test_one_answer_counts_half_an_hour_at_most(learner):
    answer(learner, make_card(), now=NOON, elapsed_ms=3_000_000)
    answer(learner, make_card(), now=NOON)

    assert ending(learner, NOON.date()).seconds == 1800


def test_there_is_no_effect_until_predictions_were_tested(learner):
    answer(learner, make_card(), now=NOON)

    assert effect(learner, NOON.date()) is None


def test_taking_back_the_answer_takes_back_its_effect(seasoned):
    answer(seasoned, make_card(), now=NOON)
    study.undo(seasoned, Review.objects.latest("sequence").turn, NOON)

    assert effect(seasoned, NOON.date()).after == 0


def test_all_that_was_skipped_comes_back_at_once(signed_in, learner):
    made = [make_card(position=number) for number in range(3)]
    for card in made:
        wishes.skip(learner, card, timezone.now())
    assert "Bring back 3 skipped" in text(signed_in.get("/study/"))
    assert "3 cards skipped until tomorrow" in text(signed_in.get("/"))

    response = signed_in.post("/study/unbury/", headers={"HX-Request": "true"})

    assert f'data-card="{made[0].pk}"' in text(response)
    assert 'data-new="3"' in text(response)
    assert signed_in.post("/study/unbury/", {"back": "aside"})["Location"] == "/study/aside/"
