"""Every page and every state of the study page, read by axe in both themes; signing up as a newcomer does."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.fill import fill, make_cards
from scheduling.models import CardState, Learner, Plan
from tests.browser.steps import reveal, sign_in
from tests.rows import answer, make_card

pytestmark = pytest.mark.django_db(transaction=True)
DETAILS = "Some $x^2$ and `code`:\n\n```python\ndef f(x):\n    return x ** 2  # square\n```\n\n$$y = \\frac{a}{b}$$\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n- one\n- two"
PUBLIC = ["/", "/cards/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/"]
OWN = [
    "/",
    "/study/",
    "/study/aside/",
    "/reports/",
    "/cards/",
    "/progress/",
    "/plan/",
    "/settings/",
    "/accounts/password/change/",
]


@pytest.fixture(params=["light", "dark"])
def themed(page, request):
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return page


def violations(page):
    return [
        f"{page.url} {found['id']}: {[node['html'][:120] for node in found['nodes']]}"
        for found in Axe().run(page).response["violations"]
    ]


def full_card(**values):
    return make_card(
        "What is *bias*, with $x$?", hint="Think.", details=DETAILS, points=[("what", True), ("why", True), ("cost", False)],
        mistakes=[{"wrong": "Noise.", "fix": "Not noise."}], sources=[{"key": "a", "authors": "A", "year": 2020, "title": "T"}],
        bar={"mid": "m", "senior": "s", "staff": "t"}, **values,
    )  # fmt: skip


def test_axe_finds_nothing_on_public_pages(themed, live_server):
    card = full_card(kind="comparison")
    found = []
    for url in [*PUBLIC, f"/cards/{card.slug}/"]:
        themed.goto(live_server.url + url)
        for summary in themed.locator("details > summary").all():
            summary.click()
        found += violations(themed)

    assert found == []


def test_axe_finds_nothing_on_a_learners_pages(themed, live_server, client, ada):
    sign_in(themed.context, live_server, client, ada)
    card = full_card()
    answer(ada, card, now=timezone.now())
    found = []
    for url in [*OWN, f"/cards/{card.slug}/", f"/cards/{card.slug}/report/", f"/study/{card.pk}/why/"]:
        themed.goto(live_server.url + url)
        found += violations(themed)

    assert found == []


def test_axe_finds_nothing_on_any_state_of_the_study_page(themed, live_server, client, ada):
    sign_in(themed.context, live_server, client, ada)
    card = full_card()
    found = []
    themed.goto(f"{live_server.url}/study/")
    found += violations(themed)
    reveal(themed)
    themed.locator(".ticks input").first.check()
    themed.locator(".note summary").click()
    themed.keyboard.press("r")
    expect(themed.locator("#report form")).to_be_visible()
    found += violations(themed)
    themed.wait_for_timeout(350)
    themed.locator(".grade[value='2']").click()
    expect(themed.locator("#notice")).to_contain_text("comes again today")
    CardState.objects.update(lapses=8)
    themed.goto(f"{live_server.url}/study/?card={card.slug}")
    found += violations(themed)
    reveal(themed)
    themed.wait_for_timeout(350)
    themed.locator(".grade[value='4']").click()
    expect(themed.locator("#done")).to_be_visible()
    found += violations(themed)

    assert found == []


def test_axe_finds_nothing_with_other_preferences(themed, live_server, client, ada):
    sign_in(themed.context, live_server, client, ada)
    card = full_card(kind="coding")
    answer(ada, make_card(), elapsed_ms=700_000, now=timezone.now())
    Learner.objects.update(
        two_grades=True, pause_every=10, show_remaining=True, show_timer=True, write_first=True, text_size=150
    )
    found = []
    for minimal in (False, True):
        Learner.objects.update(minimal=minimal)
        for width in (1200, 390):
            themed.set_viewport_size({"width": width, "height": 844})
            themed.goto(f"{live_server.url}/study/?card={card.slug}&level=2")
            expect(themed.locator(".pause")).to_be_visible()
            reveal(themed)
            themed.locator(".ticks input").first.check()
            found += violations(themed)
            found += [str(width)] if themed.evaluate("document.documentElement.scrollWidth") > width else []
        themed.goto(f"{live_server.url}/study/end/")
        found += violations(themed)

    assert found == []


def test_axe_finds_nothing_on_progress_and_plan_with_a_year_of_answers(themed, live_server, client, ada):
    sign_in(themed.context, live_server, client, ada)
    make_cards(120)
    today = ada.today(timezone.now())
    fill(ada, 1500, today)
    Plan.objects.create(user=ada.user, interview_on=today + timedelta(days=30), minutes=[20] * 7, scope={})
    found = []
    for url in ("/", "/progress/", "/plan/"):
        themed.goto(live_server.url + url)
        for summary in themed.locator("main details > summary").all():
            if summary.is_visible():
                summary.click()
        found += violations(themed)
        themed.set_viewport_size({"width": 390, "height": 844})
        found += [url] if themed.evaluate("document.documentElement.scrollWidth") > 390 else []
        themed.set_viewport_size({"width": 1200, "height": 900})

    assert found == []


def test_a_newcomer_signs_up_studies_and_sees_the_days_count(page, live_server):
    for number in range(3):
        make_card(f"Question {number}?", position=number, kind="comparison")
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(live_server.url)
    page.get_by_role("link", name="Start studying").click()
    page.fill("[name=email]", "new@example.com")
    page.fill("[name=password1]", "correct horse battery")
    page.fill("[name=password2]", "correct horse battery")
    page.locator("main form button").click()

    page.get_by_role("link", name="Start", exact=True).click()
    for number in range(3):
        expect(page.locator("#turn h1")).to_have_text(f"Question {number}?")
        page.wait_for_timeout(350)
        page.keyboard.press("Space")
        page.keyboard.press("3")
    expect(page.locator("#done")).to_be_visible()
    page.goto(f"{live_server.url}/progress/")

    expect(page.locator("main")).to_contain_text("3")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert Learner.objects.get().time_zone == zone
    assert problems == []
