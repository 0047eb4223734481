"""The plan's reads on real rows, and the live queue that follows it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling import forecast, plans, queue
from scheduling.models import DayOff, Learner, Plan, Review
from scheduling.scope import Scope
from tests.rows import NOON, answer, day, make_card, make_plan, make_topic, state_of

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
ALL = Scope()


def answer_on(learner, numbers, *cards):
    for number in numbers:
        for card in cards:
            answer(learner, card, now=day(number))


def statements(function):
    with CaptureQueriesContext(connection) as captured:
        function()
    return len(captured)


def steered(learner, now=NOON):
    """Return today's pace as the queue gets it."""
    today = learner.today(now)
    return plans.pace(learner, plans.steer(learner, today), today)


# What steers.


def test_the_nearest_interview_ahead_steers_until_its_day_is_over(learner):
    far, near = make_plan(learner, left=40), make_plan(learner, left=10)

    assert plans.steering(learner, TODAY).plan == near
    assert plans.steering(learner, near.interview_on).plan == near
    assert plans.steering(learner, near.interview_on + timedelta(days=1)).plan == far
    assert plans.steering(learner, far.interview_on + timedelta(days=1)).plan is None


def test_a_strangers_plan_and_days_off_do_not_steer(learner):
    bob = Learner.of(User.objects.create_user("bob"))
    make_plan(bob)
    DayOff.objects.create(user=bob.user, day=TODAY)

    found = plans.steering(learner, TODAY)

    assert (found.plan, found.days_off) == (None, frozenset())


def test_plan_and_days_off_come_in_one_statement_and_the_pace_in_one_more(learner):
    plan = make_plan(learner, title="Acme", scope={"area": ["llm"]})
    off = [TODAY + timedelta(days=n) for n in (3, 4)]
    DayOff.objects.bulk_create(DayOff(user=learner.user, day=one) for one in off)

    assert statements(lambda: plans.steering(learner, TODAY)) == 1
    found = plans.steering(learner, TODAY)
    assert (found.plan, found.plan.scope, found.plan.minutes) == (plan, plan.scope, plan.minutes)
    assert found.days_off == set(off)
    assert statements(lambda: plans.pace(learner, found, TODAY)) == 1
    assert statements(lambda: plans.pace(learner, plans.Steering(None, frozenset()), TODAY)) == 0


def test_statements_are_flat_in_deck_and_log(learner):
    make_plan(learner)

    def count():
        return [
            statements(lambda: steered(learner)),
            statements(lambda: plans.today_line(learner, TODAY)),
            statements(
                lambda: forecast.outlook(learner, plans.steering(learner, TODAY).plan, frozenset(), NOON)
            ),
        ]

    for n in range(2):
        answer(learner, make_card(position=n), now=day(-1))
        make_card(position=n)
    few = count()
    for n in range(20):
        answer(learner, make_card(position=n), now=day(-1))
        make_card(position=n)

    assert count() == few == [2, 3, 4]


def test_the_interview_caps_dates_and_the_log_says_so(learner):
    make_plan(learner, left=4)
    card = make_card()
    answer(learner, card, now=day(-1))  # interval 1
    answer(learner, card, now=day(0))  # interval 6, after the interview

    own = state_of(learner, card)

    assert (own.interval, own.due_on) == (6, TODAY + timedelta(days=3))
    assert Review.objects.last().rules.endswith(f"exam{TODAY + timedelta(days=4)}")


def test_after_the_interview_what_only_its_cap_made_due_waits_for_its_own_day(learner):
    plan = make_plan(learner, left=4)
    card = make_card()
    answer(learner, card, now=day(-1))
    answer(learner, card, now=day(0))

    assert queue.session(learner, day(3), ALL).counts.due == 1
    assert queue.session(learner, day(5), ALL).counts.due == 0
    assert queue.session(learner, day(6), ALL).counts.due == 1
    assert state_of(learner, card).due_on == plan.interview_on - timedelta(days=1)


# New cards.


def test_the_plans_number_of_new_cards_replaces_the_learners(learner):
    learner.new_per_day = 1
    for n in range(40):
        make_card(position=n)
    make_plan(learner, left=30)  # the cut-off is 20 days ahead

    assert queue.session(learner, NOON, ALL).counts.new == 2


def test_answering_a_new_card_does_not_change_todays_number(learner):
    cards = [make_card(position=n) for n in range(40)]
    make_plan(learner, left=30)
    answer(learner, cards[0])

    assert queue.session(learner, NOON, ALL).counts.new == 1


def test_new_cards_come_before_due_ones_and_despite_a_backlog(learner):
    Learner.objects.update(reviews_per_day=1)
    learner.refresh_from_db()
    for n in range(3):
        answer(learner, make_card(position=n), now=day(-1))
    make_card(position=9)
    make_plan(learner)

    session = queue.session(learner, NOON, ALL)

    assert session.turn.kind == "new"


def test_the_scope_limits_new_cards_but_not_due_ones(learner):
    due = make_card(topic=make_topic("svm", area="classic"))
    answer(learner, due, now=day(-1))
    make_card(topic=make_topic("svm", area="classic"))
    wanted = make_card(topic=make_topic("attention", area="llm"))
    make_plan(learner, scope={"area": ["llm"]})

    assert queue.session(learner, NOON, ALL).turn.card == wanted
    answer(learner, wanted)
    session = queue.session(learner, NOON, ALL)
    assert (session.turn.card, session.counts.new) == (due, 0)


