"""Card text in templates: `{{ card.answer|markdown }}`."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from cards import markdown as card_markdown

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Return card text as HTML that is safe to show (`cards.markdown` sanitises it)."""
    return mark_safe(card_markdown.render(text))


@register.filter
def inline(text: str) -> SafeString:
    """Return one paragraph of card text without its paragraph tags."""
    html = card_markdown.render(text).strip()
    one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return mark_safe(html[3:-4] if one else html)


@register.filter
def plain(text: str) -> str:
    """Return card text without markup, for titles and labels."""
    return card_markdown.plain(text)
