"""Today's part of the log, as the queue counts it and undo names it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from scheduling import fold, order
from scheduling.models import CardStateQuerySet, Learner, Review
from scheduling.turns import label

NOT_COUNTED = ("practice", "manual")
COLUMNS = (
    "turn", "card__question", "grade", "kind", "interval", "elapsed_ms", "card", "card__parent", "reviewed_at", "rules",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """One of today's answers, with what undo has to say about it."""

    turn: UUID
    question: str
    kind: str
    label: str
    elapsed_ms: int
    counted: order.Answer


def todays_answers(learner: Learner, today: date, awake: CardStateQuerySet) -> list[Answered]:
    """Return today's log, oldest first, practice and changes by hand included.

    One statement; where a card is to be repeated one more, to see which of them
    may still be shown.
    """
    rows = Review.objects.filter(user=learner.pk, study_day=today, void=False).order_by("sequence")
    found = [_answered(*row) for row in rows.values_list(*COLUMNS)]
    last = {answer.card: answer for answer in counted(found)}
    to_repeat = [card for card, answer in last.items() if answer.repeating]
    if not to_repeat:
        return found
    waiting = set(awake.filter(card__in=to_repeat).values_list("card", flat=True))
    return [replace(row, counted=replace(row.counted, waiting=row.counted.card in waiting)) for row in found]


def counted(answered: Sequence[Answered]) -> list[order.Answer]:
    """Return the answers that count: no practice, and none that a later change by hand has overruled."""
    overruled = {row.counted.card: place for place, row in enumerate(answered) if row.kind == "manual"}
    return [
        row.counted
        for place, row in enumerate(answered)
        if row.kind not in NOT_COUNTED and place > overruled.get(row.counted.card, -1)
    ]


def _answered(
    turn: UUID, question: str, grade: int | None, kind: str, interval: int, elapsed_ms: int | None,
    card: int, parent: int | None, at: datetime, rules: str,
) -> Answered:  # fmt: skip
    """Return a row of COLUMNS; whether its card still waits is not known yet."""
    counted = order.Answer(card, parent or card, kind, at, _repeats(grade, rules), waiting=False)
    return Answered(turn, question, kind, label(grade, interval), elapsed_ms or 0, counted)


def _repeats(grade: int | None, rules: str) -> bool:
    return grade is not None and grade < (fold.PASS_STRICT if fold.terms(rules).strict else fold.PASS)
