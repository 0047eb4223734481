"""export_cards and import_cards: out and in again changes nothing; what is in a file overwrites, all or nothing."""

import zipfile
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from cards.exchange import files, rows
from cards.models import Card, RubricPoint
from tests.rows import answer, make_card, make_child, state_of

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parent.parent / "fixtures" / "deck-small"
EVERY = pytest.mark.parametrize("ending", [".yaml", ".json", ".csv", ".xlsx"])
ANKI = Path(__file__).parent.parent / "fixtures" / "anki"


@pytest.fixture
def loaded(db):
    call_command("load_deck", SMALL, stdout=StringIO())


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue().strip().splitlines()


def everything():
    names = [field.name for field in Card._meta.concrete_fields if field.name != "updated_at"]
    links = [
        [(card.pk, each.pk) for each in getattr(card, name).all()]
        for card in Card.objects.order_by("pk")
        for name in rows.LINKS
    ]
    return (
        list(Card.objects.order_by("pk").values_list(*names)),
        list(RubricPoint.objects.order_by("pk").values_list()),
        links,
    )


def exported(path):
    run("export_cards", path)
    return path


def edit(path, old, new):
    """Change a text in any kind of file, as its own program would."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for row in book.active:
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(old, new)
        book.save(path)
    else:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@EVERY
def test_a_bank_written_and_read_again_changes_nothing(loaded, tmp_path, ending):
    before = everything()

    said = run("import_cards", exported(tmp_path / f"cards{ending}"))

    count = Card.objects.filter(part="card").count()
    assert said == [f"0 new, 0 changed, {count} same."]
    assert everything() == before


@pytest.mark.parametrize("ending", [".yaml", ".json"])
def test_a_file_holds_all_that_an_empty_bank_with_the_same_topics_needs(loaded, tmp_path, ending):
    path = exported(tmp_path / f"cards{ending}")
    records = [rows.record_of(card) for card in rows.main_cards()]
    for card in (*Card.objects.exclude(parent=None), *Card.objects.filter(parent=None)):
        card.prerequisites.clear()
    Card.objects.exclude(parent=None).delete()
    Card.objects.all().delete()

    run("import_cards", path)

    assert [rows.record_of(card) for card in rows.main_cards()] == records
    assert not Card.objects.exclude(loaded_hash="").exists()


@EVERY
def test_a_change_is_told_by_a_dry_run_and_then_made_and_no_schedule_is_touched(
    loaded, learner, tmp_path, ending
):
    card = Card.objects.get(slug="waiting-hh-ht")
    answer(learner, card)
    state = state_of(learner, card)
    path = exported(tmp_path / f"cards{ending}")
    edit(path, "HH takes longer", "HH takes much longer")
    before = everything()

    tried = run("import_cards", path, dry_run=True)

    assert tried[0] == "changed: waiting-hh-ht (answer)"
    assert tried[1].startswith("Would be 0 new, 1 changed")
    assert everything() == before
    assert run("import_cards", path)[0] == "changed: waiting-hh-ht (answer)"
    card.refresh_from_db()
    assert "much longer" in card.answer
    assert card.loaded_hash != rows.content_hash(rows.record_of(card))
    assert state_of(learner, card) == state
    assert card.history.first().history_change_reason == "imported from a file"
    assert card.history.count() == 2
    assert "kept: waiting-hh-ht" in run("load_deck", SMALL), "the deck's own files do not undo it"


def test_a_new_card_goes_to_the_end_of_its_topic_and_what_is_not_in_the_file_stays(loaded, tmp_path):
    path = tmp_path / "cards.csv"
    path.write_text(
        "id,topic,kind,level,status,question,answer,sources\nmine,puzzles,puzzle,2,draft,How?,So.,\n"
    )
    before = Card.objects.count()

    assert run("import_cards", path) == ["new: mine", "1 new, 0 changed, 0 same."]

    card = Card.objects.get(slug="mine")
    others = Card.objects.filter(topic=card.topic).exclude(pk=card.pk)
    assert card.position > max(other.position for other in others)
    assert (card.status, card.owner, Card.objects.count()) == ("draft", None, before + 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("puzzles", "puzles"), '.topic: "puzles" is not known here; did you mean "puzzles"?'),
        (("li-1980-martingale", "nobody-1980"), '.sources: "nobody-1980" is not known here'),
        (("HH takes longer", r"HH takes $\\frac{1}$ longer"), "waiting-hh-ht.answer"),
        (("kind: puzzle", "kind: riddle"), 'waiting-hh-ht.kind: is "riddle"; allowed: concept'),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_file_line_and_field_and_nothing_changes(loaded, tmp_path, change, said):
    path = exported(tmp_path / "cards.yaml")
    text = path.read_text()
    head, mark, topics = text.partition("topics:")
    path.write_text(head + mark + topics.replace(*change))
    before = everything()

    with pytest.raises(CommandError) as error:
        run("import_cards", path)

    assert f"{path}:" in str(error.value)
    assert said in str(error.value)
    assert "Nothing was changed" in str(error.value)
    assert everything() == before


def test_the_names_of_follow_ups_and_of_learners_own_cards_are_taken(loaded, user, tmp_path):
    make_card(slug="mine", owner=user)
    path = tmp_path / "cards.csv"
    path.write_text("id,topic,kind,level,status,question,answer\nmine,puzzles,puzzle,2,draft,How?,So.\n")

    with pytest.raises(CommandError, match='mine.id: "mine" is the name of a card outside'):
        run("import_cards", path)
    assert "\nmine," not in exported(tmp_path / "all.csv").read_text()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cards.txt", b"", "must end in one of: .yaml .json .csv .xlsx .apkg"),
        ("cards.yaml", b"a: \xff", "is not UTF-8: byte 0xff"),
        ("cards.csv", b"", "the first row must name the columns"),
        ("cards.csv", b"id,topic\na,b,c\n", "more cells than the first row has names"),
        ("cards.csv", b'id,topic\n"' + b"x" * 200_000, "lower-case letters, digits, single dashes"),
        ("cards.xlsx", b"PK no", "is no .xlsx workbook"),
        ("cards.json", b"[" * 100_000, "nested deeper than 10"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(loaded, tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(CommandError) as error:
        run("import_cards", path)

    assert said in str(error.value)


def test_a_missing_file_and_one_too_large_are_refused(loaded, tmp_path, monkeypatch):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("import_cards", tmp_path / "none.yaml")
    monkeypatch.setattr(files, "LARGEST", 10)
    with pytest.raises(CommandError, match="at most 10 are read"):
        run("import_cards", exported(tmp_path / "cards.yaml"))


def test_a_workbook_that_unpacks_without_end_is_refused(loaded, tmp_path, monkeypatch):
    path = tmp_path / "cards.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 10_000_000)
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1_000_000)

    with pytest.raises(CommandError, match="unpacks to more than"):
        run("import_cards", path)


def test_tables_with_semicolons_and_in_utf_16_are_read(loaded, tmp_path):
    table = "id;topic;kind;level;status;question;answer\nmine;puzzles;puzzle;2;draft;Wie groß?;So, so.\n"
    for name, data in (("a.csv", table.encode("utf-16")), ("b.csv", b"\xef\xbb\xbf" + table.encode())):
        path = tmp_path / name
        path.write_bytes(data)
        run("import_cards", path)

    assert Card.objects.get(slug="mine").question == "Wie groß?"


def test_one_topic_is_exported_alone_and_an_unknown_one_is_named(loaded, tmp_path):
    run("export_cards", tmp_path / "p.yaml", topic=["puzzles"])

    text = (tmp_path / "p.yaml").read_text()
    assert text.count("topic: ") == 1
    with pytest.raises(CommandError, match="No such topic: puzles"):
        run("export_cards", tmp_path / "q.yaml", topic=["puzles"])
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_cards", tmp_path / "nowhere" / "q.yaml")
    with pytest.raises(CommandError, match="must end in one of"):
        run("export_cards", tmp_path / "q.doc")


def test_no_cell_of_an_exported_sheet_is_a_formula(loaded, tmp_path):
    Card.objects.filter(slug="waiting-hh-ht").update(hint="=1+1")

    book = openpyxl.load_workbook(exported(tmp_path / "cards.xlsx"))

    assert {cell.data_type for row in book.active for cell in row} <= {"s", "n", "inlineStr"}
    assert any(cell.value == "'=1+1" for row in book.active for cell in row)
    assert ",'=1+1," in exported(tmp_path / "cards.csv").read_text()


def test_a_table_without_a_column_leaves_that_field_as_it_is(loaded, tmp_path):
    card = Card.objects.get(slug="waiting-hh-ht")
    before = rows.record_of(card)
    path = tmp_path / "cards.csv"
    path.write_text(
        "id,topic,kind,level,status,question,answer\n"
        f'waiting-hh-ht,puzzles,puzzle,3,published,"{card.question}","{card.answer}"\n'
    )

    assert run("import_cards", path)[0] == "changed: waiting-hh-ht (level)"

    after = rows.record_of(Card.objects.get(slug="waiting-hh-ht"))
    assert rows.differences(before, after) == ["level"]
    assert after.followups
    assert after.sources == before.sources


@pytest.mark.parametrize("name", ["current", "legacy"])
def test_the_notes_of_an_anki_package_become_drafts_once(loaded, tmp_path, name):
    path = ANKI / f"{name}.apkg"

    said = run("import_cards", path, topic="puzzles")

    drafts = Card.objects.filter(slug__startswith="anki-")
    assert (drafts.count(), set(drafts.values_list("status", "topic__slug"))) == (12, {("draft", "puzzles")})
    assert any(line.startswith("left out: ") for line in said)
    drafts.update(status="published", level=3)
    assert run("import_cards", path, topic="puzzles")[-1] == "0 new, 0 changed, 12 same."
    assert set(drafts.values_list("status", "level")) == {("published", 3)}


def test_an_anki_package_needs_its_topic_and_a_broken_one_is_refused(loaded, tmp_path):
    with pytest.raises(CommandError, match="say to which topic"):
        run("import_cards", ANKI / "current.apkg")
    with pytest.raises(CommandError, match='"puzles" is not known here'):
        run("import_cards", ANKI / "current.apkg", topic="puzles")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("import_cards", tmp_path / "none.apkg", topic="puzzles")
    (tmp_path / "bad.apkg").write_bytes(b"PK")
    with pytest.raises(CommandError, match="bad.apkg"):
        run("import_cards", tmp_path / "bad.apkg", topic="puzzles")


def test_the_bank_goes_to_anki_and_its_own_notes_are_known_again(loaded, tmp_path):
    path = tmp_path / "bank.apkg"

    (said,) = run("export_cards", path)

    notes = Card.objects.filter(status="published").count()
    assert said == f"{notes} notes in {path}."
    assert run("import_cards", path, topic="puzzles") == [
        f"left out: {notes} notes that came from Anneal", "0 new, 0 changed, 0 same.",
    ]  # fmt: skip


def test_a_learners_own_follow_up_of_a_shared_card_is_neither_exported_nor_retired(loaded, user, tmp_path):
    card = Card.objects.get(slug="waiting-hh-ht")
    own = make_child(card, "Secret?", owner=user)

    path = exported(tmp_path / "cards.yaml")
    edit(path, "HH takes longer", "HH takes much longer")
    run("import_cards", path)
    run("load_deck", SMALL)

    assert "Secret?" not in path.read_text()
    own.refresh_from_db()
    assert own.status == "published"


def test_the_name_of_a_learners_own_follow_up_cannot_be_taken(loaded, user, tmp_path):
    card = Card.objects.get(slug="waiting-hh-ht")
    make_child(card, "Secret?", owner=user, slug="waiting-hh-ht--mine")
    path = exported(tmp_path / "cards.yaml")
    edit(path, "id: race\n", "id: mine\n")

    with pytest.raises(CommandError, match='"waiting-hh-ht--mine" is the name of a card outside'):
        run("import_cards", path)


@pytest.mark.parametrize(("name", "most"), [("question", 2000), ("answer", 8000)])
def test_a_text_longer_than_its_column_is_refused(loaded, tmp_path, name, most):
    values = {"question": "How?", "answer": "So.", name: "x" * (most + 1)}
    path = tmp_path / "cards.csv"
    path.write_text(
        "id,topic,kind,level,status,question,answer\n"
        f"mine,puzzles,puzzle,2,draft,{values['question']},{values['answer']}\n"
    )

    with pytest.raises(CommandError, match=f"mine.{name}: has {most + 1} characters; allowed: {most}"):
        run("import_cards", path)


def test_a_key_point_longer_than_its_column_is_refused(loaded, tmp_path):
    path = exported(tmp_path / "cards.yaml")
    edit(path, "Six flips for HH and four for HT", "x" * 301)

    with pytest.raises(CommandError, match=r"rubric\[0\].point: has 301 characters; allowed: 300"):
        run("import_cards", path)


@pytest.mark.parametrize(
    ("details", "said"), [("x" * 40_000, "has 40000 characters"), ("a\x0bb", "has a control character")]
)
def test_a_workbook_that_would_lose_something_is_not_written(loaded, tmp_path, details, said):
    Card.objects.filter(slug="waiting-hh-ht").update(details=details)
    path = tmp_path / "cards.xlsx"

    with pytest.raises(CommandError, match=f"waiting-hh-ht.details {said}"):
        run("export_cards", path)

    assert not path.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_revision_never_goes_down(loaded, tmp_path):
    path = exported(tmp_path / "cards.yaml")
    Card.objects.filter(slug="waiting-hh-ht").update(revision=5)
    edit(path, "HH takes longer", "HH takes much longer")

    run("import_cards", path)

    assert Card.objects.get(slug="waiting-hh-ht").revision == 5


def test_a_draft_follow_up_of_a_published_card_stays_a_draft(loaded, tmp_path):
    Card.objects.filter(slug="waiting-hh-ht--race").update(status="draft")
    path = exported(tmp_path / "cards.yaml")
    edit(path, "HH takes longer", "HH takes much longer")

    run("import_cards", path)

    assert Card.objects.get(slug="waiting-hh-ht--race").status == "draft"
    assert Card.objects.get(slug="waiting-hh-ht--hth").status == "published"


def test_a_workbook_that_claims_a_million_rows_is_refused_soon(loaded, tmp_path):
    path = exported(tmp_path / "cards.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.cell(row=1_048_576, column=16_384, value="far")
    book.save(path)

    with pytest.raises(CommandError, match="has more than 20000 rows"):
        run("import_cards", path)


def test_a_nul_in_a_table_is_named(loaded, tmp_path):
    path = tmp_path / "cards.csv"
    path.write_text("id,topic,kind,level,status,question,answer\nmine,puzzles,puzzle,2,draft,H\0w?,So.\n")

    with pytest.raises(CommandError, match=r"mine.question: character U\+0000 is not allowed"):
        run("import_cards", path)


def test_a_private_card_is_no_prerequisite(loaded, user, tmp_path):
    make_card(slug="private", owner=user)
    path = tmp_path / "cards.csv"
    path.write_text(
        "id,topic,kind,level,status,question,answer,prerequisites\nmine,puzzles,puzzle,2,draft,How?,So.,private\n"
    )

    with pytest.raises(CommandError, match='mine.prerequisites: "private" is not known here'):
        run("import_cards", path)


def test_anki_notes_that_were_moved_here_stay_in_their_topic(loaded):
    run("import_cards", ANKI / "current.apkg", topic="puzzles")
    Card.objects.filter(slug__startswith="anki-").update(answer="Edited.")

    run("import_cards", ANKI / "current.apkg", topic="inference")

    assert set(Card.objects.filter(slug__startswith="anki-").values_list("topic__slug", flat=True)) == {
        "puzzles"
    }
