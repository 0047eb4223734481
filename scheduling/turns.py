"""One card ready to be shown: with its state, key points, and what each grade would do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db.models import Count, F, FilteredRelation, IntegerField, OuterRef, Q, Subquery

from cards.models import Card, CardQuerySet
from scheduling import days, fold
from scheduling.models import CardState, Learner, Tick

FOUR = ((2, "Again", "1"), (3, "Hard", "2"), (4, "Good", "3"), (5, "Easy", "4"))
SIX = (
    (0, "Blackout", "0"), (1, "Wrong", "1"), (2, "Almost", "2"),
    (3, "Hard", "3"), (4, "Good", "4"), (5, "Easy", "5"),
)  # fmt: skip
TWO = ((2, "Again", "1"), (4, "Good", "2"))
LABELS = {grade: label for grade, label, _ in (*SIX, *FOUR)}
MEANINGS = {
    0: "Nothing came to mind.",
    1: "Wrong, though the answer looked familiar.",
    2: "Not recalled, or a key point missed.",
    3: "Recalled, with effort or with gaps.",
    4: "Recalled, every point.",
    5: "Recalled at once, could teach it.",
}
MEANINGS_WORKED_OUT = {
    0: "No idea where to begin.",
    1: "Wrong, though the way in was right.",
    2: "Not solved, or a key point missed.",
    3: "Solved, with effort or with gaps.",
    4: "Solved, every point.",
    5: "Solved at once, could teach it.",
}
COLUMNS = [field.attname for field in CardState._meta.concrete_fields]


@dataclass(frozen=True, slots=True)
class Button:
    """A grade that may be given, and what it would do."""

    grade: int
    label: str
    key: str
    wait: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Point:
    """A key point of the shown card, and how often the learner left it out before."""

    pk: int
    text: str
    must: bool
    shown: int
    missed: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One card to answer."""

    id: UUID
    card: Card
    own: CardState
    points: list[Point]
    note: str
    kind: str
    buttons: list[Button]
    leech: bool

    @property
    def seen(self) -> int:
        return self.own.review_count

    @property
    def always_missed(self) -> list[Point]:
        """Return the points left out in at least two of three tries, for a leech's help."""
        return [point for point in self.points if point.missed >= 2 and 3 * point.missed >= 2 * point.shown]


def with_own_state(cards: CardQuerySet, user: int) -> CardQuerySet:
    """Join the learner's state; read it with `own_state`. No statement."""
    return cards.annotate(
        own=FilteredRelation("states", condition=Q(states__user=user)),
        **{f"own_{name}": F(f"own__{name}") for name in COLUMNS},
    )


def own_state(card: Card, user: int) -> CardState:
    """Return the state that `with_own_state` joined, or a fresh one, not saved."""
    if card.own_id is None:
        return CardState(user_id=user, card=card)
    state = CardState.from_db("default", COLUMNS, [getattr(card, f"own_{name}") for name in COLUMNS])
    state.card = card
    return state


def load_turn(learner: Learner, now: datetime, today: date, card: int, kind: str) -> Turn:
    """Return a card ready to be shown, with a fresh turn. One statement: card, state, points, note.

    The join gives a row for each key point; the card is the same in all.
    """
    rows = _rows(learner, card)
    shown = rows[0]
    own = own_state(shown, learner.pk)
    points = [
        Point(row.point_id, row.point_text, row.point_must, row.point_shown or 0, row.point_missed or 0)
        for row in rows
        if row.point_id is not None
    ]
    return Turn(
        id=uuid4(),
        card=shown,
        own=own,
        points=points,
        note=shown.note_text or "",
        kind=kind,
        buttons=buttons(learner, shown, own, now, today),
        leech=own.lapses >= learner.leech_lapses,
    )


def _rows(learner: Learner, card: int) -> Sequence[Card]:
    """Return the card once for each of its key points, or once."""
    ticks = Tick.objects.filter(user=learner.pk, point=OuterRef("point__pk"), review__void=False).order_by()
    counted = ticks.values("point").annotate(n=Count("pk"), m=Count("pk", filter=Q(said=False)))
    return list(
        with_own_state(Card.objects.filter(pk=card), learner.pk)
        .select_related("topic__area", "parent")
        .annotate(
            point=FilteredRelation("points", condition=Q(points__retired=False)),
            note=FilteredRelation("notes", condition=Q(notes__user=learner.pk)),
        )
        .annotate(
            point_id=F("point__pk"), point_text=F("point__text"), point_must=F("point__must"), note_text=F("note__text"),
            point_shown=Subquery(counted.values("n"), output_field=IntegerField()),
            point_missed=Subquery(counted.values("m"), output_field=IntegerField()),
        )
        .order_by("point__position", "point__pk")
    )  # fmt: skip


def buttons(learner: Learner, card: Card, own: CardState, now: datetime, today: date) -> list[Button]:
    """Return the grades on offer, each with what the very same fold will do. No statement."""
    state = own.folded
    first = fold.Entry(
        sequence=learner.last_sequence + 1, reviewed_at=now, study_day=today,
        kind=fold.kind_of(state, today), grade=0, rules=learner.terms(today),
    )  # fmt: skip
    meanings = MEANINGS_WORKED_OUT if card.worked_out else MEANINGS
    shown = []
    for grade, label, key in SIX if learner.six_grades else TWO if learner.two_grades else FOUR:
        after = fold.apply(state, replace(first, grade=grade), card.slug)
        wait = 0 if after.repeating or after.due_on is None else (after.due_on - today).days
        shown.append(Button(grade, label, key, days.wait_in_words(max(wait, 0)), meanings[grade]))
    return shown
