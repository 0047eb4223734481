"""Fill a learner with a made-up log: python -m benchmarks.fill EMAIL REVIEWS [--days 365] [--cards 0].

The answers are invented, the schedule is not: every row goes through the real
fold, so the law of the log holds. 100,000 reviews take about half a minute.
"""

import argparse
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from django.contrib.auth.models import User
from django.db import transaction

from cards.models import Area, Card, RubricPoint, Topic
from scheduling import fold, readiness
from scheduling.models import CardState, Learner, Review, Tick

HOUR = time(9, tzinfo=UTC)
BATCH = 2000


@dataclass
class Held:
    """One card as the made-up learner holds it."""

    card: Card
    state: fold.State = field(default_factory=fold.State)
    trace: readiness.Trace = field(default_factory=readiness.Trace)
    skill: float = 0.9  # chance of recall on the very day it is due
    pace: float = 40.0  # usual seconds


class Diary:
    """A year of answers, day by day, until there are as many as asked for."""

    def __init__(self, learner: Learner, cards: Sequence[Card], total: int, random: Random) -> None:
        self.learner, self.total, self.random = learner, total, random
        self.terms = ""
        self.unmet = [self._held(card) for card in reversed(cards)]
        self.held: dict[int, Held] = {}
        self.due: dict[date, set[int]] = defaultdict(set)
        self.reviews: list[Review] = []

    def _held(self, card: Card) -> Held:
        topic = Random(card.topic_id).uniform(-0.12, 0.06)
        return Held(card, skill=0.9 + topic, pace=self.random.lognormvariate(3.7, 0.4))

    def write(self, days: Sequence[date]) -> None:
        """Answer on each of the days, an even share of what is still to do."""
        for place, day in enumerate(days):
            wanted = round(self.total * (place + 1) / len(days)) - len(self.reviews)
            now = datetime.combine(day, HOUR)
            self.terms = self.learner.terms(day)
            while wanted > 0 and (held := self._next(day)) is not None:
                now += timedelta(seconds=30)
                wanted -= 1
                if self._answer(held, day, now) and wanted > 0:
                    wanted -= 1
                    self._answer(held, day, now + timedelta(minutes=5))

    def _next(self, day: date) -> Held | None:
        """Return what is most overdue, else a new card, else any that was not answered today."""
        earliest = min(self.due, default=None)
        if earliest is not None and earliest <= day:
            return self.held[min(self.due[earliest])]
        if self.unmet:
            held = self.unmet.pop()
            self.held[held.card.pk] = held
            return held
        drawn = self.random.sample(sorted(self.held), min(len(self.held), 20))
        return next(
            (self.held[card] for card in drawn if self.held[card].state.last_reviewed_on != day), None
        )

    def _answer(self, held: Held, day: date, now: datetime) -> bool:
        """Write one answer; tell whether the card comes again the same day."""
        before = held.state
        kind = fold.kind_of(before, day)
        row = Review(
            user_id=self.learner.pk, card_id=held.card.pk, sequence=self.learner.last_sequence + len(self.reviews) + 1,
            turn=UUID(int=self.random.getrandbits(128)), reviewed_at=now, study_day=day, kind=kind,
            grade=self._grade(held, kind), elapsed_ms=self._elapsed(held), rules=self.terms, repetitions=0, interval=0,
            easiness=250,
        )  # fmt: skip
        held.state = fold.apply(before, row.entry, held.card.slug)
        row.predicted = readiness.predict(held.trace, row)
        held.trace = readiness.apply(held.trace, row)
        row.due_on = held.state.due_on
        for name, value in asdict(held.state.memory).items():
            setattr(row, name, value)
        if before.due_on is not None:
            self.due[before.due_on].discard(held.card.pk)
            if not self.due[before.due_on]:
                del self.due[before.due_on]
        self.due[held.state.due_on].add(held.card.pk)
        self.reviews.append(row)
        return held.state.repeating

    def _grade(self, held: Held, kind: str) -> int:
        recalled = {"learn": 0.6, "repeat": 0.97}.get(kind, held.skill)
        if self.random.random() > recalled:
            return self.random.choice((0, 1, 2, 2, 2))
        return self.random.choices((3, 4, 5), (2, 6, 2))[0]

    def _elapsed(self, held: Held) -> int | None:
        if self.random.random() < 0.02:
            return None
        return max(1000, round(held.pace * 1000 * self.random.lognormvariate(0, 0.35)))


