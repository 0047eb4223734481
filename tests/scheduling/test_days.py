from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.days import minutes_in_words, next_rollover, study_day, today, wait_in_words

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo", "America/Havana", "America/Santiago", "Africa/Casablanca", "Africa/Cairo",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut", "Australia/Lord_Howe",
    "Antarctica/Troll", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham",
]  # fmt: skip
MICROSECOND = timedelta(microseconds=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
hours = st.integers(0, 23)
instants = st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def utc(*args):
    return datetime(*args, tzinfo=UTC)


def at(zone, *args, fold=0):
    return datetime(*args, tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(0, 30, 9), (3, 59, 9), (4, 0, 10), (12, 0, 10), (23, 59, 10)]
)
def test_a_review_before_the_rollover_counts_for_the_day_before(hour, minute, day):
    assert study_day(at(BERLIN, 2026, 5, 10, hour, minute), BERLIN, 4) == date(2026, 5, day)


def test_with_rollover_0_a_review_at_half_past_midnight_counts_for_the_new_day():
    assert study_day(at(BERLIN, 2026, 5, 10, 0, 30), BERLIN, 0) == date(2026, 5, 10)


def test_with_rollover_23_the_study_day_is_the_day_before_until_then():
    assert study_day(at(BERLIN, 2026, 5, 10, 22, 59), BERLIN, 23) == date(2026, 5, 9)
    assert study_day(at(BERLIN, 2026, 5, 10, 23, 0), BERLIN, 23) == date(2026, 5, 10)


def test_the_zone_decides_and_not_the_zone_of_the_instant():
    instant = utc(2026, 5, 10, 11, 0)

    assert study_day(instant, ZoneInfo("Pacific/Kiritimati"), 0) == date(2026, 5, 11)  # UTC+14: 01:00
    assert study_day(instant, ZoneInfo("Pacific/Pago_Pago"), 4) == date(2026, 5, 9)  # UTC-11: 00:00


@pytest.mark.parametrize(
    ("zone", "rollover"),
    [("Pacific/Kiritimati", utc(2026, 5, 10, 14)), ("Pacific/Pago_Pago", utc(2026, 5, 10, 15))],
)
def test_the_rollover_at_the_ends_of_the_earth(zone, rollover):
    assert next_rollover(utc(2026, 5, 10, 11), ZoneInfo(zone), 4) == rollover


@pytest.mark.parametrize("bad", [-1, 24, 100])
def test_an_hour_that_no_clock_shows_is_refused(bad):
    with pytest.raises(ValueError, match="from 0 to 23"):
        study_day(utc(2026, 1, 1), BERLIN, bad)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        next_rollover(datetime(2026, 1, 1), BERLIN, 4)


def test_the_night_the_clocks_go_forward_is_23_hours_long():
    rollover = next_rollover(at(BERLIN, 2026, 3, 28, 4), BERLIN, 4)

    assert rollover == utc(2026, 3, 29, 2)
    assert rollover - at(BERLIN, 2026, 3, 28, 4).astimezone(UTC) == timedelta(hours=23)


def test_the_night_the_clocks_go_back_is_25_hours_long():
    rollover = next_rollover(at(BERLIN, 2026, 10, 24, 4), BERLIN, 4)

    assert rollover == utc(2026, 10, 25, 3)
    assert rollover - at(BERLIN, 2026, 10, 24, 4).astimezone(UTC) == timedelta(hours=25)


def test_a_rollover_hour_that_is_skipped_begins_with_the_skip():
    """02:00 does not exist that night: 01:59 is followed by 03:00."""
    assert next_rollover(at(BERLIN, 2026, 3, 28, 12), BERLIN, 2) == utc(2026, 3, 29, 1)


def test_a_rollover_hour_that_comes_twice_counts_the_first_time():
    first = at(BERLIN, 2026, 10, 25, 2)

    assert next_rollover(at(BERLIN, 2026, 10, 24, 12), BERLIN, 2) == first.astimezone(UTC)
    assert study_day(at(BERLIN, 2026, 10, 25, 2, 0, fold=1), BERLIN, 2) == date(2026, 10, 25)


@pytest.mark.parametrize(("starts_at", "rollover"), [(0, utc(2026, 3, 9, 4)), (23, utc(2026, 3, 9, 3))])
def test_rollover_0_and_23_on_the_day_of_the_change(starts_at, rollover):
    assert next_rollover(at(NEW_YORK, 2026, 3, 8, 23, 0) - MICROSECOND, NEW_YORK, 0) == utc(2026, 3, 9, 4)
    assert next_rollover(at(NEW_YORK, 2026, 3, 8, 12), NEW_YORK, starts_at) == rollover


def test_lord_howe_moves_its_clocks_by_half_an_hour():
    zone = ZoneInfo("Australia/Lord_Howe")

    spring = next_rollover(at(zone, 2026, 10, 3, 4), zone, 4) - at(zone, 2026, 10, 3, 4).astimezone(UTC)
    autumn = next_rollover(at(zone, 2026, 4, 4, 4), zone, 4) - at(zone, 2026, 4, 4, 4).astimezone(UTC)

    assert (spring, autumn) == (timedelta(hours=23.5), timedelta(hours=24.5))


def test_lord_howe_skips_two_o_clock():
    zone = ZoneInfo("Australia/Lord_Howe")

    assert next_rollover(at(zone, 2026, 10, 3, 12), zone, 2) == utc(2026, 10, 3, 15, 30)


