"""What a gate says, and what the gates are told about the world outside a card."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cards.records import CardRecord, Source, Taxonomy

Severity = Literal["fail", "warn"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong with one field of one card; `value` is the offending text."""

    file: str
    line: int
    field: str
    severity: Severity
    gate: str
    message: str
    value: str = ""

    def __str__(self) -> str:
        """Return the finding as one line that an editor can jump to."""
        value = " ".join(self.value.split())
        value = value if len(value) <= 100 else value[:97] + "..."
        ending = f': "{value}"' if value else ""
        return f"{self.file}:{self.line}: {self.severity} [{self.gate}] {self.field}: {self.message}{ending}"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the gates compare cards with.

    `coverage` holds the ids of fixtures/coverage.json, or None if it is not at
    hand. `rest` holds the deck's other cards when only a part is checked.
    `whole` says that cards and rest together are the deck: only then are
    coverage, unknown prerequisites and unused sources judged.
    """

    taxonomy: Taxonomy
    bibliography: Mapping[str, Source]
    today: datetime.date
    coverage: frozenset[str] | None = None
    rest: tuple[CardRecord, ...] = ()
    whole: bool = False
    misspellings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """A gate's name with the two ways to speak."""

    name: str

    def fail(self, card: CardRecord, where: str, message: str, value: str = "", line: int = 0) -> Finding:
        """Return a finding that must be mended before the deck ships."""
        return self._finding("fail", card, where, message, value, line)

    def warn(self, card: CardRecord, where: str, message: str, value: str = "", line: int = 0) -> Finding:
        """Return a finding that a reader should look at."""
        return self._finding("warn", card, where, message, value, line)

    def _finding(
        self, severity: Severity, card: CardRecord, where: str, message: str, value: str, line: int
    ) -> Finding:
        at = line or card.line(where.partition("[")[0].partition(".")[0])
        return Finding(
            card.file, at, f"{card.id}.{where}" if where else card.id, severity, self.name, message, value
        )
