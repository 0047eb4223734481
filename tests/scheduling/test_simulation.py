"""The days up to an interview, played through: known cases, and what holds for every plan."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import fold
from scheduling.pacing import Week, cut_off
from scheduling.simulation import Card, Course, Run, simulate
from scheduling.sm2 import Memory
from scheduling.verdict import Verdict, verdict

TODAY = date(2026, 3, 2)  # a Monday
SURE = {"first_pass": 1.0, "later_pass": 1.0}


def after(days):
    return TODAY + timedelta(days=days)


def course(left=30, minutes=20, off=(), **values):
    week = Week((minutes,) * 7 if isinstance(minutes, int) else minutes, frozenset(map(after, off)))
    return Course(TODAY, after(left), TODAY, week, "text_1990 max365", **values)


def deck(count, **values):
    return [Card(n, n, f"card-{n}", fold.State(), **values) for n in range(count)]


def known(number, interval, last, **values):
    """Return a card answered `last` days from today, due after `interval` days."""
    memory = Memory(3, interval)
    state = fold.State(memory, after(last + interval), after(last), 3, last_grade=4)
    return Card(number, number, f"card-{number}", state, **values)


plans = st.builds(
    course,
    st.integers(1, 50),
    st.tuples(*[st.integers(0, 30)] * 7),
    st.sets(st.integers(0, 50), max_size=12),
    seconds=st.integers(20, 150),
    first_pass=st.floats(0.1, 1),
    later_pass=st.floats(0.5, 0.99),
)
decks = st.builds(
    lambda unmet, met: [
        *(Card(n, n - n % size, f"card-{n}", fold.State()) for n, size in enumerate(unmet)),
        *(known(1000 + n, interval, -last) for n, (interval, last) in enumerate(met)),
    ],
    st.lists(st.integers(1, 3), max_size=40),
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=20),
)


# By hand.


def test_one_card_that_always_passes():
    simulation = simulate(deck(1), course(left=40, **SURE))

    # intervals 1, 6, 15, 38; swept from day 30 on until it is sure; due again on the eve by the cap
    assert [n for n, day in enumerate(simulation.days) if day.new] == [0]
    assert [n for n, day in enumerate(simulation.days) if day.reviews] == [1, 7, 22]
    assert [n for n, day in enumerate(simulation.days) if day.early] == [30, 31, 32, 33, 34, 35, 39]
    assert simulation.days[0].seconds == 60
    assert (simulation.seen, simulation.wanted, simulation.recalled) == (1, 1, 1.0)


def test_a_failure_is_repeated_on_the_same_day_and_comes_back_tomorrow():
    simulation = simulate(deck(1), course(left=3, first_pass=0.0), ())
    assert [day.answers for day in simulation.days] == [0, 0, 0]  # too late for new cards

    simulation = simulate(deck(1), course(left=20, first_pass=0.0, later_pass=1.0))
    assert [(day.new, day.reviews) for day in simulation.days[:2]] == [(1, 1), (0, 1)]


def test_failures_come_at_the_share_assumed():
    simulation = simulate(deck(400), course(left=60, minutes=60, first_pass=0.75))
    first_day = simulation.days[0]

    assert (first_day.new, first_day.reviews) == (10, 3)  # 10 quarters and the half to start with


def test_new_cards_come_at_the_plans_rate_until_the_cut_off():
    simulation = simulate(deck(100), course(left=30, minutes=60, **SURE))

    assert [day.new for day in simulation.days] == [5] * 20 + [0] * 10
    assert simulation.days[19].unseen == 0


def test_a_missed_day_is_made_good():
    off = simulate(deck(100), course(left=30, minutes=60, off=[3], **SURE))
    assert [day.new for day in off.days[:6]] == [6, 6, 6, 0, 6, 6]  # known ahead

    run = Run(deck(100), course(left=30, minutes=60, **SURE))
    unseen = 100 - sum(day.new for day, _ in zip(run.days(), range(3), strict=False))
    late = replace(course(left=30, minutes=60, **SURE), today=after(4))  # day 3 was missed
    assert simulate(deck(unseen), late).days[0].new == 6


def test_cards_outside_the_plan_come_when_due_and_are_never_introduced():
    cards = [*deck(2, wanted=False), known(5, 4, -4, wanted=False), *deck(0)]
    simulation = simulate(cards, course(left=20, **SURE))

    assert (simulation.wanted, sum(day.new for day in simulation.days)) == (0, 0)
    assert simulation.days[0].reviews == 1


def test_before_a_break_its_cards_are_answered_early_and_none_in_it():
    cards = [known(n, 10, -5) for n in range(9)]  # all due on day 5
    simulation = simulate(cards, course(left=60, off=[4, 5, 6], later_pass=1.0))

    assert [day.early for day in simulation.days[:4]] == [0, 3, 3, 3]
    assert [day.answers for day in simulation.days[4:7]] == [0, 0, 0]


def test_a_card_that_rests_comes_on_its_day():
    cards = [known(1, 5, -10, rests_until=after(2))]

    assert [day.reviews for day in simulate(cards, course(left=20, later_pass=1.0)).days[:3]] == [0, 0, 1]


def test_on_the_day_itself_nothing_is_left_to_simulate():
    simulation = simulate(deck(3), course(left=0))

    assert (simulation.days, simulation.seen, simulation.backlog) == ((), 0, 0)


# For every plan.


@settings(deadline=None)  # a busy machine is no fault
@given(decks, plans)
def test_no_day_takes_more_than_its_minutes(cards, chosen):
    simulation = simulate(cards, chosen)

    assert len(simulation.days) == (chosen.interview - TODAY).days
    for day in simulation.days:
        assert day.seconds <= 60 * chosen.week.on(day.day)
        assert day.answers == day.new + day.reviews + day.early
        if day.day >= chosen.interview - timedelta(days=3):
            assert day.new == 0


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(10, 60), st.sets(st.integers(0, 40), max_size=5))
def test_with_time_enough_all_are_met_by_the_cut_off(count, left, off):
    chosen = course(left, 600, off)
    stop = (cut_off(TODAY, chosen.interview) - TODAY).days
    simulation = simulate(deck(count), chosen)

    if any(day.available for day in simulation.days[:stop]):
        assert simulation.days[stop - 1].unseen == 0


@settings(deadline=None)
@given(decks, plans)
def test_the_cap_neither_inflates_nor_deflates_an_interval(cards, chosen):
    """Every date lies within the memory's own interval, and the eve; no interval is shortened."""
    run = Run(cards, chosen)
    for _ in run.days():
        pass
    for card in cards:
        state = run.states[card.id]
        if state.review_count == card.state.review_count or state.last_reviewed_on is None:
            continue
        own = state.last_reviewed_on + timedelta(days=state.memory.interval)
        eve = max(chosen.interview - timedelta(days=1), state.last_reviewed_on + timedelta(days=1))
        assert state.due_on == min(own, eve)
        if state.lapses == card.state.lapses and card.state.last_grade == 4 == state.last_grade:
            assert (
                state.memory.interval >= min(card.state.memory.interval, 365) or state.memory.repetitions < 3
            )


