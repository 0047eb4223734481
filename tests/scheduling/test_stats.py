"""Figures against the same figures counted by hand, or anew in plain Python from the log."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from benchmarks.fill import fill
from cards.models import Card
from scheduling import fold, stats
from scheduling.models import CardState, DayOff, Learner, Plan, Review, Tick
from scheduling.order import Counts
from scheduling.pacing import LONGEST_MS
from scheduling.scope import Scope
from scheduling.stats import deck, log, origin, points, ready, recall
from scheduling.stats.share import Share
from tests.rows import NOON, answer, day, make_card, make_child, make_topic

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def made_deck():
    topics = [make_topic("svm", "classic", 1), make_topic("attention", "llm", 2), make_topic("rag", "llm", 3)]
    cards = [
        make_card(topic=topics[n % 3], position=n, points=[("a", True), ("b", False)]) for n in range(24)
    ]
    make_child(cards[0])
    make_card(topic=topics[0], status="draft")
    return cards


@pytest.fixture(params=[1, 2, 3])
def filled(request, learner):
    """Some 700 random answers over 400 days, a few of them void or practice."""
    made_deck()
    fill(learner, 700, TODAY, 400, seed=request.param)
    random = Random(request.param)
    rows = list(Review.objects.order_by("pk"))
    Review.objects.filter(pk=rows[-1].pk).update(elapsed_ms=2 * LONGEST_MS)
    for row in random.sample(rows, 40):
        Review.objects.filter(pk=row.pk).update(**random.choice([{"void": True}, {"kind": "practice"}]))
    return learner


def counted_rows(since=TODAY - timedelta(days=364)):
    rows = Review.objects.select_related("card__topic__area").order_by("sequence")
    return [
        row for row in rows if not row.void and row.kind in fold.COUNTED and since <= row.study_day <= TODAY
    ]


def test_days_equal_a_count_by_hand(learner):
    first, second = make_card(), make_card()
    answer(learner, first, 2, day(0), elapsed_ms=30_000)
    answer(
        learner, first, 4, day(0, 13), elapsed_ms=2_700_000
    )  # a repeat; over half an hour counts half an hour
    answer(learner, second, 4, day(0, 14))
    answer(learner, first, 5, day(1), elapsed_ms=30_000)

    days = log.year(learner, day(1).date())

    assert days == [
        log.Day(TODAY, 3, 2, 0, 0, 1_830_000, 1, (0, 0, 1, 0, 2, 0)),
        log.Day(TODAY + timedelta(days=1), 1, 1, 1, 1, 30_000, 0, (0, 0, 0, 0, 0, 1)),
    ]
    assert log.grades(days) == [0, 0, 1, 0, 2, 1]
    assert log.months(days) == [Share("2026-03", "Mar 2026", 1, 1)]


def test_days_months_and_grades_equal_the_log(filled):
    rows = counted_rows()
    days = log.year(filled, TODAY)

    by_day = defaultdict(list)
    for row in rows:
        by_day[row.study_day].append(row)
    assert [found.day for found in days] == sorted(by_day)
    for found in days:
        own = by_day[found.day]
        tested = [row for row in own if row.kind == "review"]
        assert found.answers == len(own)
        assert found.cards == sum(row.kind != "repeat" for row in own)
        assert (found.tried, found.passed) == (len(tested), sum(row.grade >= 3 for row in tested))
        assert found.ms == sum(min(row.elapsed_ms or 0, LONGEST_MS) for row in own)
        assert found.untimed == sum(row.elapsed_ms is None for row in own)
    assert log.grades(days) == [sum(row.grade == grade for row in rows) for grade in range(6)]
    months = Counter(f"{row.study_day:%Y-%m}" for row in rows if row.kind == "review")
    assert {month.key: month.tried for month in log.months(days) if month.tried} == months


def test_recall_by_topic_band_and_interval_equals_the_log(filled):
    rows = [row for row in counted_rows(date.min) if row.kind == "review"]
    tested = recall.tested(filled)

    tried = Counter((row.card.topic_id, band_of(row.predicted)) for row in rows)
    passed = Counter((row.card.topic_id, band_of(row.predicted)) for row in rows if row.grade >= 3)
    assert {(row.topic, row.band): row.tried for row in tested} == tried
    assert {(row.topic, row.band): row.passed for row in tested if row.passed} == passed
    assert sum(row.predicted for row in tested) == pytest.approx(sum(row.predicted or 0 for row in rows))
    expected = Counter(bound_of(prior(row)) for row in rows)
    assert {int(share.key): share.tried for share in recall.by_interval(filled) if share.tried} == expected
    bands = recall.calibration(tested)
    assert sum(band.share.tried for band in bands) == sum(row.predicted is not None for row in rows)


def band_of(predicted):
    return None if predicted is None else max(bound for bound in recall.CHANCES if predicted >= bound / 100)


def bound_of(interval):
    return max(bound for bound, _ in recall.INTERVALS if bound <= interval)


def prior(row):
    before = [
        other for other in Review.objects.filter(card=row.card, void=False).order_by("sequence")
        if other.sequence < row.sequence and other.kind != "practice"
    ]  # fmt: skip
    return before[-1].interval if before else 0


def test_recall_reads_the_latest_answers_only(filled, monkeypatch):
    monkeypatch.setattr(log, "LATEST", 100)
    rows = [
        row for row in counted_rows() if row.kind == "review" and row.sequence > filled.last_sequence - 100
    ]

    assert sum(row.tried for row in recall.tested(filled)) == len(rows)
    assert sum(share.tried for share in recall.by_interval(filled)) == len(rows)


def test_areas_are_the_sums_of_their_topics(filled):
    topics = deck.by_topic(deck.names(), deck.rows(filled, Scope()), TODAY)
    areas = deck.by_area(topics)
    shares = recall.by_part(topics, recall.tested(filled))

    sums = recall.summed(areas, topics, shares)

    by_area = Counter(row.card.topic.area.slug for row in counted_rows(date.min) if row.kind == "review")
    assert {share.key: share.tried for share in sums} == by_area
    assert deck.whole(areas).cards == 25  # 24 and a child; the draft is not there


def test_coverage_stages_and_what_is_due_equal_the_states(filled):
    topics = deck.by_topic(deck.names(), deck.rows(filled, Scope()), TODAY)
    whole = deck.whole(topics)
    states = list(CardState.objects.all())

    assert whole.seen == sum(state.review_count > 0 for state in states)
    assert whole.learnt == sum(state.interval >= 21 or state.repetitions >= 2 for state in states)
    assert whole.mature == sum(state.interval >= 21 for state in states)
    due = Counter(max(state.due_on, TODAY) for state in states if state.due_on)
    loads = deck.due_days(deck.rows(filled, Scope()), TODAY, 90)
    assert {load.day: load.due for load in loads if load.due} == {
        d: n for d, n in due.items() if d < TODAY + timedelta(days=90)
    }
    assert stats.due_ahead(filled, TODAY, 90) == loads


def test_every_figure_opens_as_many_rows_as_it_says(filled):
    days = log.year(filled, TODAY)
    rows = deck.rows(filled, Scope())
    topics = deck.by_topic(deck.names(), rows, TODAY)

    def answers(**filters):
        return origin.answers(filled, TODAY, filters).count()

    def cards(**filters):
        return origin.cards(filled, TODAY, filters).count()

    assert all(answers(day=found.day) == found.answers for found in days)
    assert all(
        answers(month=date.fromisoformat(f"{share.key}-01"), kind="review") == share.tried
        for share in log.months(days)
    )
    assert [answers(grade=grade) for grade in range(6)] == log.grades(days)
    tested = recall.tested(filled)
    assert all(
        answers(topic=share.key, tested=True) == share.tried for share in recall.by_part(topics, tested)
    )
    assert all(answers(interval=int(share.key)) == share.tried for share in recall.by_interval(filled))
    assert all(answers(band=int(band.share.key)) == band.share.tried for band in recall.calibration(tested))
    for part in topics:
        found = (
            cards(topic=part.key),
            *(cards(topic=part.key, stage=name) for name in ("seen", "learnt", "mature")),
        )
        assert found == (part.cards, part.seen, part.learnt, part.mature)
        assert cards(topic=part.key, predicted=True) == len(part.chances)
    assert all(cards(due=load.day) == load.due for load in deck.due_days(rows, TODAY, 90))


def test_a_plans_scope_marks_the_cards_inside(filled):
    Plan.objects.create(
        user=filled.user, interview_on=TODAY + timedelta(days=9), scope={"topic": ["svm"], "mode": "x"}
    )

    interview = ready.interview(filled, TODAY)
    inside = [row for row in deck.rows(filled, interview.scope) if row.inside]

    assert (interview.on, interview.planned) == (TODAY + timedelta(days=9), True)
    assert len(inside) == 9


def test_a_past_interview_is_not_prepared_for(learner):
    Plan.objects.create(user=learner.user, interview_on=TODAY - timedelta(days=1))

    assert ready.interview(learner, TODAY) == ready.Interview(TODAY, Scope())


def streak(studied, off=(), today=0):
    start = date(2026, 3, 2)
    days = [start + timedelta(days=n) for n in sorted(studied, reverse=True)]
    return log.in_a_row(days, {start + timedelta(days=n) for n in off}, start + timedelta(days=today))


@pytest.mark.parametrize(
    ("studied", "off", "today", "length"),
    [
        ([], [], 0, 0),
        ([0], [], 0, 1),
        ([0], [], 1, 1),  # today may still come
        ([0], [], 2, 0),
        ([0, 1, 2], [], 3, 3),
        ([0, 1, 4], [2, 3], 4, 3),  # days off do not break it
        ([0, 1], [2, 3], 4, 2),  # nor do they when today is still empty
        ([0, 1], [2], 4, 0),
        ([0, 1, 2, 4], [2, 3], 4, 4),  # a day off that was studied adds
        ([0, 1], [2, 3, 4], 4, 2),
        ([0, 1, 3], [], 3, 1),
        ([5], [], 3, 0),  # a day from a clock that was wrong
    ],
)
def test_a_streak_tells_the_truth(studied, off, today, length):
    assert streak(studied, off, today) == length


def test_the_streak_of_today_and_of_the_progress_page_agree(filled):
    DayOff.objects.create(user=filled.user, day=TODAY - timedelta(days=2))
    days = [found.day for found in reversed(log.year(filled, TODAY))]

    assert stats.streak(filled, TODAY) == log.in_a_row(days, log.days_off(filled), TODAY)


def test_the_time_expected_is_the_usual_one_for_each_answer_left(learner):
    left = Counts(new=2, learning=1, due=3)
    assert stats.seconds_expected(learner, left) == 6 * 60  # nothing is known yet

    answer(learner, make_card(), 4, day(0), elapsed_ms=20_000)
    answer(learner, make_card(), 4, day(0))  # without a time
    answer(learner, make_card(), 4, day(0), elapsed_ms=3_000_000)  # counts half an hour

    assert stats.seconds_expected(learner, left) == 6 * 910


def test_undo_practice_and_other_learners_count_nowhere(learner, django_user_model):
    card = make_card()
    other = Learner.of(django_user_model.objects.create_user("bob"))
    answer(other, card, 4, day(0))

    assert log.year(learner, TODAY) == []
    assert recall.tested(learner) == []
    assert stats.met(learner) == (0, 1)
    assert not origin.answers(learner, TODAY, {}).exists()
    assert not origin.cards(learner, TODAY, {"stage": "seen"}).exists()


def test_known_but_slow_leaves_out_idle_time_fails_and_what_is_not_learnt(learner):
    slow, idle, once = make_card("Slow?"), make_card("Idle?"), make_card("Once?")
    for n, number in enumerate((0, 1, 7)):
        answer(learner, slow, 4, day(number), elapsed_ms=100_000 + n * 10_000)
        answer(learner, idle, 4, day(number, 13), elapsed_ms=1_900_000)
    answer(learner, once, 4, day(7, 14), elapsed_ms=200_000)

    assert points.slow(learner, day(8).date()) == [points.SlowCard(slow.slug, "Slow?", 110.0, 45, 3)]
    assert points.slow(learner, day(200).date()) == []


def test_slow_is_over_twice_what_the_kind_of_card_should_take(learner):
    made = {kind: make_card(f"{kind}?", kind=kind) for kind in Card.Kind.values}
    child = make_child(made["design"])
    for number in (0, 1, 7):
        answer(learner, made["concept"], 4, day(number), elapsed_ms=95_000)
        answer(learner, made["design"], 4, day(number), elapsed_ms=1_100_000)  # the target is ten minutes
        answer(learner, child, 4, day(number), elapsed_ms=65_000)

    found = points.slow(learner, day(8).date())

    seconds = Card.objects.annotate(seconds=points.target_seconds("")).values_list("pk", "seconds")
    assert dict(seconds) == {card.pk: card.target for card in Card.objects.all()}
    assert [(card.slug, card.target) for card in found] == [
        (child.slug, child.target),
        (made["concept"].slug, made["concept"].target),
    ]


def test_missed_points_count_only_answers_in_which_one_was_ticked(learner):
    card = make_card("What?", points=[("said", True), ("missed", True)])
    said = card.points.get(key="said")
    for number in (0, 1, 7, 21):
        answer(learner, card, 4, day(number), points=(said.pk,))
    answer(learner, card, 4, day(60))

    (found,) = points.missed(learner, day(60).date())

    assert (found.text, found.shown, found.missed, found.page) == ("Says missed", 4, 4, card.slug)
    assert origin.answers(learner, day(60).date(), {"point": found.point}).count() == 4


def test_missed_points_equal_the_ticks(filled):
    since = TODAY - timedelta(days=89)
    ticks = Tick.objects.filter(review__study_day__gte=since, review__void=False).select_related("point")
    shown, missed = Counter(), Counter()
    for tick in ticks:
        shown[tick.point_id] += 1
        missed[tick.point_id] += not tick.said
    listed = {point for point in shown if shown[point] >= 3 and missed[point] >= 2}

    found = points.missed(filled, TODAY)

    assert {row.point for row in found} <= listed
    assert len(found) == min(len(listed), points.LISTED)
    assert all((row.shown, row.missed) == (shown[row.point], missed[row.point]) for row in found)
