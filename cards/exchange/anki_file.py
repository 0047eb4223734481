"""An Anki package of a stranger -> its notes as they are stored.

The zip is read one member at a time, with a counter; no media file is ever
unpacked. The collection inside is a database that anybody may have made: it
is opened read-only from a folder of our own, with nothing trusted, an
authorizer and a deadline.
"""

import contextlib
import json
import re
import sqlite3
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_MEMBERS = 10_000
MAX_BYTES = 300 * 2**20
MAX_NOTES = 100_000
MAX_FIELD = 64 * 2**10
MAX_ROW = 16 * 2**20
SECONDS = 120.0
COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")  # the newest first
NEWEST = 3  # the last format of packages that this module knows

_BLOCK = 64 * 2**10
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error)
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_TABLES = {"col", "notes", "cards"}
_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_FUNCTIONS = {"count", "min"}
_SAYS = {
    "interrupted": f"takes more than {SECONDS:.0f} seconds to read",
    "too big": f"has a row over {MAX_ROW // 2**20} MiB",
    "decode": "holds text that is not UTF-8",
}


Names = tuple[dict[str, list[str]], dict[str, str]]


@dataclass(frozen=True)
class StoredNote:
    """A note as Anki has it: `fields` are pairs of name and HTML."""

    guid: str
    fields: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    deck: str


def stored_notes(path: Path) -> Generator[StoredNote, None, None]:
    """Yield the package's notes, the oldest first.

    Raise ValueError, a sentence with the file's name, for whatever is wrong
    with the file or over a limit, and OSError if it cannot be opened. Takes as
    much room for temporary files as the collection, until it is closed.
    """
    deadline = time.monotonic() + SECONDS
    try:
        with tempfile.TemporaryDirectory(prefix="anneal-") as folder:
            collection = Path(folder) / "collection"
            with path.open("rb") as file:
                _unpack(file, collection)
            with contextlib.closing(_connect(collection, deadline)) as database:
                for note in _notes(database):
                    if time.monotonic() > deadline:
                        raise ValueError(_SAYS["interrupted"])
                    yield note
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the second where SQLite's own message is no text
        says = (sentence for word, sentence in _SAYS.items() if word in str(error))
        raise ValueError(f"{path.name} {next(says, 'is damaged: its database cannot be read')}.") from error
    except ValueError as error:
        raise ValueError(f"{path.name} {error}.") from error


def _unpack(file: IO[bytes], collection: Path) -> None:
    """Write the newest collection in the zip to a file."""
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN_ZIP, OSError, ValueError) as error:
        raise ValueError("is no Anki package: it is not a zip file, or a broken one") from error
    with archive:
        name = _newest(archive)
        try:
            with _member(archive, name) as member, collection.open("xb") as target:
                _copy(zstd.ZstdFile(member) if name == COLLECTIONS[0] else member, target)
        except (*_BROKEN_ZIP, zstd.ZstdError) as error:
            raise ValueError(f"is damaged: {name} in it cannot be unpacked") from error


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except (OSError, ValueError) as error:  # a place in the file that is not there
        raise zipfile.BadZipFile(str(error)) from error


def _newest(archive: zipfile.ZipFile) -> str:
    """Return the name of the collection to read; older ones beside it hold only a notice."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ValueError(f"holds {len(members)} files; at most {MAX_MEMBERS} are allowed")
    names = [member.filename for member in members]
    if any("/" in name or "\\" in name or name == ".." for name in names):
        raise ValueError("is no Anki package: it holds folders")
    found = next((name for name in COLLECTIONS if name in names), "")
    if not found:
        raise ValueError("is no Anki package: there is no collection in it")
    if names.count(found) > 1:
        raise ValueError(f"is no Anki package: {found} is in it twice")
    member = archive.getinfo(found)
    if member.flag_bits & 1 or member.compress_type not in _METHODS:
        raise ValueError(f"cannot be read: {found} in it is encrypted or packed in an unusual way")
    if member.file_size > MAX_BYTES:
        raise ValueError(_too_large())
    if "meta" in names and _format(archive) > NEWEST:
        raise ValueError('comes from a newer Anki; export it again with "Support older Anki versions" ticked')
    return found


def _format(archive: zipfile.ZipFile) -> int:
    """Return the number in `meta`, the first field of a protobuf message; 0 if there is none."""
    try:
        with _member(archive, "meta") as member:
            start = member.read(2)
    except _BROKEN_ZIP as error:
        raise ValueError("is damaged: meta in it cannot be unpacked") from error
    return start[1] if len(start) == 2 and start[0] == 8 else 0


def _too_large() -> str:
    return f"is too large: its collection unpacks to more than {MAX_BYTES // 2**20} MiB"


def _copy(source: IO[bytes] | zstd.ZstdFile, target: IO[bytes]) -> None:
    """Copy block by block and count: what a header says of a size may be a lie."""
    total = 0
    while block := source.read(_BLOCK):
        total += len(block)
        if total > MAX_BYTES:
            raise ValueError(_too_large())
        target.write(block)


def _connect(collection: Path, deadline: float) -> sqlite3.Connection:
    """Return the collection, ready for our few queries and for nothing else."""
    uri = f"{collection.as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_ROW)
        database.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        database.create_collation("unicase", _unicase)
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            database.execute(f"PRAGMA {pragma}")
        _check_tables(database)
        for table in ("notes", "cards"):
            if database.execute(f"PRAGMA quick_check('{table}')").fetchone() != ("ok",):
                raise ValueError(f"is damaged: its table {table} is broken")
        database.set_authorizer(_authorize)
    except BaseException:
        database.close()
        raise
    return database


def _unicase(one: str, other: str) -> int:
    """Compare as Anki's collation of this name does: without regard to case."""
    first, second = one.casefold(), other.casefold()
    return (first > second) - (first < second)


