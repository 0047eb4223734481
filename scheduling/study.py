"""The only writer of CardState and Review: grade, undo, skip, suspend, rebuild.

Every write first locks the learner's row, so that two tabs or two devices take
turns; state and log change together or not at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import wraps
from itertools import groupby
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q

from cards.models import Card
from scheduling import fold, queue
from scheduling.models import CardState, Learner, Review, Tick

LONGEST_MS = 3_600_000
TRIES = 3
TRY_AGAIN = ("40001", "40P01")  # serialization failure, deadlock
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request to write: a word for programs, a sentence for people."""

    status: str
    message: str = ""
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the learner sent it; `elapsed_ms` is None where it is unknown."""

    grade: int
    turn: UUID
    seen: int
    elapsed_ms: int | None = None
    points: tuple[int, ...] = ()


def one_transaction(write: Callable[P, T]) -> Callable[P, T]:
    """Run in a transaction, at most three times when PostgreSQL asks to try again."""

    @wraps(write)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for last in (False, False, True):
            try:
                with transaction.atomic():
                    return write(*args, **kwargs)
            except OperationalError as error:
                if last or getattr(error.__cause__, "sqlstate", None) not in TRY_AGAIN:
                    raise
        raise AssertionError("the last try returns or raises")

    return run


def lock(learner: Learner) -> None:
    """Hold the learner's row until the transaction ends, and read it anew. One statement."""
    learner.refresh_from_db(from_queryset=Learner.objects.select_for_update())


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
    not answer this card. Four statements, and two where points were ticked.
    """
    today = take_sequence(learner, now)
    known = Review.objects.filter(user=learner.pk, turn=answer.turn)
    card = _gradable(learner).annotate(known=Exists(known)).get(pk=card_id)
    own = queue.own_state(card, learner.pk)
    if card.known:
        return _nothing_stored(learner, Outcome("repeated", _already(known.get())))
    if answer.seen != own.review_count:
        return _nothing_stored(learner, Outcome("stale", "Not saved: this card was answered elsewhere."))
    review = _record(learner, card, own, answer, today, now)
    if answer.points:
        _tick(review, answer.points)
    return Outcome("stored", f"Saved: {queue.LABELS[answer.grade]}.", card)


@one_transaction
def undo(learner: Learner, turn: UUID, now: datetime) -> Outcome:
    """Take back the last answer of this study day, if it is the one named by `turn`.

    The row stays in the log, void; the card's state is folded anew from the rest.
    """
    lock(learner)
    last = Review.objects.filter(user=learner.pk, void=False).select_related("card").order_by("-sequence").first()
    if last is None or last.turn != turn or last.study_day != learner.today(now):
        return Outcome("unchanged", "Nothing taken back: that is no longer your last answer of today.")
    last.void = True
    last.save(update_fields=["void"])
    own = CardState.objects.get(user=learner.pk, card=last.card)
    own.take(_folded(learner.pk, last.card))
    _save_or_drop(own)
    what = "change" if last.grade is None else queue.LABELS[last.grade]
    return Outcome("undone", f"Taken back: {what}.", last.card)


@one_transaction
def skip(learner: Learner, card: Card, now: datetime) -> Outcome:
    """Leave the card until the next study day; its schedule stays."""
    lock(learner)
    own, _ = CardState.objects.get_or_create(user=learner.user, card=card)
    own.buried_until = queue.rest_of_day(learner.today(now))
    own.skips += 1
    own.save(update_fields=["buried_until", "skips"])
    return Outcome("skipped", "Skipped until tomorrow.")


@one_transaction
def suspend(learner: Learner, card: Card, suspended: bool) -> Outcome:
    """Stop showing the card until the learner takes it back; its schedule stays."""
    lock(learner)
    own, _ = CardState.objects.get_or_create(user=learner.user, card=card)
    own.suspended = suspended
    _save_or_drop(own)
    said = "Suspended: this card will not come until you bring it back." if suspended else "The card is back."
    return Outcome("suspended" if suspended else "resumed", said)


def rebuild(check: bool = False) -> Iterator[str]:
    """Fold every learner's log anew; yield a line for each state that differed.

    With `check` nothing is written. A transaction a learner, behind their lock.
    """
    for user in User.objects.filter(Q(reviews__isnull=False) | Q(card_states__isnull=False)).distinct().iterator():
        yield from _rebuild_one(user, check)


@one_transaction
def _rebuild_one(user: User, check: bool) -> list[str]:
    lock(Learner.of(user))
    states = {state.card_id: state for state in CardState.objects.filter(user=user)}
    folded = dict(_folds(user.pk))
    differences = []
    for card in sorted(states.keys() | folded.keys()):
        own = states.get(card) or CardState(user=user, card_id=card)
        right = folded.get(card, fold.State())
        if own.folded == right:
            continue
        differences.append(f"user {user.pk} card {card}: {_difference(own.folded, right)}")
        if not check:
            own.take(right)
            _save_or_drop(own)
    return differences


def _folds(user: int) -> Iterator[tuple[int, fold.State]]:
    """Yield (card id, state) of every card in the learner's log. One statement."""
    names = fold.Entry.__slots__
    rows = (
        Review.objects.filter(user=user, void=False)
        .order_by("card", "sequence")
        .values_list("card", "card__slug", *names)
        .iterator(chunk_size=5000)
    )
    for (card, slug), group in groupby(rows, key=lambda row: row[:2]):
        yield card, fold.fold((fold.Entry(*row[2:]) for row in group), slug)


