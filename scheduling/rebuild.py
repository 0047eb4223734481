"""Every state from the log again: the same fold, over whole histories."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby

from django.contrib.auth.models import User
from django.db.models import Q

from scheduling import fold
from scheduling.models import CardState, Learner, Review
from scheduling.study import lock, one_transaction, save_or_drop


def rebuild(check: bool = False) -> Iterator[str]:
    """Fold every learner's log anew; yield a line for each state that differed.

    With `check` nothing is written. A transaction a learner, behind their lock.
    """
    for user in (
        User.objects.filter(Q(reviews__isnull=False) | Q(card_states__isnull=False)).distinct().iterator()
    ):
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
            save_or_drop(own)
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


def _difference(stored: fold.State, right: fold.State) -> str:
    old, new = asdict(stored), asdict(right)
    return ", ".join(f"{name} {old[name]} should be {new[name]}" for name in old if old[name] != new[name])
