"""Curation: the shared bank of cards in Django admin, with a preview of what learners see."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from simple_history.models import to_historic

from cards import bankfile, deckfile, markdown, versions
from cards.admin_exchange import export_cards, import_cards
from cards.admin_history import VersionedAdmin, points_then
from cards.admin_reports import ReportInline, shortened
from cards.deckfile import LONGEST_ID
from cards.models import Area, Card, Company, Role, RubricPoint, Topic
from cards.yamltree import Refused

TEXTS = ("question", "hint", "answer", "details")
LISTS: dict[str, Any] = {"mistakes": list, "bar": dict, "sources": list, "claims": list, "covers": list}
DECK_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CardForm(forms.ModelForm):
    """A card whose text must render: a formula that does not is an error of its field."""

    class Meta:
        model = Card
        fields = [
            "status", "revision", "question", "hint", "answer", "details", "slug", "topic", "kind", "level",
            "position", "roles", "companies", "prerequisites", "part", "parent", "mistakes", "bar", "sources",
            "claims", "covers", "as_of", "review_by",
        ]  # fmt: skip
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 3, "cols": 100}) for name in ("question", "hint")},
            **{name: forms.Textarea(attrs={"rows": 8, "cols": 100}) for name in ("answer", "details")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer an old version with the links that it had then, under the revision of now."""
        super().__init__(*args, **kwargs)
        if then := to_historic(self.instance):
            self.initial["revision"] = revision_now(self.instance)
            for link in then._history_m2m_fields:
                kept = getattr(then, link.name).values_list(link.m2m_reverse_field_name(), flat=True)
                self.initial[link.name] = list(kept)

    def clean_revision(self) -> int:
        """Refuse to lower it: learners' answers name the revision that they were given to."""
        revision: int = self.cleaned_data["revision"]
        if self.instance.pk and revision < (now := revision_now(self.instance)):
            raise forms.ValidationError(f"It is {now} already and never goes down.")
        return revision

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in TEXTS:
            if text := cleaned.get(name):
                cleaned[name] = text.replace("\r\n", "\n")
                for problem in markdown.check(cleaned[name]):
                    self.add_error(name, problem)
        for name, nothing in LISTS.items():
            if name in self.fields and name not in self.errors:
                cleaned[name] = nothing() if cleaned.get(name) is None else cleaned[name]
                for problem in json_problems(name, cleaned[name])[:3]:
                    self.add_error(name, problem)
        if "parent" in self.fields and "slug" in cleaned:
            for problem in slug_problems(cleaned["slug"], cleaned.get("parent")):
                self.add_error("slug", problem)
        return cleaned


def revision_now(card: Card) -> int:
    """Return the card's stored revision, whatever the form or an old version says."""
    return Card.objects.values_list("revision", flat=True).get(pk=card.pk)


def json_problems(name: str, value: object) -> list[str]:
    """Return what is wrong with a list that is kept as JSON, a sentence each, as in a deck's file."""
    if not value:
        return []
    try:
        return deckfile.field_problems(name, bankfile.node_of(value))
    except (Refused, RecursionError) as refused:
        return [str(refused)]


def slug_problems(slug: str, parent: Card | None) -> list[str]:
    """Return why a card of this name could not stand in a deck's file."""
    start = f"{parent.slug}--" if parent else ""
    if (
        slug.startswith(start)
        and DECK_ID.fullmatch(slug.removeprefix(start))
        and len(slug) - len(start) <= LONGEST_ID
    ):
        return []
    name = f"{start}name" if parent else "name"
    return [
        f"Write {name}, the name in lower-case letters, digits and single dashes, at most {LONGEST_ID} characters."
    ]


class PointInline(admin.TabularInline):
    model = RubricPoint
    extra = 0
    can_delete = False
    fields = ["key", "position", "text", "must", "retired"]


