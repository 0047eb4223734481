"""The interview plan: how many new cards a day, the final sweep, and days off in good time.

The live queue and the simulation both ask here, so they cannot disagree. No day
off and no replanning rewrites a date: what a day holds is worked out afresh from
what is left, so a missed day is made good without being asked for.

Source: docs/scheduling.md, "The interview day".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scheduling.days import ONE_DAY
from scheduling.order import Limits, New

SWEEP_DAYS = 10  # the last days before the interview, in which spare minutes go to the weakest
NO_NEW_DAYS = 3  # days before the interview without new cards
CUT_OFF_DAYS = 7  # the least time between the last new card and the interview
SURE = 0.985  # the sweep leaves out what is predicted better than this
LONGEST_LEAD = 7  # days before a break, and after it, over which its cards are spread
SHORTEST_BREAK = 2  # days; a single day off needs no preparing
SMALL_PORTION = 20  # reviews; a heap smaller than this is not portioned
LONGEST_MS = 1_800_000  # one answer counts half an hour at most: a design is to be talked through
USUAL_SECONDS = 60  # an answer, until the learner's own time is known


@dataclass(frozen=True, slots=True)
class Week:
    """When there is time to study: seven numbers of minutes, Monday first, and days off."""

    minutes: tuple[int, ...]
    days_off: frozenset[date] = frozenset()

    def on(self, day: date) -> int:
        """Return the minutes of one day: none on a day off."""
        return 0 if day in self.days_off else self.minutes[day.weekday()]

    def between(self, first: date, stop: date) -> int:
        """Return the minutes of all days from `first` on, `stop` left out."""
        weeks, odd = divmod(max((stop - first).days, 0), 7)
        rest = sum(self.minutes[(first + timedelta(days=n)).weekday()] for n in range(odd))
        lost = sum(self.minutes[day.weekday()] for day in self.days_off if first <= day < stop)
        return weeks * sum(self.minutes) + rest - lost

    def study_days(self, first: date, stop: date) -> int:
        """Return how many days from `first` on, `stop` left out, have minutes."""
        span = range(max((stop - first).days, 0))
        return sum(self.on(first + timedelta(days=n)) > 0 for n in span)


@dataclass(frozen=True, slots=True)
class Break:
    """Days off in a row: from `first` to `last`."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """Return the number of its days."""
        return (self.last - self.first).days + 1

    @property
    def lead(self) -> timedelta:
        """Return for how long before and after it its cards are spread."""
        return timedelta(days=min(self.length, LONGEST_LEAD))


def cut_off(start: date, interview: date) -> date:
    """Return the day from which on no new card is planned.

    A third of the time from the start of the plan, at least 7 days, is kept for
    reviews. It may lie before `start`.
    """
    return interview - timedelta(days=max(CUT_OFF_DAYS, (interview - start).days // 3))


def new_per_day(unseen: int, today: date, interview: date, week: Week, start: date) -> int:
    """Return how many cards to introduce today, so that all are met by the cut-off.

    `unseen` cards were not met when the day began. They are shared out over the
    minutes of the days before the cut-off of a plan made on `start`; with the
    same minutes every day that is unseen / days, rounded up. After the cut-off,
    what is left is shared out as if the plan began today. None on a day without
    minutes and none in the last 3 days.
    """
    if not week.on(today) or today >= interview - timedelta(days=NO_NEW_DAYS):
        return 0
    stop = cut_off(start, interview)
    if stop <= today:
        stop = max(cut_off(today, interview), today + ONE_DAY)
    return -(-unseen * week.on(today) // week.between(today, stop))


def answers_in(minutes: int, seconds: int) -> int:
    """Return how many answers fit in some minutes at so many seconds each."""
    return minutes * 60 // max(seconds, 1)


def is_sweeping(today: date, interview: date) -> bool:
    """Tell whether spare minutes go to the weakest cards: in the last 10 days."""
    return interview - timedelta(days=SWEEP_DAYS) <= today < interview


def predicted_recall(interval: int, last_on: date, on_day: date) -> float:
    """Return a number from 0 to 1 that ranks cards by how well they are known on a day.

    It is no chance and never shown: SM-2 gives none. In simulation it put cards
    in the same order as FSRS did.
    """
    return float(0.9 ** ((on_day - last_on).days / max(interval, 1)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card that may be answered before its day. `interval` in days."""

    card: int
    family: int
    due_on: date
    last_on: date
    interval: int


def sweep_order(candidates: Iterable[Candidate], today: date, interview: date) -> list[New]:
    """Return the cards of the final sweep, weakest on the day first, ties by card.

    Left out: due ones, which come anyway, those seen today, and the sure ones.
    """
    ranked = sorted(
        (predicted_recall(row.interval, row.last_on, interview), row.card, row.family)
        for row in candidates
        if row.last_on < today < row.due_on
    )
    return [New(card, family) for recall, card, family in ranked if recall <= SURE]


