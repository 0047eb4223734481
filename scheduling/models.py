"""What each learner remembers, and the log from which it can always be rebuilt."""

from datetime import date, datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from cards.models import Card, RubricPoint
from scheduling import days, fold
from scheduling.sm2 import Memory

NEAR_INTERVIEW = 90  # days
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
    strict_1990 = models.BooleanField(
        default=False, help_text="Repeat on the same day until the grade is 4 or 5."
    )
    fuzz = models.BooleanField(default=True, help_text="Spread long intervals a little.")
    show_waits = models.BooleanField(
        default=True, help_text="Show on each grade when the card would come back."
    )
    show_timer = models.BooleanField(default=False, help_text="Show the time while answering.")
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

    def today(self, now: datetime) -> date:
        """Return the study day at `now`; it never goes back when the learner flies west."""
        return days.today(now, ZoneInfo(self.time_zone), self.day_starts_at, self.last_study_day)

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

    def new_limit(self, today: date) -> int:
        """Return how many cards may be introduced today, what was added for today included."""
        return self.new_per_day + (self.extra_new if self.extra_on == today else 0)

    def review_limit(self, today: date) -> int:
        """Return how many reviews may be dealt out today, what was added for today included."""
        return self.reviews_per_day + (self.extra_reviews if self.extra_on == today else 0)


class CardStateQuerySet(models.QuerySet["CardState"]):
    def rested(self, today: date) -> Self:
        """Keep what the learner does not want to be left alone with: not suspended, not buried."""
        return self.filter(Q(buried_until=None) | Q(buried_until__lte=today), suspended=False)

    def with_parent_passed(self) -> Self:
        """Leave out children whose parent's last counted grade was a fail: they rest meanwhile."""
        failed = CardState.objects.filter(
            user=OuterRef("user"), card=OuterRef("card__parent"), last_grade__lt=3
        )
        return self.filter(~Exists(failed))


