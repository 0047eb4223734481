"""The first page: what this is, or what today holds."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cards.models import Area, Card, Report
from scheduling import plans, queue, stats
from scheduling.ending import waiting
from scheduling.models import Learner
from scheduling.scope import Scope


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show Today to a learner, and to anybody else what Anneal is, with a card to try."""
    if request.user.is_anonymous:
        return render(request, "scheduling/landing.html", landing())
    learner = Learner.of(request.user)
    now = timezone.now()
    session = queue.session(learner, now, Scope())
    context = {
        "session": session,
        "learner": learner,
        "plan_line": plans.today_line(learner, session.today),
        "seconds": stats.seconds_expected(learner, session.counts),
        "streak": stats.streak(learner, session.today),
        "waiting": waiting(learner, session.today),
        "week": stats.due_ahead(learner, session.today, 7),
        "answered_reports": Report.objects.filter(user=learner.pk, read=False).exclude(state="open").count(),
        "areas": Area.objects.filter(topics__cards__status=Card.Status.PUBLISHED).distinct(),
    }
    return render(request, "scheduling/today.html", context)


def landing() -> dict[str, object]:
    """Return the size of the deck and one card to try. Four statements."""
    cards = Card.objects.visible_to(AnonymousUser())
    sample = cards.filter(part=Card.Part.CARD, kind=Card.Kind.COMPARISON).select_related("topic__area")
    return {
        "cards": cards.filter(part=Card.Part.CARD).count(),
        "children": cards.exclude(part=Card.Part.CARD).count(),
        "card": sample.order_by("position", "topic__position").prefetch_related("points").first(),
    }
