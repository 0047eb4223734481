"""A learner's preferences, in groups as the page shows them."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from scheduling.days import ZONES
from scheduling.models import Learner

GROUPS = {
    "Your day": ["time_zone", "day_starts_at", "new_per_day", "reviews_per_day", "max_interval", "reminders"],
    "Grading": ["six_grades", "two_grades", "show_waits", "strict_1990", "fuzz"],
    "The study page": [
        "text_size", "minimal", "write_first", "show_timer", "show_remaining", "pause_every",
    ],
    "Keys and touch": ["space_grades", "guard_taps", "tap_sides"],
}  # fmt: skip
CHOICES = ("text_size", "pause_every")  # stay as they are where nothing is sent


class SettingsForm(forms.ModelForm):
    """A learner's preferences."""

    time_zone = forms.ChoiceField(choices=[(zone, zone.replace("_", " ")) for zone in ZONES])
    day_starts_at = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, label="The study day begins at",
        help_text="Answers before this hour count for the day before.",
    )  # fmt: skip

    class Meta:
        model = Learner
        fields = [name for group in GROUPS.values() for name in group]
        labels = {
            "new_per_day": "New cards a day",
            "reviews_per_day": "Reviews a day",
            "max_interval": "Longest interval, in days",
            "reminders": "Remind me by e-mail",
            "six_grades": "Show all six grades, 0 to 5",
            "two_grades": "Show two grades",
            "show_waits": "Show on each grade when the card comes back",
            "strict_1990": "Repeat the same day until 4 or 5",
            "fuzz": "Spread long intervals a little",
            "minimal": "Show nothing but the card",
            "write_first": "I write my answers",
            "show_timer": "Show the time while answering",
            "show_remaining": "Show how many minutes are left",
            "pause_every": "Offer a pause after",
            "space_grades": "Space and Enter grade once the answer is shown",
            "guard_taps": "Ignore the second tap of a double tap",
            "tap_sides": "Grade by tapping the sides of the answer",
        }
        help_texts = {
            "new_per_day": "How many cards to meet for the first time.",
            "reviews_per_day": "While more is due than this, no new cards come.",
            "max_interval": "From 7 to 3650. For an interview this year, 365 or less.",
            "reminders": "Only when it is worth coming, ever more rarely while you are away.",
            "six_grades": "Instead of Again, Hard, Good and Easy.",
            "two_grades": "Again and Good alone: one decision less on each card.",
            "show_waits": "Without it you grade what you recalled, not when you want to see the card.",
            "strict_1990": "The rule of the first SM-2 text: a Hard comes back today too.",
            "fuzz": "So that cards met on one day do not all come back on one day.",
            "minimal": "Menu, counts and labels are hidden while a card is shown. The keys stay the same.",
            "write_first": "Each card begins in the writing field; Ctrl and Enter show the answer.",
            "show_timer": "Time never changes the schedule.",
            "show_remaining": "From how long your latest answers took.",
            "pause_every": "A line above the next card, after so much time spent answering.",
            "space_grades": "Good, or what your ticks propose. Without it they show the answer and do no more.",
            "guard_taps": "In its first 0.3 seconds a card takes no grade.",
            "tap_sides": "On a touch screen: the left quarter is grade 2, the right quarter Good, the middle does nothing.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CHOICES:
            self.fields[name].required = False
            self.fields[name].empty_value = getattr(self.instance, name)

    def clean(self) -> dict[str, Any]:
        """Refuse two and six grades at once, beside the field, before the database does."""
        data = super().clean() or self.cleaned_data
        if data.get("six_grades") and data.get("two_grades"):
            self.add_error("two_grades", "Choose two grades or all six, not both.")
        return data

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """Return the fields as the page shows them, each group under its title."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS.items()]