def fill(
    learner: Learner, total: int, last_day: date, days: int = 365, seed: int = 1, share: float = 0.85
) -> None:
    """Give a learner with an empty log `total` answers on `share` of the days up to `last_day`."""
    random = Random(seed)
    cards = list(Card.objects.visible_to(learner.user).order_by("position", "topic__position", "pk"))
    studied = [last_day - timedelta(days=n) for n in range(days) if n == 0 or random.random() < share]
    diary = Diary(learner, cards, total, random)
    diary.write(studied[::-1])
    store(diary)


@transaction.atomic
def store(diary: Diary) -> None:
    """Write the log, the states and ticks for a third of the answers."""
    learner, user = diary.learner, diary.learner.user
    Review.objects.bulk_create(diary.reviews, BATCH)
    CardState.objects.bulk_create(list(_states(user, diary)), BATCH)
    Tick.objects.bulk_create(list(_ticks(diary)), BATCH)
    learner.last_sequence += len(diary.reviews)
    learner.last_study_day = diary.reviews[-1].study_day if diary.reviews else None
    learner.save()


def _states(user: User, diary: Diary) -> Iterator[CardState]:
    for held in diary.held.values():
        own = CardState(
            user=user, card=held.card, stability=held.trace.stability, difficulty=held.trace.difficulty
        )
        own.take(held.state)
        yield own


def _ticks(diary: Diary) -> Iterator[Tick]:
    points = defaultdict(list)
    for point in RubricPoint.objects.filter(retired=False).order_by("pk"):
        points[point.card_id].append(point)
    for row in diary.reviews:
        shown = points[row.card_id] if diary.random.random() < 0.35 else ()
        said = [diary.random.random() < (0.85 if point.must else 0.55) for point in shown]
        if any(said):
            yield from (
                Tick(user_id=row.user_id, review=row, point=p, said=s)
                for p, s in zip(shown, said, strict=True)
            )


def make_cards(number: int) -> None:
    """Add plain cards in 60 topics of six areas, for a deck as large as one wants."""
    topics = [_topic(n) for n in range(60)]
    cards = [
        Card(
            slug=f"filled-{n}",
            topic=topics[n % 60],
            position=n,
            status="published",
            question=f"Q{n}?",
            answer="A.",
        )
        for n in range(number)
    ]
    made = Card.objects.bulk_create(cards, BATCH)
    points = [
        RubricPoint(card=c, key=f"k{n}", text=f"Says {n}", must=n == 0, position=n)
        for c in made
        for n in range(3)
    ]
    RubricPoint.objects.bulk_create(points, BATCH)


def _topic(n: int) -> Topic:
    area, _ = Area.objects.get_or_create(
        slug=f"area-{n % 6}", defaults={"name": f"Area {n % 6}", "position": n % 6}
    )
    defaults = {"name": f"Topic {n}", "area": area, "position": n}
    return Topic.objects.get_or_create(slug=f"topic-{n}", defaults=defaults)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("email")
    parser.add_argument("reviews", type=int)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--cards", type=int, default=0, help="Make so many plain cards first.")
    given = parser.parse_args()
    if given.cards:
        make_cards(given.cards)
    user, new = User.objects.get_or_create(username=given.email, defaults={"email": given.email})
    if new:
        user.set_password("correct horse battery")
        user.save()
    fill(Learner.of(user), given.reviews, datetime.now(UTC).date(), given.days)


if __name__ == "__main__":
    main()
