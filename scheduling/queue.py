"""Whose turn is it: reads what `order.choose` needs, never more, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Coalesce

from cards.models import Card, CardQuerySet, RubricPoint
from scheduling import days, fold, order
from scheduling.models import CardState, CardStateQuerySet, Learner, Review
from scheduling.scope import Scope

NOT_COUNTED = ("practice", "manual")


@dataclass(frozen=True, slots=True)
class Button:
    """A grade that may be given, and what it would do."""

    grade: int
    label: str
    key: str
    wait: str


FOUR = ((2, "Again", "1"), (3, "Hard", "2"), (4, "Good", "3"), (5, "Easy", "4"))
SIX = (
    (0, "Blackout", "0"), (1, "Wrong", "1"), (2, "Almost", "2"),
    (3, "Hard", "3"), (4, "Good", "4"), (5, "Easy", "5"),
)  # fmt: skip
LABELS = {grade: label for grade, label, _ in (*SIX, *FOUR)}


@dataclass(frozen=True, slots=True)
class Answered:
    """One of today's answers, with what undo has to say about it."""

    turn: UUID
    slug: str
    grade: int | None
    kind: str
    counted: order.Answer

    @property
    def label(self) -> str:
        return LABELS.get(self.grade, "change") if self.grade is not None else "change"


@dataclass(frozen=True, slots=True)
class Turn:
    """One card to answer."""

    id: UUID
    card: Card
    own: CardState
    points: list[RubricPoint]
    kind: str | None
    buttons: list[Button]

    @property
    def seen(self) -> int:
        return self.own.review_count


@dataclass(frozen=True, slots=True)
class Session:
    """What the study page shows: a turn, or why there is none."""

    today: date
    counts: order.Counts
    turn: Turn | None
    reason: str
    held: bool
    last: Answered | None
    done: int

    @property
    def place(self) -> int:
        """Return the shown card's number among today's."""
        return self.done + 1

    @property
    def total(self) -> int:
        """Return how many answers the day holds, as far as can be told now."""
        return self.done + self.counts.new + self.counts.learning + self.counts.due


def session(learner: Learner, now: datetime, scope: Scope, card: Card | None = None) -> Session:
    """Return the next turn, or `card` now if one is given.

    Four statements: today's answers, due, new, and the card with its state and
    key points; one more at the end of the day, to tell an empty scope.
    """
    today = learner.today(now)
    answered = todays_answers(learner, today, scope)
    choice = choose(learner, now, today, scope, answered)
    chosen = card.pk if card else choice.card
    turn = load_turn(learner, now, today, chosen, choice.kind) if chosen else None
    return Session(
        today=today,
        counts=choice.counts,
        turn=turn,
        reason="" if turn else reason(learner, scope, choice, answered),
        held=choice.held,
        last=answered[-1] if answered else None,
        done=sum(row.kind not in NOT_COUNTED for row in answered),
    )


def choose(
    learner: Learner, now: datetime, today: date, scope: Scope, answered: Sequence[Answered]
) -> order.Choice:
    """Return what `order.choose` decides on today's rows. Two statements: due and new."""
    counted = [row.counted for row in answered if row.kind not in NOT_COUNTED]
    limits = order.Limits(
        new=learner.new_limit(today),
        reviews=learner.review_limit(today),
        new_despite_backlog=learner.extra_on == today and learner.extra_new > 0,
    )
    families = {row.family for row in counted if row.kind == "learn"}
    return order.choose(
        now,
        today,
        answers=counted,
        due=due_rows(learner, today, scope),
        new=new_rows(learner, today, scope, families, limits.new),
        limits=limits,
    )


def todays_answers(learner: Learner, today: date, scope: Scope) -> list[Answered]:
    """Return today's log, oldest first, practice and changes by hand included. One statement."""
    states = _studied(learner, today, scope).filter(card=OuterRef("card"))
    rows = (
        Review.objects.filter(user=learner.user_id, study_day=today, void=False)
        .annotate(waiting=Exists(states), family=Coalesce("card__parent", "card"))
        .order_by("sequence")
        .values_list("turn", "card__slug", "grade", "kind", "card", "family", "reviewed_at", "rules", "waiting")
    )
    return [
        Answered(turn, slug, grade, kind, order.Answer(card, family, kind, at, _repeats(grade, rules), waiting))
        for turn, slug, grade, kind, card, family, at, rules, waiting in rows
    ]


def due_rows(learner: Learner, today: date, scope: Scope) -> list[order.Due]:
    """Return the earliest due cards, 1,000 at most, with what their rank needs. One statement."""
    rows = (
        _studied(learner, today, scope)
        .filter(due_on__lte=today)
        .annotate(family=Coalesce("card__parent", "card"))
        .order_by("due_on", "pk")
        .values_list("card", "family", "due_on", "last_reviewed_on", "interval")[: order.RANKED]
    )
    return [order.Due(*row) for row in rows]


