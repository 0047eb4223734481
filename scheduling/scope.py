"""Which part of the deck, and how: the filters and modes of the study page; browsing shares the filters."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from cards.models import TARGET_SECONDS, Area, Card, CardQuerySet, Company, Role, Topic
from scheduling.models import CardState, Learner

SLUGS = {"area": Area, "topic": Topic, "role": Role, "company": Company}
MODES = {"practice": "practice", "ahead": "ahead of time"}
FITS: dict[str, Callable[[str], bool]] = {
    "level": {str(level) for level in Card.Level.values}.__contains__,
    "kind": set(Card.Kind.values).__contains__,
    "flagged": "1".__eq__,
    "leech": "1".__eq__,
    "mode": MODES.__contains__,
    "minutes": lambda value: value.isdecimal() and len(value) <= 5 and 1 <= int(value) <= 600,
    "began": lambda value: value.isdecimal() and len(value) <= 10,
}
LONGEST = 200
SHORTEST_CARD = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters by name: OR within one, AND between them; all empty is the whole deck."""

    area: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    leech: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()
    began: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Tell whether it is less than the whole deck as it comes, minutes aside."""
        return any(name not in ("minutes", "began") for name, _ in self.pairs())

    @property
    def practice(self) -> bool:
        """Tell whether answers are logged only and schedule nothing."""
        return self.mode == ("practice",)

    @property
    def ahead(self) -> bool:
        """Tell whether cards come before they are due."""
        return self.mode == ("ahead",)

    @property
    def until(self) -> datetime | None:
        """Return when the minutes that the learner has are over."""
        if not (self.minutes and self.began):
            return None
        return datetime.fromtimestamp(int(self.began[0]), UTC) + timedelta(minutes=int(self.minutes[0]))

    def is_over(self, now: datetime) -> bool:
        """Tell whether too little is left of the learner's minutes for one more card."""
        return self.until is not None and now >= self.until - SHORTEST_CARD

    def in_time(self, now: datetime, at: str = "") -> Q:
        """Return the filter for cards that the minutes left are enough for; `at` as in `fits`.

        All of them where there is no limit, or where it is over and nothing comes.
        """
        if self.until is None or self.is_over(now):
            return Q()
        left = (self.until - now).total_seconds()
        kinds = [kind for kind, seconds in TARGET_SECONDS.items() if seconds <= left]
        return Q(**{f"{at}kind__in": kinds}) | Q(**{f"{at}parent__isnull": False})

    def starting(self, now: datetime) -> Self:
        """Return the scope with its minutes running from now."""
        return replace(self, began=(str(int(now.timestamp())),))

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        """Return the filters as sent; an unknown level or kind is left out. No query."""
        found = {
            name: tuple(value for value in data.getlist(name) if len(value) <= LONGEST and "\0" not in value)
            for name in SLUGS
        }
        allowed = {
            name: tuple(value for value in data.getlist(name) if fits(value)) for name, fits in FITS.items()
        }
        single = {name: allowed[name][:1] for name in ("flagged", "leech", "mode", "minutes", "began")}
        return cls(**{**found, **allowed, **single})

    @classmethod
    def checked(cls, data: QueryDict) -> tuple[Self, list[str]]:
        """Return the filters that exist, and those ignored as "name=value".

        One query for each of area, topic, role and company that is used.
        """
        scope = cls.of(data)
        known = {}
        for name, model in SLUGS.items():
            sent = getattr(scope, name)
            there = (
                set(model._default_manager.filter(slug__in=sent).values_list("slug", flat=True))
                if sent
                else set()
            )
            known[name] = tuple(value for value in sent if value in there)
        scope = replace(scope, **known)
        kept = scope.pairs()
        sent_pairs = [(field.name, value) for field in fields(cls) for value in data.getlist(field.name)]
        return scope, [f"{name}={value[:60]}" for name, value in sent_pairs if (name, value) not in kept]

    def pairs(self) -> list[tuple[str, str]]:
        """Return (name, value) of each filter, for hidden fields and addresses."""
        return [(field.name, value) for field in fields(self) for value in getattr(self, field.name)]

    def in_words(self) -> list[str]:
        """Return the filters as people read them. One query for each of area, topic, role and company."""
        found = [
            str(row)
            for name, model in SLUGS.items()
            if getattr(self, name)
            for row in model._default_manager.filter(slug__in=getattr(self, name))
        ]
        found += [str(Card.Level(int(level)).label) for level in self.level]
        found += [str(Card.Kind(kind).label) for kind in self.kind]
        found += ["flagged"] * bool(self.flagged) + ["leeches"] * bool(self.leech)
        return (
            found
            + [MODES[mode] for mode in self.mode]
            + [f"{minutes} minute{'' if minutes == '1' else 's'}" for minutes in self.minutes]
        )

    def again(self) -> Self:
        """Return the scope with its minutes not begun."""
        return replace(self, began=())

    def in_mode(self, mode: str) -> Self:
        """Return the same part of the deck in a mode of MODES."""
        return replace(self, mode=(mode,))

    def unhurried(self) -> Self:
        """Return the scope without its minutes."""
        return replace(self, minutes=(), began=())

    def query(self) -> str:
        """Return the filters as a query string, with its question mark unless empty."""
        return f"?{urlencode(self.pairs())}" if self.pairs() else ""

    def of_cards(self, cards: CardQuerySet, learner: Learner | None = None) -> CardQuerySet:
        """Return the cards inside the scope; flagged ones and leeches are the learner's."""
        return cards.filter(self.fits(learner))

    def fits(self, learner: Learner | None = None, at: str = "") -> Q:
        """Return the scope as a filter; `at` is the way to the card from what is filtered, such as "card__"."""
        found = Q()
        if self.area:
            found &= Q(**{f"{at}topic__area__slug__in": self.area})
        if self.topic:
            found &= Q(**{f"{at}topic__slug__in": self.topic})
        if self.role:
            found &= Q(Exists(Role.objects.filter(cards=OuterRef(f"{at}pk"), slug__in=self.role)))
        if self.company:
            found &= Q(Exists(Company.objects.filter(cards=OuterRef(f"{at}pk"), slug__in=self.company)))
        if self.level:
            found &= Q(**{f"{at}level__in": self.level})
        if self.kind:
            found &= Q(**{f"{at}kind__in": self.kind})
        if learner and (self.flagged or self.leech):
            mine = CardState.objects.filter(user=learner.pk, card=OuterRef(f"{at}pk"))
            wanted = Q(flagged=True) if self.flagged else Q()
            leeches = Q(lapses__gte=learner.leech_lapses) if self.leech else Q()
            found &= Q(Exists(mine.filter(wanted, leeches)))
        return found
