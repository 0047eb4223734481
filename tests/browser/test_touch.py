"""The study page under a thumb."""

import pytest
from playwright.sync_api import expect

from scheduling.models import CardState, Learner, Review
from tests.browser.steps import CALM, cards, shown, sign_in
from tests.rows import make_card

pytestmark = pytest.mark.django_db(transaction=True)


def test_on_a_phone_the_buttons_are_thumb_sized_at_the_bottom_and_nothing_scrolls_sideways(
    study, live_server
):
    cards(
        2,
        answer="A long answer. " * 60,
        details="| a | b | c | d |\n|-|-|-|-|\n| " + " | ".join(["a wide cell"] * 4) + " |",
    )
    page = study()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#answer > summary").click()

    for button in page.locator(".grade").all():
        box = button.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert 740 < box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_double_click_counts_once_and_does_not_grade_the_next_card(study):
    cards(3)
    page = study()
    page.locator("#answer > summary").click()
    page.wait_for_timeout(350)

    page.locator(".grade[value='4']").dblclick()
    shown(page, 1)
    page.wait_for_timeout(500)

    assert Review.objects.count() == 1


@pytest.fixture
def phone(browser, live_server, ada, client):
    """A phone: a narrow screen, a finger and no pointer that hovers."""
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, has_touch=True, is_mobile=True, base_url=live_server.url)
    sign_in(context, live_server, client, ada)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def tap_open(phone):
    """Show the answer and wait until a grade counts, both by thumb."""
    phone.wait_for_timeout(CALM)
    phone.locator("#answer > summary").tap()
    phone.wait_for_timeout(CALM)


def test_a_tap_anywhere_on_the_card_shows_the_answer(phone):
    cards(1, hint="Think of darts.")
    phone.goto("/study/")

    phone.locator(".hint summary").tap()
    expect(phone.locator("#answer")).not_to_have_attribute("open", "")
    phone.locator("#turn h1").tap()

    expect(phone.locator(".model-answer")).to_be_visible()


def test_a_mouse_click_on_the_card_shows_nothing(study):
    cards(1)
    page = study()

    page.locator("#turn h1").click()
    page.wait_for_timeout(200)

    expect(page.locator(".model-answer")).not_to_be_visible()


def test_a_double_tap_on_show_answer_gives_no_grade(phone):
    cards(2)
    phone.goto("/study/")
    phone.wait_for_timeout(CALM)

    phone.touchscreen.tap(250, 815)
    phone.touchscreen.tap(250, 790)
    phone.wait_for_timeout(400)

    shown(phone, 0)
    expect(phone.locator(".model-answer")).to_be_visible()
    assert not Review.objects.exists()


def test_the_guard_against_double_taps_can_be_switched_off(phone):
    Learner.objects.update(guard_taps=False)
    cards(2)
    phone.goto("/study/")

    phone.locator("#answer > summary").tap()
    phone.locator(".grade[value='4']").tap()

    shown(phone, 1)
    assert Review.objects.get().grade == 4


def test_the_sides_of_the_answer_grade_only_where_that_is_wanted(phone):
    cards(3)
    phone.goto("/study/")

    def tap_answer(x):
        phone.wait_for_timeout(CALM)
        box = phone.locator(".model-answer").bounding_box()
        phone.touchscreen.tap(x, box["y"] + 5)

    tap_open(phone)
    tap_answer(370)
    phone.wait_for_timeout(300)
    shown(phone, 0)
    Learner.objects.update(tap_sides=True)
    phone.reload()
    tap_open(phone)
    tap_answer(195)
    phone.wait_for_timeout(300)
    shown(phone, 0)
    tap_answer(370)
    shown(phone, 1)
    tap_open(phone)
    tap_answer(20)
    shown(phone, 2)

    assert list(Review.objects.values_list("grade", flat=True)) == [4, 2]


def test_a_tap_on_the_reason_or_a_note_is_no_grade(phone):
    Learner.objects.update(tap_sides=True)
    cards(2)
    phone.goto("/study/")
    phone.get_by_role("link", name="Why this card?").tap()
    expect(phone.locator("#why")).to_be_visible()
    tap_open(phone)

    for place in ("#why", ".note summary"):
        phone.locator(place).scroll_into_view_if_needed()
        box = phone.locator(place).bounding_box()
        phone.touchscreen.tap(box["x"] + box["width"] - 5, box["y"] + 5)
    phone.wait_for_timeout(300)

    shown(phone, 0)
    assert not Review.objects.exists()


def test_a_stored_grade_flashes_and_is_gone(phone):
    cards(2)
    phone.goto("/study/")
    tap_open(phone)
    phone.locator(".grade[value='5']").tap()
    shown(phone, 1)

    expect(phone.locator("#notice")).to_have_attribute("data-flash", "Easy")
    style = "getComputedStyle(document.getElementById('notice'), '::after')"
    assert "Easy" in phone.evaluate(f"{style}.content")
    phone.wait_for_timeout(1000)
    assert phone.evaluate(f"{style}.visibility") == "hidden"


