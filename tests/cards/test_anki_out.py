"""cards.exchange.anki_out: the bank as an Anki package, opened again with SQLite alone."""

import json
import re
import sqlite3
import zipfile
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cards.exchange import anki_look, anki_out, putting
from cards.models import Card, Company, Role
from tests.rows import make_card, make_child, make_topic

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent
SMALL = ROOT / "tests" / "fixtures" / "deck-small"


def write(path):
    return anki_out.write(path, Card.objects.order_by("pk"))


def rows(path, query="SELECT guid, tags, flds FROM notes ORDER BY id"):
    with zipfile.ZipFile(path) as archive, closing(sqlite3.connect(":memory:")) as database:
        assert archive.namelist() == ["collection.anki2", "media"]
        assert archive.read("media") == b"{}"
        database.deserialize(archive.read("collection.anki2"))
        return database.execute(query).fetchall()


def notes(path):
    """Return the fields of each note by slug, with its tags and guid."""
    found = {}
    for guid, tags, values in rows(path):
        fields = dict(zip(anki_look.FIELDS, values.split("\x1f"), strict=True))
        found[fields["Slug"]] = {**fields, "tags": tags.split(), "guid": guid}
    return found


def test_every_published_card_and_child_of_a_deck_becomes_a_note(tmp_path):
    call_command("load_deck", SMALL, verbosity=0, stdout=StringIO())

    count = write(tmp_path / "deck.apkg")

    slugs = set(Card.objects.filter(status="published").values_list("slug", flat=True))
    assert count == len(slugs) > 3
    assert set(notes(tmp_path / "deck.apkg")) == slugs
    assert len(rows(tmp_path / "deck.apkg", "SELECT DISTINCT nid FROM cards")) == count


def test_a_card_has_all_its_parts_as_safe_html(tmp_path):
    card = make_card(
        "What is $\\sigma$ & why <b>?", slug="sigma", hint="Think of *spread*.", points=[("spread", True), ("unit", False)],
        answer="It is spread.\n\n$$\\sigma^2$$", details="```python\nimport math\n```",
        mistakes=[{"wrong": "It is `mean`", "fix": "It is spread"}],
        sources=[{"key": "a", "authors": "A & B", "year": 1999, "title": "On <x>", "kind": "book"}],
        bar={"mid": "names it", "senior": "derives it"},
    )  # fmt: skip
    card.points.create(key="old", text="Retired point", retired=True)

    write(tmp_path / "deck.apkg")

    note = notes(tmp_path / "deck.apkg")["sigma"]
    assert "<math" in note["Question"]
    assert "&amp; why &lt;b&gt;?" in note["Question"]
    assert 'display="block"' in note["Answer"]
    assert note["Context"] == ""
    assert note["Points"] == '<ul><li>Says spread <span class="must">must</span></li><li>Says unit</li></ul>'
    assert '<span class="k">import</span>' in note["Details"]
    assert "derives it" in note["Details"]
    assert note["Mistakes"].startswith('<ul><li><div class="wrong">It is <code>mean</code></div>')
    assert note["Sources"] == "A &amp; B (1999), <i>On &lt;x&gt;</i>"
    assert "<em>spread</em>" in note["Hint"]


def test_a_child_has_its_parents_question_as_context_and_its_sources_and_tags(tmp_path):
    parent = make_card("What is recall?", slug="recall", kind="comparison", level=3)
    parent.roles.add(Role.objects.create(slug="mle", name="ML engineer"))
    parent.companies.add(Company.objects.create(slug="acme", name="Acme"))
    parent.sources = [{"key": "a", "authors": "A", "year": 1999, "title": "T", "kind": "book"}]
    parent.save()
    make_child(parent, "And precision?", slug="recall--precision")

    write(tmp_path / "deck.apkg")

    found = notes(tmp_path / "deck.apkg")
    child = found["recall--precision"]
    assert child["Context"] == "<p>What is recall?</p>"
    assert child["Sources"] == found["recall"]["Sources"] != ""
    assert child["tags"] == [
        "kind::comparison",
        "level::senior",
        "part::followup",
        "role::mle",
        "company::acme",
    ]
    assert found["recall"]["tags"][2] == "part::card"


