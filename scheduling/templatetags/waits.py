"""Spans of time in words."""

from django import template

from scheduling import days
from scheduling.turns import LABELS

register = template.Library()
register.filter("minutes", days.minutes_in_words)
register.filter("wait", days.wait_in_words)


@register.filter
def say_in(seconds: int) -> str:
    """Return a target time: "30 seconds", "2 minutes"."""
    if seconds < 120:
        return f"{seconds} seconds"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if seconds % 60 == 0 else f"{minutes:.1f} minutes"


@register.filter
def grade_word(grade: int) -> str:
    """Return a grade as its button says it: Good."""
    return LABELS[grade]


@register.filter
def factor(easiness: int) -> str:
    """Return hundredths as the E-Factor is written: 2.50."""
    return f"{easiness / 100:.2f}"
