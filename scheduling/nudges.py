"""When a reminder is worth a learner's time. Pure.

A mail goes out only when waiting a week would lose about two cards, or a full
session is ready, or no fuller one will come within a week; never on a day with
an answer or a day off. Each mail that brings nobody back makes the next one
wait longer: 2, 2, 5, 10, 20, 30 days; then there are no more.

Source: docs/operating.md, "Reminders"; the idea is Orbit's and AnkiDroid's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scheduling.readiness import chance

LEAST = 5  # due cards; for fewer nobody is called
FULL = 50  # due cards that make a full session
WEEK = 7
LOST = 2.0  # cards forgotten by waiting a week
WAITS = (2, 2, 5, 10, 20, 30)  # days after each mail without an answer since


@dataclass(frozen=True, slots=True)
class Held:
    """A card that is due, or will be within a week; `stability` in days, None where nothing is predicted."""

    due_on: date
    last_on: date | None
    stability: float | None


def lost_by_waiting(cards: Sequence[Held], today: date, days: int = WEEK) -> float:
    """Return how many of the cards due today will be forgotten for waiting so many days more."""
    lost = 0.0
    for card in cards:
        if card.due_on <= today and card.stability is not None and card.last_on is not None:
            elapsed = (today - card.last_on).days
            lost += chance(card.stability, elapsed) - chance(card.stability, elapsed + days)
    return lost


def reason(cards: Sequence[Held], today: date) -> str:
    """Return why it is worth coming today: forgetting, full, or last; empty if it is not."""
    ready = sum(card.due_on <= today for card in cards)
    if ready < LEAST:
        return ""
    if ready >= FULL:
        return "full"
    if lost_by_waiting(cards, today) >= LOST:
        return "forgetting"
    fuller = sum(card.due_on <= today + timedelta(days=WEEK) for card in cards)
    return "last" if fuller == ready else ""


def is_time(today: date, last_answer: date | None, sent: Collection[date], off: Collection[date]) -> bool:
    """Tell whether the back-off lets a mail go out today.

    `sent` are the days of all mails so far; those since the last answer count.
    """
    if today in off or (last_answer is not None and last_answer >= today):
        return False
    unanswered = sorted(day for day in sent if last_answer is None or day >= last_answer)
    if not unanswered:
        return True
    if len(unanswered) > len(WAITS):
        return False
    return today >= unanswered[-1] + timedelta(days=WAITS[len(unanswered) - 1])
