"""cards.exchange.anki_file: packages that nobody should send, each refused in one sentence."""

import tempfile
import zipfile

import pytest

from cards.exchange import anki_file, anki_in
from cards.exchange.anki_file import zstd
from tests.anki_packages import collection, package


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Return the folder for temporary files, which has to be empty when all is done."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def read(tmp_path, *notes, **values):
    return anki_in.read(package(tmp_path, collection(*notes, **values)))


def refusal(path):
    with pytest.raises(ValueError, match="deck.apkg") as caught:
        anki_in.read(path)
    said = str(caught.value)
    assert said.startswith("deck.apkg ")
    assert said.endswith(".")
    assert "\n" not in said
    return said.removeprefix("deck.apkg ")


# Which collection


def test_the_newest_collection_is_read_and_the_stub_beside_it_is_not(tmp_path):
    stub = collection(("Please update to the latest Anki version", ""))
    new = zstd.compress(collection(("new", "a")))
    for others in ({"collection.anki21b": new}, {"collection.anki21": collection(("new", "a"))}):
        (note,) = anki_in.read(package(tmp_path, stub, meta=b"\x08\x03", **others)).notes
        assert note.question == "new"


def test_a_format_of_the_future_is_refused(tmp_path):
    said = refusal(package(tmp_path, collection(), meta=b"\x08\x04"))
    assert said.startswith("comes from a newer Anki; export it again")


def test_a_zip_without_a_collection_is_refused(tmp_path):
    assert (
        refusal(package(tmp_path, b"", name="media")) == "is no Anki package: there is no collection in it."
    )


# Zips of strangers


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 60, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "deck.apkg").write_bytes(content)
    assert refusal(tmp_path / "deck.apkg").startswith("is no Anki package: ")


def test_a_file_that_is_not_there_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        anki_in.read(tmp_path / "deck.apkg")


@pytest.mark.parametrize("name", ["../collection.anki2", "a/b", "/etc/passwd", "a\\b"])
def test_paths_in_the_zip_are_refused(tmp_path, name):
    path = package(tmp_path, collection(), **{name: b""})
    assert refusal(path) == "is no Anki package: it holds folders."


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(anki_file, "MAX_MEMBERS", 2)
    path = package(tmp_path, collection(), media="{}", **{"0": b""})
    assert refusal(path) == "holds 3 files; at most 2 are allowed."


def test_a_collection_twice_is_refused(tmp_path):
    path = package(tmp_path, collection())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("collection.anki2", b"")
    assert refusal(path) == "is no Anki package: collection.anki2 is in it twice."


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "deck.apkg", "w", method) as archive:
        archive.writestr("collection.anki2", collection())
    assert "packed in an unusual way" in refusal(tmp_path / "deck.apkg")


def test_an_encrypted_collection_is_refused(tmp_path):
    path = package(tmp_path, collection())
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    path.write_bytes(raw)
    assert "encrypted" in refusal(path)


def test_a_collection_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(anki_file, "MAX_BYTES", 2**20)
    bomb = b"\0" * 2**21
    for name, content in (("collection.anki2", bomb), ("collection.anki21b", zstd.compress(bomb))):
        assert refusal(package(tmp_path, content, name=name)).startswith("is too large")


@pytest.mark.parametrize("claimed", [10, 2**31])
def test_a_size_that_lies_is_found_out(tmp_path, claimed, monkeypatch):
    path = package(tmp_path, collection(("q", "a")))
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = claimed.to_bytes(4, "little")
    path.write_bytes(raw)
    assert refusal(path).startswith(("is damaged: collection.anki2", "is too large"))


def test_two_members_in_the_same_bytes_harm_nobody(tmp_path):
    path = package(tmp_path, collection(("q", "a")), **{"0": b"x"})
    raw = bytearray(path.read_bytes())
    last = raw.rindex(b"PK\x01\x02")
    raw[last + 42 : last + 46] = (0).to_bytes(4, "little")  # "0" begins where the collection does
    path.write_bytes(raw)
    assert len(anki_in.read(path).notes) == 1


@pytest.mark.parametrize("cut", [0, 3, 20, -5])
def test_broken_zstd_is_refused(tmp_path, cut):
    content = zstd.compress(collection(("q", "a")))
    for broken in (content[:cut], content[:30] + b"\xff" * 20 + content[50:], b"hello"):
        assert refusal(package(tmp_path, broken, name="collection.anki21b")).startswith("is ")


def test_a_broken_checksum_is_refused(tmp_path):
    path = package(tmp_path, collection(("q", "a")))
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    assert refusal(path) == "is damaged: collection.anki2 in it cannot be unpacked."


# Databases of strangers


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\xff" * 600])
def test_what_is_no_database_is_refused(tmp_path, content):
    assert refusal(package(tmp_path, content)).startswith("is ")


