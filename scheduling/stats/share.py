"""So many of so many, and when that is enough to say a percentage."""

from dataclasses import dataclass

ENOUGH = 20  # below it a share says nothing


@dataclass(frozen=True, slots=True)
class Share:
    """How many reviews were tried and how many of them passed; `key` names the group in addresses."""

    key: str
    label: str
    tried: int
    passed: int

    @property
    def enough(self) -> bool:
        return self.tried >= ENOUGH

    @property
    def percent(self) -> float | None:
        """Return the share from 0 to 100, or None where there is not enough data."""
        return 100 * self.passed / self.tried if self.enough else None
