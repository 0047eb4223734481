"""Which study day it is, when the next one begins, and spans of time in words.

A study day is a date: the learner's local date, or the day before in the hours
before their rollover hour. Instants are aware datetimes; the clock is read by
the caller. Days are never counted in seconds, since a local day can have 23, 25
or, in Samoa in 2011, no hours at all.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
ONE_DAY = timedelta(days=1)
TRUSTED_LEAD = timedelta(days=2)  # no journey puts a learner further ahead than this


def study_day(instant: datetime, zone: ZoneInfo, starts_at: int) -> date:
    """Return the study day to which an instant belongs.

    `instant` is aware and `starts_at` is the local rollover hour, 0 to 23, else
    ValueError.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    if not 0 <= starts_at <= 23:
        raise ValueError(f"a study day starts at an hour from 0 to 23, not {starts_at}")
    local = instant.astimezone(zone)
    return local.date() - ONE_DAY if local.hour < starts_at else local.date()


def next_rollover(instant: datetime, zone: ZoneInfo, starts_at: int) -> datetime:
    """Return the instant, in UTC, at which the study day of `instant` ends.

    The rollover hour is built on the next date and then converted. Where the
    clocks go back over it, it is the first one still to come; where they skip
    it, the day begins with the skip. ValueError as `study_day`.
    """
    day = study_day(instant, zone, starts_at)
    wall = datetime.combine(day + ONE_DAY, time(starts_at), tzinfo=zone)
    before, after = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if before > after:  # a wall time that does not exist (PEP 495)
        return _first_second_after(day, after, before, zone, starts_at)
    return before if before > instant else after


def today(instant: datetime, zone: ZoneInfo, starts_at: int, last_study_day: date | None) -> date:
    """Return the study day to work with, which does not go back.

    A learner who flies west keeps the day they have begun, so that no limit is
    refilled. A `last_study_day` more than 2 days ahead comes from a clock that
    was wrong and is ignored. ValueError as `study_day`.
    """
    computed = study_day(instant, zone, starts_at)
    if last_study_day is None or last_study_day > computed + TRUSTED_LEAD:
        return computed
    return max(last_study_day, computed)


def wait_in_words(delta_days: int) -> str:
    """Return a wait in days as a button shows it: "again today", "12 d", "1.5 mo", "1.2 y".

    Days up to 30, then months of 30.4375 days, then years from 365 days on.
    """
    if delta_days <= 0:
        return "again today"
    if delta_days <= 30:
        return f"{delta_days} d"
    if delta_days < 365:
        return f"{_short(delta_days * 16, 487)} mo"
    return f"{_short(delta_days * 4, 1461)} y"


def minutes_in_words(seconds: int) -> str:
    """Return a length of time to the nearest minute: "under a minute", "45 min", "2 h 5 min"."""
    if seconds < 60:
        return "under a minute"
    hours, minutes = divmod((seconds + 30) // 60, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0)
    return " ".join(parts)


def _first_second_after(day: date, low: datetime, high: datetime, zone: ZoneInfo, starts_at: int) -> datetime:
    """Return the first whole second of a later study day than `day`, by halving.

    `low` is still in `day` or before it, `high` is not.
    """
    while (seconds := (high - low) // timedelta(seconds=1)) > 1:
        middle = low + timedelta(seconds=seconds // 2)
        if study_day(middle, zone, starts_at) > day:
            high = middle
        else:
            low = middle
    return high


def _short(numerator: int, denominator: int) -> str:
    """Return a quotient with one decimal under 10 unless that is 0, halves up."""
    tenths = (20 * numerator + denominator) // (2 * denominator)
    if tenths < 100 and tenths % 10:
        return f"{tenths // 10}.{tenths % 10}"
    return str((2 * numerator + denominator) // (2 * denominator))
