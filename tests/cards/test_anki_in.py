"""cards.exchange.anki_in: packages that Anki itself exported, and how fields become a card.

fixtures/anki holds the same fifteen notes in both formats, made with Anki 26.9.
"""

from pathlib import Path

import pytest

from cards.exchange import anki_in, anki_out
from cards.markdown import check
from tests.anki_packages import collection, package
from tests.rows import make_card, make_child

FIXTURES = Path(__file__).parent.parent / "fixtures" / "anki"


def read(tmp_path, *notes, **values):
    return anki_in.read(package(tmp_path, collection(*notes, **values)))


# What Anki exports


def test_both_formats_of_anki_give_the_same_notes():
    old, new = (anki_in.read(FIXTURES / f"{name}.apkg") for name in ("legacy", "current"))
    assert old == new
    assert len(new.notes) == 12
    assert new.left_out == {
        "notes without a question or without an answer": 2,
        "image occlusions": 1,
        "images": 2,
        "sounds": 1,
    }


def test_notes_of_every_kind_arrive_in_the_decks_dialect():
    notes = {note.question.split("\n")[0]: note for note in anki_in.read(FIXTURES / "current.apkg").notes}

    bias = notes["What is bias?"]
    assert (bias.guid, bias.tags) == ("s/bh68gECD", ("basics::error", "ml"))
    assert bias.deck == "Interview::Machine learning"
    assert notes["数学的期待値とは何ですか？ 🎲"].deck == "Interview::Statistik – Übung"
    assert notes["recall"].answer == "TP / (TP + FN)"
    cloze = notes["[which metric] falls when [...] rise."]
    assert cloze.answer == "**Precision** falls when **false positives** rise."
    assert cloze.details == "**Back Extra**\n\nThink of *spam*."
    assert notes["The [...] is [...]."].answer == r"The **variance of an average** is **$\sigma^2/n$**."
    assert (
        '```python\nfor i in range(2):\n    print(f"{i} costs ${i}")\n```'
        in notes["What does this print?"].question
    )
    assert notes["State Bayes: $P(A|B)$"].answer == r"$$P(A|B) = \frac{P(B|A)P(A)}{P(B)}$$"
    assert notes[r"The mean $\bar{x}$?"].answer.startswith("$$")
    assert r"where $a < b$." in notes[r"Write the **sigmoid** $\sigma(x)$ and its derivative."].answer
    assert r"cost \$5" in notes["数学的期待値とは何ですか？ 🎲"].answer
    assert "| --- | --- |" in notes["Compare L1 and L2"].answer
    assert (
        notes["Why use cross-validation?"].details
        == "**Why**\n\nOne split is *noisy*.\n\n**Source**\n\nESL, chapter 7"
    )
    for note in notes.values():
        assert [check(text) for text in (note.question, note.answer, note.details)] == [[], [], []]


@pytest.mark.django_db
def test_our_own_notes_are_left_out_and_those_of_others_beside_them_are_not(tmp_path):
    card = make_card("What is bias?", slug="bias")
    make_child(card)
    anki_out.write(tmp_path / "deck.apkg", [card])
    assert anki_in.read(tmp_path / "deck.apkg") == anki_in.Package((), {"notes that came from Anneal": 2})


def test_a_note_type_with_a_field_named_slug_is_not_ours(tmp_path):
    models = {"7": {"flds": [{"name": "Front"}, {"name": "Back"}, {"name": "Slug"}]}}
    (note,) = read(tmp_path, ("q", "a", "my-slug"), models=models).notes
    assert note.details == "**Slug**\n\nmy-slug"


# From fields to a card


def test_an_empty_second_field_gives_way_to_the_next_that_is_filled(tmp_path):
    (note,) = read(tmp_path, ("q", " <br>&nbsp;", "e")).notes
    assert (note.question, note.answer, note.details) == ("q", "e", "")


def test_fields_beyond_those_of_the_note_type_are_numbered(tmp_path):
    (note,) = read(tmp_path, ("q", "a", "e", "f")).notes
    assert note.details == "**Extra**\n\ne\n\n**Field 4**\n\nf"


def test_blanks_in_a_later_field_make_the_question(tmp_path):
    (note,) = read(tmp_path, ("Title", "{{c1::a}} b")).notes
    assert (note.question, note.answer, note.details) == ("[...] b", "**a** b", "**Front**\n\nTitle")


def test_a_card_in_a_filtered_deck_belongs_to_its_home(tmp_path):
    decks = {"1": {"name": "Home"}, "2": {"name": "Cram"}}
    (note,) = read(tmp_path, ("q", "a"), decks=decks, script="UPDATE cards SET did = 2, odid = 1").notes
    assert note.deck == "Home"


def test_a_note_without_cards_has_no_deck(tmp_path):
    (note,) = read(tmp_path, ("q", "a"), script="DELETE FROM cards").notes
    assert (note.deck, note.tags) == ("", ("tag::one", "two"))


def test_what_no_card_can_hold_is_counted_and_the_rest_is_read(tmp_path):
    found = read(tmp_path, ("q", "x" * 8001), ("x" * 2001, "a"), ("<i>" * 3000, "a"), ("", "a"), ("q", "a"))
    assert [note.question for note in found.notes] == ["q"]
    assert found.left_out == {anki_in.UNFIT: 3, anki_in.EMPTY: 1}