def break_ahead(today: date, week: Week) -> Break | None:
    """Return the next break if today belongs to the days before it that prepare for it.

    A break is two or more days in a row without minutes, one of them a day off.
    """
    for day in sorted(week.days_off):
        if day > today and (found := _break_around(day, week)).length >= SHORTEST_BREAK:
            return found if today < found.first <= today + found.lead else None
    return None


def break_behind(today: date, week: Week) -> Break | None:
    """Return the last break if today belongs to the days after it that make up for it."""
    for day in sorted(week.days_off, reverse=True):
        if day < today and (found := _break_around(day, week)).length >= SHORTEST_BREAK:
            return found if found.last < today <= found.last + found.lead else None
    return None


def ahead_order(candidates: Iterable[Candidate], today: date, coming: Break) -> list[New]:
    """Return the cards that fall due in a break, those nearest to their day first, ties by card.

    An early pass earns what its wait has shown, so the nearest lose the least.
    """
    ranked = sorted(
        ((today - row.last_on).days / -max(row.interval, 1), row.card, row.family)
        for row in candidates
        if row.last_on < today and coming.first <= row.due_on <= coming.last
    )
    return [New(card, family) for _, card, family in ranked]


def ahead_today(waiting: int, done: int, today: date, coming: Break, week: Week) -> int:
    """Return how many of a break's cards are still to be offered today, after `done` early answers."""
    days = max(week.study_days(today, coming.first), 1)
    return max(-(-(waiting + done) // days) - done, 0)


def portion(due: int, today: date, past: Break, week: Week) -> int:
    """Return how many reviews to deal out today after a break; `due` counts those done today too.

    The heap is shared out over as many days as the break had, 7 at most; what
    is under 20 comes at once.
    """
    days = max(week.study_days(today, past.last + past.lead + ONE_DAY), 1)
    return max(-(-due // days), SMALL_PORTION)


def early_cards(
    candidates: Iterable[Candidate], today: date, interview: date | None, week: Week, done: int
) -> list[New]:
    """Return the cards to offer today before their day, best first. Most days read no candidate.

    In the last 10 days the sweep; before a break today's share of its cards;
    else none. `done` is the number of early answers given today.
    """
    if interview is not None and is_sweeping(today, interview):
        return sweep_order(candidates, today, interview)
    if coming := break_ahead(today, week):
        waiting = ahead_order(candidates, today, coming)
        return waiting[: ahead_today(len(waiting), done, today, coming, week)]
    return []


@dataclass(frozen=True, slots=True)
class Pace:
    """What steers one study day. Without an interview only breaks do.

    `unseen` cards of the plan were not met when the day began; `seconds` an
    answer; `new_per_day` and `reviews_per_day` are the learner's own limits, and
    `extra_new` cards were asked for today.
    """

    interview: date | None
    start: date
    week: Week
    unseen: int = 0
    seconds: int = USUAL_SECONDS
    new_per_day: int = 10
    reviews_per_day: int = 200
    extra_new: int = 0

    def limits(self, today: date, due: int) -> Limits:
        """Return what today may hold; `due` counts the reviews that are done already too."""
        past = break_behind(today, self.week)
        heap = portion(due, today, past, self.week) if past else self.reviews_per_day
        if self.interview is None or self.interview < today:
            reviews = min(heap, self.reviews_per_day)
            usual = (
                0 if due > reviews and self.extra_new else self.new_per_day
            )  # behind: what was asked for alone
            new = usual + self.extra_new
            return Limits(new, reviews, new_despite_backlog=self.extra_new > 0, answers=new + reviews)
        fits = answers_in(self.week.on(today), self.seconds)
        new = new_per_day(self.unseen, today, self.interview, self.week, self.start)
        new = min(new, fits) + self.extra_new
        reviews = min(max(heap, fits - new), self.reviews_per_day)
        return Limits(new, reviews, new_despite_backlog=True, new_first=True, answers=fits)


def own_day_has_come(last_on: date | None, interval: int, today: date) -> bool:
    """Tell whether a card is due by its own interval, and not only by an interview's cap.

    Once the interview is over, what only the cap made due waits for its own day.
    """
    return last_on is None or last_on + timedelta(days=interval) <= today


def _break_around(day: date, week: Week) -> Break:
    """Return all the days without minutes around a day off."""
    first = last = day
    while not week.on(first - ONE_DAY) and first > day - timedelta(days=365):
        first -= ONE_DAY
    while not week.on(last + ONE_DAY) and last < day + timedelta(days=365):
        last += ONE_DAY
    return Break(first, last)
