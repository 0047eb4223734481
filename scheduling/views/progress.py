"""What has been learnt so far."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scheduling import stats
from scheduling.models import Learner


@require_safe
@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """Show today's answers, the streak, what comes due and how much of the deck has been met."""
    learner = Learner.of(request.user)
    today = learner.today(timezone.now())
    context = {
        "numbers": stats.today_in_numbers(learner, today),
        "streak": stats.streak(learner, today),
        "forecast": stats.forecast(learner, today, 14),
        "coverage": stats.coverage(learner),
    }
    return render(request, "scheduling/progress.html", context)
