"""Writing what was learnt: grade, undo, and the changes that a learner makes by hand.

Only this module, with `rebuild`, `importing` and `backup.restoring`, writes the
log and the memory of a CardState; `wishes` writes its other columns.
Every write first locks the learner's row, so that two tabs or two devices take
turns; state and log change together or not at all.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import OperationalError, transaction
from django.db.models import Exists, F, Q

from cards.models import Card, open_to, visible
from scheduling import days, fold, plans, readiness, turns
from scheduling.models import CardState, Learner, Note, Review, Tick
from scheduling.sm2 import Memory

KNOWN = Memory(repetitions=3, interval=30)
STORED_MS = 3_600_000  # a longer time is stored as an hour
STALE = "Not saved: this card was answered elsewhere."
TRIES = 3
TRY_AGAIN = ("40001", "40P01")  # serialization failure, deadlock
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request to write: a word for programs, a sentence for people.

    `label` is the grade that was stored; `set_aside` names the cards skipped or
    suspended since the last answer, such as "skip-17", which undo brings back,
    the last one first.
    """

    status: str
    message: str = ""
    card: Card | None = None
    label: str = ""
    set_aside: tuple[str, ...] = ()

    @property
    def to_bring_back(self) -> tuple[str, int] | None:
        """Return what was done with the card set aside last, skip or suspend, and its id."""
        if not self.set_aside:
            return None
        what, _, card = self.set_aside[-1].partition("-")
        return what, int(card)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the learner sent it; `elapsed_ms` is None where it is unknown.

    `note` is what the learner made of their note meanwhile: the text, and the one
    that the page began with. None where they left it alone.
    """

    grade: int
    turn: UUID
    seen: int
    elapsed_ms: int | None = None
    points: tuple[int, ...] = ()
    practice: bool = False
    note: tuple[str, str] | None = None


def one_transaction(write: Callable[P, T]) -> Callable[P, T]:
    """Run in a transaction, at most three times when PostgreSQL asks to try again."""

    @wraps(write)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for tries_left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    return write(*args, **kwargs)
            except OperationalError as error:
                if not tries_left or getattr(error.__cause__, "sqlstate", None) not in TRY_AGAIN:
                    raise
        raise AssertionError("the last try returns or raises")

    return run


def lock(learner: Learner) -> None:
    """Hold the learner's row until the transaction ends, and read it anew. One statement."""
    user = learner.user
    learner.refresh_from_db(from_queryset=Learner.objects.select_for_update())
    learner.user = user


def take_sequence(learner: Learner, now: datetime) -> date:
    """Hold the learner's row, take the next number of their log, and return the study day.

    One statement that is lock, number and day at once. When another tab was
    faster it changes no row; then the row is read anew under a lock.
    """
    mine = Learner.objects.filter(pk=learner.pk)
    today = learner.today(now)
    while not mine.filter(last_sequence=learner.last_sequence).update(
        last_sequence=F("last_sequence") + 1, last_study_day=today
    ):
        lock(learner)
        today = learner.today(now)
    learner.last_sequence += 1
    learner.last_study_day = today
    return today


@one_transaction
def grade(learner: Learner, card_id: int, answer: Answer, now: datetime) -> Outcome:
    """Store one answer: state and log together, or nothing.

    A known turn stores nothing and says what was saved; another `seen` than the
    card's present count stores nothing. Card.DoesNotExist if the learner may
    not answer this card. Four statements, two more where points were ticked, and
    some where there is a note.
    """
    today = take_sequence(learner, now)
    known = Review.objects.filter(user=learner.pk, turn=answer.turn)
    card = (
        _gradable(learner)
        .annotate(known=Exists(known), exam_on=plans.exam_on(learner, today))
        .get(pk=card_id)
    )
    learner.steer(card.exam_on, today)
    own = turns.own_state(card, learner.pk)
    if card.known:
        return _nothing_stored(learner, Outcome("repeated", _already(known.get())))
    if answer.seen != own.review_count:
        return _nothing_stored(learner, Outcome("stale", STALE))
    review = _record(learner, card, own, answer, today, now)
    if answer.points:
        _tick(review, answer.points)
    if answer.note:
        Note.keep(learner.user, card, *answer.note)
    return Outcome("stored", _saved(review, own, today), card, turns.LABELS[answer.grade])


@one_transaction
def undo(learner: Learner, turn: UUID, now: datetime) -> Outcome:
    """Take back the last answer of this study day, if it is the one named by `turn`.

    The row stays in the log, void; the card's state is folded anew from the rest.
    """
    lock(learner)
    last = (
        Review.objects.filter(user=learner.pk, void=False)
        .select_related("card")
        .order_by("-sequence")
        .first()
    )
    if last is None or last.turn != turn or last.study_day != learner.today(now):
        return Outcome("unchanged", "Nothing taken back: that is no longer your last answer of today.")
    last.void = True
    last.save(update_fields=["void"])
    if last.kind != "practice":
        own = CardState.objects.select_related("card").get(user=learner.pk, card=last.card)
        _refold(own)
        save_or_drop(own)
    return Outcome("undone", f"Taken back: {turns.label(last.grade, last.interval)}.", last.card)


