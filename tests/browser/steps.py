"""What browser tests do again and again."""

from playwright.sync_api import expect

from tests.rows import make_card

CALM = 350  # ms, after which the guard against double taps lets a tap through


def sign_in(context, live_server, client, learner):
    """Sign the learner in, in a browser context of any kind."""
    client.force_login(learner.user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])


def cards(n, **values):
    return [make_card(f"Question {number}?", position=number, **values) for number in range(n)]


def shown(page, number):
    expect(page.locator("#turn h1")).to_have_text(f"Question {number}?")


def reveal(page):
    """Show the answer and wait until a grade counts."""
    page.wait_for_timeout(CALM)
    page.locator("#answer > summary").click()
    page.wait_for_timeout(CALM)
