"""A bank in a file, by its ending: .yaml, .json, .csv, .xlsx; .apkg is read here and written by `anki_out`."""

import csv
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path

import openpyxl
import tablib
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib.exceptions import InvalidDimensions

from cards import bankfile, tables
from cards.bankfile import Bank
from cards.exchange import anki_in
from cards.exchange.putting import put
from cards.records import CardRecord, Problem, Source

ENDINGS = (".yaml", ".json", ".csv", ".xlsx", ".apkg")
NOTE_SPEAKS_OF = frozenset({"id", "question", "answer", "details"})
LARGEST = 50 * 2**20  # bytes
MOST_ROWS = 20_000
LONGEST_CELL = 32_767  # characters, of a workbook
LARGEST_UNPACKED = 300 * 2**20


def read(path: Path, topic: str = "") -> Bank:
    """Return what a file says, with every problem in it; ValueError with a sentence if it cannot be read at all.

    A .csv or .xlsx file names its sources by key; the entries are those that the
    bank has. The notes of an Anki package are drafts of `topic`, known again by
    their guid.
    """
    if path.suffix == ".apkg":
        return _package(path, topic)
    data = _bytes(path)
    if path.suffix == ".xlsx":
        return _sheet(path, _workbook(path, data))
    text = _text(path, data)
    if path.suffix == ".csv":
        return _sheet(path, _comma_separated(path, text))
    return bankfile.load(str(path), text)


def _package(path: Path, topic: str) -> Bank:
    if not topic:
        raise ValueError(f"{path}: say to which topic the notes of an Anki package belong.")
    try:
        package = anki_in.read(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}.") from error
    cards = {note.guid: _draft(note, topic, str(path)) for note in package.notes}
    return Bank(tuple(cards.values()), {}, (), NOTE_SPEAKS_OF, package.left_out)


def _draft(note: anki_in.AnkiNote, topic: str, file: str) -> CardRecord:
    slug = f"anki-{hashlib.sha256(note.guid.encode()).hexdigest()[:16]}"
    return CardRecord(
        id=slug, topic=topic, file=file, kind="concept", level=2, status="draft",
        question=note.question, answer=note.answer, details=note.details,
    )  # fmt: skip


def write(path: Path, cards: Sequence[CardRecord], sources: Mapping[str, Source]) -> None:
    """Write the cards, whole or not at all; OSError if the file cannot be written, ValueError if it cannot hold them."""
    if path.suffix in (".yaml", ".json"):
        dump = bankfile.dump_yaml if path.suffix == ".yaml" else bankfile.dump_json
        put(path, dump(cards, sources).encode())
        return
    rows = tables.rows(cards)
    if path.suffix == ".xlsx":
        _refuse_what_a_workbook_cannot_hold(rows)
    made = tablib.Dataset(*rows, headers=tables.HEADERS, title="cards").export(path.suffix[1:])
    put(path, made.encode() if isinstance(made, str) else made)


def _refuse_what_a_workbook_cannot_hold(rows: Sequence[Sequence[str]]) -> None:
    for row in rows:
        for name, cell in zip(tables.HEADERS, row, strict=True):
            if len(cell) > LONGEST_CELL:
                raise ValueError(
                    f"{row[0]}.{name} has {len(cell)} characters; a cell of a workbook holds {LONGEST_CELL}"
                )
            if ILLEGAL_CHARACTERS_RE.search(cell):
                raise ValueError(f"{row[0]}.{name} has a control character, which no workbook can hold")


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ValueError(f"{path}: {size} bytes; at most {LARGEST} are read.")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}.") from error


def _text(path: Path, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}:{line}: is not UTF-8: byte 0x{data[error.start]:02x}.") from error


def _comma_separated(path: Path, text: str) -> tablib.Dataset:
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","  # as some spreadsheets write it
    csv.field_size_limit(LARGEST)
    try:
        return tablib.Dataset().load(text, format="csv", delimiter=delimiter)
    except InvalidDimensions as error:
        raise ValueError(f"{path}: a row has more cells than the first row has names.") from error
    except csv.Error as error:
        raise ValueError(f"{path}: is no table that can be read: {error}.") from error


def _workbook(path: Path, data: bytes) -> tablib.Dataset:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > LARGEST_UNPACKED:
                raise ValueError(f"{path}: unpacks to more than {LARGEST_UNPACKED} bytes.")
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # they may claim a million rows
        rows = list(islice(sheet.iter_rows(max_col=2 * len(tables.HEADERS), values_only=True), MOST_ROWS + 2))
    except ValueError:
        raise
    except Exception as error:  # openpyxl raises whatever the broken part of the file made it stumble on
        raise ValueError(f"{path}: is no .xlsx workbook that can be read.") from error
    if len(rows) > MOST_ROWS + 1:
        raise ValueError(f"{path}: has more than {MOST_ROWS} rows.")
    found = tablib.Dataset(headers=rows[0] if rows else None)
    for row in rows[1:]:
        found.append([*row, *[None] * (len(rows[0]) - len(row))][: len(rows[0])])
    return found


def _sheet(path: Path, found: tablib.Dataset) -> Bank:
    headers = [str(name or "").strip() for name in found.headers or []]
    if not any(headers):
        return Bank(
            (), {}, (Problem(str(path), 1, "", "holds no table: the first row must name the columns"),)
        )
    sheet = tables.load(str(path), headers, found)
    return Bank(sheet.cards, {}, sheet.problems, frozenset(filter(None, headers)))