@one_transaction
def set_by_hand(
    learner: Learner, card: Card, memory: Memory, now: datetime, seen: int | None = None
) -> Outcome:
    """Write a state that is no answer: a reset, or a card known already. It can be undone.

    An interval of 0 makes the card due today, as if never seen. Done twice, the
    second changes nothing; nor does one from a page that knew another count of
    answers, where it says what it knew in `seen`.
    """
    today = take_sequence(learner, now)
    plans.steer(learner, today)
    own = CardState.objects.filter(user=learner.pk, card=card).first() or CardState(
        user=learner.user, card=card
    )
    if seen is not None and seen != own.review_count:
        return _nothing_stored(learner, Outcome("stale", STALE))
    if own.review_count and own.last_grade is None and own.folded.memory == memory:
        return _nothing_stored(learner, Outcome("unchanged", "Nothing changed: that is how it is already."))
    entry = fold.Entry(
        sequence=learner.last_sequence, reviewed_at=now, study_day=today, kind="manual", grade=None,
        rules=learner.terms(today), due_on=today + timedelta(days=memory.interval), **asdict(memory),
    )  # fmt: skip
    Review.objects.create(
        user_id=learner.pk, card=card, turn=uuid4(), revision=card.revision, **asdict(entry)
    )
    own.take(fold.apply(own.folded, entry, card.slug))
    own.stability = own.difficulty = None  # no answer: nothing to predict from
    own.save()
    return Outcome(
        "set",
        "Reset: it starts anew." if not memory.interval else "Marked as known: it comes back in a month.",
    )


def _nothing_stored(learner: Learner, outcome: Outcome) -> Outcome:
    """Give back the number taken: roll the whole transaction back."""
    transaction.set_rollback(True)
    learner.last_sequence -= 1
    return outcome


def _gradable(learner: Learner) -> Any:
    """Return the cards with own state: visible ones, and gone ones that were answered before."""
    answered_before = open_to(learner.user) & Q(own__review_count__gt=0)
    return turns.with_own_state(Card.objects.all(), learner.pk).filter(
        visible(learner.user) | answered_before
    )


def _record(
    learner: Learner, card: Card, own: CardState, answer: Answer, today: date, now: datetime
) -> Review:
    """Write the review and the state. Two statements."""
    before = own.folded
    entry = fold.Entry(
        sequence=learner.last_sequence, reviewed_at=now, study_day=today, grade=answer.grade,
        kind="practice" if answer.practice else fold.kind_of(before, today), rules=learner.terms(today),
    )  # fmt: skip
    after = fold.apply(before, entry, card.slug)
    trace = readiness.Trace(own.stability, own.difficulty, before.last_reviewed_on)
    review = Review.objects.create(
        user_id=learner.pk, card=card, turn=answer.turn, sequence=entry.sequence, reviewed_at=now,
        study_day=today, kind=entry.kind, grade=answer.grade, rules=entry.rules, revision=card.revision,
        elapsed_ms=None if answer.elapsed_ms is None else min(answer.elapsed_ms, STORED_MS),
        due_on=after.due_on, predicted=readiness.predict(trace, entry), **asdict(after.memory),
    )  # fmt: skip
    if not answer.practice:
        trace = readiness.apply(trace, entry)
        own.take(after)
        own.stability, own.difficulty = trace.stability, trace.difficulty
        own.save()
    return review


def _tick(review: Review, said: tuple[int, ...]) -> None:
    """Store a tick for each point shown; a point that is not this card's is dropped. Two statements."""
    shown = review.card.points.filter(retired=False).values_list("pk", flat=True)
    ticks = [
        Tick(user_id=review.user_id, review=review, point_id=point, said=point in said) for point in shown
    ]
    if any(tick.said for tick in ticks):
        Tick.objects.bulk_create(ticks)


def _refold(own: CardState) -> None:
    """Set memory and prediction to what the card's log gives. One statement."""
    rows = list(Review.objects.filter(user=own.user_id, card=own.card_id, void=False).order_by("sequence"))
    own.take(fold.fold((row.entry for row in rows), own.card.slug))
    trace, _ = readiness.fold(rows)
    own.stability, own.difficulty = trace.stability, trace.difficulty


def _saved(review: Review, own: CardState, today: date) -> str:
    """Return the sentence after a grade: what was saved, and when the card comes back."""
    label = turns.LABELS[review.grade or 0]
    if review.kind == "practice":
        return f"Practiced: {label}. The schedule stays as it was."
    if own.repeating:
        return f"{label}: it comes again today."
    return f"{label}: it comes back in {days.wait_in_words((own.due_on - today).days)}."


def _already(review: Review) -> str:
    if review.void:
        return "This answer was taken back; nothing was saved again."
    return f"Already saved as {turns.LABELS[review.grade]}." if review.grade is not None else "Already saved."


def save_or_drop(own: CardState) -> None:
    """Save the state; a card neither answered nor wished anything for keeps no row."""
    if own.review_count or own.suspended or own.flagged or own.skips or own.buried_until:
        own.save()
    elif own.pk:
        own.delete()
