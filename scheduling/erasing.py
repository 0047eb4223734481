"""A learner leaves: everything of theirs goes, in one transaction."""

from django.contrib.auth.models import User

from cards.models import Card
from scheduling.models import CardState, Learner, Review, Tick
from scheduling.study import lock, one_transaction


@one_transaction
def erase(user: User) -> None:
    """Delete the account, the log, the states, the wishes, the plans and the private cards.

    In this order, since history protects its cards; children before parents.
    The shared bank stays as it is; a report on one of its cards stays, without a name.
    """
    lock(Learner.of(user))
    User.objects.select_for_update().get(pk=user.pk)  # a plan or note sent meanwhile waits, then finds nobody
    Tick.objects.filter(user=user).delete()
    Review.objects.filter(user=user).delete()
    CardState.objects.filter(user=user).delete()
    user.notes.all().delete()
    own = Card.objects.filter(owner=user)
    own.exclude(parent=None).delete()
    own.delete()
    user.delete()
