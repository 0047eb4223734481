"""How the study actions answer: the session to htmx, a redirect to a plain form, errors beside the card."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from cards.models import Card
from scheduling import charts, queue
from scheduling.ending import effect, ending
from scheduling.models import Learner
from scheduling.scope import Scope
from scheduling.stats import log
from scheduling.study import Outcome

WEEKS_SHOWN = 12
SET_ASIDE = re.compile(r"(skip|suspend)-\d{1,18}")
MOST_CARRIED = 50
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def action(view: View[P]) -> View[P]:
    """Take POST from a signed-in learner; any other method is sent to the study page."""

    signed_in = login_required(view)

    @wraps(view)
    def take(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return redirect(reverse("scheduling:study") + Scope.of(request.GET).query())
        try:
            return signed_in(request, *args, **kwargs)
        except Http404:
            if not request.htmx:
                raise
            return gone(request, Learner.of(request.user), timezone.now())

    return take


def session_context(
    learner: Learner, now: datetime, scope: Scope, session: queue.Session, outcome: Outcome | None
) -> dict[str, Any]:
    """Return all that `_session.html` shows: the turn, a leech's help, or how the day went."""
    turn = session.turn
    remaining = learner.show_remaining and turn is not None
    return {
        "session": session,
        "scope": scope,
        "outcome": outcome,
        "learner": learner,
        "remaining": log.seconds_expected(learner, session.counts) if remaining else 0,
        "first_know": first_know(learner, turn.card) if turn and turn.leech else [],
        **({} if turn else how_it_went(learner, session.today, now)),
    }


def first_know(learner: Learner, card: Card) -> list[Card]:
    """Return what to know before a card, for one that does not stick. One statement."""
    return list(Card.objects.visible_to(learner.user).filter(leads_to=card.parent_id or card.pk))


def how_it_went(learner: Learner, today: date, now: datetime) -> dict[str, Any]:
    """Return what the end screen shows: the day in numbers, its effect, twelve weeks. Six statements at most."""
    first = today - timedelta(weeks=WEEKS_SHOWN)
    days = [day for day in log.year(learner, today) if day.day > first]
    return {
        "ending": ending(learner, today),
        "effect": effect(learner, today),
        "day_left": int((learner.day_ends(now) - now).total_seconds()) + 1,
        "days": days,
        "heatmap": charts.heatmap({day.day: day.answers for day in days}, set(), today, WEEKS_SHOWN),
        "answers_url": reverse("scheduling:answers"),
    }


def respond(
    request: HttpRequest,
    learner: Learner,
    now: datetime,
    outcome: Outcome,
    card: Card | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer an action: htmx with the session, a plain form with a redirect to its page."""
    scope = Scope.of(request.POST)
    outcome = replace(outcome, set_aside=carried(request) + outcome.set_aside)
    if request.htmx:
        session = queue.session(learner, now, scope, card)
        context = session_context(learner, now, scope, session, outcome)
        response = render(request, "scheduling/_session.html", context, status=status)
        if request.htmx.current_url_abs_path != (url := study_url(scope, card)):
            response.headers["HX-Replace-Url"] = url
    else:
        # The page that follows reads these words again in `told`.
        messages.info(request, outcome.message, extra_tags=" ".join((outcome.status, *outcome.set_aside)))
        response = redirect(way_back(request, scope, card))
    response.headers["X-Anneal-Outcome"] = outcome.status
    return response


def way_back(request: HttpRequest, scope: Scope, card: Card | None) -> str:
    """Return the page that a plain form came from: the study page, or a list or card that says so."""
    if request.POST.get("back") == "aside":
        return reverse("scheduling:aside")
    if request.POST.get("back") == "card" and card:
        return card.get_absolute_url() + ("-own" if card.parent_id else "")  # which opens the follow-up
    return study_url(scope, card)


def study_url(scope: Scope, card: Card | None = None) -> str:
    """Return the address of the study page in a scope, with a card asked for if one is given."""
    query = scope.pairs() + ([("card", card.slug)] if card else [])
    return reverse("scheduling:study") + (f"?{urlencode(query)}" if query else "")


def carried(request: HttpRequest) -> tuple[str, ...]:
    """Return what the form says was set aside before, the last one last."""
    return tuple(filter(SET_ASIDE.fullmatch, request.POST.getlist("set_aside")[-MOST_CARRIED:]))


def refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 400 with a sentence; for htmx beside the card, which stays as it is."""
    if not request.htmx:
        return render(request, "400.html", {"sentence": sentence}, status=400)
    context = {"outcome": Outcome("refused", sentence)}
    response = render(request, "scheduling/_notice.html", context, status=400)
    response.headers["HX-Retarget"] = "#notice"
    response.headers["HX-Reselect"] = "#notice"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def gone(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Answer 404 to an action on a card that is not there; htmx goes on with the next turn."""
    if not request.htmx:
        raise Http404("no such card")
    return respond(
        request, learner, now, Outcome("gone", "Not saved: this card is no longer in the deck."), status=404
    )


def told(request: HttpRequest, ignored: list[str]) -> Outcome | None:
    """Return what a page has to tell: what a plain form's action left, and filters ignored."""
    left = list(messages.get_messages(request))
    sentences = [str(message) for message in left]
    if ignored:
        sentences.append(f"Ignored, because there is no such thing here: {', '.join(ignored)}.")
    status, *words = (left[-1].extra_tags or "told").split() if left else ["ignored"]
    set_aside = tuple(filter(SET_ASIDE.fullmatch, words))
    return Outcome(status, " ".join(sentences), set_aside=set_aside) if sentences else None
