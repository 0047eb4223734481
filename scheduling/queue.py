"""Whose turn is it: reads what `order.choose` needs, never more, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from cards.models import Card, CardQuerySet, published, visible
from scheduling import fold, order, pacing, pauses, plans
from scheduling.answered import NOT_COUNTED, Answered, counted, todays_answers
from scheduling.models import CardState, CardStateQuerySet, Learner
from scheduling.scope import Scope
from scheduling.turns import Turn, load_turn

ALL = Q()


@dataclass(frozen=True, slots=True)
class Session:
    """What the study page shows: a turn, or why there is none."""

    today: date
    counts: order.Counts
    turn: Turn | None
    reason: str
    held_due: int
    last: Answered | None
    done: int
    time_is_up: bool
    none_fits: bool = False  # of what is left, in the minutes left
    pause: pauses.Pause | None = None

    @property
    def place(self) -> int:
        """Return the shown card's number among today's."""
        return self.done + 1

    @property
    def total(self) -> int:
        """Return how many answers the day holds, as far as can be told now.

        A card asked for by name may come on top of what the day had left.
        """
        return self.done + max(self.left, self.turn is not None)

    @property
    def left(self) -> int:
        return self.counts.new + self.counts.learning + self.counts.due


def session(learner: Learner, now: datetime, scope: Scope, card: Card | None = None) -> Session:
    """Return the next turn, or `card` now if one is given.

    Seven statements: the plan, today's answers, due, new main cards and children,
    the card with its state and note, and its key points. One more with a card to be repeated, one or two
    more with a plan; at the end of the day one to tell an empty scope instead of
    the card's two.
    """
    today = learner.today(now)
    steering = plans.steer(learner, today)
    awake = awake_states(learner, today, scope).filter(scope.in_time(now, "card__"))
    answered = todays_answers(learner, today, awake)
    choice = choose(learner, now, scope, awake, answered, steering)
    too_long = None if choice.card else _too_long(learner, now, scope, answered, steering)
    choice = too_long or choice
    chosen = card.pk if card else choice.card
    turn = load_turn(learner, now, today, chosen, None if card else choice.kind) if chosen else None
    return Session(
        today=today,
        counts=choice.counts,
        turn=turn,
        reason="" if turn else reason(learner, now, scope, choice, answered),
        held_due=choice.held_due,
        last=answered[-1] if answered else None,
        done=_done(answered, scope),
        time_is_up=scope.is_over(now) or too_long is not None,
        none_fits=too_long is not None,
        pause=pauses.pause_point([row.elapsed_ms for row in answered], learner.pause_every) if turn else None,
    )


def _too_long(
    learner: Learner, now: datetime, scope: Scope, answered: Sequence[Answered], steering: plans.Steering
) -> order.Choice | None:
    """Return what is left, none of it chosen, where the minutes are enough for nothing of it; else None.

    No statement without minutes, as many as for a choice with them.
    """
    if scope.until is None or scope.is_over(now):
        return None
    awake = awake_states(learner, learner.today(now), scope)
    left = choose(learner, now, scope.unhurried(), awake, answered, steering)
    return replace(left, card=None, held=True) if left.card else None


def choose(
    learner: Learner,
    now: datetime,
    scope: Scope,
    awake: CardStateQuerySet,
    answered: Sequence[Answered],
    steering: plans.Steering,
) -> order.Choice:
    """Return the next card of the scope, by its mode: none once its minutes are over. Five statements at most."""
    if scope.practice or scope.ahead:
        choice = _one_by_one(learner, now, scope, awake, answered)
    else:
        choice = _by_schedule(learner, now, scope, awake, answered, steering)
    return replace(choice, card=None, kind=None, held=True) if scope.is_over(now) else choice


def _by_schedule(
    learner: Learner,
    now: datetime,
    scope: Scope,
    awake: CardStateQuerySet,
    answered: Sequence[Answered],
    steering: plans.Steering,
) -> order.Choice:
    """Return what limits, plan and families let through.

    Three statements: due cards, and two for new ones where the day still has room
    for one or nothing is due. One more with a plan, two in its sweep or before a break.
    """
    today = learner.today(now)
    answers = counted(answered)
    kinds = [row.kind for row in answers]
    pace = plans.pace(learner, steering, today)
    due = _due_now(awake, pace, {row.card for row in answers}, today)
    limits = pace.limits(today, kinds.count("review") + len(due))
    room = order.room_today(answers, len(due), order.RANKED, limits)
    introduced = plans.introduced_scope(scope, steering.plan)
    met = order.introduced(answers)
    return order.choose(
        now,
        today,
        answers=answers,
        due=due,
        new=new_rows(learner, today, introduced, met, limits.new, scope.in_time(now))
        if room.new or not due
        else [],
        early=plans.early_rows(awake, pace, plans.scope_of(steering.plan), today, kinds.count("early")),
        limits=limits,
    )


def _due_now(awake: CardStateQuerySet, pace: pacing.Pace, done: set[int], today: date) -> list[order.Due]:
    """Return what is due and not answered today; after an interview not what its cap alone made due."""
    due = [row for row in due_rows(awake, today) if row.card not in done]
    if pace.interview is not None:
        return due
    return [row for row in due if pacing.own_day_has_come(row.last_on, row.interval, today)]


def _one_by_one(
    learner: Learner, now: datetime, scope: Scope, awake: CardStateQuerySet, answered: Sequence[Answered]
) -> order.Choice:
    """Return the next card to practice or to review ahead: each once a day. One statement."""
    today = learner.today(now)
    done = {row.counted.card for row in answered if row.kind == "practice" or not scope.practice}
    if scope.practice:
        cards = practice_cards(learner, today, scope).filter(scope.in_time(now))
    else:
        cards = ahead_cards(awake, today)
    left = [card for card in cards[: order.RANKED + len(done)] if card not in done]
    counts = order.Counts(new=0, learning=0, due=min(len(left), order.RANKED))
    return order.Choice(left[0] if left else None, "due" if left else None, counts, held=False)


def practice_cards(learner: Learner, today: date, scope: Scope) -> CardQuerySet:
    """Return the ids of all cards in scope, those nearest to being due first."""
    mine = CardState.objects.filter(user=learner.pk, card=OuterRef("pk"))
    cards = scope.of_cards(Card.objects.visible_to(learner.user), learner)
    return (
        cards.filter(~Exists(mine.filter(Q(suspended=True) | Q(buried_until__gt=today))))
        .annotate(due_on=mine.values("due_on")[:1])
        .order_by(F("due_on").asc(nulls_last=True), "position", "pk")
        .values_list("pk", flat=True)
    )


def ahead_cards(awake: CardStateQuerySet, today: date) -> CardStateQuerySet:
    """Return the ids of the cards that are not due yet, the soonest first."""
    return awake.filter(due_on__gt=today).order_by("due_on", "pk").values_list("card", flat=True)


def due_rows(awake: CardStateQuerySet, today: date) -> list[order.Due]:
    """Return the earliest due cards, 1,000 at most, with what their rank needs. One statement."""
    rows = (
        awake.filter(due_on__lte=today)
        .order_by("due_on", "pk")
        .values_list("card", "card__parent", "due_on", "last_reviewed_on", "interval")[: order.RANKED]
    )
    return [order.Due(card, parent or card, *rest) for card, parent, *rest in rows]


def new_rows(
    learner: Learner, today: date, scope: Scope, families: set[int], limit: int, in_time: Q = ALL
) -> list[order.New]:
    """Return cards never answered, in order of introduction, enough to fill the limit.

    Main cards, round-robin over topics: first every topic's first card. Then the
    children of passed parents; `order.introduction` mixes them. `families` have
    had their new card today. Two statements.
    """
    mine = CardState.objects.filter(user=learner.pk)
    gone = Q(review_count__gt=0) | Q(suspended=True) | Q(buried_until__gt=today)
    may_come = published(learner.user) & scope.fits(learner) & in_time
    unmet = Card.objects.filter(may_come, ~Exists(mine.filter(gone, card=OuterRef("pk"))))
    unmet = unmet.order_by("position", "topic__position", "pk")
    mains = unmet.filter(part=Card.Part.CARD).exclude(pk__in=families).values_list("pk", flat=True)
    children = unmet.filter(parent__in=passed(learner)).exclude(parent__in=families)
    rows = children.values_list("pk", "parent")[: (limit + 1) * order.ROWS_A_FAMILY]
    return [order.New(card, card) for card in mains[: limit + 1]] + [order.New(*row) for row in rows]


def passed(learner: Learner) -> CardStateQuerySet:
    """Return the ids of the published cards that were passed at the last answer, so that their children may be met.

    They are read from the states alone: joined to itself, the table of cards is
    one that PostgreSQL may read anew for every row.
    """
    recalled = Q(last_grade__gte=fold.PASS) | Q(last_grade=None, repetitions__gt=0)  # or known by hand
    states = CardState.objects.filter(recalled, user=learner.pk, card__status=Card.Status.PUBLISHED)
    return states.values("card")


def reason(
    learner: Learner, now: datetime, scope: Scope, choice: order.Choice, answered: Sequence[Answered]
) -> str:
    """Return why nothing is left: empty (no card here), limit, or finished. At most one statement."""
    if choice.held:
        return "limit"
    if scope.of_cards(Card.objects.visible_to(learner.user), learner).exists():
        return "finished"
    return "empty"


def awake_states(learner: Learner, today: date, scope: Scope) -> CardStateQuerySet:
    """Return the states that may be shown now: in scope, visible, at rest neither by wish nor by parent."""
    shown_here = visible(learner.user, "card__") & scope.fits(learner, "card__")
    return CardState.objects.filter(shown_here, user=learner.pk).rested(today).with_parent_passed()


def _done(answered: Sequence[Answered], scope: Scope) -> int:
    """Return how many answers the progress bar counts: practice counts in practice alone."""
    if scope.practice:
        return sum(row.kind == "practice" for row in answered)
    return sum(row.kind not in NOT_COUNTED for row in answered)


def rest_of_day(today: date) -> date:
    """Return the study day on which a skipped card may be shown again."""
    return today + timedelta(days=1)
