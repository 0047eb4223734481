"""What the plan page sends: an interview with its minutes and scope, and days off."""

from datetime import date, timedelta
from typing import Any

from django import forms

from cards.models import Area, Card, Company, Role
from scheduling.models import Plan

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_MINUTES = 720
USUAL_MINUTES = 20
FURTHEST = timedelta(days=3 * 365)
LONGEST_BREAK = 60  # days
PARTS = {"area": Area, "role": Role, "company": Company}


def day_field(**values: Any) -> forms.DateField:
    """Return a field for one date, with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], **values)


class PlanForm(forms.Form):
    """One interview. `values` are the columns of a Plan. Three statements for the choices."""

    title = forms.CharField(
        max_length=100, required=False, label="What for", help_text="For example the company. May stay empty."
    )
    interview_on = day_field(
        label="Interview day",
        error_messages={"required": "When is the interview?", "invalid": "That is not a date."},
    )
    area = forms.MultipleChoiceField(required=False, label="Areas", widget=forms.CheckboxSelectMultiple)
    role = forms.MultipleChoiceField(required=False, label="Roles", widget=forms.CheckboxSelectMultiple)
    company = forms.MultipleChoiceField(
        required=False, label="Companies", widget=forms.CheckboxSelectMultiple
    )
    level = forms.MultipleChoiceField(
        required=False, label="Levels", widget=forms.CheckboxSelectMultiple, choices=Card.Level.choices
    )

    def __init__(self, *args: Any, today: date, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(plan), **kwargs)
        self.today, self.plan = today, plan
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"minutes_{number}"] = forms.IntegerField(
                label=name, min_value=0, max_value=MOST_MINUTES, error_messages=_minutes_errors(name)
            )
        for name, model in PARTS.items():
            self.fields[name].choices = list(model._default_manager.values_list("slug", "name"))
        self.fields["interview_on"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()

    @property
    def minutes(self) -> list[forms.BoundField]:
        """Return the seven fields of minutes."""
        return [self[f"minutes_{number}"] for number in range(7)]

    @property
    def parts(self) -> list[forms.BoundField]:
        """Return the fields of the scope that have something to choose."""
        return [self[name] for name in ("area", "level", "role", "company") if self.fields[name].choices]

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "title": data["title"],
            "interview_on": data["interview_on"],
            "minutes": [data[f"minutes_{number}"] for number in range(7)],
            "scope": {name: data[name] for name in ("area", "role", "company", "level") if data[name]},
        }

    def clean_interview_on(self) -> date:
        """Refuse a day that has come or is more than three years away."""
        chosen: date = self.cleaned_data["interview_on"]
        if chosen <= self.today:
            raise forms.ValidationError("The interview must still be ahead.")
        if chosen > self.today + FURTHEST:
            raise forms.ValidationError("Plan at most three years ahead.")
        return chosen

    def clean(self) -> dict[str, Any]:
        """Refuse a week without any time."""
        data = super().clean() or self.cleaned_data
        if all(data.get(f"minutes_{number}") == 0 for number in range(7)):
            self.add_error("minutes_0", "Leave some minutes on at least one weekday.")
        return data


class DayOffForm(forms.Form):
    """Days off in a row; without an end just one."""

    first = day_field(
        label="First day off", error_messages={"required": "Which day?", "invalid": "That is not a date."}
    )
    last = day_field(
        label="Last day off", required=False, help_text="Empty: just the one day.",
        error_messages={"invalid": "That is not a date."},
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, prefix="off", **kwargs)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs["min"] = today.isoformat()

    @property
    def days(self) -> list[date]:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def clean(self) -> dict[str, Any]:
        """Refuse days that are over, an end before the beginning, and a break of over 60 days."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last") or data.get("first")
        if first is None or "last" in self.errors:
            return data
        if first < self.today:
            self.add_error("first", "That day is over.")
        elif first > self.today + FURTHEST:
            self.add_error("first", "Plan at most three years ahead.")
        elif last < first:
            self.add_error("last", "The last day off is before the first.")
        elif (last - first).days >= LONGEST_BREAK:
            self.add_error("last", f"At most {LONGEST_BREAK} days at a time.")
        return {**data, "last": last}


def _initial(plan: Plan | None) -> dict[str, Any]:
    """Return what the form shows at first: the plan's values, or 20 minutes a day."""
    if plan is None:
        return {f"minutes_{number}": USUAL_MINUTES for number in range(7)}
    minutes = {f"minutes_{number}": minutes for number, minutes in enumerate(plan.minutes)}
    return {"title": plan.title, "interview_on": plan.interview_on, **plan.scope, **minutes}


def _minutes_errors(name: str) -> dict[str, str]:
    sentence = f"{name}: a whole number of minutes from 0 to {MOST_MINUTES}."
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
