"""The study page in a real Chromium, under the site's own policy: keys, focus, network, tabs, phone."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from scheduling.models import CardState, Learner, Note, Review
from tests.rows import answer, day, make_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada():
    user = User.objects.create_user("ada", "ada@example.com", "correct horse")
    return Learner.of(user)


@pytest.fixture
def problems(page):
    """Collect what the page complains of: a broken policy is an error here."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def signed_in(page, live_server, ada, client):
    client.force_login(ada.user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def study(signed_in, live_server):
    def open_page(query=""):
        signed_in.goto(f"{live_server.url}/study/{query}")
        return signed_in

    return open_page


def cards(n, **values):
    return [make_card(f"Question {number}?", position=number, **values) for number in range(n)]


def shown(page, number):
    expect(page.locator("#turn h1")).to_have_text(f"Question {number}?")


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
    page.wait_for_timeout(350)
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
    page.wait_for_timeout(350)
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


def test_keys_work_by_position_on_another_layout(study):
    cards(2)
    page = study()

    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ы", code: "KeyS", bubbles: true}))"""
    )

    shown(page, 1)
    assert CardState.objects.get().skips == 1


def test_control_enter_in_the_writing_field_reveals_and_keeps_the_words_beside_the_answer(study):
    cards(1)
    page = study()
    page.locator("#words").fill("My own words")

    page.locator("#words").press("Control+Enter")

    expect(page.locator(".model-answer")).to_be_visible()
    expect(page.locator("#words")).to_have_value("My own words")


def test_ticks_propose_a_grade_and_are_stored(study):
    card = make_card("Question 0?", points=[("what", True), ("why", True), ("cost", False)])
    page = study()
    page.keyboard.press("Space")
    boxes = page.locator(".ticks input")

    def proposed():
        return [
            text.strip()
            for text in page.locator(".grade:has(.proposed:visible) .grade-label").all_inner_texts()
        ]

    assert proposed() == []
    boxes.nth(0).check()
    assert proposed() == ["1 Again"]
    boxes.nth(1).check()
    assert proposed() == ["2 Hard"]
    boxes.nth(2).check()
    assert proposed() == ["3 Good"]
    page.wait_for_timeout(350)
    page.keyboard.press("4")
    expect(page.locator("#done")).to_be_visible()

    assert Review.objects.get().grade == 5
    assert card.points.filter(ticks__said=True).count() == 3


def test_undo_by_key_goes_back_to_the_question_several_times_and_from_the_end(study):
    cards(2)
    page = study()
    for number in range(2):
        shown(page, number)
        page.keyboard.press("Space")
        page.wait_for_timeout(350)
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


