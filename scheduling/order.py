"""Which card comes next: repeats, due and new cards, limits and families.

Everything is decided from today's log and from what could be shown, so that a
restart, an undo or a second tab changes nothing. The live queue calls `choose`;
the plan's simulation deals whole days out of the same parts, in `dealing.py`.

Source: scheduling.md, "Repeats" and "Order, mixing, limits".
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest
from typing import Literal

ROWS_A_FAMILY = 5  # children read for each new card wanted, since of a family one comes a day
CHILD_EVERY = 3  # new cards of a day, of which the last is a child where one waits
APART = 5  # other answers before a repeat, or before another due member of a family
RIPE_AFTER = timedelta(minutes=10)
RANKED = 1000  # due cards compared exactly, and the largest count shown

Kind = Literal["repeat", "due", "new", "early"]
Pick = tuple[int | None, Kind | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One counted answer of today: kind learn, review, repeat or early.

    `repeating`: after it the card has to come again today. `waiting`: the card
    may still be shown here (published, in scope, not suspended or buried).
    """

    card: int
    family: int
    kind: str
    at: datetime
    repeating: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A card that is due; `interval` in days, `last_on` the study day it counts from."""

    card: int
    family: int
    due_on: date
    last_on: date | None
    interval: int


@dataclass(frozen=True, slots=True)
class New:
    """A card never answered, or one to answer before its day."""

    card: int
    family: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many cards a study day may introduce and review.

    `new_first`: new cards come before due ones. `answers`: how many answers of
    any kind the day has time for; early ones fill what the others leave of it.
    """

    new: int
    reviews: int
    new_despite_backlog: bool = False
    new_first: bool = False
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What is left today within the limits, the chosen card included; each at most 1000.

    Early answers that the plan asks for count as due.
    """

    new: int
    learning: int
    due: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The next card, if there is one.

    `held`: a limit or the backlog keeps something back; `held_due` of it are due cards.
    """

    card: int | None
    kind: Kind | None
    counts: Counts
    held: bool
    held_due: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """Done today, and how many more the limits let through of what there is."""

    reviews_done: int
    new_done: int
    due: int
    new: int
    new_first: bool = False

    def counts(self, learning: int, early: int) -> Counts:
        """Return what a page shows as left today."""
        return Counts(min(self.new, RANKED), min(learning, RANKED), min(self.due + early, RANKED))

    def early(self, there: int, answered: int, learning: int, limits: Limits) -> int:
        """Return how many of the early answers on offer the rest of the day has time for."""
        return max(min(there, limits.answers - answered - learning - self.due - self.new), 0)

    def is_turn_of_new(self) -> bool:
        """Tell whether a new card comes now: first, or after every k reviews, reviews first."""
        if self.new_first or not self.new or not self.due:
            return self.new > 0
        k = -(-(self.reviews_done + self.due) // (self.new_done + self.new))
        return self.reviews_done >= k * (self.new_done + 1)


def choose(
    now: datetime,
    today: date,
    *,
    answers: Sequence[Answer],
    due: Sequence[Due],
    new: Sequence[New],
    limits: Limits,
    early: Sequence[New] = (),
) -> Choice:
    """Return which card is next and what is left today.

    `answers` are all of today's, oldest first; `new` is in order of
    introduction; `early` are cards to answer before their day, best first. All
    three may hold cards answered meanwhile: they are passed over. Linear in
    what is handed over.
    """
    done = {answer.card for answer in answers}
    due = [row for row in due if row.card not in done]
    new = introduction([row for row in new if row.card not in done], introduced(answers))
    early = [row for row in early if row.card not in done]
    room = room_today(answers, len(due), len(new), limits)
    ripe, unripe = _repeats(answers, now)
    learning = len(ripe) + len(unripe)
    early = early[: room.early(len(early), len(answers), learning, limits)]
    if ripe or not (room.due or room.new or early):
        card, kind = _first(ripe or unripe)
    else:
        card, kind = _by_spread(room, today, answers, due, new, early)
    held_due = len(due) - room.due
    held = held_due > 0 or room.new < len(new)
    return Choice(card, kind, room.counts(learning, len(early)), held, held_due)


def _first(repeats: Sequence[int]) -> Pick:
    return (repeats[0], "repeat") if repeats else (None, None)


def room_today(answers: Sequence[Answer], due: int, new: int, limits: Limits) -> Room:
    """Return what today's limits leave, counted from the log."""
    reviews_done = sum(answer.kind == "review" for answer in answers)
    new_done = len({answer.card for answer in answers if answer.kind == "learn"})
    return room_of(reviews_done, new_done, due, new, limits)


def room_of(reviews_done: int, new_done: int, due: int, new: int, limits: Limits) -> Room:
    """Return what the limits leave of `due` and `new` cards after what is done.

    The backlog is the whole day's: with more due than a day may review, no new
    card comes, not even when the last review of the limit is done.
    """
    backlog = reviews_done + due > limits.reviews and due > 0
    new_allowed = limits.new_despite_backlog or not backlog
    return Room(
        reviews_done=reviews_done,
        new_done=new_done,
        due=min(due, max(limits.reviews - reviews_done, 0)),
        new=min(new, max(limits.new - new_done, 0)) if new_allowed else 0,
        new_first=limits.new_first,
    )


def _repeats(answers: Sequence[Answer], now: datetime) -> tuple[list[int], list[int]]:
    """Return the cards to repeat today, oldest answer first: ripe ones, others.

    Only a card's last answer speaks for it. It is ripe after 5 other answers or
    10 minutes.
    """
    last = {answer.card: place for place, answer in enumerate(answers)}
    ripe: list[int] = []
    unripe: list[int] = []
    for place, answer in enumerate(answers):
        if last[answer.card] != place or not (answer.repeating and answer.waiting):
            continue
        others = len(answers) - place - 1
        is_ripe = others >= APART or now - answer.at >= RIPE_AFTER
        (ripe if is_ripe else unripe).append(answer.card)
    return ripe, unripe


def introduced(answers: Sequence[Answer]) -> set[int]:
    """Return the families of which a card was met for the first time today."""
    return {answer.family for answer in answers if answer.kind == "learn"}


def introduction(new: Sequence[New], met: set[int]) -> list[New]:
    """Return the new cards that may come today, in the order in which they do.

    At most one of a family a day; `met` are the families that have had theirs.
    Every third new card of a day is a child, where one waits, so that what is
    asked next does not wait for the whole deck's first questions.
    """
    families, mains, children = set(met), deque[New](), deque[New]()
    for row in new:
        if row.family not in families:
            families.add(row.family)
            (mains if row.card == row.family else children).append(row)
    chosen: list[New] = []
    while mains or children:
        childs_turn = (len(met) + len(chosen) + 1) % CHILD_EVERY == 0
        chosen.append((children if children and (childs_turn or not mains) else mains).popleft())
    return chosen


def _by_spread(
    room: Room,
    today: date,
    answers: Sequence[Answer],
    due: Sequence[Due],
    new: Sequence[New],
    early: Sequence[New],
) -> Pick:
    """Return the next due or new card, else an early one; there is at least one.

    A child waits while its parent is due. Due cards whose family was among the
    last answers wait as long as another due card or a new one can be shown.
    """
    if room.is_turn_of_new():
        return new[0].card, "new"
    if not room.due:
        return early[0].card, "early"
    recent = {answer.family for answer in answers[-APART:]}
    earliest = parents_first(nsmallest(RANKED, due, key=date_and_card) if len(due) > RANKED else due)
    apart = [row for row in earliest if row.family not in recent]
    if not apart and room.new:
        return new[0].card, "new"
    return _most_overdue(apart or earliest, today).card, "due"


def _most_overdue(due: Sequence[Due], today: date) -> Due:
    """Return the card most overdue for its interval, ties by due date, then id."""
    return min(due, key=overdueness(due, today))


def parents_first(due: Sequence[Due]) -> list[Due]:
    """Return the due cards without children whose parent is due too: it is never crowded out by them."""
    cards = {row.card for row in due}
    return [row for row in due if row.card == row.family or row.family not in cards]


def overdueness(due: Sequence[Due], today: date) -> Callable[[Due], tuple[int, date, int]]:
    """Return the key by which these due cards are sorted: the most overdue first.

    Relative overdueness is (today - last) / interval, the interval at least 1.
    Two different fractions with denominators up to D are at least 1/D^2 apart,
    so whole numbers scaled by D^2 compare them exactly.

    Source: open-spaced-repetition/fsrs4anki, pull request 692 (relative overdueness).
    """
    scale = max((row.interval for row in due), default=1) ** 2 or 1

    def rank(row: Due) -> tuple[int, date, int]:
        interval = max(row.interval, 1)
        last_on = row.last_on or row.due_on - timedelta(days=interval)
        return -((today - last_on).days * scale // interval), row.due_on, row.card

    return rank


def date_and_card(row: Due) -> tuple[date, int]:
    """Return what decides among due cards beyond the 1,000 earliest."""
    return row.due_on, row.card
