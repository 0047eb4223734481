"""What changed in a card since the learner last answered it, where the change was called one of meaning."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject

from cards.models import Card
from scheduling import fold
from scheduling.models import CardState, Review

TEXTS = ("question", "answer")


@dataclass(frozen=True, slots=True)
class Part:
    """A text of the card that reads differently now: how it was."""

    name: str
    before: str


@dataclass(frozen=True, slots=True)
class Change:
    """The card means something else now; `parts` is empty where no older text is known or other things changed."""

    parts: tuple[Part, ...] = ()


def since_answered(card: Card, own: CardState) -> Change | None:
    """Return what changed since the last counted answer, if the card's revision was raised since.

    No statement for a card at its first revision or never answered, else one.
    """
    if card.revision == 1 or not own.review_count:
        return None
    answers = Review.objects.filter(user=own.user_id, card=card, void=False, kind__in=fold.COUNTED)
    rows = answers.order_by("-sequence").values_list("revision", _as_answered())
    revision, then = rows.first() or (card.revision, None)
    return _change(card, then) if revision < card.revision else None


def _as_answered() -> Coalesce:
    """Return the texts of the version that was answered, else of the latest one with that revision."""
    versions = Card.history.filter(id=OuterRef("card"), revision=OuterRef("revision"))
    latest = versions.order_by("-history_date", "-history_id").values_list(
        JSONObject(**{name: name for name in TEXTS})
    )
    seen = latest.filter(history_date__lte=OuterRef("reviewed_at"))
    return Coalesce(Subquery(seen[:1]), Subquery(latest[:1]))


def _change(card: Card, then: Mapping[str, str] | None) -> Change | None:
    """Compare. A child has its parent's revision, so one whose own texts are the same did not change."""
    if then is None:
        return Change()
    parts = [Part(name, then[name]) for name in TEXTS if then[name] != getattr(card, name)]
    return Change(tuple(parts)) if parts or not card.parent_id else None
