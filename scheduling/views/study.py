"""The study page, and the two actions at its heart: grade and undo."""

from dataclasses import replace
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cards.models import Card
from scheduling import queue, wishes
from scheduling import study as learning
from scheduling.forms import GradeForm, MoreForm, TurnForm
from scheduling.models import Learner
from scheduling.scope import Scope
from scheduling.views.answering import action, gone, refuse, respond, session_context, told


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show whose turn it is; loading again shows the same card with a fresh turn."""
    scope, ignored = Scope.checked(request.GET)
    now = timezone.now()
    if scope.minutes and not scope.began:
        return redirect(reverse("scheduling:study") + scope.starting(now).query())
    learner = Learner.of(request.user)
    session = queue.session(learner, now, scope, asked_for(request))
    return study_page(request, now, scope, session, told(request, ignored))


@require_safe
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """Show how the day went so far, whatever is left of it."""
    scope, ignored = Scope.checked(request.GET)
    now = timezone.now()
    session = queue.session(Learner.of(request.user), now, scope)
    if session.turn:
        session = replace(session, turn=None, reason="paused", pause=None)
    return study_page(request, now, scope, session, told(request, ignored))


def study_page(
    request: HttpRequest,
    now: datetime,
    scope: Scope,
    session: queue.Session,
    outcome: learning.Outcome | None,
) -> HttpResponse:
    """Answer with the whole page around a session."""
    context = session_context(Learner.of(request.user), now, scope, session, outcome)
    return render(request, "scheduling/study.html", context | {"scope_words": scope.in_words()})


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
def more(request: HttpRequest) -> HttpResponse:
    """Raise today's limits and go on."""
    form = MoreForm(request.POST)
    if not form.is_valid():
        return refuse(request, form.sentence)
    learner, now = Learner.of(request.user), timezone.now()
    outcome = wishes.more(learner, form.cleaned_data["new"] or 0, form.cleaned_data["reviews"] or 0, now)
    return respond(request, learner, now, outcome)


def asked_for(request: HttpRequest) -> Card | None:
    """Return the card that `?card=` names; 404 if there is none for this learner."""
    slug = request.GET.get("card", "").replace("\0", "?")  # PostgreSQL knows no NUL
    return get_object_or_404(Card.objects.visible_to(request.user), slug=slug[:125]) if slug else None
