"""What each learner remembers, and the log from which it can always be rebuilt."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from cards.models import Card, RubricPoint
from scheduling import fold
from scheduling.sm2 import Memory


class CardStateQuerySet(models.QuerySet["CardState"]):
    def rested(self, today: date) -> Self:
        """Keep what the learner does not want to be left alone with: not suspended, not buried."""
        return self.filter(Q(buried_until=None) | Q(buried_until__lte=today), suspended=False)

    def with_parent_passed(self) -> Self:
        """Leave out children whose parent's last counted grade was a fail: they rest meanwhile."""
        failed = CardState.objects.filter(
            user=OuterRef("user"), card=OuterRef("card__parent"), last_grade__lt=fold.PASS
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
            # turns.points_of: how often a point was missed before.
            models.Index(fields=["user", "point"], name="tick_point"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}:{self.point_id}"
