"""When a good moment to stop has come."""

import pytest

from scheduling.pauses import Pause, pause_point

MINUTE = 60_000


@pytest.mark.parametrize(
    ("minutes", "pause"),
    [
        ([], None),
        ([9], None),
        ([10], Pause(1, 10)),
        ([9, 0, 1], Pause(3, 10)),
        ([9, 2, 1], None),  # the last answer filled nothing
        ([9, 2, 8], None),
        ([9, 2, 9], Pause(3, 20)),
        ([9, 25], Pause(2, 34)),  # two spans at once are one pause
        ([50], Pause(1, 30)),  # one answer counts half an hour at most
    ],
)
def test_a_pause_comes_with_the_answer_that_fills_another_ten_minutes(minutes, pause):
    assert pause_point([minute * MINUTE for minute in minutes], 10) == pause


def test_no_pause_comes_where_none_is_wanted():
    assert pause_point([100 * MINUTE], 0) is None
