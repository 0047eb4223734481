"""What a learner wishes of a card (skip, suspend, flag, note) or of today. Never a memory."""

from datetime import datetime

from cards.models import Card, visible
from scheduling import queue
from scheduling.models import CardState, Learner, Note
from scheduling.study import STALE, Outcome, lock, one_transaction, save_or_drop

MOST_EXTRA = 1000


@one_transaction
def skip(learner: Learner, card: Card, now: datetime, seen: int | None = None) -> Outcome:
    """Leave the card until the next study day; its schedule stays. `seen` as in `study.set_by_hand`."""
    lock(learner)
    own, _ = CardState.objects.get_or_create(user=learner.user, card=card)
    if seen is not None and seen != own.review_count:
        save_or_drop(own)
        return Outcome("stale", STALE)
    own.buried_until = queue.rest_of_day(learner.today(now))
    own.skips += 1
    own.save(update_fields=["buried_until", "skips"])
    return Outcome("skipped", "Skipped until tomorrow.", set_aside=(f"skip-{card.pk}",))


@one_transaction
def suspend(learner: Learner, card: Card, suspended: bool) -> Outcome:
    """Stop showing the card until the learner takes it back; its schedule stays."""
    lock(learner)
    own, _ = CardState.objects.get_or_create(user=learner.user, card=card)
    own.suspended = suspended
    save_or_drop(own)
    if not suspended:
        return Outcome("resumed", "The card is back.")
    said = "Suspended: this card will not come until you bring it back."
    return Outcome("suspended", said, set_aside=(f"suspend-{card.pk}",))


@one_transaction
def unbury(learner: Learner, card: Card) -> Outcome:
    """Take a skip back: the card may be shown again today."""
    lock(learner)
    for own in CardState.objects.filter(user=learner.pk, card=card):
        own.buried_until, own.skips = None, max(own.skips - 1, 0)
        save_or_drop(own)
    return Outcome("resumed", "The card is back.")


@one_transaction
def unbury_all(learner: Learner, now: datetime) -> Outcome:
    """Show every skipped card again today; the outcome names the first of them."""
    lock(learner)
    buried = CardState.objects.filter(user=learner.pk, buried_until__gt=learner.today(now))
    first = (
        buried.filter(visible(learner.user, "card__"), suspended=False).select_related("card__parent").first()
    )
    buried.update(buried_until=None)
    return Outcome("resumed", "All skipped cards are back.", first and first.card)


@one_transaction
def flag(learner: Learner, card: Card, flagged: bool) -> Outcome:
    """Mark a card to find it again, or take the mark away."""
    lock(learner)
    own, _ = CardState.objects.get_or_create(user=learner.user, card=card)
    own.flagged = flagged
    save_or_drop(own)
    return Outcome("flagged" if flagged else "unflagged", "Flagged." if flagged else "No longer flagged.")


@one_transaction
def note(learner: Learner, card: Card, text: str, was: str | None) -> Outcome:
    """Keep the learner's own words on a card; empty text takes them away. `was` as in `Note.keep`."""
    lock(learner)
    if Note.keep(learner.user, card, text, was):
        return Outcome("noted", "Note saved, below what another tab had written.")
    return Outcome("noted", "Note saved." if text else "The note is gone.")


@one_transaction
def more(learner: Learner, new: int, reviews: int, now: datetime) -> Outcome:
    """Raise today's limits, for this study day only."""
    lock(learner)
    today = learner.today(now)
    if learner.extra_on != today:
        learner.extra_new = learner.extra_reviews = 0
    learner.extra_on = today
    learner.extra_new = min(learner.extra_new + new, MOST_EXTRA)
    learner.extra_reviews = min(learner.extra_reviews + reviews, MOST_EXTRA)
    learner.save(update_fields=["extra_on", "extra_new", "extra_reviews"])
    return Outcome("raised", "Today's limit is raised; tomorrow it is as before.")
