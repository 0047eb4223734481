"""Which key does what on the study page, in a real Chromium."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from scheduling.models import CardState, Review, Tick
from tests.browser.steps import cards, raw_key, shown
from tests.rows import make_card

pytestmark = pytest.mark.django_db(transaction=True)


def test_space_reveals_and_a_digit_grades_with_one_request(study, problems):
    cards(3)
    page = study()
    requests = []
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: requests.append((request.method, request.url)))

    page.keyboard.press("Space")
    expect(page.locator(".model-answer")).to_be_visible()
    assert requests == []
    expect(page.locator(".grade[data-default]")).to_be_focused()
    page.keyboard.press("3")
    shown(page, 1)

    assert [method for method, _ in requests] == ["POST"]
    assert Review.objects.get().grade == 4
    assert Review.objects.get().elapsed_ms > 0
    assert problems == []


def test_space_twice_is_reveal_and_good(study):
    cards(2)
    page = study()

    page.keyboard.press("Space")
    expect(page.locator(".grade[data-default]")).to_be_focused()
    page.keyboard.press("Space")
    shown(page, 1)

    assert Review.objects.get().grade == 4


def test_grade_keys_are_dead_until_the_answer_is_shown(study):
    cards(2)
    page = study()

    page.keyboard.press("3")
    page.keyboard.press("1")
    page.wait_for_timeout(300)

    shown(page, 0)
    assert not Review.objects.exists()


def test_keys_are_ignored_in_fields_with_modifiers_and_on_repeat(study):
    cards(2)
    page = study()
    page.locator("#words").fill("")
    page.locator("#words").press_sequentially("s3 u-")
    expect(page.locator("#words")).to_have_value("s3 u-")
    page.locator("#turn h1").click()
    page.keyboard.press("Control+s")
    raw_key(page, key="s", code="KeyS", repeat=True)
    page.wait_for_timeout(300)

    shown(page, 0)
    assert not CardState.objects.exists()


@pytest.mark.parametrize(
    ("key", "code", "shown_then"),
    [
        ("ы", "KeyS", 1),  # Russian
        ("ㄴ", "KeyS", 1),  # Korean
        ("é", "Digit2", 0),  # French: a grade, and none is due before the answer
        ("r", "KeyS", 0),  # Colemak writes r there
        ("o", "KeyS", 0),  # Dvorak
        ("g", "KeyU", 0),
        ("ß", "Minus", 0),  # German
        ("ś", "KeyS", 0),  # Polish, with AltGr
    ],
)
def test_keys_count_by_what_they_write_and_by_place_where_that_is_not_latin(study, key, code, shown_then):
    cards(2)
    page = study()

    raw_key(page, key=key, code=code)
    page.wait_for_timeout(200)

    shown(page, shown_then)
    assert CardState.objects.count() == shown_then


def test_control_enter_in_the_writing_field_reveals_and_keeps_the_words_beside_the_answer(study):
    cards(1)
    page = study()
    page.locator("#words").fill("My own words")

    page.locator("#words").press("Control+Enter")

    expect(page.locator(".model-answer")).to_be_visible()
    expect(page.locator("#words")).to_have_value("My own words")


def test_the_sheet_of_keys_opens_by_its_key(study):
    cards(1)
    page = study()

    page.keyboard.press("?")

    expect(page.locator("#keys")).to_be_visible()


def test_enter_shows_the_answer_and_then_gives_good_from_anywhere_on_the_page(study):
    cards(2)
    page = study()
    page.locator("#turn h1").click()

    page.keyboard.press("Enter")
    expect(page.locator(".model-answer")).to_be_visible()
    page.locator(".model-answer").click()
    page.keyboard.press("Space")
    shown(page, 1)

    assert Review.objects.get().grade == 4


def test_the_command_key_shows_the_answer_from_the_writing_field_too(study):
    cards(1)
    page = study()
    page.locator("#words").fill("My own words")

    page.locator("#words").press("Meta+Enter")

    expect(page.locator(".model-answer")).to_be_visible()


def test_suspend_has_its_key_where_at_is_written_with_alt(study):
    cards(2)
    page = study()

    raw_key(page, key="@", code="KeyQ", ctrlKey=True, altKey=True, modifierAltGraph=True)

    shown(page, 1)
    assert CardState.objects.get().suspended


def test_shift_and_a_digit_is_no_grade(study):
    cards(2)
    page = study()
    page.keyboard.press("Space")

    raw_key(page, key='"', code="Digit2", shiftKey=True)
    page.wait_for_timeout(300)

    shown(page, 0)


def test_keys_rest_while_their_sheet_is_open(study):
    cards(2)
    page = study()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()

    page.keyboard.press("s")
    page.wait_for_timeout(300)
    shown(page, 0)
    page.keyboard.press("Escape")
    page.keyboard.press("s")

    shown(page, 1)


def test_a_curator_goes_from_the_card_to_its_admin_page_by_key(study, ada):
    card = cards(1)[0]
    page = study()
    assert page.locator("[data-key=e]").count() == 0
    User.objects.update(is_staff=True, is_superuser=True)

    page = study()
    page.keyboard.press("e")

    page.wait_for_url(f"**/admin/cards/card/{card.pk}/change/")


def test_key_points_and_the_hint_have_keys_of_their_own(study):
    make_card("Why?", hint="Think.", points=[("what", True), ("why", True), ("cost", False)])
    page = study()
    page.keyboard.press("a")  # nothing to tick before the answer
    page.keyboard.press("h")
    expect(page.locator(".hint p")).to_be_visible()

    page.keyboard.press("Space")
    page.keyboard.press("a")
    raw_key(page, key="и", code="KeyB")
    expect(page.locator(".grade[value='3'] .proposed")).to_be_visible()
    expect(page.locator(".grade[value='3']")).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.press("b")
    page.keyboard.press("b")
    page.keyboard.press("Space")

    expect(page.locator("#done")).to_be_visible()
    assert Review.objects.get().grade == 4
    assert Tick.objects.filter(said=True).count() == 3


def test_a_flag_set_by_a_click_takes_no_space_from_the_answer_but_one_in_focus_does(study):
    cards(1)
    page = study()
    page.locator("#flag-button").click()
    expect(page.locator("#flag-button")).to_have_text("Flagged")

    page.keyboard.press("Space")

    expect(page.locator(".model-answer")).to_be_visible()
    assert CardState.objects.get().flagged
    page.locator("#flag-button").focus()
    page.keyboard.press("Space")
    expect(page.locator("#flag-button")).to_have_text("Flag")
    assert not Review.objects.exists()
