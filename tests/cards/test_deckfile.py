from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.deckdump import dump_bibliography, dump_topic
from cards.deckfile import load_bibliography, load_deck, load_taxonomy, load_topic
from cards.records import Source
from tests.cards.made_up import CARDS

DECK = Path(__file__).parent.parent / "fixtures" / "deck-small"
TOPICS = sorted(path for path in DECK.glob("*/*.yaml"))
CARD = """\
topic: attention
cards:
  - id: one-card
    kind: concept
    level: 2
    status: published
    question: "What is it?"
    answer: "It is this."
    rubric:
      - {id: first, must: true, point: "Says this"}
    followups:
      - {id: why, question: "Why?", answer: "Because."}
    claims:
      - {text: "half", expr: "1/2", equals: 0.5}
"""


def problems(text):
    return load_topic("llm/attention.yaml", text)[1]


def only(text):
    (problem,) = problems(text)
    return problem


@pytest.mark.parametrize("path", TOPICS, ids=lambda path: path.stem)
def test_the_small_deck_is_read_without_a_problem(path):
    cards, wrong = load_topic(str(path), path.read_text())

    assert wrong == []
    assert len(cards) == 1


def test_a_card_knows_its_topic_its_file_and_its_children():
    (card,), _ = load_topic("llm/attention.yaml", CARD)

    assert (card.topic, card.file, card.revision) == ("attention", "llm/attention.yaml", 1)
    assert [(slug, part) for slug, part, _ in card.children()] == [("one-card--why", "followup")]
    assert card.claims[0].tol == 1e-9


def test_each_value_knows_its_line():
    (card,), _ = load_topic("f", CARD + "    details: |\n      first\n")

    assert card.line() == 3
    assert card.line("question") == 7
    assert card.line("details") == 16
    assert card.followups[0].line("answer") == 12
    assert card.line("hint") == 3, "a field that is absent has the card's line"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        ("level: 2", "level: high", 5, "one-card.level", 'is "high"; allowed: 1 2 3 4'),
        ("level: 2", "level: true", 5, "one-card.level", "is true; allowed: 1 2 3 4"),
        ("kind: concept", "kind: concpt", 4, "one-card.kind", 'did you mean "concept"?'),
        ("    kind:", "    knid:", 4, "one-card.knid", 'unknown field; did you mean "kind"?'),
        ("must: true", "must: yes", 10, "one-card.rubric[0].must", 'is "yes"; allowed: true or false'),
        ("equals: 0.5", "equals: half", 14, "one-card.claims[0].equals", "allowed: a number"),
        ("equals: 0.5", "equals: 1e400", 14, "one-card.claims[0].equals", "allowed: a number"),
        ('"It is this."', "3", 8, "one-card.answer", "is 3; allowed: text"),
        ('"It is this."', '" "', 8, "one-card.answer", "allowed: text"),
        ('"It is this."', "", 8, "one-card.answer", "is missing"),
        ("    status: published\n", "", 3, "one-card.status", "is missing"),
        ("id: one-card", "id: One_Card", 3, "One_Card.id", "lower-case letters"),
        ("id: one-card", "id: " + "a" * 61, 3, "a" * 61 + ".id", "at most 60"),
        ("topic: attention", "topik: attention", 1, "topik", 'did you mean "topic"?'),
    ],
)
def test_an_error_names_line_field_value_and_what_is_allowed(old, new, line, field, message):
    found = problems(CARD.replace(old, new, 1))

    assert any((p.line, p.field) == (line, field) and message in p.message for p in found), found


def test_every_error_is_found_not_only_the_first():
    bad = CARD.replace("level: 2", "level: 9").replace("must: true", "must: 1").replace("expr:", "exp:")

    assert {p.line for p in problems(bad)} == {5, 10, 14}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: &x 1", 1, "anchor &x"),
        ("a: 1\nb: *x", 2, "alias *x"),
        ("a: !!python/object:os.system 1", 1, "tag tag:yaml.org,2002:python/object:os.system"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("[" * 50_000, 1, "nested deeper"),
        ("a: 1\nb: [", 3, "not valid YAML"),
        ("a: 1\nb: \x00", 2, "U+0000"),
        ('a: 1\nb: "\\0"', 2, "U+0000"),
        ("a: \ud800", 1, "U+D800"),
        ('a: "\\ud800"', 1, ""),
        ("? [a]\n: 1", 1, "must be a word"),
        ("", 1, "is nothing; allowed: a mapping"),
        ("- 1", 1, "is a list; allowed: a mapping"),
    ],
)
def test_yaml_beyond_our_subset_is_refused_with_its_line(text, line, message):
    found = problems(text)

    assert any(p.line == line and message in p.message for p in found), found