def test_drafts_retired_cards_and_a_learners_own_child_of_a_shared_card_stay_here(tmp_path, user):
    shown = make_card(slug="shown")
    make_child(shown, slug="shown--draft", status="draft")
    make_child(shown, slug="shown--own", owner=user)
    make_child(make_card(status="retired"), slug="orphan")
    make_card(status="draft")

    assert write(tmp_path / "deck.apkg") == 1
    assert set(notes(tmp_path / "deck.apkg")) == {"shown"}


def test_decks_are_named_by_area_and_topic_and_cards_lie_in_study_order(tmp_path):
    for slug, topic in (("b", "search"), ("a", "attention"), ("c", "search")):
        make_card(slug=slug, topic=make_topic(topic))

    write(tmp_path / "deck.apkg")

    decks = json.loads(rows(tmp_path / "deck.apkg", "SELECT decks FROM col")[0][0])
    assert {deck["name"] for deck in decks.values()} >= {"Anneal::Llm::Search", "Anneal::Llm::Attention"}
    placed = rows(
        tmp_path / "deck.apkg",
        "SELECT substr(flds, -1), did, due FROM cards JOIN notes ON notes.id = nid ORDER BY due",
    )
    assert [(slug, decks[str(deck)]["name"].split("::")[2]) for slug, deck, _ in placed] == [
        ("b", "Search"), ("a", "Attention"), ("c", "Search"),
    ]  # fmt: skip


def test_guids_note_type_and_decks_never_change(tmp_path):
    make_card(slug="bias-variance")

    write(tmp_path / "deck.apkg")

    assert notes(tmp_path / "deck.apkg")["bias-variance"]["guid"] == "Fg&Fa>VDs<"
    models, decks = rows(tmp_path / "deck.apkg", "SELECT models, decks FROM col")[0]
    assert "1706914053" in json.loads(models)
    assert "3643859937" in json.loads(decks)


def test_a_second_file_takes_the_place_of_the_first_and_leaves_nothing_beside_it(tmp_path):
    make_card(slug="one")
    write(tmp_path / "deck.apkg")
    make_card(slug="two")

    assert write(tmp_path / "deck.apkg") == 2

    assert set(notes(tmp_path / "deck.apkg")) == {"one", "two"}
    assert [path.name for path in tmp_path.iterdir()] == ["deck.apkg"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    make_card()
    (tmp_path / "deck.apkg").write_text("old")

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(putting.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "deck.apkg")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("deck.apkg", "old")]


def test_an_empty_bank_is_an_empty_package(tmp_path):
    assert write(tmp_path / "deck.apkg") == 0
    assert rows(tmp_path / "deck.apkg") == []


def test_ten_times_the_cards_take_the_same_queries(tmp_path, django_assert_num_queries):
    for number in range(20):
        make_child(make_card(slug=f"card{number}"))
    for cards in (Card.objects.filter(parent=None)[:2], Card.objects.filter(parent=None)):
        with django_assert_num_queries(8):
            anki_out.write(tmp_path / "deck.apkg", cards)


def test_code_has_the_colours_of_the_site_by_day_and_by_night():
    site = (ROOT / "static" / "css" / "highlight.css").read_text()
    colours = re.findall(r"--(code-\w+): light-dark\((#\w+), (#\w+)\)", site)
    day, night = re.findall(r"{([^}]*--code-keyword:[^}]*)}", anki_look.STYLE)
    assert len(colours) == 6
    for name, light, dark in colours:
        assert f"--{name}: {light};" in day
        assert f"--{name}: {dark};" in night
    for rule in re.findall(r"^    (\.\w) {", site, re.M):
        assert f"pre code {rule} {{" in anki_look.STYLE


def test_the_templates_name_every_field_but_the_slug_and_hold_no_script():
    both = anki_look.FRONT + anki_look.BACK
    for name in anki_look.FIELDS[:-1]:
        assert f"{{{{{name}}}}}" in both
    assert "<script" not in both
    assert not re.search(r"\son\w+=", both)
