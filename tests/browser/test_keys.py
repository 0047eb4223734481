"""The study page by keyboard, in a real Chromium."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from scheduling.models import CardState, Learner, Note, Review
from tests.browser.steps import CALM, cards, reveal, shown
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
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "s", code: "KeyS", repeat: true, bubbles: true}))"""
    )
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
    ],
)
def test_keys_count_by_what_they_write_and_by_place_where_that_is_not_latin(study, key, code, shown_then):
    cards(2)
    page = study()

    page.evaluate(
        "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))",
        [key, code],
    )
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


def test_space_shows_the_answer_and_no_more_where_it_may_not_grade(study, ada):
    Learner.objects.update(space_grades=False)
    cards(2, points=[("what", True), ("why", False)])
    page = study()

    page.keyboard.press("Space")
    expect(page.locator(".model-answer")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_timeout(CALM)
    page.locator(".ticks input").first.check()
    page.keyboard.press("Enter")
    page.locator("#turn h1").click()
    page.keyboard.press("Space")
    page.wait_for_timeout(300)

    shown(page, 0)
    expect(page.locator("main")).to_have_count(1)
    assert not Review.objects.exists()
    page.keyboard.press("3")
    shown(page, 1)


def test_the_command_key_shows_the_answer_from_the_writing_field_too(study):
    cards(1)
    page = study()
    page.locator("#words").fill("My own words")

    page.locator("#words").press("Meta+Enter")

    expect(page.locator(".model-answer")).to_be_visible()


def test_those_who_write_begin_each_card_in_the_writing_field(study, ada):
    Learner.objects.update(write_first=True)
    cards(2)
    page = study()

    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("An estimate that is off")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".grade[value='4']")).to_be_focused()
    page.keyboard.press("Space")
    shown(page, 1)

    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value("")


def test_with_two_grades_the_keys_are_one_and_two_and_all_musts_are_good(study, ada):
    Learner.objects.update(two_grades=True)
    make_card("Question 0?", points=[("what", True), ("cost", False)])
    page = study()

    page.keyboard.press("Space")
    page.wait_for_timeout(CALM)
    page.locator(".ticks input").nth(1).check()
    expect(page.locator(".grade[value='2'] .proposed")).to_be_visible()
    page.locator(".ticks input").nth(1).uncheck()
    page.locator(".ticks input").nth(0).check()
    expect(page.locator(".grade[value='4'] .proposed")).to_be_visible()
    expect(page.locator(".grade")).to_have_count(2)
    page.keyboard.press("2")
    expect(page.locator("#done")).to_be_visible()

    assert Review.objects.get().grade == 4


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


def test_suspend_has_its_key_where_at_is_written_with_alt(study):
    cards(2)
    page = study()

    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown",
            {key: "@", code: "KeyQ", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true}))"""
    )

    shown(page, 1)
    assert CardState.objects.get().suspended


def test_shift_and_a_digit_is_no_grade(study):
    cards(2)
    page = study()
    page.keyboard.press("Space")

    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: '"', code: "Digit2", shiftKey: true, bubbles: true}))"""
    )
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


def test_enter_on_a_key_point_gives_the_grade_that_the_ticks_propose(study):
    make_card("Question 0?", position=0, points=[("what", True), ("cost", False)])
    make_card("Question 1?", position=1, points=[("what", True)])
    make_card("Question 2?", position=2)
    page = study()
    page.keyboard.press("Space")
    page.wait_for_timeout(CALM)
    page.locator(".ticks input").nth(0).focus()
    page.keyboard.press("Space")
    expect(page.locator(".grade[value='3'] .proposed")).to_be_visible()

    page.keyboard.press("Enter")
    shown(page, 1)
    page.keyboard.press("Space")
    page.wait_for_timeout(CALM)
    page.locator(".ticks input").nth(0).focus()
    page.keyboard.press("Enter")  # nothing ticked: Good, as everywhere
    shown(page, 2)

    assert list(Review.objects.values_list("grade", flat=True)) == [3, 4]


def test_enter_on_a_key_point_grades_nothing_without_javascript(without_javascript):
    make_card("Question 0?", points=[("what", True), ("cost", False)])
    page = without_javascript
    page.goto("/study/")
    page.locator("#answer > summary").click()
    page.locator(".ticks input").nth(0).focus()

    page.keyboard.press("Enter")
    page.wait_for_timeout(500)

    shown(page, 0)
    assert "csrf" not in page.url
    expect(page.locator(".ticks input").nth(0)).to_be_visible()
    assert not Review.objects.exists()


def test_a_key_pressed_the_moment_a_card_comes_is_for_that_card_and_keeps_its_focus(study):
    cards(3)
    page = study()
    page.keyboard.press("Space")
    expect(page.locator(".grade[data-default]")).to_be_focused()
    page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: " ", code: "Space", bubbles: true}));
        }))"""
    )

    page.keyboard.press("Space")
    shown(page, 1)
    page.wait_for_timeout(100)

    expect(page.locator(".model-answer")).to_be_visible()
    expect(page.locator(".grade[data-default]")).to_be_focused()
    assert Review.objects.count() == 1


@pytest.mark.parametrize("second", ["@", "k", "s", "u"])
def test_a_second_key_while_a_grade_is_under_way_does_nothing(study, second):
    cards(3)
    page = study()
    page.route("**/study/**", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.keyboard.press("Space")
    page.keyboard.press("3")
    page.keyboard.press(second)
    shown(page, 1)
    page.wait_for_timeout(300)

    shown(page, 1)
    state = CardState.objects.get()
    assert (state.interval, state.suspended, state.buried_until) == (1, False, None)
    assert Review.objects.filter(void=False).count() == 1


def test_the_key_of_the_note_goes_into_an_open_one_too(study, ada):
    card = cards(2)[0]
    Note.objects.create(user=ada.user, card=card, text="Darts")
    page = study()
    page.keyboard.press("Space")
    expect(page.locator(".grade[data-default]")).to_be_focused()

    page.keyboard.press("n")
    expect(page.locator(".note textarea")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(", see also 2")

    expect(page.locator(".note textarea")).to_have_value("Darts, see also 2")
    shown(page, 0)
    page.locator("#turn h1").click()
    page.keyboard.press("3")
    shown(page, 1)
    assert Note.objects.get().text == "Darts, see also 2"


def test_focus_stays_on_flag_and_on_save_the_note(study):
    cards(2)
    page = study()
    page.locator("#flag-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#flag-button")).to_have_text("Flagged")
    expect(page.locator("#flag-button")).to_be_focused()

    reveal(page)
    page.locator(".note summary").click()
    page.locator(".note textarea").fill("Darts")
    page.locator("#note-button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#notice")).to_have_text("Note saved.")
    expect(page.locator("#note-button")).to_be_focused()
    shown(page, 0)


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
