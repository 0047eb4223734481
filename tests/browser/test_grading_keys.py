"""Space, Enter and focus around grading: ticks, settings, notes, and keys pressed too soon."""

import pytest
from playwright.sync_api import expect

from scheduling.models import CardState, Learner, Note, Review
from tests.browser.steps import CALM, cards, reveal, shown
from tests.rows import make_card

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_enter_held_down_grades_nothing(study):
    cards(3)
    page = study()
    expect(page.locator("#answer > summary")).to_be_focused()

    page.keyboard.down("Enter")
    for _ in range(20):
        page.keyboard.down("Enter")
        page.wait_for_timeout(30)
    page.keyboard.up("Enter")

    expect(page.locator(".model-answer")).to_be_visible()
    shown(page, 0)
    assert not Review.objects.exists()
