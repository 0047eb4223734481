"""The whole bank as one text, and as rows of a spreadsheet: what is written is read back equal, and errors say where."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards import bankfile, deckfolder, tables
from cards.deckfile import load_bibliography, load_deck
from cards.records import Source
from tests.cards.made_up import CARDS

DECK = Path(__file__).parent.parent / "fixtures" / "deck-small"
SOURCES = {"a-2020-b": Source(authors="A", year=2020, title="=T", kind="paper")}


def small_deck():
    texts, _ = deckfolder.read_texts(deckfolder.topic_files([DECK]))
    sources, _ = load_bibliography("b", (DECK / "bibliography.yaml").read_text())
    return load_deck(texts).cards, sources


def messages(problems):
    return [f"{each.line} {each.field} {each.message}" for each in problems]


@pytest.mark.parametrize("dump", [bankfile.dump_yaml, bankfile.dump_json])
def test_a_deck_written_as_one_text_is_read_back_equal_with_the_line_of_each_card(dump):
    cards, sources = small_deck()
    text = dump(cards, sources)

    bank = bankfile.load("cards", text)

    assert bank.problems == ()
    assert (list(bank.cards), bank.sources) == (list(cards), sources)
    for card in bank.cards:
        assert card.id in text.splitlines()[card.line() - 1]


@settings(max_examples=150, deadline=None)
@given(CARDS)
def test_any_card_survives_every_form(card):
    for dump in (bankfile.dump_yaml, bankfile.dump_json):
        bank = bankfile.load("f", dump([card], SOURCES))
        assert (bank.problems, bank.cards, bank.sources) == ((), (card,), SOURCES)
    sheet = tables.load("f", tables.HEADERS, tables.rows([card]))
    assert (sheet.problems, sheet.cards) == ((), (card,))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_a_reader_raise(text):
    bankfile.load("f", text)
    bankfile.load("f", "{" + text)
    bankfile.load("f", '{"format": "anneal-cards", "version": 1, "topics": [' + json.dumps(text) + "]}")
    tables.load("f", tables.HEADERS, [[text] * len(tables.HEADERS)])
    tables.load("f", [text, "id"], [[text]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'is nothing; allowed: a mapping with format, version, bibliography, topics'),
        ("[1]", "is a list; allowed: a mapping"),
        ('{"format": "anneal-cards", "version": 2}', "is no anneal-cards of version 1"),
        ('{"format": "anneal-cards", "version": 1, "topic": []}', 'unknown field; did you mean "topics"?'),
        ('{"format": "anneal-cards", "version": 1, "topics": 3}', "is 3; allowed: a list of topics"),
        ('{"format": "anneal-cards", "version": 1, "version": 1}', 'the key "version" stands twice'),
        ('{"format": "anneal-cards", "version": NaN}', "NaN is no number"),
        ('{"format": "\\ud800"}', "character U+D800 is not allowed"),
        ('{"a":' * 30 + "1" + "}" * 30, "nested deeper than 10"),
        ('{"a":' * 100_000, "not valid JSON"),
        ('{"format": "anneal-cards"', "not valid JSON"),
    ],
)  # fmt: skip
def test_what_is_no_bank_is_refused_with_a_sentence(text, said):
    bank = bankfile.load("f", text)

    assert bank.cards == ()
    assert any(said in message for message in messages(bank.problems)), bank.problems


def test_a_wrong_value_is_named_with_its_line_and_card():
    cards, sources = small_deck()
    text = bankfile.dump_json(cards, sources).replace('"level": 2', '"level": 7', 1)
    line = text[: text.index('"level": 7')].count("\n") + 1

    (problem,) = bankfile.load("cards.json", text).problems

    assert problem.field == f"{cards[0].id}.level"
    assert 0 <= line - problem.line <= 2  # JSON knows the line of the card
    assert "is 7; allowed: 1 2 3 4" in problem.message


def test_a_card_that_stands_twice_is_a_problem():
    cards, sources = small_deck()

    (problem,) = bankfile.load("f", bankfile.dump_yaml([cards[0], cards[0]], sources)).problems

    assert "is used twice" in problem.message


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＠", "'", "'="])
def test_no_cell_begins_as_a_formula_does_and_nothing_is_lost(start):
    assert tables.guarded(start + "1") == "'" + start + "1"
    assert tables.bare(tables.guarded(start + "1")) == start + "1"
    assert tables.guarded("a = 1") == "a = 1"


def test_an_apostrophe_that_nobody_put_there_stays():
    assert tables.bare("'Attention' means what?") == "'Attention' means what?"
    assert tables.bare(tables.guarded("'Attention'")) == "'Attention'"


def row(**values):
    cards, _ = small_deck()
    (cells,) = tables.rows([cards[0]])
    return [values.get(name, cell) for name, cell in zip(tables.HEADERS, cells, strict=True)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"level": "x"}, '2 {id}.level is "x"; allowed: 1 2 3 4'),
        ({"rubric": "[{id: a, must: true"}, "2 {id}.rubric not valid YAML"),
        (
            {"rubric": "[{id: a, must: perhaps, point: P}]"},
            '2 {id}.rubric[0].must is "perhaps"; allowed: true or false',
        ),
        ({"roles": "ds, ML E"}, '2 {id}.roles[1] is "ML E"; allowed: lower-case letters'),
        ({"topic": ""}, '2 topic is ""; allowed: lower-case'),
        ({"answer": None}, "2 {id}.answer is missing"),
        ({"as_of": "soon"}, '2 {id}.as_of is "soon"; allowed: a date'),
    ],
)
def test_an_error_in_a_sheet_names_row_card_column_and_value(values, said):
    cards, _ = small_deck()

    found = messages(tables.load("f", tables.HEADERS, [row(**values)]).problems)

    assert any(said.format(id=cards[0].id) in message for message in found), found


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (("id", "topic", "anwser"), 'unknown column; did you mean "answer"?'),
        (("id", "topic", "id"), "stands twice"),
        (("id", "answer"), "1 topic this column is missing"),
    ],
)
def test_headers_that_are_not_ours_are_refused(headers, said):
    found = messages(tables.load("f", headers, [["a", "b", "c"]]).problems)

    assert any(said in message for message in found), found


def test_numbers_and_dates_are_read_as_spreadsheet_programs_keep_them():
    import datetime

    cards, _ = small_deck()
    cells = row(
        level=2.0, revision=3, as_of=datetime.datetime(2026, 1, 2), review_by=datetime.date(2026, 5, 1)
    )

    (card,) = tables.load("f", tables.HEADERS, [cells, [None] * 5, [""]]).cards

    assert card == replace(
        cards[0], level=2, revision=3, as_of=datetime.date(2026, 1, 2), review_by=datetime.date(2026, 5, 1)
    )
