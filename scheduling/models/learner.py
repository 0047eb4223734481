"""One user's preferences and plans, and the lock behind which everything they learn is written."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from scheduling import days

NEAR_INTERVIEW = 90  # days
NEWCOMER = 20  # answers until which each grade is explained
LEECH, LEECH_NEAR_INTERVIEW = 8, 4  # lapses


class Learner(models.Model):
    """One user's preferences, and the lock behind which everything they learn is written.

    `exam_on` and `leech_lapses` are no columns: `steer` sets them for a nearby interview.
    """

    exam_on: date | None = None
    leech_lapses = LEECH
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="learner"
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    day_starts_at = models.PositiveSmallIntegerField(
        default=4, help_text="Local hour at which the study day begins."
    )
    new_per_day = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(999)])
    reviews_per_day = models.PositiveSmallIntegerField(default=200, validators=[MaxValueValidator(9999)])
    six_grades = models.BooleanField(default=False, help_text="Show all six grades instead of four.")
    two_grades = models.BooleanField(default=False, help_text="Show Again and Good alone.")
    strict_1990 = models.BooleanField(
        default=False, help_text="Repeat on the same day until the grade is 4 or 5."
    )
    fuzz = models.BooleanField(default=True, help_text="Spread long intervals a little.")
    show_waits = models.BooleanField(
        default=True, help_text="Show on each grade when the card would come back."
    )
    text_size = models.PositiveSmallIntegerField(
        default=100,
        choices=[(90, "Small"), (100, "Usual"), (115, "Large"), (130, "Larger"), (150, "Largest")],
    )
    show_timer = models.BooleanField(default=False, help_text="Show the time while answering.")
    show_remaining = models.BooleanField(default=False, help_text="Show how many minutes are left today.")
    pause_every = models.PositiveSmallIntegerField(
        default=0,
        choices=[
            (0, "Never"),
            (10, "10 minutes"),
            (15, "15 minutes"),
            (25, "25 minutes"),
            (45, "45 minutes"),
        ],
        help_text="Minutes of answering after which a pause is offered; 0 for never.",
    )
    minimal = models.BooleanField(default=False, help_text="Show nothing but the card while studying.")
    write_first = models.BooleanField(default=False, help_text="Begin each card in the writing field.")
    space_grades = models.BooleanField(default=True, help_text="Once the answer is shown, Space gives Good.")
    guard_taps = models.BooleanField(
        default=True, help_text="Ignore a tap on a grade just after a card has come."
    )
    tap_sides = models.BooleanField(
        default=False, help_text="Touch: the left of the answer is Again, the right is Good."
    )
    max_interval = models.PositiveSmallIntegerField(
        default=365, validators=[MinValueValidator(7), MaxValueValidator(3650)], help_text="Days."
    )
    last_sequence = models.PositiveIntegerField(default=0, editable=False)
    last_study_day = models.DateField(null=True, editable=False)
    extra_new = models.PositiveSmallIntegerField(default=0, editable=False)
    extra_reviews = models.PositiveSmallIntegerField(default=0, editable=False)
    extra_on = models.DateField(null=True, editable=False)
    reminders = models.BooleanField(default=False, help_text="Mail when it is worth coming.")
    reminders_from = models.DateField(
        null=True, editable=False, help_text="Snoozed: no mail before this day."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(day_starts_at__lte=23), name="day_starts_at_an_hour"),
            models.CheckConstraint(condition=Q(max_interval__range=(7, 3650)), name="max_interval_7_to_3650"),
            models.CheckConstraint(
                condition=~Q(six_grades=True, two_grades=True),
                name="two_or_six_grades",
                violation_error_message="Choose two grades or all six, not both.",
            ),
        ]

    def __str__(self) -> str:
        return f"learner {self.pk}"

    @classmethod
    def of(cls, user: User) -> "Learner":
        """Return the user's row, made on first use. No query where it came with the user."""
        if not hasattr(user, "learner"):
            user.learner = cls.objects.get_or_create(user=user)[0]
            user.learner.user = user
        return user.learner

    @property
    def is_newcomer(self) -> bool:
        """Tell whether the grades still need explaining."""
        return self.last_sequence < NEWCOMER

    def today(self, now: datetime) -> date:
        """Return the study day at `now`; it never goes back when the learner flies west."""
        return days.today(now, ZoneInfo(self.time_zone), self.day_starts_at, self.last_study_day)

    def day_ends(self, now: datetime) -> datetime:
        """Return the instant, in UTC, at which the study day of `now` ends."""
        return days.next_rollover(now, ZoneInfo(self.time_zone), self.day_starts_at)

    def terms(self, today: date) -> str:
        """Return the rules in force as the log stores them: all that the fold needs."""
        switches = [("strict", self.strict_1990), ("fuzz", self.fuzz)]
        words = ["text_1990", *(name for name, on in switches if on), f"max{self.max_interval}"]
        if self.exam_on and self.exam_on > today:
            words.append(f"exam{self.exam_on}")
        return " ".join(words)

    def steer(self, exam_on: date | None, today: date) -> None:
        """Let an interview cap due dates, and make a leech of 4 lapses when it is within 90 days."""
        self.exam_on = exam_on
        near = exam_on is not None and 0 <= (exam_on - today).days <= NEAR_INTERVIEW
        self.leech_lapses = LEECH_NEAR_INTERVIEW if near else LEECH

    def review_limit(self, today: date) -> int:
        """Return how many reviews may be dealt out today, what was added for today included."""
        return self.reviews_per_day + (self.extra_reviews if self.extra_on == today else 0)
