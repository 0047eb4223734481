"""The study page when things go wrong: the line, two tabs, signed out, a card that goes away."""

import re

import pytest
from playwright.sync_api import expect

from scheduling.models import CardState, Review
from tests.browser.steps import CALM, at_first, cards, reveal, shown

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dropped_connection_is_told_and_tried_again_with_the_same_turn(study):
    cards(2)
    page = study()
    dropped = at_first(page, 2, lambda route: route.abort("connectionreset"))
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(page.locator("#notice")).to_contain_text("Not saved yet")
    shown(page, 1)

    turns = {re.search("turn=([^&]+)", data)[1] for data in dropped}
    assert len(turns) == 1
    assert Review.objects.count() == 1


def test_an_answer_lost_on_the_way_back_counts_once(study, live_server):
    cards(2)
    page = study()
    at_first(page, 1, lambda route: (route.fetch(), route.abort("connectionreset")))
    page.keyboard.press("Space")
    page.keyboard.press("3")
    shown(page, 1)

    expect(page.locator("#notice")).to_contain_text("Already saved as Good")
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    "meanwhile", ["the focus moves on", "the text is clicked", "another grade is pressed"]
)
def test_what_is_tried_again_is_the_grade_last_pressed_whatever_was_done_meanwhile(study, meanwhile):
    cards(2)
    page = study()
    page.route("**/grade/", lambda route: route.abort("internetdisconnected"))
    page.keyboard.press("Space")
    page.keyboard.press("1")
    expect(page.locator("#notice")).to_contain_text("Trying again")
    page.wait_for_timeout(1500)  # into the second wait, of two seconds
    page.unroute("**/grade/")

    if meanwhile == "the focus moves on":
        page.keyboard.press("Tab")
    elif meanwhile == "the text is clicked":
        page.locator(".model-answer").click()
    else:
        page.keyboard.press("2")

    shown(page, 1)
    page.wait_for_timeout(1500)
    assert [row.grade for row in Review.objects.all()] == [
        3 if meanwhile == "another grade is pressed" else 2
    ]


def test_after_three_tries_it_is_left_to_the_learner_and_nothing_is_lost(study):
    cards(2)
    page = study()
    page.route("**/grade/", lambda route: route.abort("internetdisconnected"))
    page.locator("#words").fill("My words")
    page.locator("#words").press("Control+Enter")
    page.wait_for_timeout(CALM)
    page.locator(".grade[value='4']").click()
    expect(page.locator("#notice")).to_contain_text("Press it again", timeout=15_000)

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
        reveal(page)
        page.locator(".grade[value='4']").click()
        shown(page, 1)

    expect(second.locator("#notice")).to_contain_text("answered elsewhere")
    assert Review.objects.count() == 1


def test_back_shows_the_present_card_not_an_old_one(study, live_server):
    cards(2)
    page = study()
    page.keyboard.press("Space")
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
    page.keyboard.press("3")

    shown(page, 1)
    expect(page.locator("#notice")).to_contain_text("no longer in the deck")
    assert not Review.objects.exists()


def test_a_grade_waiting_to_be_sent_again_is_sent_whatever_is_pressed_meanwhile(study):
    cards(2)
    page = study()
    at_first(page, 1, lambda route: route.abort("connectionreset"))
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(page.locator("#notice")).to_contain_text("Not saved yet")
    page.keyboard.press("f")

    shown(page, 1)
    assert Review.objects.count() == 1


def test_a_question_to_a_server_that_is_away_sends_no_grade_again(study):
    cards(2)
    page = study()
    page.route("**/study/*/*/", lambda route: route.abort("internetdisconnected"))
    reveal(page)
    page.locator(".grade[value='4']").click()
    expect(page.locator("#notice")).to_contain_text("Press it again", timeout=15_000)
    page.unroute("**/study/*/*/")
    page.route("**/why/", lambda route: route.abort("internetdisconnected"))

    page.keyboard.press("i")
    expect(page.locator("#notice")).to_contain_text("Sorry, not done: the server cannot be reached.")
    page.wait_for_timeout(1500)

    shown(page, 0)
    assert not Review.objects.exists()


@pytest.mark.parametrize("status", [502, 200])
def test_a_page_of_somebody_between_is_no_answer(study, status):
    """A proxy's error, or a hotel's sign-in page: the card stays and the grade is sent again."""
    cards(2)
    page = study()
    page.locator("#words").fill("My words")
    body = "<html><body><h1>Bad Gateway</h1></body></html>"
    at_first(page, 1, lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    page.locator("#words").press("Control+Enter")
    page.wait_for_timeout(CALM)
    page.locator(".grade[value='4']").click()

    expect(page.locator("#notice")).to_contain_text("Not saved yet")
    expect(page.locator("#words")).to_have_value("My words")
    shown(page, 1)
    assert Review.objects.count() == 1


def test_a_card_asked_for_does_not_come_again_when_the_page_is_loaded_again(study):
    made = cards(3)
    page = study(f"?card={made[2].slug}&level=2")
    shown(page, 2)
    reveal(page)
    page.locator(".grade[value='4']").click()
    shown(page, 0)

    page.reload()

    shown(page, 0)
    assert page.url.endswith("/study/?level=2")


def test_what_was_pressed_last_counts_and_not_what_failed_before_it(study):
    cards(2)
    page = study()
    page.route("**/study/*/*/", lambda route: route.abort("internetdisconnected"))
    page.keyboard.press("Space")
    page.keyboard.press("s")
    expect(page.locator("#notice")).to_contain_text("Not saved yet")
    page.keyboard.press("3")
    expect(page.locator("#notice")).to_contain_text("Not saved yet")

    page.unroute("**/study/*/*/")

    shown(page, 1)
    assert Review.objects.get().grade == 4
    assert not CardState.objects.filter(skips__gt=0).exists()


@pytest.mark.parametrize("key", ["i", "r"])
def test_a_question_that_fails_is_told_and_can_be_asked_again(study, key):
    cards(1)
    page = study()
    at_first(
        page,
        1,
        lambda route: route.fulfill(status=502, body="<p>Bad gateway</p>", content_type="text/html"),
        "**/why/" if key == "i" else "**/report/",
    )
    page.keyboard.press(key)
    expect(page.locator("#notice")).to_contain_text("not done")

    page.keyboard.press(key)

    expect(page.locator("#why li" if key == "i" else "#report form").first).to_be_visible()
    assert page.title().startswith("Study")


def test_a_report_after_the_session_was_lost_says_so_beside_the_card(study):
    cards(1)
    page = study()
    page.keyboard.press("r")
    page.locator("#report textarea").fill("The sign.")
    page.context.clear_cookies(name="csrftoken")

    page.locator("#report button").click()

    expect(page.locator("#notice")).to_contain_text("Not saved")
    expect(page.locator("#report textarea")).to_have_value("The sign.")