def test_a_database_with_a_broken_page_is_refused(tmp_path):
    content = bytearray(collection(*[("q" * 500, "a" * 500)] * 50))
    content[3 * 4096 : 3 * 4096 + 2000] = b"\xaa" * 2000
    assert refusal(package(tmp_path, bytes(content))).startswith("is damaged: its ")


@pytest.mark.parametrize(
    "script",
    [
        "CREATE VIEW x AS SELECT 1",
        "ALTER TABLE notes RENAME TO n; CREATE VIEW notes AS SELECT * FROM n",
        "CREATE TRIGGER x AFTER INSERT ON notes BEGIN DELETE FROM cards; END",
        "CREATE VIRTUAL TABLE x USING fts5(a)",
        "DROP TABLE notes; CREATE VIRTUAL TABLE notes USING fts5(id, guid, mid, tags, flds)",
    ],
)
def test_views_triggers_and_virtual_tables_are_refused(tmp_path, script):
    path = package(tmp_path, collection(("q", "a"), script=script))
    assert refusal(path) == "is no Anki package: its collection has more than tables."


def test_a_schema_that_is_no_text_is_refused(tmp_path):
    content = collection(("q", "a")).replace(b"cards", b"c\xffrds")
    assert refusal(package(tmp_path, content)) == "holds text that is not UTF-8."


def test_a_database_without_ankis_tables_is_refused(tmp_path):
    path = package(tmp_path, collection(script="DROP TABLE cards"))
    assert refusal(path) == "is no Anki package: its collection lacks Anki's tables."


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE notes DROP COLUMN flds",
        "ALTER TABLE notes DROP COLUMN flds; ALTER TABLE notes ADD COLUMN flds AS (hex(zeroblob(1000000000)))",
        "ALTER TABLE cards DROP COLUMN ord",
        "UPDATE notes SET flds = x'00ff'",
        "UPDATE notes SET flds = 5",
        "UPDATE notes SET guid = NULL",
        "UPDATE notes SET tags = x'20'",
        "UPDATE notes SET flds = 'q' || char(31) || 'a' || char(0)",
        "UPDATE notes SET flds = CAST(x'71eda080' AS TEXT)",
        "UPDATE notes SET flds = CAST(x'ff' AS TEXT)",
        "UPDATE col SET models = 'no JSON'",
        "UPDATE col SET models = '[]'",
        'UPDATE col SET models = \'{"7": {"flds": [{}]}}\'',
        'UPDATE col SET models = \'{"7": {"flds": [{"name": "\\ud800"}]}}\'',
        "UPDATE col SET decks = '{\"1\": null}'",
        "UPDATE col SET models = NULL",
        "DELETE FROM col",
    ],
)
def test_tables_that_hold_something_else_are_refused(tmp_path, script):
    said = refusal(package(tmp_path, collection(("q", "a"), script=script)))
    assert said.startswith(("is damaged: ", "holds text that is not UTF-8", "has a row over 16 MiB"))


def test_json_nested_without_end_is_refused(tmp_path):
    assert refusal(package(tmp_path, collection(models="[" * 100_000, text=str))).startswith("is damaged: ")


def test_too_many_notes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(anki_file, "MAX_NOTES", 2)
    path = package(tmp_path, collection(*[("q", "a")] * 3))
    assert refusal(path) == "holds 3 notes; at most 2 are allowed."


def test_a_field_over_64_kib_is_refused_and_one_of_64_is_not(tmp_path):
    assert refusal(package(tmp_path, collection(("q", "é" * 33_000)))) == "has a field over 64 KiB."
    assert read(tmp_path, ("q", "x" * 65_536)).left_out == {anki_in.UNFIT: 1}


def test_a_row_of_many_mib_is_refused_before_it_is_read(tmp_path):
    path = package(tmp_path, collection(("q", "a"), script=f"UPDATE notes SET tags = zeroblob({2**24 + 9})"))
    assert refusal(path) == "has a row over 16 MiB."


def test_reading_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(anki_file, "SECONDS", -1)
    path = package(tmp_path, collection(*[("q", "a")] * 2000))
    assert refusal(path) == "takes more than 120 seconds to read."


def test_the_package_itself_is_never_written_to(tmp_path):
    path = package(tmp_path, collection(("q", "a")))
    path.chmod(0o400)
    before = path.read_bytes()
    anki_in.read(path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["deck.apkg", "temporary"]


def test_nothing_but_the_collection_is_unpacked(tmp_path, temporary, monkeypatch):
    seen = []
    connect = anki_file._connect

    def spy(path, deadline):
        seen.extend(
            (each.name, each.stat().st_mode & 0o077) for each in (path.parent, *path.parent.iterdir())
        )
        return connect(path, deadline)

    monkeypatch.setattr(anki_file, "_connect", spy)
    path = package(tmp_path, collection(("q", "a")), media='{"0": "../../x.png"}', **{"0": b"\x89PNG"})
    assert len(anki_in.read(path).notes) == 1
    assert [name for name, _ in seen][1:] == ["collection"]
    assert seen[0][1] == 0  # nobody else may look into the folder
