"""The law of the log: random learners through random weeks, checked after every step.

Folding a learner's not-void reviews of a card, in order of sequence, gives
exactly its state, whatever is graded, undone, posted twice, missed or moved.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from scheduling import days, queue, study, wishes
from scheduling.models import CardState, Learner, Review
from scheduling.rebuild import rebuild
from scheduling.scope import Scope
from tests.rows import make_card, make_child, make_topic

ZONES = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
]


class Weeks(RuleBasedStateMachine):
    """One learner, seven cards (two of them children), and whatever may happen."""

    def __init__(self) -> None:
        super().__init__()
        User.objects.filter(username="law").delete()
        user = User.objects.create_user("law")
        Learner.of(user)
        self.user = user
        topic = make_topic()
        parents = [make_card(topic=topic, position=n) for n in range(5)]
        self.cards = [*parents, make_child(parents[0]), make_child(parents[1])]
        self.now = datetime(2026, 3, 20, 12, tzinfo=UTC)  # both DST nights lie ahead
        self.turns: list[tuple[UUID, int]] = []

    @property
    def learner(self) -> Learner:
        return Learner.objects.select_related("user").get(user=self.user)

    def grade(self, card: int, grade: int, turn: UUID, seen: int) -> str:
        return study.grade(
            self.learner, card, study.Answer(grade=grade, turn=turn, seen=seen), self.now
        ).status

    @rule(grade=st.integers(0, 5), seconds=st.integers(1, 900))
    def answer_what_is_shown(self, grade: int, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        turn = queue.session(self.learner, self.now, Scope()).turn
        if turn is None:
            return
        promised = [button for button in turn.buttons if button.grade == grade]
        assert self.grade(turn.card.pk, grade, turn.id, turn.seen) == "stored"
        self.turns.append((turn.id, turn.card.pk))
        state = CardState.objects.get(user=self.user, card=turn.card)
        today = self.learner.today(self.now)
        for button in promised:
            wait = 0 if state.repeating else max((state.due_on - today).days, 0)
            assert button.wait == days.wait_in_words(wait)

    @rule(card=st.integers(0, 6), grade=st.integers(0, 5))
    def answer_any_card(self, card: int, grade: int) -> None:
        pk, turn = self.cards[card].pk, uuid4()
        seen = Review.objects.filter(user=self.user, card=pk, void=False).count()
        assert self.grade(pk, grade, turn, seen) == "stored"
        self.turns.append((turn, pk))

    @rule(card=st.integers(0, 6), grade=st.integers(0, 5), off=st.sampled_from([-1, 1, 7]))
    def a_stale_tab_stores_nothing(self, card: int, grade: int, off: int) -> None:
        pk = self.cards[card].pk
        before = Review.objects.count()
        seen = Review.objects.filter(user=self.user, card=pk, void=False).count()
        assert self.grade(pk, grade, uuid4(), seen + off) == "stale"
        assert Review.objects.count() == before

    @rule(grade=st.integers(0, 5), back=st.integers(1, 4))
    def a_double_post_stores_nothing(self, grade: int, back: int) -> None:
        if len(self.turns) >= back:
            turn, pk = self.turns[-back]
            before = Review.objects.count()
            assert self.grade(pk, grade, turn, 0) == "repeated"
            assert Review.objects.count() == before

    @rule(back=st.integers(1, 3))
    def undo(self, back: int) -> None:
        if len(self.turns) >= back:
            study.undo(self.learner, self.turns[-back][0], self.now)

    @rule(hours=st.sampled_from([1, 7, 20, 24, 30, 24 * 9, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(zone=st.sampled_from(ZONES), hour=st.integers(0, 23))
    def the_learner_travels(self, zone: str, hour: int) -> None:
        Learner.objects.filter(user=self.user).update(time_zone=zone, day_starts_at=hour)

    @rule(strict=st.booleans(), fuzz=st.booleans(), longest=st.sampled_from([7, 60, 365]))
    def preferences_change(self, strict: bool, fuzz: bool, longest: int) -> None:
        Learner.objects.filter(user=self.user).update(strict_1990=strict, fuzz=fuzz, max_interval=longest)

    @rule(card=st.integers(0, 6), suspended=st.booleans())
    def wishes_change(self, card: int, suspended: bool) -> None:
        if suspended:
            wishes.skip(self.learner, self.cards[card], self.now)
        else:
            wishes.suspend(self.learner, self.cards[card], False)

    @invariant()
    def the_states_are_the_fold_of_the_log(self) -> None:
        assert list(rebuild(check=True)) == []

    @invariant()
    def each_row_says_what_the_state_then_was(self) -> None:
        for own in CardState.objects.filter(user=self.user, review_count__gt=0):
            last = Review.objects.filter(user=self.user, card=own.card_id, void=False).latest("sequence")
            assert (last.repetitions, last.interval, last.easiness, last.due_on) == (
                own.repetitions, own.interval, own.easiness, own.due_on,
            )  # fmt: skip

    @invariant()
    def sequences_rise_by_one(self) -> None:
        sequences = list(
            Review.objects.filter(user=self.user).order_by("sequence").values_list("sequence", flat=True)
        )
        assert sequences == list(range(1, len(sequences) + 1))
        assert self.learner.last_sequence == len(sequences)

    @invariant()
    def study_days_never_go_back(self) -> None:
        days = list(
            Review.objects.filter(user=self.user).order_by("sequence").values_list("study_day", flat=True)
        )
        assert days == sorted(days)


class TestTheLawOfTheLog(TestCase, Weeks.TestCase):  # type: ignore[misc]
    settings = settings(
        max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
