"""Cards out of the admin and in: chosen ones as a file; a file first as a preview, then for good."""

from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cards.exchange import files, rows, taking
from cards.exchange.giving import give
from cards.models import Card, Topic

LARGEST = 10 * 2**20  # bytes; larger files go through the command
KEPT = 3600  # seconds from the preview to its confirmation
MOST_LISTED = 200


class ImportForm(forms.Form):
    """The file that a curator sends."""

    file = forms.FileField(help_text=f"One of {' '.join(files.ENDINGS)}, at most 10 MB.")
    topic = forms.ModelChoiceField(
        Topic.objects.all(), required=False, help_text="Of an Anki package: where its notes go, as drafts."
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if Path(file.name or "").suffix not in files.ENDINGS:
            raise forms.ValidationError(f"The name must end in one of: {' '.join(files.ENDINGS)}")
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError("That is more than 10 MB: use manage.py import_cards.")
        return file

    @property
    def sent(self) -> tuple[str, bytes, str]:
        """Return the file's own name, what is in it, and the slug of the topic."""
        file, topic = self.cleaned_data["file"], self.cleaned_data["topic"]
        return Path(file.name).name, file.read(), topic.slug if topic else ""


def import_cards(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    """Show what a file would change, and then change it; the file waits for an hour in between."""
    if not request.user.has_perms(["cards.add_card", "cards.change_card"]):
        raise PermissionDenied
    context: dict[str, Any] = {**site, "title": "Import cards", "opts": Card._meta, "listed": MOST_LISTED}
    form = ImportForm(request.POST or None, request.FILES or None)
    key = _key(request, request.POST.get("token", "").replace("\0", ""))
    waiting = cache.get(key)
    if waiting and cache.delete(key):  # of two clicks one takes it
        form = ImportForm()
        context |= {"name": waiting[0], **tried(*waiting, dry_run=False)}
        context["done"] = "taken" in context
    elif form.is_valid():
        sent = form.sent
        context |= {"name": sent[0], **tried(*sent, dry_run=True)}
        if "taken" in context:
            context["token"] = token_urlsafe(16)
            cache.set(_key(request, context["token"]), sent, KEPT)
    elif "token" in request.POST:
        form = ImportForm()
        context["problems"] = ["The preview is older than an hour or was used: please send the file again."]
    return render(request, "admin/cards/card/import.html", context | {"form": form})


def _key(request: HttpRequest, token: str) -> str:
    return f"import-{request.user.pk}-{token[:40]}"


def tried(name: str, data: bytes, topic: str, dry_run: bool) -> dict[str, Any]:
    """Return what was taken from a file, or its problems, as the page shows them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"cards{Path(name).suffix}"
        path.write_bytes(data)
        try:
            taken = taking.take(files.read(path, topic), dry_run)
            return {"taken": taken, "changed": list(taken.changed.items())}
        except ValueError as error:
            return {"problems": str(error).replace(str(path), name).splitlines()}


def export_cards(cards: QuerySet[Card], ending: str) -> FileResponse:
    """Return the chosen cards as a file; of a child its parent."""
    mains = {card.parent_id or card.pk for card in cards}
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"cards{ending}"
        give(path, rows.main_cards().filter(pk__in=mains))
        data = BytesIO(path.read_bytes())
    return FileResponse(data, as_attachment=True, filename=f"cards-{timezone.now():%Y-%m-%d}{ending}")
