"""A learner says what is amiss with a card, and reads what came of it."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cards.models import Card, Report
from scheduling.forms import ReportForm
from scheduling.models import Learner
from scheduling.scope import Scope
from scheduling.study import lock
from scheduling.views.answering import study_url

MOST_A_DAY = 30
LONGEST_LIST = 200
THANKS = "Thank you. A curator will look at it; the answer comes to your first page."


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what is amiss with a card of the shared bank, and keep it; said twice, it is kept once."""
    shared = Card.objects.visible_to(request.user).filter(owner=None).select_related("parent")
    card = get_object_or_404(shared, slug=slug)
    back = study_url(Scope.of(request.GET), card) if request.GET.get("study") else card.get_absolute_url()
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not keep(request, card, form.cleaned_data):
        form.add_error(None, f"You have sent {MOST_A_DAY} reports within a day. Please go on tomorrow.")
    if form.is_valid() and not request.htmx:
        messages.info(request, THANKS)
        return redirect(back)
    context = {
        "card": card, "form": form, "back": back, "thanks": THANKS if form.is_valid() else "",
        "earlier": Report.objects.filter(user=request.user, card=card),
    }  # fmt: skip
    response = render(request, "scheduling/report.html", context, status=400 if form.errors else 200)
    if request.method == "POST":
        response.headers["X-Anneal-Outcome"] = "reported" if form.is_valid() else "refused"
    return response


@transaction.atomic
def keep(request: HttpRequest, card: Card, said: dict[str, str]) -> bool:
    """Keep a report unless the same one is open; tell whether the day has room for it."""
    lock(Learner.of(request.user))
    mine = Report.objects.filter(user=request.user)
    if mine.filter(card=card, state=Report.State.OPEN, **said).exists():
        return True
    if mine.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        return False
    Report.objects.create(user=request.user, card=card, revision=card.revision, **said)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """List what I reported, with the answers; POST marks those that were shown as read."""
    mine = Report.objects.filter(user=request.user)
    if request.method == "POST":
        shown = [int(pk) for pk in request.POST.getlist("report") if pk.isdecimal() and len(pk) < 19]
        mine.exclude(state=Report.State.OPEN).filter(pk__in=shown).update(read=True)
        return redirect("scheduling:today")
    found = mine.select_related("card__parent")[:LONGEST_LIST]
    unread = [report for report in found if not report.read and report.state != Report.State.OPEN]
    return render(request, "scheduling/reports.html", {"reports": found, "unread": unread})
