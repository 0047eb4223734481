"""Undo by key: answers, skips and suspensions, from the end screen too."""

import re

import pytest
from playwright.sync_api import expect

from scheduling.models import CardState, Review
from tests.browser.steps import cards, shown

pytestmark = pytest.mark.django_db(transaction=True)


def test_undo_by_key_goes_back_to_the_question_several_times_and_from_the_end(study):
    cards(2)
    page = study()
    for number in range(2):
        shown(page, number)
        page.keyboard.press("Space")
        page.keyboard.press("4")
    expect(page.locator("#done")).to_be_visible()

    page.keyboard.press("u")
    shown(page, 1)
    expect(page.locator("#answer")).not_to_have_attribute("open", re.compile(".*"))
    expect(page.locator("#notice")).to_have_text("Taken back: Easy.")
    page.keyboard.press("u")
    shown(page, 0)

    expect(page.locator(".undo button")).to_be_disabled()
    assert Review.objects.filter(void=True).count() == 2
    assert not CardState.objects.exists()


@pytest.mark.parametrize(("key", "what"), [("s", "Skip"), ("-", "Skip"), ("@", "Suspend")])
def test_undo_by_key_brings_back_a_card_just_set_aside(study, key, what):
    cards(2)
    page = study()

    page.keyboard.press(key)
    shown(page, 1)
    expect(page.locator(".undo button")).to_have_text(f"Undo {what}")
    page.keyboard.press("u")

    shown(page, 0)
    expect(page.locator("#notice")).to_have_text("The card is back.")
    expect(page.locator(".undo button")).to_be_disabled()
    assert not CardState.objects.filter(suspended=True).exists()


def test_undo_by_key_takes_back_skips_before_answers(study):
    cards(4)
    page = study()
    page.keyboard.press("Space")
    page.keyboard.press("3")
    for number, key in ((1, "s"), (2, "@")):
        shown(page, number)
        page.keyboard.press(key)
    shown(page, 3)

    page.keyboard.press("u")
    shown(page, 2)
    page.keyboard.press("u")
    shown(page, 1)
    assert not Review.objects.filter(void=True).exists()
    page.keyboard.press("u")

    shown(page, 0)
    assert Review.objects.get().void
