"""Versions of cards and key points: what they said before, who changed it, when and why.

A row that is saved by itself leaves a version of itself. Rows that are written
together (a deck; a form with its points and links) leave theirs at the end of
`together`: one for each that differs from its latest, in a few statements.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Model
from django.utils import timezone
from simple_history.models import HistoricalRecords

REASON_LENGTH = 100
ROWS_A_STATEMENT = 500


@dataclass(slots=True)
class Written:
    """A row that was written. `differs`: from its latest version, for certain."""

    row: Any
    reason: str
    new: bool
    differs: bool


@dataclass(slots=True)
class Batch:
    """The rows written inside `together`; `reason` is given to those that come from now on."""

    reason: str = ""
    rows: dict[tuple[type[Model], int], Written] = field(default_factory=dict)

    def add(self, row: Model, *, new: bool = False, differs: bool = False) -> None:
        """Note a row; written twice it still gets one version, under the first reason."""
        known = self.rows.setdefault((type(row), row.pk), Written(row, self.reason, new, differs))
        known.row, known.differs = row, known.differs or differs

    def keep(self) -> None:
        """Write the versions. A key point's takes one of its card along, whose page shows it."""
        now = timezone.now()
        parts = [written for written in self.rows.values() if hasattr(written.row, "card_id")]
        for part in _keep(parts, now):
            if whole := self.rows.get((part._meta.get_field("card").related_model, part.card_id)):
                whole.differs = True
        _keep([written for written in self.rows.values() if not hasattr(written.row, "card_id")], now)


_open: ContextVar[Batch | None] = ContextVar("open", default=None)


@contextmanager
def together(reason: str = "") -> Iterator[Batch]:
    """Keep one version of each row that is written inside and changed by it, links included, at the end.

    Nothing is kept when an error ends it. Inside another it joins that one. Five
    statements for key points and cards each, however many they are (of 500 rows).
    """
    if outer := _open.get():
        yield outer
        return
    batch = Batch(reason)
    token = _open.set(batch)
    try:
        yield batch
    finally:
        _open.reset(token)
    batch.keep()


class Versions(HistoricalRecords):
    """The library's records, which wait for the end of `together` where one is open."""

    def create_historical_record(self, instance: Model, history_type: str, using: str | None = None) -> None:
        if batch := _open.get():
            batch.add(instance, new=history_type == "+")
        else:
            super().create_historical_record(instance, history_type, using)

    def m2m_changed(self, instance: Model, action: str, attr: str, **kwargs: Any) -> None:
        if not (batch := _open.get()):
            super().m2m_changed(instance=instance, action=action, attr=attr, **kwargs)
        elif action in ("post_add", "post_remove", "post_clear"):
            batch.add(instance, differs=True)

    def post_delete(self, instance: Any, using: str | None = None, **kwargs: Any) -> None:
        """Take what the versions were linked to along, which no constraint holds."""
        for link in self.get_m2m_fields_from_model(type(instance)):
            self.m2m_models[link].objects.filter(history__in=instance.history.all()).delete()
        super().post_delete(instance, using=using, **kwargs)


def _keep(written: list[Written], now: datetime) -> list[Any]:
    """Write the versions of rows of one model, and return the rows that got one."""
    if not written:
        return []
    model = type(written[0].row)
    unsure = [each.row.pk for each in written if not (each.new or each.differs)]
    latest = _latest(model, unsure)
    for each in written:
        each.row._change_reason = each.reason[:REASON_LENGTH] or None
        each.differs = each.new or each.differs or _differs(each.row, latest.get(each.row.pk))
    for new in (True, False):
        rows = [each.row for each in written if each.differs and each.new is new]
        _keep_links(
            model.history.bulk_history_create(
                rows,
                update=not new,
                default_date=now,
                batch_size=ROWS_A_STATEMENT,
                default_change_reason=None,
            )
        )
    for each in written:
        del each.row._change_reason  # not of what may be saved later
    return [each.row for each in written if each.differs]


def _latest(model: Any, rows: list[int]) -> dict[int, Any]:
    """Return the latest version of each row, by its id. One statement."""
    if not rows:
        return {}
    last = model.history.filter(id__in=rows).values("id").annotate(last=Max("history_id")).order_by()
    return {version.id: version for version in model.history.filter(history_id__in=last.values("last"))}


def _differs(row: Model, version: Any) -> bool:
    names = [each.attname for each in row.history.model.tracked_fields]  # type: ignore[attr-defined]
    return version is None or any(getattr(row, name) != getattr(version, name) for name in names)


def _keep_links(versions: Iterable[Any]) -> None:
    """Write what each version was linked to: the library's bulk helpers leave that out. Two statements a link."""
    of_row = {version.id: version for version in versions}
    if not of_row:
        return
    for link in next(iter(of_row.values()))._history_m2m_fields:
        own, other = f"{link.m2m_field_name()}_id", f"{link.m2m_reverse_field_name()}_id"
        rows = link.remote_field.through.objects.filter(**{f"{own}__in": of_row}).values("id", own, other)
        kept = Versions.m2m_models[link]
        kept.objects.bulk_create(
            [kept(history=of_row[row[own]], **row) for row in rows], batch_size=ROWS_A_STATEMENT
        )
