"""What the progress pages and the pages about one's own data are sent."""

from datetime import date, datetime

from django import forms
from django.contrib.auth.models import User

from scheduling.fold import COUNTED
from scheduling.stats.deck import STAGES
from scheduling.stats.origin import GROUPS
from scheduling.stats.recall import CHANCES, INTERVALS


class MonthField(forms.Field):
    """A calendar month such as 2026-03, as its first day."""

    def to_python(self, value: str | None) -> date | None:
        if not value:
            return None
        try:
            return datetime.strptime(value, "%Y-%m").date()
        except ValueError as error:
            raise forms.ValidationError("A month looks like 2026-03.") from error


class FiguresForm(forms.Form):
    """Filters in an address; empty ones say nothing."""

    topic = forms.SlugField(required=False, max_length=60)
    area = forms.SlugField(required=False, max_length=60)

    @property
    def filters(self) -> dict[str, object]:
        """Return the filters that were given; call it on a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}


class AnswersForm(FiguresForm):
    """Which answers: those behind one figure."""

    day = forms.DateField(required=False)
    month = MonthField(required=False)
    grade = forms.IntegerField(required=False, min_value=0, max_value=5)
    interval = forms.TypedChoiceField(required=False, choices=INTERVALS, coerce=int, empty_value=None)
    band = forms.TypedChoiceField(
        required=False, choices=[(n, n) for n in CHANCES], coerce=int, empty_value=None
    )
    kind = forms.ChoiceField(required=False, choices=[(kind, kind) for kind in COUNTED])
    tested = forms.BooleanField(required=False)
    card = forms.SlugField(required=False, max_length=125)
    point = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class CardsForm(FiguresForm):
    """Which cards: those behind one figure."""

    stage = forms.ChoiceField(required=False, choices=[(name, name) for name in (*STAGES, *GROUPS)])
    due = forms.DateField(required=False)
    predicted = forms.BooleanField(required=False)
    scope = forms.BooleanField(required=False)


class DeleteForm(forms.Form):
    """The password, before everything goes."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise forms.ValidationError("That is not your password. Nothing was deleted.")
        return password
