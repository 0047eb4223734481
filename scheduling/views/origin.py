"""Behind a figure: the answers or the cards that were counted for it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scheduling.forms_progress import AnswersForm, CardsForm, FiguresForm
from scheduling.models import Learner
from scheduling.stats import origin

PER_PAGE = 50


@require_safe
@login_required
def answers(request: HttpRequest) -> HttpResponse:
    """List the answers behind a figure, latest first."""
    form = checked(AnswersForm(request.GET))
    learner = Learner.of(request.user)
    found = origin.answers(learner, learner.today(timezone.now()), form.filters)
    found = found.select_related("card__topic", "card__parent")
    return listing(request, form, found, "scheduling/answers.html")


@require_safe
@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """List the cards behind a figure, in study order."""
    form = checked(CardsForm(request.GET))
    learner = Learner.of(request.user)
    found = origin.cards(learner, learner.today(timezone.now()), form.filters)
    return listing(request, form, found.select_related("topic", "parent"), "scheduling/holdings.html")


def checked(form: FiguresForm) -> FiguresForm:
    """Return the form if its filters can be understood, else answer 400."""
    if not form.is_valid():
        raise BadRequest("A filter in this address is not understood.")
    return form


def listing(request: HttpRequest, form: FiguresForm, found: QuerySet[Any], template: str) -> HttpResponse:
    """Show one page of rows with the filters that chose them."""
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filters": form.filters,
        "query": query.urlencode(),
    }
    return render(request, template, context)