def test_nothing_jumps_when_the_answer_is_shown_and_the_dock_stays(phone):
    cards(1, answer="A long answer. " * 60)
    phone.goto("/study/")
    before = phone.locator("#turn h1").bounding_box()
    bar = phone.locator("#answer > summary").bounding_box()

    tap_open(phone)
    dock = phone.locator(".grades").bounding_box()
    moved = phone.evaluate("window.scrollY")

    assert phone.locator("#turn h1").bounding_box()["y"] + moved == pytest.approx(before["y"], abs=1)
    assert dock["y"] + dock["height"] == pytest.approx(bar["y"] + bar["height"], abs=1)


def test_with_nothing_but_the_card_all_can_still_be_done(phone):
    Learner.objects.update(minimal=True)
    cards(2)
    phone.goto("/study/")
    expect(phone.locator(".site-header")).not_to_be_visible()
    expect(phone.locator("#counts")).not_to_be_visible()

    phone.locator("#turn h1").tap()
    phone.wait_for_timeout(CALM)
    phone.locator(".grade[value='4']").tap()
    shown(phone, 1)
    phone.wait_for_timeout(CALM)
    phone.locator(".undo button").tap()
    shown(phone, 0)
    phone.wait_for_timeout(CALM)
    phone.get_by_role("link", name="Leave").tap()

    expect(phone.get_by_role("heading", name="Today")).to_be_visible()


def test_the_reason_is_brought_into_view_above_the_dock(phone):
    cards(1, hint="Think.")
    phone.goto("/study/")

    phone.get_by_role("link", name="Why this card?").tap()
    expect(phone.locator("#why")).to_contain_text("not answered this card yet")

    panel, dock = phone.locator("#why").bounding_box(), phone.locator("#answer > summary").bounding_box()
    assert panel["y"] + panel["height"] <= dock["y"]


@pytest.mark.parametrize("name", ["Good", "Skip until tomorrow"])
def test_a_double_tap_touches_one_card_and_leaves_the_next_closed(phone, name):
    cards(3)
    phone.goto("/study/")
    if name == "Good":
        tap_open(phone)
    box = phone.get_by_role("button", name=name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    phone.touchscreen.tap(x, y)
    shown(phone, 1)
    phone.touchscreen.tap(x, y)
    phone.wait_for_timeout(300)

    shown(phone, 1)
    expect(phone.locator(".model-answer")).not_to_be_visible()
    assert Review.objects.count() + CardState.objects.filter(skips__gt=0).count() == 1


def test_what_went_wrong_is_told_within_the_screen(phone):
    cards(1, answer="A long answer. " * 60)
    phone.goto("/study/")
    tap_open(phone)
    phone.evaluate("scrollTo(0, 600)")
    phone.route("**/grade/", lambda route: route.abort("internetdisconnected"))

    phone.locator(".grade[value='4']").tap()

    expect(phone.locator("#notice")).to_contain_text("Not saved yet")
    expect(phone.locator("#notice")).to_be_in_viewport()


@pytest.mark.parametrize("size", [100, 130, 150])
def test_on_a_lying_phone_nothing_lies_over_the_question(phone, size):
    Learner.objects.update(text_size=size)
    make_card("Why may a deeper network train worse than a shallow one?", hint="Think of darts.")
    phone.set_viewport_size({"width": 844, "height": 390})

    phone.goto("/study/")

    expect(phone.locator("#turn h1")).to_be_in_viewport()
    assert phone.evaluate("scrollY") == 0
    question, dock = (phone.locator(at).bounding_box() for at in ("#turn h1", "#answer > summary"))
    assert question["y"] + question["height"] <= dock["y"]


@pytest.mark.parametrize("size", [100, 130, 150])
def test_the_dock_keeps_inside_the_screen_whatever_the_size_of_the_text(phone, size):
    Learner.objects.update(text_size=size)
    cards(1, answer="A long answer. " * 60)
    phone.goto("/study/")
    tap_open(phone)

    boxes = [button.bounding_box() for button in phone.locator(".grade").all()]
    assert max(box["x"] + box["width"] for box in boxes) <= 390
    assert max(box["width"] for box in boxes) - min(box["width"] for box in boxes) < 1
    inside = """() => [...document.querySelectorAll(".grade-label, .grade small")].every((text) => {
        const [own, button] = [text, text.parentElement].map((box) => box.getBoundingClientRect());
        return own.left >= button.left && own.right <= button.right;
    })"""
    assert phone.evaluate(inside)


def test_revealing_leaves_the_question_in_view_where_it_fits(phone):
    cards(1, answer="A short answer.")
    phone.goto("/study/")

    tap_open(phone)

    expect(phone.locator("#turn h1")).to_be_in_viewport()
    expect(phone.locator(".model-answer")).to_be_in_viewport()