class ChildFormSet(BaseInlineFormSet):
    """Children take topic, kind and level from their parent when they are made, and their slug from its slug."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            slug = getattr(form, "cleaned_data", {}).get("slug")
            if slug and not form.instance.pk:
                for problem in slug_problems(slug, self.instance):
                    form.add_error("slug", problem)

    def save_new(self, form: forms.ModelForm, commit: bool = True) -> Card:
        form.instance.inherit(self.instance)
        return super().save_new(form, commit)


class ChildInline(admin.StackedInline):
    model = Card
    formset = ChildFormSet
    form = CardForm
    fk_name = "parent"
    extra = 0
    can_delete = False
    show_change_link = True
    verbose_name = "follow-up or recall prompt"
    verbose_name_plural = "follow-ups and recall prompts"
    fields = ["part", "slug", "position", "status", "question", "answer"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        return super().get_queryset(request).filter(owner=None).order_by("position", "pk")


@admin.register(Card)
class CardAdmin(VersionedAdmin):
    form = CardForm
    list_display = ["question_start", "topic", "kind", "level", "part", "status", "review_by", "updated_at"]
    list_filter = ["status", "part", "topic__area", "kind", "level", "roles", "companies", "review_by"]
    search_fields = ["slug", "question", "answer"]
    list_select_related = ["topic"]
    list_per_page = 50
    actions = ["publish", "retire", "export_yaml", "export_workbook", "export_anki"]
    autocomplete_fields = ["topic", "parent", "prerequisites"]
    filter_horizontal = ["roles", "companies"]
    save_on_top = True
    readonly_fields = ["preview", "loaded_from"]
    fieldsets = [
        (None, {"fields": ["preview", "status", "revision", "question", "hint", "answer", "details"]}),
        (
            "Place",
            {"fields": ["slug", "topic", "kind", "level", "position", "roles", "companies", "prerequisites"]},
        ),
        ("Part of another card", {"fields": ["part", "parent"], "classes": ["collapse"]}),
        (
            "Truth",
            {
                "fields": [
                    "mistakes",
                    "bar",
                    "sources",
                    "claims",
                    "covers",
                    "as_of",
                    "review_by",
                    "loaded_from",
                ]
            },
        ),
    ]

    class Media:
        css = {"all": ["css/tokens.css", "css/highlight.css", "css/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Add the page that takes a file in."""
        page = self.admin_site.admin_view(self.import_cards)
        return [path("import/", page, name="cards_card_import"), *super().get_urls()]

    def import_cards(self, request: HttpRequest) -> HttpResponse:
        return import_cards(request, self.admin_site.each_context(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        """Return the shared bank: what a learner wrote for themself is nobody else's."""
        return super().get_queryset(request).filter(owner=None)

    def get_inlines(
        self, request: HttpRequest, obj: Card | None
    ) -> list[type[admin.options.InlineModelAdmin]]:
        inlines = [PointInline, ChildInline] if obj is None or obj.part == Card.Part.CARD else [PointInline]
        return [*inlines, ReportInline] if obj and obj.reports.exists() else inlines

    def get_readonly_fields(self, request: HttpRequest, obj: Card | None = None) -> list[str]:
        """Keep a slug once it is given: learners' history hangs on it."""
        return [*self.readonly_fields, *(["slug"] if obj else [])]

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.hand_down()

    @admin.display(description="question", ordering="question")
    def question_start(self, card: Card) -> str:
        return shortened(card.question)

    @admin.display(description="As learners see it")
    def preview(self, card: Card) -> str | SafeString:
        if card.pk is None:
            return "Save the card to see it rendered."
        then = to_historic(card)
        points = [point for point in (points_then(then) if then else card.points.all()) if not point.retired]
        return render_to_string("cards/_preview.html", {"card": card, "points": points})

    @admin.action(description="Publish the chosen cards", permissions=["change"])
    def publish(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        self._set_status(request, cards, Card.Status.PUBLISHED)

    @admin.action(description="Retire the chosen cards (history stays)", permissions=["change"])
    def retire(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        self._set_status(request, cards, Card.Status.RETIRED)

    @admin.action(description="Export the chosen cards as YAML", permissions=["view"])
    def export_yaml(self, request: HttpRequest, cards: QuerySet[Card]) -> HttpResponseBase:
        return export_cards(cards, ".yaml")

    @admin.action(description="Export the chosen cards as a workbook (.xlsx)", permissions=["view"])
    def export_workbook(self, request: HttpRequest, cards: QuerySet[Card]) -> HttpResponseBase:
        return export_cards(cards, ".xlsx")

    @admin.action(
        description="Export the chosen cards that are published as an Anki package", permissions=["view"]
    )
    def export_anki(self, request: HttpRequest, cards: QuerySet[Card]) -> HttpResponseBase:
        return export_cards(cards, ".apkg")

    def _set_status(self, request: HttpRequest, cards: QuerySet[Card], status: str) -> None:
        chosen = list(cards)
        with transaction.atomic(), versions.together():
            for card in chosen:
                card.status = status
                card.save(update_fields=["status"])
        self.message_user(request, f"Now {status}: {len(chosen)}.")


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "area", "position"]
    list_filter = ["area"]
    list_select_related = ["area"]
    search_fields = ["name", "slug"]


@admin.register(Role, Company)
class NamedAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