def test_after_each_swap_focus_is_on_show_answer_and_the_live_region_says_where_we_are(study):
    cards(3)
    page = study()
    expect(page.locator("#answer > summary")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")
    shown(page, 1)

    expect(page.locator("#answer > summary")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Card 2 of 3, Attention")


def test_flag_note_and_why_leave_the_card_and_what_was_typed(study):
    cards(2)
    page = study()
    page.locator("#words").fill("Half an answer")
    page.locator("#turn h1").click()

    page.keyboard.press("f")
    expect(page.locator("#flag button")).to_have_text("Flagged")
    page.keyboard.press("i")
    expect(page.locator("#why")).to_contain_text("not answered this card yet")
    page.locator("#answer > summary").click()
    page.locator(".note summary").click()
    page.locator(".note textarea").fill("Remember this.")
    page.locator(".note button").click()
    expect(page.locator("#notice")).to_have_text("Note saved.")

    expect(page.locator("#words")).to_have_value("Half an answer")
    assert Note.objects.get().text == "Remember this."
    shown(page, 0)


def test_the_sheet_of_keys_opens_by_its_key(study):
    cards(1)
    page = study()

    page.keyboard.press("?")

    expect(page.locator("#keys")).to_be_visible()


def test_a_dropped_connection_is_told_and_tried_again_with_the_same_turn(study):
    cards(2)
    page = study()
    dropped = []

    def drop_twice(route):
        if len(dropped) < 2:
            dropped.append(route.request.post_data)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/grade/", drop_twice)
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")
    expect(page.locator("#notice")).to_contain_text("Not saved yet")
    shown(page, 1)

    turns = {re.search("turn=([^&]+)", data)[1] for data in dropped}
    assert len(turns) == 1
    assert Review.objects.count() == 1


def test_an_answer_lost_on_the_way_back_counts_once(study, live_server):
    cards(2)
    page = study()
    lost = []

    def lose_the_response(route):
        if not lost:
            lost.append(route.fetch())
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/grade/", lose_the_response)
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")
    shown(page, 1)

    expect(page.locator("#notice")).to_contain_text("Already saved as Good")
    assert Review.objects.count() == 1


def test_after_three_tries_it_is_left_to_the_learner_and_nothing_is_lost(study):
    cards(2)
    page = study()
    page.route("**/grade/", lambda route: route.abort("internetdisconnected"))
    page.locator("#words").fill("My words")
    page.locator("#words").press("Control+Enter")
    page.wait_for_timeout(350)
    page.locator(".grade[value='4']").click()
    expect(page.locator("#notice")).to_contain_text("Press the grade again", timeout=15_000)

    page.unroute("**/grade/")
    expect(page.locator("#words")).to_have_value("My words")
    page.locator(".grade[value='4']").click()
    shown(page, 1)
    assert Review.objects.count() == 1


def test_two_tabs_never_count_an_answer_twice(study, live_server, signed_in):
    cards(2)
    first = study()
    second = first.context.new_page()
    second.goto(f"{live_server.url}/study/")
    for page in (first, second):
        page.bring_to_front()
        page.locator("#answer > summary").click()
        page.wait_for_timeout(350)
        page.locator(".grade[value='4']").click()
        shown(page, 1)

    expect(second.locator("#notice")).to_contain_text("answered elsewhere")
    assert Review.objects.count() == 1


def test_a_double_click_counts_once_and_does_not_grade_the_next_card(study):
    cards(3)
    page = study()
    page.locator("#answer > summary").click()
    page.wait_for_timeout(350)

    page.locator(".grade[value='4']").dblclick()
    shown(page, 1)
    page.wait_for_timeout(500)

    assert Review.objects.count() == 1


def test_back_shows_the_present_card_not_an_old_one(study, live_server):
    cards(2)
    page = study()
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")
    shown(page, 1)
    page.goto(f"{live_server.url}/cards/")

    page.go_back()

    shown(page, 1)


def test_signed_out_meanwhile_leads_to_sign_in_and_back_to_the_page(study, live_server):
    cards(2)
    page = study("?level=2")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")

    page.wait_for_url("**/accounts/login/**")
    page.fill("[name=login]", "ada@example.com")
    page.fill("[name=password]", "correct horse")
    page.locator("main form button").first.click()

    page.wait_for_url("**/study/?level=2")
    assert not Review.objects.exists()


def test_a_card_unpublished_while_shown_makes_way_for_the_next(study):
    first, _ = cards(2)
    page = study()
    first.status = "draft"
    first.save()
    page.keyboard.press("Space")
    page.wait_for_timeout(350)
    page.keyboard.press("3")

    shown(page, 1)
    expect(page.locator("#notice")).to_contain_text("no longer in the deck")
    assert not Review.objects.exists()


@pytest.fixture
def without_javascript(browser, live_server, ada, client):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    client.force_login(ada.user)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_the_whole_loop_works_without_javascript(without_javascript, ada):
    cards(2, points=[("what", True), ("why", False)])
    page = without_javascript
    page.goto("/study/")
    shown(page, 0)
    page.locator("#answer > summary").click()
    page.locator(".ticks input").first.check()
    expect(page.locator(".grade[value='3'] .proposed")).to_be_visible()
    page.locator(".grade[value='3']").click()

    shown(page, 1)
    expect(page.locator("#notice")).to_contain_text("Hard: it comes back in 1 d.")
    page.locator(".undo button").click()
    shown(page, 0)
    page.locator("#answer > summary").click()
    page.locator(".grade[value='2']").click()
    shown(page, 1)
    page.locator(".turn-foot button", has_text="Skip").click()
    shown(page, 0)  # the repeat, nothing else is left
    page.locator("#answer > summary").click()
    page.locator(".grade[value='5']").click()

    expect(page.locator("#done")).to_contain_text("Done")
    assert list(Review.objects.order_by("sequence").values_list("grade", "kind", "void")) == [
        (3, "learn", True), (2, "learn", False), (5, "repeat", False),
    ]  # fmt: skip


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


def test_a_reset_clock_shows_only_where_it_is_wanted(study, ada):
    cards(1)
    assert study().locator("#timer").count() == 0
    Learner.objects.update(show_timer=True)

    page = study()

    expect(page.locator("#timer")).to_have_text(re.compile(r"0:0[1-9]"))


def test_due_cards_of_other_days_come_with_their_waits(study, ada):
    card = cards(1)[0]
    for number in (-9, -8):
        answer(ada, card, now=day(number))

    page = study()
    page.keyboard.press("Space")

    expect(page.locator(".grade[value='5'] small")).to_have_text(re.compile(r"\d+ d|mo"))
