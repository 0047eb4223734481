"""The deck that ships: every gate clean, every checklist item covered, every text renders."""

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from cards import markdown
from cards.management.commands.check_deck import examine
from cards.models import Card

ROOT = Path(__file__).parent.parent.parent
DECK = ROOT / "fixtures" / "deck"
MOST_WARNINGS = 5


@pytest.fixture(scope="module")
def examined():
    return examine([DECK])


def test_no_gate_fails(examined):
    _, findings = examined

    assert [str(finding) for finding in findings if finding.severity == "fail"] == []


def test_warnings_are_few(examined):
    _, findings = examined

    assert len(findings) <= MOST_WARNINGS, "\n".join(map(str, findings))


def test_the_deck_is_as_large_as_it_says(examined):
    cards, _ = examined
    published = [card for card in cards if card.status == "published"]

    assert len(published) >= 500
    assert sum(1 for card in published for _ in card.children()) >= 1900
    assert len({card.kind for card in published}) == 12
    assert set(Counter(card.level for card in published)) == {1, 2, 3, 4}


def test_every_text_of_the_deck_renders_to_html_without_leftovers(examined):
    cards, _ = examined
    for card in cards:
        texts = [
            card.question,
            card.hint,
            card.answer,
            card.details,
            *(child.answer for _, _, child in card.children()),
        ]
        for text in filter(None, texts):
            html = markdown.render(text)
            assert "<script" not in html
            assert " style=" not in html
            assert "$$" not in html


def test_coding_cards_show_code_that_was_run_with_mutants(examined):
    cards, _ = examined
    coding = [card for card in cards if card.kind == "coding"]

    assert len(coding) >= 20
    for card in coding:
        assert (DECK / "checks" / f"{card.id}.py").read_text().count("MUTANTS") == 1


def test_facts_that_age_say_when_they_were_true(examined):
    cards, _ = examined
    for card in cards:
        assert (card.as_of is None) == (card.review_by is None), card.id
        if card.as_of and card.review_by:
            assert (card.review_by - card.as_of).days <= 280, card.id


@pytest.mark.django_db
def test_the_whole_deck_loads_and_loading_again_changes_nothing(examined, capsys):
    cards, _ = examined
    call_command("load_deck", DECK)
    assert f"{len(cards)} new, 0 changed" in capsys.readouterr().out
    before = list(Card.objects.order_by("pk").values_list("slug", "updated_at"))

    call_command("load_deck", DECK)

    assert f"0 new, 0 changed, {len(cards)} same, 0 kept, 0 retired" in capsys.readouterr().out
    assert list(Card.objects.order_by("pk").values_list("slug", "updated_at")) == before
