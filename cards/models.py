"""What there is to learn: the bank of cards, the same for everybody."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.urls import reverse

from cards.versions import Versions

WORKED_OUT = {"coding", "sql", "debug", "derivation", "design", "estimation", "puzzle"}  # not just said
CHILD_SECONDS = 30  # the target for a follow-up or a recall prompt
TARGET_SECONDS = {
    "design": 600, "coding": 600, "sql": 300, "debug": 240, "derivation": 240, "puzzle": 240,
    "estimation": 180, "behavioral": 120, "process": 60, "tool": 60, "comparison": 45, "concept": 45,
}  # fmt: skip


class Named(models.Model):
    """A slug and a name: what areas, topics, roles and companies share."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Area(Named):
    """A part of the field, such as "Evaluation"."""

    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]


class Topic(Named):
    """A group of cards inside an area; new cards are dealt out round-robin over topics."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="topics")
    position = models.PositiveSmallIntegerField(default=0, help_text="Over all areas, in study order.")

    class Meta:
        ordering = ["position", "slug"]


class Role(Named):
    """A job that people interview for."""

    class Meta:
        ordering = ["name"]


class Company(Named):
    """A company to which the source material ties a question."""

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"


def open_to(user: User | AnonymousUser, at: str = "") -> Q:
    """Return the filter for shared cards and the user's own, whatever their status.

    `at` is the way to the card from what is filtered, such as "card__".
    """
    shared = Q(**{f"{at}owner": None})
    return shared if user.is_anonymous else shared | Q(**{f"{at}owner": user.pk})


def published(user: User | AnonymousUser, at: str = "") -> Q:
    """Return the filter for cards that are published and open to the user. `at` as above."""
    return open_to(user, at) & Q(**{f"{at}status": Card.Status.PUBLISHED})


def visible(user: User | AnonymousUser, at: str = "") -> Q:
    """Return the filter for cards that the user may study: published, and their parent too. `at` as above.

    The one definition of what may be studied; `queue.new_rows` alone asks
    for the parent in another way.
    """
    above = Q(**{f"{at}parent": None}) | Q(**{f"{at}parent__status": Card.Status.PUBLISHED})
    return published(user, at) & above


class CardQuerySet(models.QuerySet["Card"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the cards that `user` may study."""
        return self.filter(visible(user))


