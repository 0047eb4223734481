"""What a learner may do with a card beside answering it, and where what was set aside is found."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cards.models import Card
from scheduling import explain, study, wishes
from scheduling.forms import FlagForm, NoteForm, SeenForm, SuspendForm
from scheduling.models import CardState, Learner, Review
from scheduling.scope import Scope
from scheduling.sm2 import Memory
from scheduling.study import Outcome
from scheduling.turns import LABELS
from scheduling.views.answering import action, refuse, respond, study_url, told

LONGEST_LIST = 500


def card_or_404(request: HttpRequest, card_id: int) -> Card:
    return get_object_or_404(Card.objects.visible_to(request.user).select_related("parent"), pk=card_id)


@action
def skip(request: HttpRequest, card_id: int) -> HttpResponse:
    """Leave a card until tomorrow and show the next."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    learner, now = Learner.of(request.user), timezone.now()
    card = card_or_404(request, card_id)
    keep_typed(request, learner, card)
    return respond(request, learner, now, wishes.skip(learner, card, now, form.cleaned_data["seen"]))


@action
def suspend(request: HttpRequest, card_id: int) -> HttpResponse:
    """Put a card to rest, or take it back, and show the next."""
    form = SuspendForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    card, learner = card_or_404(request, card_id), Learner.of(request.user)
    keep_typed(request, learner, card)
    outcome = wishes.suspend(learner, card, form.cleaned_data["suspended"] == "1")
    now = timezone.now()
    back = to_show(request, learner, card, now) if request.POST.get("back") else None
    return respond(request, learner, now, outcome, back)


@action
def flag(request: HttpRequest, card_id: int) -> HttpResponse:
    """Flag a card, or take the flag away; the card stays."""
    form = FlagForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    flagged = form.cleaned_data["flagged"] == "1"
    filters = request.POST.copy()
    filters.setlist(
        "flagged", filters.getlist("flagged")[:-1]
    )  # the last is the wish, one before it the filter
    request.POST = filters
    return stay(request, card_id, lambda learner, card: wishes.flag(learner, card, flagged))


@action
def note(request: HttpRequest, card_id: int) -> HttpResponse:
    """Keep the learner's own words on a card; the card stays."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    return stay(request, card_id, lambda learner, card: wishes.note(learner, card, *form.note))


@action
def unbury(request: HttpRequest, card_id: int) -> HttpResponse:
    """Take a skipped card back."""
    learner, card, now = Learner.of(request.user), card_or_404(request, card_id), timezone.now()
    outcome = wishes.unbury(learner, card)
    return respond(request, learner, now, outcome, to_show(request, learner, card, now))


@action
def unbury_all(request: HttpRequest) -> HttpResponse:
    """Take all skipped cards back, and show the first of them."""
    learner, now = Learner.of(request.user), timezone.now()
    outcome = wishes.unbury_all(learner, now)
    return respond(request, learner, now, outcome, outcome.card)


@action
def reset(request: HttpRequest, card_id: int) -> HttpResponse:
    """Let a card start anew; its log stays."""
    learner, now = Learner.of(request.user), timezone.now()
    card = card_or_404(request, card_id)
    return respond(request, learner, now, study.set_by_hand(learner, card, Memory(), now), card)


@action
def known(request: HttpRequest, card_id: int) -> HttpResponse:
    """Take a new card as known: it comes back in a month. Show the next."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    learner, now = Learner.of(request.user), timezone.now()
    card, seen = card_or_404(request, card_id), form.cleaned_data["seen"]
    keep_typed(request, learner, card)
    return respond(request, learner, now, study.set_by_hand(learner, card, study.KNOWN, now, seen))


def keep_typed(request: HttpRequest, learner: Learner, card: Card) -> None:
    """Keep a note typed beside a card that is being left. No statement where nothing was typed."""
    form = NoteForm(request.POST)
    if form.is_valid() and form.note[1] is not None and form.note[0] != form.note[1]:
        wishes.note(learner, card, *form.note)


def to_show(request: HttpRequest, learner: Learner, card: Card, now: datetime) -> Card | None:
    """Return the card to go back to; in a session none that another tab has answered today. One statement."""
    done = CardState.objects.filter(
        user=learner.pk, card=card, last_reviewed_on=learner.today(now), repeating=False
    )
    return None if request.POST.get("back") == "turn" and done.exists() else card


def stay(request: HttpRequest, card_id: int, write: Callable[[Learner, Card], Outcome]) -> HttpResponse:
    """Write a wish and show the same card."""
    learner, card = Learner.of(request.user), card_or_404(request, card_id)
    outcome = write(learner, card)
    return respond(request, learner, timezone.now(), outcome, card)


@require_safe
@login_required
def why(request: HttpRequest, card_id: int) -> HttpResponse:
    """Tell in plain words why a card comes when it does. Two statements of its own."""
    card, learner = card_or_404(request, card_id), Learner.of(request.user)
    rows = Review.objects.filter(user=learner.pk, card=card, void=False).order_by("sequence")
    entries = [row.entry for row in rows]
    sentences = explain.why(entries, card.slug, learner.today(timezone.now()), LABELS)
    back = study_url(Scope.of(request.GET), card)
    return render(request, "scheduling/why.html", {"card": card, "sentences": sentences, "back": back})


@require_safe
@login_required
def aside(request: HttpRequest) -> HttpResponse:
    """List what is suspended, skipped and flagged, each with the way back."""
    learner = Learner.of(request.user)
    today = learner.today(timezone.now())
    states = list(
        CardState.objects.filter(
            Q(suspended=True) | Q(flagged=True) | Q(buried_until__gt=today), user=learner.pk
        )
        .select_related("card__parent")
        .order_by("card__topic__position", "card__position")[:LONGEST_LIST]
    )
    context = {
        "outcome": told(request, []),
        "suspended": [state for state in states if state.suspended],
        "buried": [state for state in states if state.buried_until and state.buried_until > today],
        "flagged": [state for state in states if state.flagged],
    }
    return render(request, "scheduling/aside.html", context)