def _folded(user: int, card: Card) -> fold.State:
    rows = Review.objects.filter(user=user, card=card, void=False).order_by("sequence")
    return fold.fold((row.entry for row in rows), card.slug)


def _difference(stored: fold.State, right: fold.State) -> str:
    old, new = asdict(stored), asdict(right)
    return ", ".join(f"{name} {old[name]} should be {new[name]}" for name in old if old[name] != new[name])


def _nothing_stored(learner: Learner, outcome: Outcome) -> Outcome:
    """Give back the number taken: roll the whole transaction back."""
    transaction.set_rollback(True)
    learner.last_sequence -= 1
    return outcome


def _gradable(learner: Learner) -> Any:
    """Return the cards with own state: visible ones, and gone ones that were answered before."""
    visible = Card.objects.visible_to(learner.user).filter(pk=OuterRef("pk"))
    shared = Q(owner=None) | Q(owner=learner.pk)
    return queue.with_own_state(Card.objects.filter(shared), learner.pk).filter(
        Exists(visible) | Q(own__review_count__gt=0)
    )


def _record(
    learner: Learner, card: Card, own: CardState, answer: Answer, today: date, now: datetime
) -> Review:
    """Write the review and the state. Two statements."""
    before = own.folded
    entry = fold.Entry(
        sequence=learner.last_sequence, reviewed_at=now, study_day=today,
        kind=fold.kind_of(before, today), grade=answer.grade, rules=learner.terms(),
    )  # fmt: skip
    after = fold.apply(before, entry, card.slug)
    review = Review.objects.create(
        user_id=learner.pk, card=card, turn=answer.turn, sequence=entry.sequence, reviewed_at=now,
        study_day=today, kind=entry.kind, grade=answer.grade, rules=entry.rules, revision=card.revision,
        elapsed_ms=None if answer.elapsed_ms is None else min(answer.elapsed_ms, LONGEST_MS),
        due_on=after.due_on, **asdict(after.memory),
    )  # fmt: skip
    own.take(after)
    own.save()
    return review


def _tick(review: Review, said: tuple[int, ...]) -> None:
    """Store a tick for each point shown; a point that is not this card's is dropped. Two statements."""
    shown = review.card.points.filter(retired=False).values_list("pk", flat=True)
    ticks = [Tick(user_id=review.user_id, review=review, point_id=point, said=point in said) for point in shown]
    if any(tick.said for tick in ticks):
        Tick.objects.bulk_create(ticks)


def _already(review: Review) -> str:
    if review.void:
        return "This answer was taken back; nothing was saved again."
    return f"Already saved as {queue.LABELS[review.grade]}." if review.grade is not None else "Already saved."


def _save_or_drop(own: CardState) -> None:
    """Save the state; a card neither answered nor wished anything for keeps no row."""
    if own.review_count or own.suspended or own.flagged or own.skips or own.buried_until:
        own.save()
    elif own.pk:
        own.delete()
