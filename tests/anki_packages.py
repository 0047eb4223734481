"""Anki packages made by hand: as small as can be, and as wrong as a test needs them."""

import json
import sqlite3
import zipfile
from contextlib import closing

TABLES = """
CREATE TABLE col (models, decks);
CREATE TABLE notes (id INTEGER PRIMARY KEY, guid, mid, tags, flds);
CREATE TABLE cards (id INTEGER PRIMARY KEY, nid, did, odid, ord);
"""
MODELS = {"7": {"flds": [{"name": "Front"}, {"name": "Back"}, {"name": "Extra"}]}}


def collection(*notes, models=MODELS, decks=None, script="", tables=TABLES, text=json.dumps):
    """Return the bytes of a collection with these notes, each a tuple of fields, in deck 1."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(tables)
        database.execute(
            "INSERT INTO col VALUES (?, ?)", (text(models), text(decks or {"1": {"name": "A::B"}}))
        )
        for key, fields in enumerate(notes, 1):
            row = (key, f"guid{key}", 7, " tag::one two ", "\x1f".join(fields))
            database.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO cards VALUES (?, ?, 1, 0, 0)", (key, key))
        database.executescript(script)
        database.commit()
        return database.serialize()


def package(tmp_path, content, name="collection.anki2", **others):
    path = tmp_path / "deck.apkg"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        for other, data in others.items():
            archive.writestr(other, data)
    return path
