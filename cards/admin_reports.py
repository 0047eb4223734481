"""The inbox of what learners reported: on a page of its own, and beside the card that it is about."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cards import markdown
from cards.models import Card, Report


class ReportForm(forms.ModelForm):
    """A curator's answer; a new one is unread."""

    class Meta:
        model = Report
        fields = ["state", "reply"]
        widgets = {"reply": forms.Textarea(attrs={"rows": 3, "cols": 60})}

    def save(self, commit: bool = True) -> Report:
        if self.changed_data:
            self.instance.read = False
        return super().save(commit)


class ReportInline(admin.TabularInline):
    """What learners reported on the card, to be answered beside the text that it is about."""

    model = Report
    form = ReportForm
    extra = 0
    can_delete = False
    fields = ["reason", "text", "revision", "created_at", "state", "reply"]
    readonly_fields = ["reason", "text", "revision", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).select_related("card")

    def has_add_permission(self, request: HttpRequest, obj: Card | None = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):
    """The inbox of reports, those still open first; who reported is not shown."""

    form = ReportForm
    list_display = ["card_start", "reason", "text_start", "state", "created_at"]
    list_filter = ["state", "reason", "card__topic__area"]
    search_fields = ["card__slug", "text", "reply"]
    list_select_related = ["card"]
    ordering = [Case(When(state=Report.State.OPEN, then=0), default=1), "-created_at", "-pk"]
    actions = ["fix", "decline"]
    fields = ["edit", "reason", "text", "revision", "created_at", "state", "reply"]
    readonly_fields = ["edit", "reason", "text", "revision", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Keep the list from being filtered by who reported."""
        return not lookup.startswith("user") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="card", ordering="card__slug")
    def card_start(self, report: Report) -> str:
        return shortened(report.card.question)

    @admin.display(description="text")
    def text_start(self, report: Report) -> str:
        return shortened(report.text)

    @admin.display(description="card")
    def edit(self, report: Report) -> SafeString:
        """Return the link to the card's form, where the report stands too."""
        url = reverse("admin:cards_card_change", args=[report.card_id])
        return format_html('<a href="{}">{}</a>', url, report.card)

    @admin.action(description="Mark as fixed", permissions=["change"])
    def fix(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        self._close(request, reports, Report.State.FIXED)

    @admin.action(description="Mark as staying as it is", permissions=["change"])
    def decline(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        self._close(request, reports, Report.State.DECLINED)

    def _close(self, request: HttpRequest, reports: QuerySet[Report], state: str) -> None:
        changed = reports.update(state=state, read=False)
        self.message_user(request, f"Closed as: {Report.State(state).label.lower()}, {changed}.")


def shortened(text: str) -> str:
    """Return the first 90 characters of card text, without its markup."""
    words = markdown.plain(text)
    return words if len(words) <= 90 else f"{words[:87]}..."
