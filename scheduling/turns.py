"""One card ready to be shown: with its state, key points, and what each grade would do."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db.models import Count, FilteredRelation, Q

from cards.models import Card, CardQuerySet, RubricPoint
from scheduling import changes, days, fold
from scheduling.models import CardState, Learner

FOUR = ((2, "Again", "1"), (3, "Hard", "2"), (4, "Good", "3"), (5, "Easy", "4"))
SIX = (
    (0, "Blackout", "0"), (1, "Wrong", "1"), (2, "Almost", "2"),
    (3, "Hard", "3"), (4, "Good", "4"), (5, "Easy", "5"),
)  # fmt: skip
TWO = ((2, "Again", "1"), (4, "Good", "2"))
TICK_KEYS = "abcdgjlm"  # letters that no action has
LABELS = {grade: label for grade, label, _ in (*SIX, *FOUR)}
MEANINGS = {
    0: "Nothing came to mind.",
    1: "Wrong, though the answer looked familiar.",
    2: "Not recalled, or a must missed.",
    3: "Recalled, with effort or with gaps.",
    4: "Recalled, every point.",
    5: "Recalled at once, could teach it.",
}
MEANINGS_WORKED_OUT = {
    0: "No idea where to begin.",
    1: "Wrong, though the way in was right.",
    2: "Not solved, or a must missed.",
    3: "Solved, with effort or with gaps.",
    4: "Solved, every point.",
    5: "Solved at once, could teach it.",
}


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
    """A key point of the shown card, the key that ticks it, and how often the learner left it out before."""

    key: str
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
    changed: changes.Change | None

    @property
    def seen(self) -> int:
        return self.own.review_count

    @property
    def always_missed(self) -> list[Point]:
        """Return the points left out in at least two of three tries, for a leech's help."""
        return [point for point in self.points if point.missed >= 2 and 3 * point.missed >= 2 * point.shown]


def with_own_state(cards: CardQuerySet, user: int) -> CardQuerySet:
    """Bring the learner's state of each card along as `own`; read it with `own_state`. No statement."""
    mine = FilteredRelation("states", condition=Q(states__user=user))
    return cards.annotate(own=mine).select_related("own")


def own_state(card: Card, user: int) -> CardState:
    """Return the state that `with_own_state` brought along, or a fresh one, not saved."""
    own: CardState = getattr(card, "own", None) or CardState(user_id=user)  # unset where there is none
    own.card = card
    return own


def label(grade: int | None, interval: int) -> str:
    """Return what undo calls an answer, or a change by hand that gave an interval in days."""
    if grade is not None:
        return LABELS[grade]
    return "I know this" if interval else "Reset"


def load_turn(learner: Learner, now: datetime, today: date, card: int, kind: str | None) -> Turn:
    """Return a card ready to be shown, with a fresh turn; without a `kind` it is told from the card's state.

    Two statements: the card with state and note, and its key points; one more
    where the card's revision was ever raised.
    """
    written = FilteredRelation("notes", condition=Q(notes__user=learner.pk))
    cards = with_own_state(Card.objects.annotate(written=written), learner.pk)
    shown = cards.select_related("topic__area", "parent", "written").get(pk=card)
    own = own_state(shown, learner.pk)
    return Turn(
        id=uuid4(),
        card=shown,
        own=own,
        points=points_of(shown, learner.pk),
        note=shown.written.text if hasattr(shown, "written") else "",
        kind=kind or kind_of(own, today),
        buttons=buttons(learner, shown, own, now, today),
        leech=own.lapses >= learner.leech_lapses,
        changed=changes.since_answered(shown, own),
    )


def kind_of(own: CardState, today: date) -> str:
    """Return what a card is today: new, repeat or due."""
    if not own.review_count:
        return "new"
    return "repeat" if own.last_reviewed_on == today else "due"


def points_of(card: Card, user: int) -> list[Point]:
    """Return the card's key points, each with how often the learner left it out. One statement."""
    mine = FilteredRelation("ticks", condition=Q(ticks__user=user))
    valid = Q(mine__review__void=False)
    rows = (
        RubricPoint.objects.filter(card=card, retired=False)
        .annotate(mine=mine)
        .annotate(shown=Count("mine", filter=valid), missed=Count("mine", filter=valid & Q(mine__said=False)))
        .order_by("position", "pk")
        .values_list("pk", "text", "must", "shown", "missed")
    )
    return [Point(TICK_KEYS[place : place + 1], *row) for place, row in enumerate(rows)]


def buttons(learner: Learner, card: Card, own: CardState, now: datetime, today: date) -> list[Button]:
    """Return the grades on offer, each with what the very same fold will do. No statement."""
    state = own.folded
    first = fold.Entry(
        sequence=learner.last_sequence + 1, reviewed_at=now, study_day=today,
        kind=fold.kind_of(state, today), grade=0, rules=learner.terms(today),
    )  # fmt: skip
    meanings = MEANINGS_WORKED_OUT if card.worked_out else MEANINGS
    shown = []
    for grade, word, key in SIX if learner.six_grades else TWO if learner.two_grades else FOUR:
        after = fold.apply(state, replace(first, grade=grade), card.slug)
        wait = 0 if after.repeating or after.due_on is None else (after.due_on - today).days
        shown.append(Button(grade, word, key, days.wait_in_words(max(wait, 0)), meanings[grade]))
    return shown
