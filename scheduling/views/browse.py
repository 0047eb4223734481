"""The deck, open to everybody: search and filters, and one card with its children."""

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cards.models import Area, Card, Company, Role, RubricPoint
from scheduling.models import CardState, Note, Review
from scheduling.scope import Scope

PER_PAGE = 30
LONGEST_SEARCH = 200
BEFORE_A_WORD = " (-/*`$\n"


@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """List main cards by area and topic, filtered and searched."""
    scope, ignored = Scope.checked(request.GET)
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST_SEARCH]
    found = scope.of_cards(Card.objects.visible_to(request.user)).filter(part=Card.Part.CARD)
    for word in words.split():
        found = found.filter(begins("question", word) | begins("answer", word) | begins("topic__name", word))
    found = found.select_related("topic__area").order_by("topic__position", "position", "pk")
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "words": words,
        "scope": scope,
        "ways": [] if words else [scope, scope.in_mode("practice"), scope.in_mode("ahead")],
        "ignored": ignored,
        "areas": Area.objects.prefetch_related("topics"),
        "roles": Role.objects.all(),
        "companies": Company.objects.all(),
        "kinds": Card.Kind.choices,
        "levels": Card.Level.choices,
        "query": scope.query().removeprefix("?"),
    }
    return render(request, "scheduling/cards.html", context)


def begins(field: str, word: str) -> Q:
    """Return the filter for texts in which a word begins so: "roc" finds ROC, not process."""
    found = Q(**{f"{field}__istartswith": word})
    for before in BEFORE_A_WORD:
        found |= Q(**{f"{field}__icontains": f"{before}{word}"})
    return found


@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one card whole, with its children and, signed in, one's own history of it."""
    shown = get_object_or_404(
        Card.objects.visible_to(request.user)
        .filter(part=Card.Part.CARD)
        .select_related("topic__area")
        .prefetch_related(
            Prefetch("points", RubricPoint.objects.filter(retired=False)),
            Prefetch("children", Card.objects.visible_to(request.user).order_by("position", "pk")),
            "roles", "companies",
            Prefetch("prerequisites", Card.objects.visible_to(request.user)),
        ),
        slug=slug,
    )  # fmt: skip
    return render(request, "scheduling/card.html", {"card": shown, **own(request, shown)})


def own(request: HttpRequest, shown: Card) -> dict[str, object]:
    """Return the learner's states, answers and note of the card and its children. Three statements."""
    if request.user.is_anonymous:
        return {"children": [(child, None) for child in shown.children.all()]}
    family = [shown, *shown.children.all()]
    states = CardState.objects.filter(user=request.user, card__in=family)
    history = Review.objects.filter(user=request.user, card=shown, void=False).order_by("-sequence")
    by_card = {state.card_id: state for state in states}
    return {
        "state": by_card.get(shown.pk),
        "children": [(child, by_card.get(child.pk)) for child in shown.children.all()],
        "history": history[:50],
        "note": Note.objects.filter(user=request.user, card=shown).values_list("text", flat=True).first()
        or "",
    }