@settings(deadline=None, max_examples=30)
@given(decks, plans)
def test_the_same_plan_gives_the_same_days(cards, chosen):
    assert simulate(cards, chosen) == simulate(cards, chosen)


# The verdict.


def grouped(count, groups):
    return [Card(n, n, f"card-{n}", fold.State(), group=f"area {n * groups // count}") for n in range(count)]


def judge(cards, chosen):
    return verdict(simulate(cards, chosen), cards, chosen)


def test_a_plan_with_time_enough_fits():
    assert judge(grouped(60, 3), course(left=60, minutes=20)).words == "It fits."


def test_a_plan_without_cards_says_so():
    assert judge([], course()).words == "There is nothing in this plan yet."


def test_a_plan_that_is_short_fits_with_the_minutes_it_asks_for():
    cards, chosen = grouped(300, 6), course(left=60, minutes=15)
    found = judge(cards, chosen)

    assert not found.fits
    assert found.words.startswith("Short by ")
    assert found.words.endswith(f"or study {found.more} minutes more a day.")
    assert judge(cards, replace(chosen, week=Week((15 + found.more,) * 7))).fits


def test_a_plan_that_is_short_fits_without_what_it_says_to_drop():
    cards, chosen = grouped(300, 6), course(left=60, minutes=20)
    found = judge(cards, chosen)
    names = {drop.group for drop in found.drops}

    assert names
    assert judge([card for card in cards if card.group not in names], chosen).fits


def test_what_is_untouched_is_dropped_first_and_of_that_the_last():
    cards = [*grouped(300, 3), known(900, 30, -1, group="area 2"), known(901, 30, -1, group="area 0")]

    assert [drop.group for drop in judge(cards, course(left=40, minutes=15)).drops] == ["area 1", "area 2"]


def test_when_even_all_the_time_is_too_little_no_minutes_are_promised():
    cards = [Card(n, 0, f"card-{n}", fold.State()) for n in range(30)]  # one family: one a day

    assert judge(cards, course(left=12, minutes=60)).more == 0


def test_short_without_a_way_out_is_said_plainly():
    assert Verdict(fits=False, short=90).words == "Short by 1 h 30 min: there is too little time left."
