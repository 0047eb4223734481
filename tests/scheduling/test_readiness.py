"""FSRS on the log: against py-fsrs fed whole histories, and row by row against all at once."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from fsrs import Card, Rating, Scheduler

from scheduling import readiness
from scheduling.fold import Entry
from scheduling.readiness import Trace

START = date(2026, 3, 2)
RATINGS = [Rating.Again, Rating.Again, Rating.Again, Rating.Hard, Rating.Good, Rating.Easy]


def entry(number, grade, kind="review"):
    noon = datetime.combine(START + timedelta(days=number), time(12), tzinfo=UTC)
    return Entry(1, noon, noon.date(), kind, grade, "text_1990")


def random_log(seed):
    random = Random(seed)
    rows, number = [entry(0, random.randrange(6), "learn")], 0
    for _ in range(30):
        gap = random.choice([0, 0, 1, 2, 6, 15, 40])
        number += gap
        kind = "repeat" if gap == 0 else random.choice(["review", "early"])
        rows.append(entry(number, random.randrange(6), kind))
    return rows


def whole_history(rows):
    """Feed py-fsrs a whole history, noon by noon; a repeat is a minute later, and forgotten as such the next day."""
    card, scheduler = Card(card_id=1), Scheduler(enable_fuzzing=False)
    predictions = []
    for row in rows:
        moment = datetime.combine(row.study_day, time(12), tzinfo=UTC)
        predictions.append(
            None if row.kind in ("learn", "repeat") else scheduler.get_card_retrievability(card, moment)
        )
        repeat = card.last_review == moment
        card, _ = scheduler.review_card(card, RATINGS[row.grade], moment + timedelta(minutes=repeat))
        card.last_review = moment
    return card, predictions


@pytest.mark.parametrize("seed", range(20))
def test_a_trace_is_what_py_fsrs_makes_of_the_whole_history(seed):
    rows = random_log(seed)

    trace, predictions = readiness.fold(rows)

    card, expected = whole_history(rows)
    assert (trace.stability, trace.difficulty) == (card.stability, card.difficulty)
    assert trace.last_on == rows[-1].study_day
    assert predictions == pytest.approx(expected)


def test_good_five_times_grows_as_the_published_example_does():
    trace = Trace()
    for number in (0, 2, 13, 59):
        trace = readiness.apply(trace, entry(number, 4))

    assert readiness.chance(trace.stability, round(trace.stability)) == pytest.approx(0.9, abs=0.001)
    assert 100 < trace.stability < 250


def test_the_chance_falls_from_one_and_is_nine_tenths_after_the_stability():
    assert readiness.chance(10, 0) == 1
    assert readiness.chance(10, 10) == pytest.approx(0.9)
    assert readiness.chance(10, -3) == 1
    chances = [readiness.chance(10, days) for days in range(0, 1000, 50)]
    assert chances == sorted(chances, reverse=True)


def test_a_repeat_does_not_swallow_the_next_days_answer():
    once, _ = readiness.fold([entry(0, 2, "learn"), entry(0, 4, "repeat"), entry(1, 4)])
    card, _ = whole_history([entry(0, 2, "learn"), entry(0, 4, "repeat"), entry(1, 4)])
    same_day, _ = readiness.fold([entry(0, 2, "learn"), entry(0, 4, "repeat"), entry(0, 4, "repeat")])

    assert once.stability == card.stability
    assert once.stability > same_day.stability


def test_practice_changes_nothing_and_a_state_set_by_hand_wipes_the_trace():
    before = readiness.apply(Trace(), entry(0, 4, "learn"))

    assert readiness.apply(before, entry(3, 1, "practice")) == before
    assert readiness.apply(before, entry(3, None, "manual")) == Trace()
    assert readiness.predict(Trace(), entry(3, 4)) is None
    assert readiness.predict(before, entry(0, 4, "repeat")) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_trace_kept_in_columns_goes_on_as_if_never_stored(seed):
    rows = random_log(seed)
    trace = Trace()
    for row in rows:
        trace = readiness.apply(Trace(trace.stability, trace.difficulty, trace.last_on), row)

    assert trace == readiness.fold(rows)[0]