def test_a_key_given_twice_is_refused():
    problem = only(CARD + '    answer: "Again."\n')

    assert (problem.line, problem.message) == (15, "stands twice; the first is on line 8")


def test_an_id_used_twice_names_the_first_place():
    deck = load_deck([("a/x.yaml", CARD), ("b/y.yaml", CARD)])

    assert [str(problem) for problem in deck.problems] == [
        'b/y.yaml:3: one-card.id: "one-card" is used twice; the first is in a/x.yaml, line 3'
    ]


def test_a_child_id_used_twice_is_refused():
    more = '    recall:\n      - {id: why, question: "Q?", answer: "A"}\n'

    assert 'child id "why" is used twice' in only(CARD + more).message


def test_a_no_in_a_text_is_text_and_a_number_is_a_slug():
    (card,), wrong = load_topic("f", CARD.replace('"It is this."', "no").replace("id: first", "id: 1"))

    assert wrong == []
    assert card.answer == "no"
    assert card.rubric[0].id == "1"


def test_line_ends_and_last_line_breaks_make_no_difference():
    (card,), _ = load_topic("f", CARD + "    details: |\n      a\n      b\n\n")
    (windows,), _ = load_topic(
        "f", "\ufeff" + (CARD + "    details: |\n      a\n      b\n").replace("\n", "\r\n")
    )

    assert card == windows
    assert card.details == "a\nb"


def test_the_hash_changes_with_the_content_and_with_nothing_else():
    (card,), _ = load_topic("f", CARD)
    (moved,), _ = load_topic("g", "# a comment\n" + CARD.replace('"It is this."', "It is this."))

    assert card.content_hash() == moved.content_hash()
    assert card.content_hash() != replace(card, answer="It is that.").content_hash()
    assert card.content_hash() != replace(card, topic="other").content_hash()
    assert card.content_hash() != replace(card, revision=2).content_hash()


@pytest.mark.parametrize("path", TOPICS, ids=lambda path: path.stem)
def test_a_dump_read_again_is_equal(path):
    cards, _ = load_topic("f", path.read_text())

    again, wrong = load_topic("f", dump_topic(cards[0].topic, cards))

    assert wrong == []
    assert again == cards
    assert again[0].content_hash() == cards[0].content_hash()


@settings(max_examples=200, deadline=None)
@given(CARDS)
def test_any_card_survives_the_round_trip(card):
    text = dump_topic("t", [card])
    again, wrong = load_topic("f", text)

    assert wrong == []
    assert again == [card]
    assert yaml.safe_load(text)["cards"][0]["question"] == card.question, "other readers agree"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text):
    load_topic("f", text)
    load_topic("f", CARD + text)
    load_bibliography("f", text)
    load_taxonomy("f", text)


def test_the_taxonomy_knows_the_area_of_a_topic():
    taxonomy, wrong = load_taxonomy("taxonomy.yaml", (DECK / "taxonomy.yaml").read_text())

    assert wrong == []
    assert taxonomy.area_of("roc-pr") == "eval"
    assert taxonomy.area_of("nowhere") is None


def test_the_bibliography_round_trips_and_reports_each_bad_entry():
    sources, wrong = load_bibliography("b", (DECK / "bibliography.yaml").read_text())
    assert wrong == []
    assert load_bibliography("b", dump_bibliography(sources)) == (sources, [])

    good, wrong = load_bibliography(
        "b", 'a-2020-b: {authors: "A", year: 2020, title: "B", kind: paper}\nc: {year: x}\n'
    )
    assert good == {"a-2020-b": Source(authors="A", year=2020, title="B", kind="paper")}
    assert [(p.line, p.field) for p in wrong] == [
        (2, "c.authors"),
        (2, "c.year"),
        (2, "c.title"),
        (2, "c.kind"),
    ]
