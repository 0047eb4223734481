"""Which part of the deck: the filters that the study page and the browse page share."""

from dataclasses import dataclass, fields
from typing import Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import QueryDict

from cards.models import Area, Card, CardQuerySet, Company, Role, Topic

SLUGS = {"area": Area, "topic": Topic, "role": Role, "company": Company}
LEVELS = {str(level): level for level in Card.Level.values}
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters by name: OR within one, AND between them; all empty is the whole deck."""

    area: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        """Return the filters as sent; an unknown level or kind is left out. No query."""
        found = {name: tuple(value for value in data.getlist(name) if len(value) <= LONGEST) for name in SLUGS}
        level = tuple(value for value in data.getlist("level") if value in LEVELS)
        kind = tuple(value for value in data.getlist("kind") if value in Card.Kind.values)
        return cls(**found, level=level, kind=kind)

    @classmethod
    def checked(cls, data: QueryDict) -> tuple[Self, list[str]]:
        """Return the filters that exist, and those ignored as "name=value".

        One query for each of area, topic, role and company that is used.
        """
        scope = cls.of(data)
        known = {}
        for name, model in SLUGS.items():
            sent = getattr(scope, name)
            there = set(model._default_manager.filter(slug__in=sent).values_list("slug", flat=True)) if sent else set()
            known[name] = tuple(value for value in sent if value in there)
        scope = cls(**known, level=scope.level, kind=scope.kind)
        kept = scope.pairs()
        sent_pairs = [(field.name, value) for field in fields(cls) for value in data.getlist(field.name)]
        return scope, [f"{name}={value[:60]}" for name, value in sent_pairs if (name, value) not in kept]

    def pairs(self) -> list[tuple[str, str]]:
        """Return (name, value) of each filter, for hidden fields and addresses."""
        return [(field.name, value) for field in fields(self) for value in getattr(self, field.name)]

    def query(self) -> str:
        """Return the filters as a query string, with its question mark unless empty."""
        return f"?{urlencode(self.pairs())}" if self.pairs() else ""

    def of_cards(self, cards: CardQuerySet) -> CardQuerySet:
        """Return the cards inside the scope."""
        if self.area:
            cards = cards.filter(topic__area__slug__in=self.area)
        if self.topic:
            cards = cards.filter(topic__slug__in=self.topic)
        if self.role:
            cards = cards.filter(Exists(Role.objects.filter(cards=OuterRef("pk"), slug__in=self.role)))
        if self.company:
            cards = cards.filter(Exists(Company.objects.filter(cards=OuterRef("pk"), slug__in=self.company)))
        if self.level:
            cards = cards.filter(level__in=self.level)
        if self.kind:
            cards = cards.filter(kind__in=self.kind)
        return cards
