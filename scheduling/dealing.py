"""One study day dealt card by card, quickly: what repeated calls of `order.choose` would give.

`choose` looks at everything anew for each answer, as the live queue must. A
simulation of 90 days cannot afford that, so a `Deal` keeps the sorted rows and
the counts between two answers. Both are made of the same parts; a test plays
random days with both and wants the same cards.
"""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from scheduling import order
from scheduling.order import Answer, Due, Limits, New

Row = TypeVar("Row", Due, New)


class Deal:
    """The rest of one study day. Mutable: `next` says which card, `take` what became of it.

    `due` and `new` hold children too whose parent is in `failing`, the main
    cards whose last answer failed: they rest until it is passed.
    """

    ranked: list[Due]
    later: deque[Due]
    new: list[New]
    early: list[New]

    def __init__(
        self,
        today: date,
        *,
        answers: Sequence[Answer] = (),
        due: Sequence[Due] = (),
        new: Sequence[New] = (),
        limits: Limits,
        early: Sequence[New] = (),
        failing: set[int] | None = None,
    ) -> None:
        self.limits, self.failing = limits, set() if failing is None else failing
        self.answered = {answer.card for answer in answers}
        self.count = len(answers)
        self.reviews_done = sum(answer.kind == "review" for answer in answers)
        self.learned = {answer.card for answer in answers if answer.kind == "learn"}
        self.met = order.introduced(answers)
        self.recent = deque((answer.family for answer in answers), maxlen=order.APART)
        self.repeats = self._repeats(answers)
        self._lay_out(today, due, new, early)

    def _lay_out(self, today: date, due: Sequence[Due], new: Sequence[New], early: Sequence[New]) -> None:
        """Sort the day's rows once."""
        rank = order.overdueness(due, today)
        self.ranks = {row.card: rank(row) for row in due}
        self.all_due, self.all_new, self.all_early = list(due), list(new), list(early)
        if len(due) > order.RANKED:
            self.all_due.sort(key=order.date_and_card)
        rows: tuple[Due | New, ...] = (*due, *new, *early)
        self.parents = {row.family for row in rows if row.card != row.family}
        self._sort_due()
        self._sort_others()

    def _repeats(self, answers: Sequence[Answer]) -> dict[int, tuple[int, int, datetime]]:
        """Return family, place and time of the last answer of each card to repeat, oldest first."""
        repeats: dict[int, tuple[int, int, datetime]] = {}
        for place, answer in enumerate(answers):
            repeats.pop(answer.card, None)
            if answer.repeating and (answer.waiting or self._rests(answer.card, answer.family)):
                repeats[answer.card] = (answer.family, place, answer.at)
        return repeats

    def next(self, now: datetime) -> tuple[int, str] | None:
        """Return the next card and its kind (repeat, due, new, early), or None at the end."""
        repeats = [row for row in self.repeats.items() if not self._rests(row[0], row[1][0])]
        if repeats and self._is_ripe(repeats[0][1], now):
            return repeats[0][0], "repeat"
        room = order.room_of(
            self.reviews_done,
            len(self.learned),
            len(self.ranked) + len(self.later),
            len(self.new),
            self.limits,
        )
        if room.due or room.new:
            return self._by_spread(room)
        if room.early(len(self.early), self.count, len(repeats), self.limits):
            return self.early[0].card, "early"
        return (repeats[0][0], "repeat") if repeats else None

    def take(self, card: int, family: int, kind: str, at: datetime, repeating: bool, failed: bool) -> None:
        """Record an answer. `kind` is the log's: learn, review, repeat or early."""
        if card not in self.answered:
            self.answered.add(card)
            self._drop(card)
        self.reviews_done += kind == "review"
        if kind == "learn":
            self.learned.add(card)
            self.met.add(family)
            self.new = [row for row in self.new if row.family != family]
        self.repeats.pop(card, None)
        if repeating:
            self.repeats[card] = (family, self.count, at)
        self.count += 1
        self.recent.append(family)
        if card == family and failed != (card in self.failing):
            (self.failing.add if failed else self.failing.discard)(card)
            self._turn_over(card)

    def _rank(self, row: Due) -> tuple[int, date, int]:
        return self.ranks[row.card]

    def _rests(self, card: int, family: int) -> bool:
        return card != family and family in self.failing

    def _is_ripe(self, repeat: tuple[int, int, datetime], now: datetime) -> bool:
        _, place, at = repeat
        return self.count - place - 1 >= order.APART or now - at >= order.RIPE_AFTER

    def _by_spread(self, room: order.Room) -> tuple[int, str]:
        """Return the next due or new card, as `order.choose` would."""
        if room.is_turn_of_new():
            return self.new[0].card, "new"
        due = {row.card for row in self.ranked}
        first = None
        for row in self.ranked:
            if row.card == row.family or row.family not in due:
                if row.family not in self.recent:
                    return row.card, "due"
                first = first or row
        if room.new:
            return self.new[0].card, "new"
        assert first is not None  # a main card, or one whose main card is not due
        return first.card, "due"

    def _sort_due(self) -> None:
        """Sort what may be shown: the 1,000 earliest by overdueness, the others by date."""
        shown = self._open(self.all_due)
        self.ranked = sorted(shown[: order.RANKED], key=self._rank)
        self.later = deque(shown[order.RANKED :])

    def _sort_others(self) -> None:
        self.new = order.introduction(self._open(self.all_new), self.met)
        self.early = self._open(self.all_early)

    def _open(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows not answered and not at rest."""
        return [
            row for row in rows if row.card not in self.answered and not self._rests(row.card, row.family)
        ]

    def _drop(self, card: int) -> None:
        """Take an answered card out of what is due or to be answered early."""
        due = enumerate(self.ranked) if card in self.ranks else ()
        for place, row in due:
            if row.card == card:
                del self.ranked[place]
                if self.later:
                    insort(self.ranked, self.later.popleft(), key=self._rank)
                return
        self.early = [row for row in self.early if row.card != card]

    def _turn_over(self, parent: int) -> None:
        """Hide a main card's children or show them again, if it has any here."""
        if parent not in self.parents:
            return
        self._sort_others()
        if parent in self.failing:
            self._hide(parent)
        elif self.later:
            self._sort_due()
        else:
            for row in self._open([row for row in self.all_due if row.family == parent]):
                insort(self.ranked, row, key=self._rank)

    def _hide(self, parent: int) -> None:
        """Take out a main card's children; the next earliest move up."""
        self.ranked = [row for row in self.ranked if row.family != parent]
        if self.later:
            self.later = deque(row for row in self.later if row.family != parent)
        while self.later and len(self.ranked) < order.RANKED:
            insort(self.ranked, self.later.popleft(), key=self._rank)
