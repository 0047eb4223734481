"""One learner: preferences, memory, log, plans. Unique keys start with the user."""

from scheduling.models.learner import Learner
from scheduling.models.memory import CardState, CardStateQuerySet, Review, Tick
from scheduling.models.plans import DayOff, Note, Plan, Reminder

__all__ = [
    "CardState",
    "CardStateQuerySet",
    "DayOff",
    "Learner",
    "Note",
    "Plan",
    "Reminder",
    "Review",
    "Tick",
]
