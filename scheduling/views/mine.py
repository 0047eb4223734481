"""What is mine: take it away, delete it, and the links in reminders."""

from tempfile import TemporaryFile

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from scheduling import erasing, exporting, reminders
from scheduling.forms_progress import DeleteForm
from scheduling.models import Learner
from scheduling.study import lock


@require_safe
@login_required
def export(request: HttpRequest) -> FileResponse:
    """Give everything of mine as one JSON file, as it stood at one moment."""
    learner, now = Learner.of(request.user), timezone.now()
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    with transaction.atomic():
        lock(learner)
        file.writelines(piece.encode() for piece in exporting.written(learner, now))
    file.seek(0)
    name = f"anneal-{learner.today(now)}.json"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/json")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Say what deleting means; with the password, do it and say so."""
    form = DeleteForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        numbers = {"reviews": request.user.reviews.count(), "notes": request.user.notes.count()}
        return render(request, "scheduling/delete.html", {"form": form, **numbers})
    user = request.user
    erasing.erase(user)
    logout(request)
    return render(request, "scheduling/deleted.html")


@csrf_exempt  # mail programs post without a cookie (RFC 8058); the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def snooze(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then let reminders rest for a week; no sign-in, no session."""
    learner = linked(token)
    if request.method == "POST":
        reminders.snooze(learner, timezone.now())
    return render(
        request, "scheduling/reminder_link.html", {"what": "snooze", "done": request.method == "POST"}
    )


@csrf_exempt  # as above
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then send no more reminders; no sign-in, no session."""
    learner = linked(token)
    if request.method == "POST":
        reminders.unsubscribe(learner)
    return render(
        request, "scheduling/reminder_link.html", {"what": "unsubscribe", "done": request.method == "POST"}
    )


def linked(token: str) -> Learner:
    """Return the learner whom the link names, else 404."""
    learner = reminders.learner_of(token)
    if learner is None:
        raise Http404("no such link")
    return learner
