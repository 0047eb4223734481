"""The simulation's inputs from real rows; its first day is what the live queue deals out."""

from datetime import date, timedelta
from random import Random

import pytest

from scheduling import fold, forecast, plans, queue, wishes
from scheduling.scope import Scope
from scheduling.simulation import Run
from tests.rows import NOON, answer, day, make_card, make_child, make_plan, make_topic

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
ALL = Scope()


@pytest.mark.parametrize("left", [30, 6, 1])
@pytest.mark.parametrize("seed", range(4))
def test_the_simulations_first_day_is_what_the_live_queue_deals_out(learner, left, seed):
    dice = Random(seed)
    parents = [make_card(position=n, topic=make_topic(f"t{n % 3}", position=n % 3)) for n in range(12)]
    for parent in parents[:8]:
        make_child(parent), make_child(parent)
    cards = [*parents, *(child for parent in parents for child in parent.children.all())]
    for number in (-9, -8, -2):
        for card in dice.sample(cards, 14):
            if card.parent is None or card.parent.states.filter(last_grade__gte=3).exists():
                answer(learner, card, dice.choice((1, 2, 3, 4, 5)), now=day(number, hour=8))
    plan = make_plan(learner, left=left, minutes=25, made=-9)
    learner.refresh_from_db()
    for _ in range(seed):  # some answers of today, before the simulation is asked
        if turn := queue.session(learner, NOON, ALL).turn:
            answer(learner, turn.card, dice.choice((2, 4)))

    habits = plans.habits(learner)
    course = forecast.course(learner, plan, frozenset(), habits, TODAY)
    run = Run(list(forecast.deck(learner, ALL)), course, forecast.answers(learner, TODAY))
    deal, now, dealt = run.deal(TODAY), NOON, 0
    while True:
        turn, pick = queue.session(learner, now, ALL).turn, deal.next(now)
        assert (turn and turn.card.pk) == (pick and pick[0])
        if turn is None:
            break
        grade = dice.choice((2, 4, 4))
        kind = fold.kind_of(turn.own.folded, TODAY)
        answer(learner, turn.card, grade, now=now)
        deal.take(turn.card.pk, turn.card.parent_id or turn.card.pk, kind, now, grade < 3, grade < 3)
        now += timedelta(seconds=course.seconds)
        dealt += 1
    assert dealt > 5


def test_suspended_cards_and_their_unmet_children_are_not_in_the_plan(learner):
    parent = make_card()
    make_child(parent)
    make_card()
    wishes.suspend(learner, parent, True)
    make_plan(learner, left=30)

    assert plans.pace(learner, plans.steer(learner, TODAY), TODAY).unseen == 1
    assert len(list(forecast.deck(learner, ALL))) == 1


def test_the_outlook_says_when_all_is_met(learner):
    for n in range(40):
        make_card(position=n)
    plan = make_plan(learner, left=30)

    outlook = forecast.outlook(learner, plan, frozenset(), NOON)

    assert outlook.verdict.fits
    assert outlook.first.new == 2
    assert outlook.met_by == date(2026, 3, 21)
