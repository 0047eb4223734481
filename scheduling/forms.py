"""What learners send: each field is checked here and nowhere else."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict

from cards.models import Report
from scheduling.days import ZONES
from scheduling.models import Learner
from scheduling.study import Answer

LARGEST = 2**31 - 1
LONGEST_NOTE = 5000


def one_or_zero(name: str) -> dict[str, str]:
    """Return the error of a switch."""
    return dict.fromkeys(["required", "invalid"], f"The field {name} must be 1 or 0.")


class ActionForm(forms.Form):
    """A small action's fields; `sentence` says what is wrong."""

    @property
    def sentence(self) -> str:
        """Return the first error as a sentence."""
        return next((str(found[0]) for found in self.errors.values()), "")


class NoteForm(ActionForm):
    """A note as it stands in its field, and the text that the page began with, if it says so."""

    text = forms.CharField(required=False)
    text_was = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a note that is too long, unless it is one that was left alone."""
        data = super().clean() or self.cleaned_data
        text, was = data.get("text", ""), data.get("text_was", "")
        if text != was and len(text) > max(LONGEST_NOTE, len(was)):
            self.add_error("text", "A note has at most 5,000 characters.")
        return data

    @property
    def note(self) -> tuple[str, str | None]:
        """Return both texts with plain line ends; the second is None where it was not sent."""
        text, was = (self.cleaned_data[name].replace("\r\n", "\n") for name in ("text", "text_was"))
        return text, was if "text_was" in self.data else None


class TurnForm(ActionForm):
    """The turn that an undo names."""

    turn = forms.UUIDField(
        error_messages={"required": "The turn is missing.", "invalid": "The turn is not a UUID."}
    )


class GradeForm(NoteForm, TurnForm):
    """One answer; `answer` is what `study.grade` takes. Unknown point ids are dropped.

    The note beside it comes along, so that what was typed there is not lost.
    """

    grade = forms.RegexField(
        r"^[0-5]\Z",
        error_messages=dict.fromkeys(["required", "invalid"], "A grade is a whole number from 0 to 5."),
    )
    seen = forms.IntegerField(
        min_value=0, max_value=LARGEST,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], "The field seen must be a whole number from 0."
        ),
    )  # fmt: skip
    elapsed_ms = forms.RegexField(
        r"^\d{1,15}\Z",
        required=False,
        error_messages={"invalid": "The field elapsed_ms must be empty or a whole number."},
    )
    field_order = ("grade", "turn", "seen", "elapsed_ms")

    @property
    def answer(self) -> Answer:
        data = self.cleaned_data
        text, was = self.note
        points = self.data.getlist("point") if isinstance(self.data, QueryDict) else []
        return Answer(
            grade=int(data["grade"]),
            turn=data["turn"],
            seen=data["seen"],
            elapsed_ms=int(data["elapsed_ms"]) if data["elapsed_ms"] else None,
            practice=self.data.get("mode") == "practice",
            note=(text, was) if was is not None and text != was else None,
            points=tuple(int(point) for point in points if point.isdecimal() and len(point) < 19),
        )


class SuspendForm(ActionForm):
    suspended = forms.RegexField(r"^[01]\Z", error_messages=one_or_zero("suspended"))


class FlagForm(ActionForm):
    flagged = forms.RegexField(r"^[01]\Z", error_messages=one_or_zero("flagged"))


class SeenForm(ActionForm):
    """The count of answers that the page knew, if it says so."""

    seen = forms.IntegerField(
        required=False, min_value=0, max_value=LARGEST,
        error_messages=dict.fromkeys(
            ["invalid", "min_value", "max_value"], "The field seen must be a whole number from 0."
        ),
    )  # fmt: skip


class MoreForm(ActionForm):
    """How much to raise today's limits."""

    wrong = dict.fromkeys(["invalid", "min_value", "max_value"], "The limits can be raised by 0 to 200.")
    new = forms.IntegerField(required=False, min_value=0, max_value=200, error_messages=wrong)
    reviews = forms.IntegerField(required=False, min_value=0, max_value=200, error_messages=wrong)


class ReportForm(forms.ModelForm):
    """What is amiss with a card; whoever says "something else" says what."""

    reason = forms.ChoiceField(
        label="What is amiss?", choices=Report.Reason, widget=forms.Select(attrs={"autofocus": True})
    )

    class Meta:
        model = Report
        fields = ["reason", "text"]
        labels = {"text": "Where, and what would be right?"}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["text"] = data.get("text", "").replace("\r\n", "\n")
        if data.get("reason") == Report.Reason.OTHER and not data["text"] and "text" not in self.errors:
            self.add_error("text", "Please say what it is.")
        return data


class SignUpForm(forms.Form):
    """What sign-up asks beside e-mail and password: the browser fills in its time zone."""

    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone": ""})
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Make the learner; a zone that does not exist is UTC until the settings say otherwise."""
        zone: Any = self.cleaned_data["time_zone"]
        Learner.objects.update_or_create(
            user=user, defaults={"time_zone": zone if zone in set(ZONES) else "UTC"}
        )