class Card(models.Model):
    """A question with its model answer; or one of its children, scheduled on its own."""

    class Part(models.TextChoices):
        CARD = "card", "card"
        FOLLOWUP = "followup", "follow-up"
        RECALL = "recall", "recall prompt"

    class Kind(models.TextChoices):
        CONCEPT = "concept", "Concept"
        COMPARISON = "comparison", "Comparison"
        DERIVATION = "derivation", "Derivation"
        CODING = "coding", "Coding"
        SQL = "sql", "SQL"
        DEBUG = "debug", "Debugging"
        DESIGN = "design", "System design"
        PUZZLE = "puzzle", "Puzzle"
        ESTIMATION = "estimation", "Estimation"
        TOOL = "tool", "Tool"
        BEHAVIORAL = "behavioral", "Behavioral"
        PROCESS = "process", "Process"

    class Level(models.IntegerChoices):
        SCREEN = 1, "Screen"
        MID = 2, "Mid"
        SENIOR = 3, "Senior"
        STAFF = 4, "Staff"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    slug = models.SlugField(
        max_length=125, unique=True, help_text="Never changes: learners' history hangs on it."
    )
    part = models.CharField(max_length=8, choices=Part, default=Part.CARD)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+",
        help_text="Empty: the shared bank. Else this learner's private card.",
    )  # fmt: skip
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="cards")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CONCEPT)
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.MID)
    position = models.PositiveIntegerField(default=0, help_text="In its topic; new cards come in this order.")
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    question = models.TextField(max_length=2000)
    hint = models.TextField(max_length=1000, blank=True)
    answer = models.TextField(max_length=8000, help_text="What you would say in 30 seconds.")
    details = models.TextField(max_length=20000, blank=True)
    mistakes = models.JSONField(default=list, blank=True, help_text='[{"wrong": "...", "fix": "..."}]')
    bar = models.JSONField(
        default=dict, blank=True, help_text='{"mid": "...", "senior": "...", "staff": "..."}'
    )
    sources = models.JSONField(default=list, blank=True, help_text="Bibliography entries, each with its key.")
    claims = models.JSONField(default=list, blank=True)
    covers = models.JSONField(default=list, blank=True)
    roles = models.ManyToManyField(Role, blank=True, related_name="cards")
    companies = models.ManyToManyField(Company, blank=True, related_name="cards")
    prerequisites = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="leads_to")
    as_of = models.DateField(null=True, blank=True, help_text="For facts that age: the day they were true.")
    review_by = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Raise it when an edit changes the meaning.")
    loaded_hash = models.CharField(max_length=64, blank=True, editable=False)
    loaded_from = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Deck file it came from."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CardQuerySet.as_manager()
    # What a card says and is, not where it came from or stands; gone with the card, as a private one must be.
    history = Versions(
        excluded_fields=["owner", "position", "loaded_hash", "loaded_from", "created_at", "updated_at"],
        m2m_fields=["roles", "companies", "prerequisites"],
        no_db_index=["slug", "parent", "topic"],
        cascade_delete_history=True,
    )

    class Meta:
        ordering = ["topic__position", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(part="card", parent=None) | (~Q(part="card") & Q(parent__isnull=False)),
                name="child_has_parent",
            ),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="level_1_to_4"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]), name="known_status"
            ),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(answer=""), name="question_and_answer_filled"
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="revision_from_1"),
        ]
        indexes = [
            # queue.new_rows: the next cards to introduce, position by position.
            models.Index(fields=["status", "position"], name="card_introduction"),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        """Return the card's page; a child is shown on its parent's."""
        if self.parent_id and self.parent:
            return f"{reverse('scheduling:card', args=[self.parent.slug])}#{self.slug}"
        return reverse("scheduling:card", args=[self.slug])

    @property
    def is_published(self) -> bool:
        """Tell whether it may be seen: published, and its parent too."""
        above = self.parent.status if self.parent else self.Status.PUBLISHED
        return self.status == above == self.Status.PUBLISHED

    @property
    def worked_out(self) -> bool:
        """Tell whether it is answered by solving something, not by saying what one knows."""
        return self.kind in WORKED_OUT and not self.parent_id

    @property
    def target(self) -> int:
        """Return the seconds in which a good candidate answers it."""
        return CHILD_SECONDS if self.parent_id else TARGET_SECONDS[self.kind]

    def hand_down(self) -> None:
        """Give the children of the shared bank what every child shares with its parent. Three statements each."""
        for child in self.children.filter(owner=None):
            child.inherit(self)
            child.save()
            child.roles.set(self.roles.all())
            child.companies.set(self.companies.all())

    def inherit(self, parent: "Card") -> None:
        """Take from the parent what every child shares with it; nothing is saved."""
        self.parent = parent
        self.topic, self.kind, self.level = parent.topic, parent.kind, parent.level
        if self.part == self.Part.CARD:
            self.part = self.Part.FOLLOWUP


class Report(models.Model):
    """What a learner found amiss in a card of the shared bank, and what came of it."""

    class Reason(models.TextChoices):
        WRONG = "wrong", "Something is wrong"
        UNCLEAR = "unclear", "It can be read in two ways"
        MISSING = "missing", "Something is missing"
        OUTDATED = "outdated", "It is out of date"
        TYPO = "typo", "A typo, or it looks broken"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FIXED = "fixed", "Fixed"
        DECLINED = "declined", "Stays as it is"

    card = models.ForeignKey(Card, models.CASCADE, related_name="reports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="card_reports"
    )
    reason = models.CharField(max_length=8, choices=Reason)
    text = models.TextField(max_length=2000, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="The card's, when it was reported.")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reply = models.TextField(max_length=2000, blank=True, help_text="What the learner is told.")
    created_at = models.DateTimeField(auto_now_add=True)
    read = models.BooleanField(default=False, editable=False, help_text="The learner has read the reply.")

    class Meta:
        ordering = ["-created_at", "-pk"]
        # views.today: the answers that a learner has not read.
        indexes = [models.Index(fields=["user", "read", "state"], name="report_unread")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "fixed", "declined"]), name="known_report_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.card}"


class RubricPoint(models.Model):
    """One observable thing that a good answer says; learners' ticks hang on it."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="points")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=300)
    must = models.BooleanField(default=False)
    retired = models.BooleanField(default=False, help_text="Retired, not deleted: ticks may hang on it.")

    history = Versions(excluded_fields=["position"], no_db_index=["key"], cascade_delete_history=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["card", "key"], name="one_point_per_key")]

    def __str__(self) -> str:
        return f"{self.card_id}:{self.key}"
