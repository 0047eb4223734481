"""Geometry of the charts, and the figures that need no database."""

from datetime import timedelta

import pytest

from scheduling import charts
from scheduling.stats import ready, recall
from scheduling.stats.deck import Part
from scheduling.stats.share import Share
from tests.rows import NOON

TODAY = NOON.date()


def test_the_weakest_topics_have_enough_reviews_and_a_miss():
    shares = [
        Share("a", "A", 40, 30),
        Share("b", "B", 19, 1),
        Share("c", "C", 20, 20),
        Share("d", "D", 20, 10),
    ]

    assert [share.key for share in recall.weakest(shares)] == ["d", "a"]


@pytest.mark.parametrize(("tried", "percent"), [(0, None), (19, None), (20, 50.0)])
def test_under_20_reviews_there_is_no_percentage(tried, percent):
    assert Share("a", "A", tried, tried // 2).percent == percent


def test_readiness_is_the_mean_chance_in_a_range_that_owns_up_to_past_errors():
    part = Part("a", "A", chances=[0.9] * 25)

    honest = ready.estimate(part, [recall.Tested(1, 90, 100, 90, 90.0)])
    wrong = ready.estimate(part, [recall.Tested(1, 90, 100, 60, 90.0)])

    assert honest.mean == wrong.mean == pytest.approx(90)
    assert honest.low == pytest.approx(100 * (0.9 - 1.645 * (0.09 / 25 + 0.09 / 100) ** 0.5))
    assert wrong.low == pytest.approx(100 * (0.9 - 1.645 * (0.09 / 25 + 0.09 + 0.24 / 100) ** 0.5))
    assert (honest.enough, honest.high) == (True, 100)


@pytest.mark.parametrize(("cards", "tested"), [(0, 0), (25, 0), (0, 50), (19, 50), (50, 19)])
def test_readiness_needs_20_cards_and_20_tested_predictions(cards, tested):
    rows = [recall.Tested(1, 90, tested, tested, 0.9 * tested)] if tested else []

    assert not ready.estimate(Part("a", "A", chances=[0.9] * cards), rows).enough


def test_a_heat_map_ends_today_and_shades_by_quarters_of_a_full_day():
    counts = {TODAY - timedelta(days=n): n for n in range(1, 9)}

    drawn = charts.heatmap(counts, {TODAY}, TODAY)

    assert (drawn.cells[-1].day, drawn.cells[-1].shade) == (TODAY, "off")
    assert len(drawn.cells) == 52 * 7 + 1  # TODAY is a Monday
    assert [cell.level for cell in drawn.cells[-9:]] == [4, 4, 3, 3, 2, 2, 1, 1, 0]
    assert drawn.cells[-2].title == "Sun 1 Mar 2026: 1 answer"


def test_days_that_are_nearly_alike_are_shaded_alike_and_one_long_day_pales_none():
    counts = {TODAY - timedelta(days=n): 13 + n % 2 for n in range(1, 30)} | {TODAY: 200}

    drawn = charts.heatmap(counts, set(), TODAY, 4)

    assert {cell.level for cell in drawn.cells} == {4}


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 2), (2, 2), (3, 4), (5, 6), (7, 8), (9, 10), (10, 10), (11, 12), (61, 80), (101, 120), (1000, 1000)],
)
def test_the_top_of_a_chart_is_round_and_never_below_the_data(value, top):
    assert charts.round_up(value) == top


def test_bars_keep_gaps_and_slices_fill_the_width():
    chart = charts.bars(
        [charts.Point("a", "A", 4, ""), charts.Point("b", "B", None, ""), charts.Point("c", "C", 2, "")]
    )

    assert [(bar.point.key, bar.height, bar.y) for bar in chart.bars] == [
        ("a", 100.0, 0.0),
        ("c", 50.0, 50.0),
    ]
    assert [part.width for part in charts.stack([("a", "A", 1), ("b", "B", 0), ("c", "C", 3)])] == [
        25.0,
        75.0,
    ]
    assert charts.stack([]) == charts.stack([("a", "A", 0)]) == []