def test_a_clock_that_skips_from_1_to_3_begins_the_day_of_2_o_clock_at_once():
    zone = ZoneInfo("Antarctica/Troll")

    assert next_rollover(utc(2026, 3, 28, 12), zone, 2) == utc(2026, 3, 29, 1)


def test_samoa_had_no_30_december_2011():
    zone = ZoneInfo("Pacific/Apia")
    eve = at(zone, 2011, 12, 29, 12)

    assert next_rollover(eve, zone, 0) == utc(2011, 12, 30, 10)
    assert study_day(utc(2011, 12, 30, 10), zone, 0) == date(2011, 12, 31)


def test_samoa_with_rollover_4_has_a_short_30_december():
    """The local date is the 31st, but it is not four o'clock yet."""
    zone = ZoneInfo("Pacific/Apia")
    start = next_rollover(at(zone, 2011, 12, 29, 12), zone, 4)
    end = next_rollover(start, zone, 4)

    assert (start, end) == (utc(2011, 12, 30, 10), utc(2011, 12, 30, 14))
    assert study_day(start, zone, 4) == date(2011, 12, 30)


def test_clocks_that_go_back_over_midnight_give_a_second_rollover():
    """St. John's, 2010: one minute past midnight it was 23:01 again."""
    zone = ZoneInfo("America/St_Johns")
    first, second = utc(2010, 11, 7, 2, 30), utc(2010, 11, 7, 3, 30)

    assert next_rollover(first - MICROSECOND, zone, 0) == first
    assert study_day(utc(2010, 11, 7, 3), zone, 0) == date(2010, 11, 6)
    assert next_rollover(utc(2010, 11, 7, 3), zone, 0) == second


def assert_rollover_holds(instant, zone, starts_at):
    """It is ahead, ends the day of the instant and not a moment sooner, and opens the day after."""
    day = study_day(instant, zone, starts_at)
    rollover = next_rollover(instant, zone, starts_at)
    skipped_in_samoa = zone.key == "Pacific/Apia" and day == date(2011, 12, 29) and starts_at == 0

    assert rollover > instant
    assert rollover.utcoffset() == timedelta(0)
    assert study_day(rollover - MICROSECOND, zone, starts_at) == day
    assert study_day(rollover, zone, starts_at) == day + timedelta(days=2 if skipped_in_samoa else 1)


@given(instants, zones, hours)
def test_the_rollover_opens_the_day_after_and_until_then_the_day_is_the_same(instant, zone, starts_at):
    assert_rollover_holds(instant, zone, starts_at)


def changes_of_offset(zone, year):
    """Return the noons before the nights in which the clocks change."""
    noons = [utc(year, 1, 1, 12) + timedelta(days=n) for n in range(366)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return [noon for noon, old, new in zip(noons, offsets, offsets[1:], strict=False) if old != new]


@settings(deadline=None)  # a busy machine is no fault
@given(zones, hours, st.integers(1980, 2060), st.data())
def test_the_rollover_holds_near_every_change_of_the_clocks(zone, starts_at, year, data):
    noon = data.draw(st.sampled_from(changes_of_offset(zone, year) or [utc(year, 6, 1, 12)]))
    instant = noon + timedelta(minutes=data.draw(st.integers(-720, 2160)))

    assert_rollover_holds(instant, zone, starts_at)


def test_a_change_of_zone_in_mid_day_does_not_reopen_yesterday():
    morning_in_berlin = utc(2026, 5, 10, 3)  # 05:00 there, 23:00 of the 9th in New York
    day = today(morning_in_berlin, BERLIN, 4, None)

    assert study_day(morning_in_berlin, NEW_YORK, 4) == date(2026, 5, 9)
    assert today(morning_in_berlin, NEW_YORK, 4, day) == day == date(2026, 5, 10)


def test_flying_east_opens_the_new_day():
    evening = utc(2026, 5, 10, 22)

    assert today(evening, NEW_YORK, 4, date(2026, 5, 9)) == date(2026, 5, 10)
    assert today(evening, ZoneInfo("Pacific/Auckland"), 4, date(2026, 5, 10)) == date(2026, 5, 11)


@pytest.mark.parametrize(("last", "expected"), [(9, 10), (10, 10), (11, 11), (12, 12), (13, 10), (30, 10)])
def test_a_last_day_more_than_two_days_ahead_is_ignored(last, expected):
    noon = utc(2026, 5, 10, 12)

    assert today(noon, ZoneInfo("UTC"), 4, date(2026, 5, last)) == date(2026, 5, expected)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "again today"), (0, "again today"), (1, "1 d"), (6, "6 d"), (12, "12 d"), (30, "30 d"), (31, "1 mo"),
        (32, "1.1 mo"), (45, "1.5 mo"), (61, "2 mo"), (100, "3.3 mo"), (302, "9.9 mo"), (303, "10 mo"), (320, "11 mo"),
        (364, "12 mo"), (365, "1 y"), (366, "1 y"), (438, "1.2 y"), (730, "2 y"), (3600, "9.9 y"), (3640, "10 y"),
        (36500, "100 y"),
    ],
)  # fmt: skip
def test_a_wait_in_words(days, words):
    assert wait_in_words(days) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"), (59, "under a minute"), (60, "1 min"), (89, "1 min"), (90, "2 min"), (2700, "45 min"),
        (3569, "59 min"), (3570, "1 h"), (3600, "1 h"), (7200, "2 h"), (7500, "2 h 5 min"), (90_000, "25 h"),
    ],
)  # fmt: skip
def test_minutes_in_words(seconds, words):
    assert minutes_in_words(seconds) == words
