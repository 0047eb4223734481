"""What a simulated plan comes to, in words: does it fit, what is short, what to drop first.

Source: docs/scheduling.md, "The interview day".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from scheduling.days import minutes_in_words
from scheduling.order import New
from scheduling.simulation import Card, Course, Run, Simulation

STEP = 5  # minutes; more a day is suggested in such steps
MOST_DROPS = 3  # groups named
AMPLE = 100  # times the minutes: enough for anything
MANY = 9999  # reviews a day


@dataclass(frozen=True, slots=True)
class Drop:
    """A group of cards to leave out: how many are unmet, and the minutes they would take."""

    group: str
    cards: int
    minutes: int

    @property
    def saves(self) -> str:
        """Return the time that dropping it saves, in words."""
        return minutes_in_words(self.minutes * 60)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a plan fits; if not, by how many minutes it is short, and two ways out.

    `more` minutes on every study day would do. 0 where that cannot help.
    """

    fits: bool
    short: int = 0
    more: int = 0
    drops: tuple[Drop, ...] = ()
    empty: bool = False

    @property
    def words(self) -> str:
        """Return the verdict as one sentence."""
        if self.empty:
            return "There is nothing in this plan yet."
        if self.fits:
            return "It fits."
        saved = sum(drop.minutes for drop in self.drops)
        first = "drop" if saved >= self.short else "start by dropping"
        ways = [f"{first} {_list([drop.group for drop in self.drops])}"] if self.drops else []
        ways += [f"study {self.more} minutes more a day"] if self.more else []
        sentence = f"Short by {minutes_in_words(self.short * 60)}"
        return f"{sentence}: {', or '.join(ways)}." if ways else f"{sentence}: there is too little time left."


class Unhurried(Run):
    """The same days with time for everything, and no sweep: what the plan takes to be done in full."""

    def early_rows(self, day: date) -> list[New]:
        """Return nothing: the sweep takes only what time is left."""
        return []


def needed(cards: Sequence[Card], course: Course) -> tuple[int, int]:
    """Return the seconds that the plan takes with time for everything, and the cards that stay unmet even so.

    Counted are new cards, repeats and reviews.
    """
    week = replace(course.week, minutes=tuple(AMPLE * minutes for minutes in course.week.minutes))
    run = Unhurried(cards, replace(course, week=week, reviews_per_day=MANY))
    seconds = sum((day.new + day.reviews) * course.seconds for day in run.days())
    return seconds, len(run.unseen)


def verdict(simulation: Simulation, cards: Sequence[Card], course: Course) -> Verdict:
    """Return what the plan comes to. Where it does not fit, this costs a second simulation.

    Short is what a plan with time for everything spends beyond this one, and at
    least what this one leaves undone on the eve.
    """
    if not simulation.wanted:
        return Verdict(fits=False, empty=True)
    if simulation.fits:
        return Verdict(fits=True)
    full, never = needed(cards, course)
    done = sum((day.new + day.reviews) * course.seconds for day in simulation.days)
    undone = (simulation.backlog + simulation.wanted - simulation.seen) * course.seconds
    short = -(-max(full - done, undone) // 60)
    days = sum(day.available > 0 for day in simulation.days)
    more = -(-short // (days * STEP)) * STEP if days and not never else 0
    return Verdict(False, short, more, drops(cards, short * 60, full))


def drops(cards: Sequence[Card], short: int, full: int) -> tuple[Drop, ...]:
    """Return the groups to leave out until `short` seconds are saved, three at most.

    First come groups of which nothing has been met, since nothing learnt is lost
    with them; then those with the smallest share met; of equals the one whose
    cards would come last. One group always stays. `full` are the seconds that
    the whole plan takes; an unmet card counts as an equal part of it.
    """
    wanted = [card for card in cards if card.wanted]
    groups = list(dict.fromkeys(card.group for card in wanted))
    unmet = {group: [c for c in wanted if c.group == group and not c.state.review_count] for group in groups}
    total = sum(len(found) for found in unmet.values())
    if len(groups) < 2 or not total:
        return ()
    ranked = sorted(groups, key=lambda group: (_share_met(group, wanted), -groups.index(group)))
    found: list[Drop] = []
    for group in ranked[: min(MOST_DROPS, len(groups) - 1)]:
        if unmet[group] and sum(drop.minutes for drop in found) * 60 < short:
            found.append(Drop(group, len(unmet[group]), -(-full * len(unmet[group]) // (total * 60))))
    return tuple(found)


def _share_met(group: str, wanted: Sequence[Card]) -> float:
    own = [card for card in wanted if card.group == group]
    return sum(card.state.review_count > 0 for card in own) / len(own)


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
