"""The interview plan: dates, minutes and scope, and what they lead to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from scheduling import forecast, plans, stats
from scheduling.forms_plan import DayOffForm, PlanForm
from scheduling.models import DayOff, Learner, Plan
from scheduling.pacing import Break
from scheduling.plan_chart import chart


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan(request: HttpRequest) -> HttpResponse:
    """Show the plan that steers, or the one asked for; take what its forms send."""
    learner = Learner.of(request.user)
    now = timezone.now()
    if request.method != "POST":
        return page(request, learner, now)
    act = ACTIONS.get(request.POST.get("do", ""))
    if act is None:
        return render(request, "400.html", {"sentence": "The field do says nothing known."}, status=400)
    return act(request, learner, now)


def page(
    request: HttpRequest,
    learner: Learner,
    now: datetime,
    form: PlanForm | None = None,
    off_form: DayOffForm | None = None,
) -> HttpResponse:
    """Show the plan with its outlook; `form` and `off_form` are those sent with errors."""
    today = learner.today(now)
    found = plans.steering(learner, today)
    shown = form.plan if form else chosen(request, learner, found.plan)
    context = {
        "plan": shown,
        "steers": found.plan,
        "plans": list(Plan.objects.filter(user=learner.pk, interview_on__gte=today)),
        "form": form or PlanForm(today=today, plan=shown),
        "off_form": off_form or DayOffForm(today=today),
        "breaks": breaks(learner, today),
        **(look(learner, shown, found.days_off, now) if shown else without(learner, today)),
    }
    return render(request, "scheduling/plan.html", context)


def chosen(request: HttpRequest, learner: Learner, steering: Plan | None) -> Plan | None:
    """Return the plan that the address asks for, else the one that steers; none for a new one."""
    asked = request.GET.get("plan", "")
    return None if asked == "new" else asked_for(learner, asked) or steering


def look(learner: Learner, shown: Plan, days_off: frozenset[date], now: datetime) -> dict[str, object]:
    """Return what a plan leads to. Three or four statements."""
    if shown.interview_on <= learner.today(now):
        return {}
    outlook = forecast.outlook(learner, shown, days_off, now)
    return {
        "outlook": outlook,
        "chart": chart(outlook.simulation),
        "recalled": roughly(outlook.simulation.recalled),
    }


def roughly(share: float) -> str:
    """Return a share in steps of 5 %, and nothing above 95 %: an estimate knows no better."""
    percent = round(share * 20) * 5
    return "over 95 %" if percent > 95 else f"about {percent} %"


def without(learner: Learner, today: date) -> dict[str, object]:
    """Return when all cards will have been met at the learner's own pace. One statement."""
    met, deck = stats.met(learner)
    unseen = deck - met
    days = -(-unseen // learner.new_per_day) if learner.new_per_day else None
    return {
        "learner": learner,
        "deck": deck,
        "unseen": unseen,
        "met_on": today + timedelta(days=days) if days is not None else None,
    }


def asked_for(learner: Learner, asked: str) -> Plan | None:
    """Return the learner's own plan of that number; 404 if there is none."""
    if not asked:
        return None
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    return get_object_or_404(Plan, user=learner.pk, pk=number)


def breaks(learner: Learner, today: date) -> list[Break]:
    """Return the days off ahead, those in a row together. One statement."""
    found: list[Break] = []
    for day in (
        DayOff.objects.filter(user=learner.pk, day__gte=today).order_by("day").values_list("day", flat=True)
    ):
        if found and found[-1].last + timedelta(days=1) == day:
            found[-1] = Break(found[-1].first, day)
        else:
            found.append(Break(day, day))
    return found


def save(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Make a plan or change one."""
    changed = asked_for(learner, request.POST.get("plan", ""))
    form = PlanForm(request.POST, today=learner.today(now), plan=changed)
    if not form.is_valid():
        return page(request, learner, now, form=form)
    Plan.objects.update_or_create(pk=changed.pk if changed else None, user=request.user, defaults=form.values)
    messages.success(request, "Saved. Today's cards follow the plan of the nearest interview.")
    return redirect("scheduling:plan")


def delete(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Drop a plan; what is learnt stays, and dates that its interview capped too."""
    unwanted = asked_for(learner, request.POST.get("plan", ""))
    if unwanted is None:
        raise Http404("no plan was named")
    unwanted.delete()
    messages.success(request, "The plan is gone. What you have learnt stays.")
    return redirect("scheduling:plan")


def rest(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Add days off."""
    form = DayOffForm(request.POST, today=learner.today(now))
    if not form.is_valid():
        return page(request, learner, now, off_form=form)
    DayOff.objects.bulk_create(
        (DayOff(user=request.user, day=day) for day in form.days), ignore_conflicts=True
    )
    messages.success(request, "Days off noted. Their cards are offered before, or come in portions after.")
    return redirect("scheduling:plan")


def work(request: HttpRequest, learner: Learner, now: datetime) -> HttpResponse:
    """Take days off back."""
    form = DayOffForm(request.POST, today=learner.today(now))
    if not form.is_valid():
        return page(request, learner, now, off_form=form)
    DayOff.objects.filter(user=learner.pk, day__in=form.days).delete()
    messages.success(request, "Taken back: these are study days again.")
    return redirect("scheduling:plan")


ACTIONS: dict[str, Callable[[HttpRequest, Learner, datetime], HttpResponse]] = {
    "save": save,
    "delete": delete,
    "rest": rest,
    "work": work,
}