def _authorize(action: int, first: str | None, second: str | None, *rest: str | None) -> int:
    allowed = action in _ACTIONS or (action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _check_tables(database: sqlite3.Connection) -> None:
    """Refuse a collection that has anything but plain tables, or not those of Anki."""
    tables = set()
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind not in ("table", "index") or str(sql).upper().startswith("CREATE VIRTUAL"):
            raise ValueError("is no Anki package: its collection has more than tables")
        if kind == "table":
            tables.add(name)
    if not tables >= _TABLES:
        raise ValueError("is no Anki package: its collection lacks Anki's tables")


def _notes(database: sqlite3.Connection) -> Iterator[StoredNote]:
    (count,) = database.execute("SELECT count(*) FROM notes").fetchone()
    if count > MAX_NOTES:
        raise ValueError(f"holds {count} notes; at most {MAX_NOTES} are allowed")
    types, decks = _names(database)
    query = "SELECT nid, did, odid, min(ord) FROM cards WHERE nid IN (SELECT id FROM notes) GROUP BY nid"
    # The deck of a note's first card; one that is in a filtered deck has its home in odid.
    placed = {note: str(home or deck) for note, deck, home, _ in database.execute(query)}
    for key, guid, kind, tags, values in database.execute(
        "SELECT id, guid, mid, tags, flds FROM notes ORDER BY id"
    ):
        fields = tuple(_fields(_text(values), types.get(str(kind), [])))
        yield StoredNote(_text(guid), fields, tuple(_text(tags).split()), decks.get(placed.get(key, ""), ""))


def _fields(values: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for place, value in enumerate(values.split("\x1f")):
        if len(value) > MAX_FIELD or len(value.encode()) > MAX_FIELD:
            raise ValueError(f"has a field over {MAX_FIELD // 2**10} KiB")
        yield (names[place] if place < len(names) else f"Field {place + 1}"), value


def _text(value: object) -> str:
    """Return the value if it is text that a database can keep."""
    if not isinstance(value, str):
        raise ValueError("is damaged: it has something else where a text should be")
    if _UNKEPT.search(value):
        raise ValueError("is damaged: a text in it has a NUL or half a character")
    return value


def _names(database: sqlite3.Connection) -> Names:
    """Return the names of fields by note type and those of decks: in tables, or as JSON in older files."""
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('fields', 'decks')"
    if database.execute(query).fetchone() == (2,):
        return _names_in_tables(database)
    try:
        return _names_in_json(database)
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError("is damaged: its note types and decks cannot be read") from error


def _names_in_tables(database: sqlite3.Connection) -> Names:
    types: dict[str, list[str]] = {}
    for kind, name in database.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        types.setdefault(str(kind), []).append(_text(name))
    decks = database.execute("SELECT id, name FROM decks")
    return types, {str(deck): _text(name).replace("\x1f", "::") for deck, name in decks}


def _names_in_json(database: sqlite3.Connection) -> Names:
    models, decks = map(json.loads, map(_text, database.execute("SELECT models, decks FROM col").fetchone()))
    types = {key: [_text(field["name"]) for field in model["flds"]] for key, model in models.items()}
    return types, {key: _text(deck["name"]) for key, deck in decks.items()}
