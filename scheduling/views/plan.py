"""What the present pace leads to."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scheduling import stats
from scheduling.models import Learner


@require_safe
@login_required
def plan(request: HttpRequest) -> HttpResponse:
    """Show when all cards will have been met at the learner's number of new cards a day."""
    learner = Learner.of(request.user)
    today = learner.today(timezone.now())
    coverage = stats.coverage(learner)
    unseen = sum(row["cards"] - row["seen"] for row in coverage)
    days = -(-unseen // learner.new_per_day) if learner.new_per_day else None
    context = {
        "learner": learner,
        "unseen": unseen,
        "days": days,
        "met_on": today + timedelta(days=days) if days is not None else None,
    }
    return render(request, "scheduling/plan.html", context)
