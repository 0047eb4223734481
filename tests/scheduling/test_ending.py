"""What the end of a session says of its effect, and what it brings back."""

from datetime import timedelta

import pytest

from scheduling import plans, readiness, study, wishes
from scheduling.ending import EVIDENCE, effect
from scheduling.models import CardState, Review
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
    CardState.objects.filter(card=card).update(stability=None)

    assert effect(seasoned, NOON.date()).after == 0


def test_there_is_no_effect_until_predictions_were_tested(learner):
    answer(learner, make_card(), now=NOON)

    assert effect(learner, NOON.date()) is None


def test_taking_back_the_answer_takes_back_its_effect(seasoned):
    answer(seasoned, make_card(), now=NOON)
    study.undo(seasoned, Review.objects.latest("sequence").turn, NOON)

    assert effect(seasoned, NOON.date()).after == 0


def test_all_that_was_skipped_comes_back_at_once(signed_in, learner):
    made = [make_card(position=number) for number in range(3)]
    now = learner.user.date_joined
    for card in made:
        wishes.skip(learner, card, now)
    assert "Bring back 3 skipped" in text(signed_in.get("/study/"))
    assert "3 cards skipped until tomorrow" in text(signed_in.get("/"))

    response = signed_in.post("/study/unbury/", headers={"HX-Request": "true"})

    assert f'data-card="{made[0].pk}"' in text(response)
    assert 'data-new="3"' in text(response)
    assert signed_in.post("/study/unbury/", {"back": "aside"})["Location"] == "/study/aside/"
