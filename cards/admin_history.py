"""The history of a card in the admin: who changed what, when and why, and putting a version back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import ModelChange, ModelDelta
from simple_history.template_utils import HistoricalRecordContextHelper

from cards import versions
from cards.models import Card, RubricPoint

SHOWN = 500  # characters of a long text, those around the first difference


class InWords(HistoricalRecordContextHelper):
    """The differences between two versions as a curator reads them: labels, names and lines, not columns."""

    def context_for_delta_changes(self, delta: ModelDelta) -> list[dict[str, Any]]:
        """Return the changes in the order of the card's fields, not of their names."""
        order = [field.name for field in self.model._meta.get_fields()]
        changes = sorted(delta.changes, key=lambda change: order.index(change.field))
        return super().context_for_delta_changes(replace(delta, changes=changes))

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> str:
        value = super().prepare_delta_change_value(change, value)
        labels = dict(getattr(self.model._meta.get_field(change.field), "flatchoices", None) or [])
        return in_words(labels.get(value, value) if labels else value)


class VersionedAdmin(SimpleHistoryAdmin):
    """An admin whose every save leaves one version of each row that it changed."""

    object_history_template = "cards/versions.html"
    object_history_list_template = "cards/_versions.html"
    object_history_form_template = "cards/version.html"
    history_list_per_page = 20  # some six statements each, for the links

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic(), versions.together():
            return super().changeform_view(request, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """List the versions of a card that this curator may see; its follow-ups have lists of their own."""
        card = self.get_object(request, unquote(object_id))
        if card is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        children = card.children.filter(owner=None).order_by("position", "pk")
        return super().history_view(request, object_id, {"children": children, **(extra_context or {})})

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a version in the card's own form, whose checks it passes again to be put back."""
        card = self.get_object(request, unquote(object_id))
        if card is None or not version_id.isdecimal():
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST" and not self.has_change_permission(request, card):
            raise PermissionDenied
        version = get_object_or_404(Card.history, id=card.pk, history_id=int(version_id[:19]))
        reason = f"put back as it was on {date_format(version.history_date, 'j F Y, H:i')} UTC"
        with transaction.atomic(), versions.together(reason):
            response = super().history_form_view(request, object_id, version_id, extra_context)
            if request.method == "POST" and response.status_code == 302:
                for point in points_then(version):
                    point.full_clean()
                    point.save()
                Card.objects.get(pk=card.pk).hand_down()
        return response

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> InWords:
        return InWords(self.model, historical_record, max_displayed_delta_change_chars=SHOWN)

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Sequence[Any], foreign_keys_are_objs: bool = True
    ) -> None:
        """Add to each version but the first what became of the card's key points with it. One statement more."""
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        later = [version for version in historical_records if version.history_type != "+"]
        points = point_changes(later[0].id) if later else {}
        for version in later:
            changes = getattr(version, "history_delta_changes", [])
            version.history_delta_changes = [*changes, *points[version.history_date]]


def in_words(value: Any) -> str:
    """Return a value as a curator reads it: "yes", "(empty)", "ML engineer, Researcher"; records a line each."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {in_words(each)}" for name, each in value.items()) or "(empty)"
    if isinstance(value, list):
        between = "\n" if any(isinstance(each, dict) for each in value) else ", "
        return between.join(map(in_words, value)) or "(empty)"
    return "(empty)" if value in (None, "") else str(value)


def point_changes(card: int) -> defaultdict[datetime, list[dict[str, str]]]:
    """Return what became of a card's key points, by the time of the version. One statement."""
    found: defaultdict[datetime, list[dict[str, str]]] = defaultdict(list)
    before: dict[int, str] = {}
    for row in RubricPoint.history.filter(card_id=card).order_by("history_date", "history_id"):
        old, new = before.get(row.id, in_words(None)), point_in_words(row)
        before[row.id] = new
        found[row.history_date].append({"field": f"Key point {row.key}", "old": old, "new": new})
    return found


def point_in_words(point: Any) -> str:
    """Return the version of a key point as a curator reads it."""
    if point.retired:
        return "(retired)"
    return f"{point.text} (must)" if point.must else point.text


def points_then(version: Any) -> list[RubricPoint]:
    """Return a card's key points, not saved, as they were in a version; later ones are retired. Two statements."""
    rows = RubricPoint.history.filter(card_id=version.id, history_date__lte=version.history_date)
    then = {row.id: row for row in rows.latest_of_each()}
    points = list(RubricPoint.objects.filter(card=version.id))
    for point in points:
        row = then.get(point.pk)
        point.retired = row is None or row.retired
        if row:
            point.text, point.must = row.text, row.must
    return points
