"""The study page and its actions: an action answers htmx with the session, else redirects to the page."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cards.models import Card
from scheduling import queue
from scheduling import study as learning
from scheduling.forms import GradeForm, SuspendForm, TurnForm
from scheduling.models import Learner
from scheduling.scope import Scope
from scheduling.study import Outcome

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def action(view: View[P]) -> View[P]:
    """Take POST from a signed-in learner; any other method is sent to the study page."""

    @wraps(view)
    def take(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return redirect("scheduling:study")
        return view(request, *args, **kwargs)

    return login_required(take)


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show whose turn it is; loading again shows the same card with a fresh turn."""
    scope, ignored = Scope.checked(request.GET)
    card = asked_for(request)
    learner = Learner.of(request.user)
    session = queue.session(learner, timezone.now(), scope, card)
    context = {"session": session, "scope": scope, "outcome": told(request, ignored)}
    return render(request, "scheduling/study.html", context)


@action
def grade(request: HttpRequest, card_id: int) -> HttpResponse:
    """Store one answer and show the next card."""
    form = GradeForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    learner, now = Learner.of(request.user), timezone.now()
    try:
        outcome = learning.grade(learner, card_id, form.answer, now)
    except Card.DoesNotExist:
        return gone(request, learner, now)
    return respond(request, learner, now, outcome)


@action
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last answer and show its card again."""
    form = TurnForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    learner, now = Learner.of(request.user), timezone.now()
    outcome = learning.undo(learner, form.cleaned_data["turn"], now)
    return respond(request, learner, now, outcome, outcome.card)


@action
def skip(request: HttpRequest, card_id: int) -> HttpResponse:
    """Leave a card until tomorrow and show the next."""
    card = get_object_or_404(Card.objects.visible_to(request.user), pk=card_id)
    learner, now = Learner.of(request.user), timezone.now()
    outcome = learning.skip(learner, card, now)
    return respond(request, learner, now, outcome)


@action
def suspend(request: HttpRequest, card_id: int) -> HttpResponse:
    """Put a card to rest, or take it back, and show the next."""
    form = SuspendForm(request.POST)
    if not form.is_valid():
        return refuse(request, "The field suspended must be 1 or 0.")
    card = get_object_or_404(Card.objects.visible_to(request.user), pk=card_id)
    learner = Learner.of(request.user)
    outcome = learning.suspend(learner, card, form.cleaned_data["suspended"] == "1")
    return respond(request, learner, timezone.now(), outcome)


def asked_for(request: HttpRequest) -> Card | None:
    """Return the card that `?card=` names; 404 if there is none for this learner."""
    slug = request.GET.get("card")
    return get_object_or_404(Card.objects.visible_to(request.user), slug=slug[:125]) if slug else None


def told(request: HttpRequest, ignored: list[str]) -> Outcome | None:
    """Return what the page has to tell: what a plain form's action left, and filters ignored."""
    left = list(messages.get_messages(request))
    sentences = [str(message) for message in left]
    if ignored:
        sentences.append(f"Ignored, because it is not in this deck: {', '.join(ignored)}.")
    status = left[-1].extra_tags if left else "ignored"
    return Outcome(status or "told", " ".join(sentences)) if sentences else None


def respond(
    request: HttpRequest, learner: Learner, now: datetime, outcome: Outcome, card: Card | None = None, status: int = 200
) -> HttpResponse:
    """Answer an action: htmx with the session, a plain form with a redirect to the page."""
    scope = Scope.of(request.POST)
    if request.htmx:
        session = queue.session(learner, now, scope, card)
        context = {"session": session, "scope": scope, "outcome": outcome}
        response = render(request, "scheduling/_session.html", context, status=status)
    else:
        messages.info(request, outcome.message, extra_tags=outcome.status)
        query = scope.pairs() + ([("card", card.slug)] if card else [])
        response = redirect(reverse("scheduling:study") + (f"?{urlencode(query)}" if query else ""))
    response.headers["X-Anneal-Outcome"] = outcome.status
    return response


def refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 400 with a sentence; for htmx beside the card, which stays as it is."""
    if not request.htmx:
        return render(request, "400.html", {"sentence": sentence}, status=400)
    context = {"outcome": Outcome("refused", sentence)}
    response = render(request, "scheduling/_notice.html", context, status=400)
    response.headers["HX-Retarget"] = "#notice"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def gone(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Answer 404 to a grade of a card that is not there; htmx goes on with the next turn."""
    if not request.htmx:
        raise Http404("no such card")
    return respond(request, learner, now, Outcome("gone", "Not saved: this card is no longer in the deck."), status=404)
