"""One moment of the database into a file, while the site runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from scheduling.backup import lines, parts

# A transaction that reads one moment and holds up no writer: SQLite's IMMEDIATE, which the site uses, would.
BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
CHUNK = 2000
Tell = Callable[[int, int], None]


def backup(
    path: Path, now: datetime, force: bool = False, tell: Tell = lambda done, total: None
) -> dict[str, int]:
    """Write the whole site to `path`; return the number of rows by model.

    Two statements for each table and four more, in one transaction, rows never
    in memory whole; `tell(done, total)` is called on the way. lines.Unusable if
    the file cannot be written; then there is no file.
    """
    with lines.written(path, force) as put, one_moment():
        models = parts.kept()
        counts = {model._meta.label_lower: model._base_manager.count() for model in models}
        put(
            {
                "format": lines.FORMAT, "version": lines.VERSION, "written_at": now.isoformat(),
                "engine": connection.vendor, "migrations": parts.migrations(), "rows": counts,
            }
        )  # fmt: skip
        names, done, total = parts.names(), 0, sum(counts.values())
        for model in models:
            for number in _put_table(put, model, counts[model._meta.label_lower], names):
                tell(done + number, total)
            done += counts[model._meta.label_lower]
        tell(total, total)
    return counts


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the database as it is at the first statement in the block, whatever is written meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _put_table(
    put: lines.Put, model: parts.Model, count: int, names: dict[Any, parts.Names]
) -> Iterator[int]:
    """Write one table in order of its key; yield now and then how many rows are done. One statement."""
    fields = parts.fields(model)
    put({"model": model._meta.label_lower, "fields": [field.attname for field in fields], "rows": count})
    named = [(place, names[to]) for place, field in enumerate(fields) if (to := parts.refers_by_name(field))]
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for number, row in enumerate(rows.iterator(chunk_size=CHUNK), 1):
        values = [parts.plain(value) for value in row]
        for place, found in named:
            values[place] = found.get(values[place])
        put(values)
        if number % CHUNK == 0 and number < count:
            yield number