class CardState(models.Model):
    """What one learner remembers of one card, and what they wish for it."""

    MEMORY: ClassVar[list[str]] = [
        "repetitions", "interval", "easiness", "due_on", "last_reviewed_on", "review_count",
        "lapses", "last_grade", "last_sequence", "last_answered_at", "repeating",
    ]  # fmt: skip

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="card_states", db_index=False
    )
    card = models.ForeignKey(Card, models.PROTECT, related_name="states")
    # Memory: the fold of the log, to the last column.
    repetitions = models.PositiveIntegerField(default=0)
    interval = models.PositiveIntegerField(default=0, help_text="Days.")
    easiness = models.PositiveIntegerField(default=250, help_text="E-Factor in hundredths.")
    due_on = models.DateField(null=True, help_text="Study day, not an instant.")
    last_reviewed_on = models.DateField(
        null=True, help_text="Study day of the last answer that moved the memory."
    )
    review_count = models.PositiveIntegerField(
        default=0, help_text="Answers, repeats included, practice not."
    )
    lapses = models.PositiveIntegerField(default=0)
    last_grade = models.PositiveSmallIntegerField(null=True)
    last_sequence = models.PositiveIntegerField(null=True)
    last_answered_at = models.DateTimeField(null=True)
    repeating = models.BooleanField(
        default=False, help_text="Comes again today; counts on last_reviewed_on only."
    )
    # Wishes: not in the log.
    suspended = models.BooleanField(default=False)
    buried_until = models.DateField(null=True, help_text="Not shown before this study day.")
    flagged = models.BooleanField(default=False)
    skips = models.PositiveIntegerField(default=0)
    # Prediction by FSRS: outside the law, rebuilt by the same command.
    stability = models.FloatField(null=True, help_text="Days.")
    difficulty = models.FloatField(null=True)

    objects = CardStateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "card"], name="one_state_per_card"),
            models.CheckConstraint(condition=Q(easiness__gte=130), name="easiness_at_least_130"),
            models.CheckConstraint(
                condition=Q(last_grade=None) | Q(last_grade__lte=5), name="last_grade_0_to_5"
            ),
            models.CheckConstraint(
                condition=Q(due_on=None, review_count=0) | Q(due_on__isnull=False, review_count__gt=0),
                name="due_when_answered",
            ),
        ]
        indexes = [
            # queue.due_rows: the earliest due, without a sort.
            models.Index(fields=["user", "due_on"], condition=Q(suspended=False), name="state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.card_id}"

    @property
    def folded(self) -> fold.State:
        """Return the memory columns as the fold's own record."""
        values = {name: getattr(self, name) for name in self.MEMORY}
        memory = Memory(values.pop("repetitions"), values.pop("interval"), values.pop("easiness"))
        return fold.State(memory=memory, **values)

    def take(self, state: fold.State) -> None:
        """Set the memory columns to a folded state; nothing is saved."""
        for name in self.MEMORY:
            setattr(self, name, getattr(state.memory if name in Memory.__slots__ else state, name))


class Review(models.Model):
    """One line of the log: an answer, or a state set by hand. Never changed, only voided."""

    class Kind(models.TextChoices):
        LEARN = "learn"
        REVIEW = "review"
        REPEAT = "repeat"
        EARLY = "early"
        PRACTICE = "practice"
        MANUAL = "manual"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews", db_index=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="reviews")
    sequence = models.PositiveIntegerField(
        help_text="Rises by one over all of the learner's cards; never reused."
    )
    turn = models.UUIDField(help_text="Drawn when the card was shown; makes a repeated request harmless.")
    reviewed_at = models.DateTimeField()
    study_day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    grade = models.PositiveSmallIntegerField(null=True)
    elapsed_ms = models.PositiveIntegerField(null=True)
    repetitions = models.PositiveIntegerField()
    interval = models.PositiveIntegerField(help_text="Days, as granted.")
    easiness = models.PositiveIntegerField()
    due_on = models.DateField(null=True, help_text="Null only where a card never answered is practiced.")
    rules = models.CharField(max_length=100)
    revision = models.PositiveIntegerField(default=1)
    void = models.BooleanField(default=False)
    predicted = models.FloatField(
        null=True, help_text="Chance of recall that FSRS gave just before; outside the law."
    )

    class Meta:
        ordering = ["user", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["user", "sequence"], name="one_review_per_sequence"),
            models.UniqueConstraint(fields=["user", "turn"], name="one_review_per_turn"),
            models.CheckConstraint(
                condition=Q(kind="manual", grade=None) | (~Q(kind="manual") & Q(grade__range=(0, 5))),
                name="grade_0_to_5_unless_manual",
            ),
            models.CheckConstraint(condition=Q(easiness__gte=130), name="review_easiness_at_least_130"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(kind="practice"), name="review_gives_a_date"
            ),
        ]
        indexes = [
            # queue.todays_answers, stats: one learner's days.
            models.Index(fields=["user", "study_day"], name="review_day"),
            # study.undo, rebuild_states: one card's history.
            models.Index(fields=["user", "card", "sequence"], name="review_history"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}#{self.sequence}"

    @property
    def seconds(self) -> int:
        return (self.elapsed_ms or 0) // 1000

    @property
    def entry(self) -> fold.Entry:
        """Return the row as the fold reads it."""
        return fold.Entry(**{name: getattr(self, name) for name in fold.Entry.__slots__})


class Tick(models.Model):
    """One rubric point shown with an answer: did the learner say it? Only where one was ticked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ticks", db_index=False)
    review = models.ForeignKey(Review, models.CASCADE, related_name="ticks")
    point = models.ForeignKey(RubricPoint, models.PROTECT, related_name="ticks")
    said = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "review", "point"], name="one_tick_per_point")]
        indexes = [
            # turns.load_turn: how often a point was missed before.
            models.Index(fields=["user", "point"], name="tick_point"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}:{self.point_id}"


class Note(models.Model):
    """A learner's own words on a card; no edit of the card touches it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notes", db_index=False)
    card = models.ForeignKey(Card, models.PROTECT, related_name="notes")
    text = models.TextField(max_length=5000)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "card"], name="one_note_per_card")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.card_id}"


class Plan(models.Model):
    """An interview to be ready for; of several, the nearest one still ahead steers."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans", db_index=False)
    title = models.CharField(max_length=100, blank=True, help_text="For example a company.")
    interview_on = models.DateField()
    minutes = models.JSONField(default=list, help_text="Seven numbers, Monday first.")
    scope = models.JSONField(default=dict, blank=True, help_text='Filters for new cards: {"area": ["llm"]}')
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["interview_on", "pk"]
        indexes = [
            # plans.steering: the nearest interview ahead.
            models.Index(fields=["user", "interview_on"], name="plan_date"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.interview_on}"


class DayOff(models.Model):
    """A study day on which the learner will not study; it breaks no streak."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="days_off", db_index=False
    )
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_day_off")]
        verbose_name_plural = "days off"

    def __str__(self) -> str:
        return f"{self.user_id}:{self.day}"


class Reminder(models.Model):
    """A mail that was claimed to be sent, at most one a learner and study day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders", db_index=False
    )
    day = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_reminder_per_day")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.day}"
