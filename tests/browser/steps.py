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


def raw_key(page, **event):
    """Send a key as no keyboard here can: of another layout, repeated, or with AltGr."""
    send = "(event) => document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...event}))"
    page.evaluate(send, event)


def at_first(page, times, act, where="**/grade/"):
    """Let `act` meet the first so many grades on their way; return what they sent."""
    met = []

    def handle(route):
        if len(met) < times:
            met.append(route.request.post_data)
            act(route)
        else:
            route.continue_()

    page.route(where, handle)
    return met


def reveal(page):
    """Show the answer and wait until a grade counts."""
    page.wait_for_timeout(CALM)
    page.locator("#answer > summary").click()
    page.wait_for_timeout(CALM)