def new_rows(
    learner: Learner, today: date, scope: Scope, families: set[int], limit: int
) -> list[order.New]:
    """Return cards never answered, in order of introduction, enough to fill the limit.

    Round-robin over topics: first every topic's first card. A child comes once
    its parent has been passed. One statement.
    """
    mine = CardState.objects.filter(user=learner.pk)
    met = Q(review_count__gt=0) | Q(suspended=True) | Q(buried_until__gt=today)
    rows = (
        introducible(learner, scope)
        .filter(~Exists(mine.filter(met, card=OuterRef("pk"))))
        .annotate(family=Coalesce("parent", "pk"))
        .exclude(family__in=families)
        .order_by("position", "topic__position", "pk")
        .values_list("pk", "family")[: limit * 5 + 5]
    )
    return [order.New(*row) for row in rows]


def introducible(learner: Learner, scope: Scope) -> CardQuerySet:
    """Return the cards in scope that may be met: parents, and children of a passed parent."""
    passed = CardState.objects.filter(user=learner.pk, card=OuterRef("parent"), last_grade__gte=fold.PASS)
    visible = Card.objects.visible_to(learner.user)
    return scope.of_cards(visible).filter(Q(parent=None) | Exists(passed))


def with_own_state(cards: CardQuerySet, user: int) -> CardQuerySet:
    """Join the learner's state; read it with `own_state`. No statement."""
    names = [field.attname for field in CardState._meta.concrete_fields]
    return cards.annotate(
        own=FilteredRelation("states", condition=Q(states__user=user)),
        **{f"own_{name}": F(f"own__{name}") for name in names},
    )


def own_state(card: Card, user: int) -> CardState:
    """Return the state that `with_own_state` joined, or a fresh one, not saved."""
    if card.own_id is None:  # type: ignore[attr-defined]
        return CardState(user_id=user, card=card)
    names = [field.attname for field in CardState._meta.concrete_fields]
    state = CardState.from_db("default", names, [getattr(card, f"own_{name}") for name in names])
    state.card = card
    return state


def load_turn(learner: Learner, now: datetime, today: date, card: int, kind: str | None) -> Turn:
    """Return a card ready to be shown, with a fresh turn. One statement: card, state, points.

    The join gives a row for each key point; the card is the same in all.
    """
    rows = list(
        with_own_state(Card.objects.filter(pk=card), learner.user_id)
        .select_related("topic__area", "parent")
        .annotate(point=FilteredRelation("points", condition=Q(points__retired=False)))
        .annotate(
            point_id=F("point__pk"), point_key=F("point__key"), point_text=F("point__text"),
            point_must=F("point__must"),
        )
        .order_by("point__position", "point__pk")
    )  # fmt: skip
    shown = rows[0]
    points = [
        RubricPoint(pk=row.point_id, card=shown, key=row.point_key, text=row.point_text, must=row.point_must)
        for row in rows
        if row.point_id is not None
    ]
    own = own_state(shown, learner.user_id)
    return Turn(uuid4(), shown, own, points, kind, buttons(learner, shown, own, now, today))


def buttons(learner: Learner, card: Card, own: CardState, now: datetime, today: date) -> list[Button]:
    """Return the grades on offer, each with what the very same fold will do. No statement."""
    state = own.folded
    first = fold.Entry(
        sequence=learner.last_sequence + 1, reviewed_at=now, study_day=today,
        kind=fold.kind_of(state, today), grade=0, rules=learner.terms(),
    )  # fmt: skip
    shown = []
    for grade, label, key in SIX if learner.six_grades else FOUR:
        after = fold.apply(state, replace(first, grade=grade), card.slug)
        wait = 0 if after.repeating or after.due_on is None else (after.due_on - today).days
        shown.append(Button(grade, label, key, days.wait_in_words(max(wait, 0))))
    return shown


def reason(learner: Learner, scope: Scope, choice: order.Choice, answered: Sequence[Answered]) -> str:
    """Return why nothing is left: empty (no card here), limit, or finished. At most one statement."""
    if choice.held:
        return "limit"
    if answered or scope.of_cards(Card.objects.visible_to(learner.user)).exists():
        return "finished"
    return "empty"


def _studied(learner: Learner, today: date, scope: Scope) -> CardStateQuerySet:
    """Return the states that may be shown now: in scope, visible, at rest neither by wish nor by parent."""
    visible = scope.of_cards(Card.objects.visible_to(learner.user)).filter(pk=OuterRef("card"))
    return CardState.objects.filter(Exists(visible), user=learner.pk).rested(today).with_parent_passed()


def _repeats(grade: int | None, rules: str) -> bool:
    return grade is not None and grade < (fold.PASS_STRICT if fold.terms(rules).strict else fold.PASS)


def rest_of_day(today: date) -> date:
    """Return the study day on which a skipped card may be shown again."""
    return today + timedelta(days=1)
