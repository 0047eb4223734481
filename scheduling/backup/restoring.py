"""A backup into an empty database of either engine, all or nothing.

The rows are written as they were, with their keys and times: past `save`, which
would put the present into `updated_at`, and past the locks of `study`, since
nobody else writes meanwhile.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, connections, models, transaction

from scheduling.backup import lines, parts
from scheduling.backup.lines import Unusable
from scheduling.backup.writing import Tell

BATCH = 2000
Row = tuple[int, list[Any]]  # its line in the file, its values
REFUSED = (DataError, IntegrityError, OverflowError)  # what either engine says to a value that it cannot hold


@dataclass
class Restored:
    """What was restored: rows; links to what this site does not have; apps that are newer here."""

    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    newer: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file and how its rows are written here."""

    path: Path
    model: parts.Model
    fields: list[Any]  # those in the file, then those that are new here
    numbers: dict[int, parts.Names]  # of the fields whose values are names, by place
    new: list[Any]

    def where(self, number: int, name: str = "") -> str:
        return f"{self.path} line {number}, {self.model._meta.label}{name and '.'}{name}"


def restore(path: Path, replace: bool = False, tell: Tell = lambda done, total: None) -> Restored:
    """Write the rows of the backup into this database and return what was done.

    The file is read to its end before anything is written. It wants an empty
    database, or with `replace` empties it, in the same transaction; what
    migrations made (groups) and sessions go in any case. Unusable, and nothing
    is changed, if the file or the database does not allow it.
    """
    head = lines.check(path)
    try:
        total = sum(head["rows"].values())
        done = Restored(newer=_compare_migrations(path, head["migrations"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{path}: its head is not that of a backup of Anneal.") from error
    with transaction.atomic(), closing(lines.read(path)) as found:
        _keep_others_out()
        if not replace:
            _refuse_if_used()
        _empty()
        next(found)
        for stored in _write(path, found, done.missing):
            done.rows += stored
            if done.rows < total:
                tell(done.rows, total)
        if done.rows + sum(done.missing.values()) < total:
            raise Unusable(f"{path} holds fewer rows than its head says.")
        _finish(path)
    tell(total, total)
    return done


def _compare_migrations(path: Path, theirs: dict[str, list[str]]) -> list[str]:
    """Return a line for each app that is newer here; Unusable if one is older. One statement."""
    ours, newer = parts.migrations(), []
    for app, names in theirs.items():
        here = ours.get(app) or ["no migration"]
        if set(names) - set(here):
            raise Unusable(
                f"{path} has {app} at {names[-1]}, and this database is at {here[-1]}: install the version of"
                " Anneal that wrote it or a newer one, run migrate, and restore again."
            )
        if set(here) - set(names):
            newer.append(f"{app} is at {here[-1]} here and at {(names or ['no migration'])[-1]} in the file")
    return newer


def _keep_others_out() -> None:
    """Let nobody else write until the transaction ends. SQLite's transactions do so by themselves."""
    if connection.vendor == "postgresql":
        tables = ", ".join(_quoted(model._meta.db_table) for model in parts.kept())
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")


def _refuse_if_used() -> None:
    """Unusable if there is anything but what migrations make. One statement a table."""
    made = {"auth.group", "auth.group_permissions"}
    models = [model for model in reversed(parts.kept()) if model._meta.label_lower not in made]
    counts = [(model._base_manager.count(), model._meta.verbose_name_plural) for model in models]
    if used := [f"{count} {name}" for count, name in counts if count]:
        raise Unusable(
            f"This database is not empty ({', '.join(used[:4])}): restore into one that has seen nothing but"
            " migrate, or give --replace, which first deletes all that is in this one."
        )


def _empty() -> None:
    """Delete all that a backup holds, and what hangs on it. One statement a table."""
    short_lived = [apps.get_model(label) for label in parts.SHORT_LIVED]
    with connection.cursor() as cursor:
        for model in [*short_lived, *reversed(parts.kept())]:
            cursor.execute(f"DELETE FROM {_quoted(model._meta.db_table)}")


def _write(path: Path, found: Iterator[tuple[int, bytes]], missing: Counter[str]) -> Iterator[int]:
    """Write table after table; yield how many rows each statement stored."""
    numbers = parts.numbers()
    for number, line in found:
        table, count = _table(path, number, json.loads(line), numbers)
        for batch in _batches(table, islice(found, count), missing):
            _insert(table, batch)
            yield len(batch)


def _table(
    path: Path, number: int, head: dict[str, Any], numbers: dict[parts.Model, parts.Names]
) -> tuple[Table, int]:
    """Return the table that a line of the file announces and how many rows follow."""
    model = next((model for model in parts.kept() if model._meta.label_lower == head["model"]), None)
    if model is None:
        raise Unusable(f"{path} line {number}: this version has no {head['model']}. {OLDER}")
    known = {column.attname: column for column in parts.fields(model)}
    if gone := [name for name in head["fields"] if name not in known]:
        raise Unusable(f"{path} line {number}: {model._meta.label} has no {gone[0]} here. {OLDER}")
    fields = [known.pop(name) for name in head["fields"]]
    named = {place: numbers[to] for place, each in enumerate(fields) if (to := parts.refers_by_name(each))}
    new = [column for column in known.values() if not column.has_db_default()]
    return Table(path, model, fields + new, named, new), head["rows"]


OLDER = "Restore with the version of Anneal that wrote the file, then upgrade."


def _batches(table: Table, found: Iterator[tuple[int, bytes]], missing: Counter[str]) -> Iterator[list[Row]]:
    """Yield the table's rows, some thousand at a time; a link to what is not here is counted and left out."""
    while taken := list(islice(found, BATCH)):
        rows = []
        for number, line in taken:
            values = json.loads(line)
            if _by_number(table, values, missing):
                values += [each.get_default() for each in table.new]
                rows.append((number, _parsed(table, number, values)))
        yield rows


def _by_number(table: Table, values: list[Any], missing: Counter[str]) -> bool:
    """Put this site's numbers in place of names; tell whether the row can stand."""
    for place, known in table.numbers.items():
        name = values[place]
        values[place] = known.get(tuple(name)) if name else None
        if name and values[place] is None:
            missing[f"{table.fields[place].name} {'.'.join(name)}"] += 1
            if not table.fields[place].null:
                return False
    return True


def _parsed(table: Table, number: int, values: list[Any]) -> list[Any]:
    """Return the values as their fields hold them; Unusable names the one that is none."""
    parsed = []
    for each, value in zip(table.fields, values, strict=True):
        try:
            parsed.append(each.to_python(value))
        except ValidationError as error:
            raise Unusable(f"{table.where(number, each.name)}: {' '.join(error.messages)}") from error
    return parsed


def _insert(table: Table, batch: Sequence[Row]) -> None:
    """Insert the rows; Unusable names the line that the database refuses. One statement, sent at once."""
    columns = ", ".join(_quoted(each.column) for each in table.fields)
    marks = ", ".join(["%s"] * len(table.fields))
    sql = f"INSERT INTO {_quoted(table.model._meta.db_table)} ({columns}) VALUES ({marks})"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, [_prepared(table, values) for _, values in batch])
    except REFUSED:
        for row in batch:
            _insert_alone(table, sql, row)
        raise


def _insert_alone(table: Table, sql: str, row: Row) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, _prepared(table, row[1]))
    except REFUSED as error:
        names = ", ".join(
            each.name for each, value in zip(table.fields, row[1], strict=True) if not _fits(each, value)
        )
        raise Unusable(f"{table.where(row[0], names)}: {' '.join(str(error).split())}") from error


def _fits(each: Any, value: Any) -> bool:
    """Tell whether a field's own checks, which restoring does not ask for, let the value pass."""
    try:
        each.run_validators(value)
    except ValidationError:
        return False
    return value is not None or each.null


def _prepared(table: Table, values: list[Any]) -> list[Any]:
    """Return the values as the engine takes them; JSON's null is a value, not an absence."""
    engine = connections[connection.alias]  # the proxy `connection` is dear for a million values
    return [
        each.get_db_prep_value(value, engine)
        if value is None and isinstance(each, models.JSONField) and not each.null
        else each.get_db_prep_save(value, engine)
        for each, value in zip(table.fields, values, strict=True)
    ]


def _finish(path: Path) -> None:
    """Check every reference, and let new rows take numbers after those restored."""
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise Unusable(f"{path}: {' '.join(str(error).split())}") from error
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), parts.kept()):
            cursor.execute(sql)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
