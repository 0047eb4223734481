"""A learner's preferences."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from scheduling.forms_settings import SettingsForm
from scheduling.models import Learner


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and save the preferences."""
    learner = Learner.of(request.user)
    form = SettingsForm(request.POST or None, instance=learner)
    if request.method == "POST" and form.is_valid():
        form.save(commit=False)
        learner.save(update_fields=form.Meta.fields)  # never the sequence, which a grade may be raising now
        messages.success(request, "Saved.")
        return redirect("scheduling:settings")
    return render(request, "scheduling/settings.html", {"form": form})
