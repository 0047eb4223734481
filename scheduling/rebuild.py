"""Every state from the log again: the same folds, over whole histories."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from scheduling import fold, readiness
from scheduling.models import CardState, Learner, Review
from scheduling.study import lock, one_transaction, save_or_drop

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Folded:
    """What one card's log gives: memory, prediction, and rows whose stored prediction is another."""

    state: fold.State
    trace: readiness.Trace
    wrong: tuple[Review, ...] = ()

    def differences(self, own: CardState) -> str:
        """Return what the stored state has otherwise, empty if it is right."""
        found = _values(own.folded, own.stability, own.difficulty)
        right = _values(self.state, self.trace.stability, self.trace.difficulty)
        said = [
            f"{name} {found[name]} should be {right[name]}" for name in found if found[name] != right[name]
        ]
        return ", ".join(said + [f"{len(self.wrong)} predictions"] * bool(self.wrong))


NOTHING = Folded(fold.State(), readiness.Trace())


def rebuild(check: bool = False) -> Iterator[str]:
    """Fold every learner's log anew; yield a line for each state that differed.

    With `check` nothing is written. A transaction a learner, behind their lock.
    """
    theirs = {"user": OuterRef("pk")}  # not a join: each answer would meet each state
    learners = User.objects.filter(
        Exists(Review.objects.filter(**theirs)) | Exists(CardState.objects.filter(**theirs))
    )
    for user in learners.order_by("pk").iterator():
        yield from _rebuild_one(user, check)


@one_transaction
def _rebuild_one(user: User, check: bool) -> list[str]:
    lock(Learner.of(user))
    states = {state.card_id: state for state in CardState.objects.filter(user=user)}
    folded = dict(_folds(user.pk))
    lines = []
    for card in sorted(states.keys() | folded.keys()):
        own = states.get(card) or CardState(user=user, card_id=card)
        right = folded.get(card, NOTHING)
        if said := right.differences(own):
            lines.append(f"user {user.pk} card {card}: {said}")
            if not check:
                _mend(own, right)
    return lines


def _mend(own: CardState, right: Folded) -> None:
    own.take(right.state)
    own.stability, own.difficulty = right.trace.stability, right.trace.difficulty
    save_or_drop(own)
    Review.objects.bulk_update(right.wrong, ["predicted"], BATCH)


def _folds(user: int) -> Iterator[tuple[int, Folded]]:
    """Yield (card id, what its log gives) of every card in the learner's log. One statement."""
    rows = (
        Review.objects.filter(user=user, void=False)
        .order_by("card_id", "sequence")  # not "card": that would be the order of the deck
        .values_list("card", "card__slug", "pk", "predicted", *fold.Entry.__slots__)
        .iterator(chunk_size=5000)
    )
    for (card, slug), group in groupby(rows, key=lambda row: row[:2]):
        log = [(pk, stored, fold.Entry(*entry)) for _, _, pk, stored, *entry in group]
        entries = [entry for _, _, entry in log]
        trace, predictions = readiness.fold(entries)
        wrong = [
            Review(pk=pk, predicted=right)
            for (pk, stored, _), right in zip(log, predictions, strict=True)
            if stored != right
        ]
        yield card, Folded(fold.fold(entries, slug), trace, tuple(wrong))


def _values(state: fold.State, stability: float | None, difficulty: float | None) -> dict[str, Any]:
    """Return the columns by name, memory's among them."""
    columns = asdict(state)
    return {**columns.pop("memory"), **columns, "stability": stability, "difficulty": difficulty}
