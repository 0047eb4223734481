"""What a learner writes down beside their answers: notes, interviews, days off; and mails claimed."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from cards.models import Card


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

    @classmethod
    def keep(cls, user: User, card: Card, text: str, was: str | None = None) -> bool:
        """Store a user's own words on a card; empty text takes them away.

        `was` is the note that the page began with. If another tab has written
        since, both stay, one below the other; tell whether that was so. Two
        statements, one if nothing changes.
        """
        note = cls.objects.filter(user=user, card=card).first() or cls(user=user, card=card)
        if note.text == text:
            return False
        joined = was is not None and note.text not in ("", was)
        note.text = f"{note.text}\n\n{text}".strip() if joined else text
        if note.text:
            note.save()
        elif note.pk:
            note.delete()
        return joined


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