def test_a_filter_set_by_hand_goes_before_the_scope(learner):
    other = make_card(topic=make_topic("svm", area="classic"))
    make_card(topic=make_topic("attention", area="llm"))
    make_plan(learner, scope={"area": ["llm"]})

    assert queue.session(learner, NOON, Scope(area=("classic",))).turn.card == other


def test_no_new_cards_in_the_last_3_days_unless_asked(learner):
    make_card(), make_card()
    make_plan(learner, left=3)
    assert queue.session(learner, NOON, ALL).counts.new == 0

    learner.extra_new, learner.extra_on = 1, TODAY

    assert queue.session(learner, NOON, ALL).counts.new == 1


def test_a_missed_day_is_made_good_without_being_asked(learner):
    for n in range(40):
        make_card(position=n)
    make_plan(learner, left=30)

    assert queue.session(learner, day(0), ALL).counts.new == 2
    assert queue.session(learner, day(10), ALL).counts.new == 4


# The sweep and breaks.


def test_in_the_last_ten_days_the_weakest_card_comes_after_the_due_ones(learner):
    Learner.objects.update(fuzz=False)
    learner.refresh_from_db()
    weak, strong = make_card(), make_card()
    answer_on(learner, (-21, -20, -14), weak)  # 15 days: due tomorrow
    answer_on(learner, (-13, -12, -6), strong)  # 15 days, last seen 6 days ago
    make_plan(learner, left=8)

    session = queue.session(learner, NOON, ALL)

    assert (session.turn.card, session.turn.kind) == (weak, "early")
    answer(learner, weak)
    assert Review.objects.last().kind == "early"


def test_the_sweep_stops_when_the_minutes_are_used_up(learner):
    cards = [make_card(position=n) for n in range(4)]
    answer_on(learner, (-9, -8, -2), *cards)  # 15 days: not due before the interview
    make_plan(learner, left=8, minutes=2)

    assert queue.session(learner, NOON, ALL).counts.due == 2
    answer(learner, queue.session(learner, NOON, ALL).turn.card)
    answer(learner, queue.session(learner, NOON, ALL).turn.card)
    assert queue.session(learner, NOON, ALL).turn is None


def test_before_a_break_its_cards_are_offered_in_portions_and_no_date_changes(learner):
    cards = [make_card(position=n) for n in range(4)]
    answer_on(learner, (-3, -2), *cards)  # due 6 days later, on day 4
    before = [state_of(learner, card).due_on for card in cards]
    DayOff.objects.bulk_create(DayOff(user=learner.user, day=TODAY + timedelta(days=n)) for n in (3, 4, 5, 6))

    session = queue.session(learner, NOON, ALL)  # three days before the break

    assert (session.turn.kind, session.counts.due) == ("early", 2)
    answer(learner, session.turn.card)
    assert queue.session(learner, NOON, ALL).counts.due == 1
    assert [state_of(learner, card).due_on for card in cards[1:]] == before[1:]


def test_after_a_break_the_heap_comes_in_portions(learner):
    Learner.objects.update(new_per_day=999)
    for n in range(90):
        answer(learner, make_card(position=n), now=day(-5))
    DayOff.objects.bulk_create(DayOff(user=learner.user, day=TODAY - timedelta(days=n)) for n in (1, 2, 3))
    learner.refresh_from_db()

    assert queue.session(learner, NOON, ALL).counts.due == 30
    assert queue.session(learner, day(3), ALL).counts.due == 90


# Habits and words.


def test_habits_are_assumed_until_there_are_20_answers_of_a_kind(learner):
    assert plans.habits(learner) == plans.Habits(assumed=("seconds", "first_pass", "later_pass"))
    for n in range(20):
        answer(learner, make_card(position=n), 4 if n % 4 else 2, elapsed_ms=30_000)

    habits = plans.habits(learner)

    assert (habits.seconds, habits.assumed) == (30, ("later_pass",))
    assert habits.first_pass == pytest.approx(16 / 22)
    assert steered(learner).seconds == 60  # no plan, no statement


def test_the_pace_and_the_simulation_agree_on_the_seconds(learner):
    make_plan(learner)
    for n in range(25):
        answer(learner, make_card(position=n), elapsed_ms=None if n % 5 == 0 else 17_000 + n * 100)

    assert steered(learner).seconds == plans.habits(learner).seconds == 18


def test_today_says_the_days_left_and_whether_it_fits(learner):
    for n in range(40):
        make_card(position=n)
    plan = make_plan(learner, title="Acme")

    line = plans.today_line(learner, TODAY)
    assert (line.title, line.on_track) == ("30 days to Acme", True)
    assert "2 new cards today" in line.words

    Plan.objects.update(minutes=[1] * 7)
    assert (
        plans.today_line(learner, TODAY).words
        == "Behind: meeting every card in time takes 2 new today; that would be 2 min, and 1 min are planned."
    )
    assert plans.today_line(learner, plan.interview_on).title == "Today: Acme"
    assert plans.today_line(learner, plan.interview_on + timedelta(days=1)) is None


def test_a_day_off_asks_for_nothing(learner):
    make_card()
    make_plan(learner)
    DayOff.objects.create(user=learner.user, day=TODAY)

    assert plans.today_line(learner, TODAY).words == "No study is planned today."


def test_many_plans_and_days_off_are_read_as_one_plan_and_its_days(learner, django_assert_num_queries):
    for number in range(30):
        make_plan(learner, left=10 + number)
    DayOff.objects.bulk_create(DayOff(user=learner.user, day=day(n).date()) for n in range(200))

    with django_assert_num_queries(1):
        found = plans.steering(learner, NOON.date())

    assert found.plan.interview_on == day(10).date()
    assert len(found.days_off) == len(plans.laid_down(learner, TODAY)) == 200
