"""Spans of time in words."""

from django import template

from scheduling import days

register = template.Library()
register.filter("minutes", days.minutes_in_words)
register.filter("wait", days.wait_in_words)
