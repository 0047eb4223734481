"""The progress page and the pages behind its figures."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.fill import fill, make_cards
from scheduling.models import DayOff, Learner, Plan
from tests.rows import answer, make_card, make_topic

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def year(learner):
    make_cards(120)
    fill(learner, 1500, timezone.now().date())
    return learner


def queries(client, url):
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    "url", ["/progress/", "/progress/answers/", "/progress/cards/", "/settings/export/", "/settings/delete/"]
)
def test_strangers_sign_in_first(client, url):
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("url", ["/progress/", "/progress/answers/", "/progress/cards/", "/settings/export/"])
def test_these_pages_are_read_only(signed_in, url):
    assert signed_in.post(url).status_code == 405


def test_without_an_answer_no_number_is_made_up(signed_in):
    make_card()
    html = text(signed_in.get("/progress/"))

    assert "Nothing to show yet" in html
    assert "%" not in re.sub(r"<head>.*?</head>", "", html, flags=re.S)


def test_with_few_answers_the_page_says_that_data_is_lacking(signed_in, learner):
    for _ in range(3):
        answer(learner, make_card(), 4, timezone.now())
    html = text(signed_in.get("/progress/"))

    assert "Not enough data" in html
    assert "3 answers on 1 day of the last 365" in html
    assert "so far: " in html


def test_a_year_shows_every_section(signed_in, year):
    html = text(signed_in.get("/progress/"))

    for words in (
        "chance to recall", "How good the predictions were", "Cards due, 30 days", "Cards due, 90 days", "Recalled, by month",
        "Recalled, by interval", "Minutes", "Answers by grade", "Maturity of the 120 cards", "Coverage", "Weakest topics",
        "Known but slow", "Key points most often missed", "1500 answers on",
    ):  # fmt: skip
        assert words in html
    assert "style=" not in html
    assert html.count("<figure") == html.count("</figure>") == 9


def test_every_link_of_the_page_opens(signed_in, year):
    links = set(re.findall(r'href="(/(?:progress|study)/[^"#]+)"', text(signed_in.get("/progress/"))))
    sample = sorted(links)[:: max(len(links) // 60, 1)]

    assert len(links) > 200
    for link in sample:
        assert signed_in.get(link.replace("&amp;", "&")).status_code == 200, link


def test_the_number_of_statements_does_not_grow_with_the_log(signed_in, year, django_user_model, client):
    few = Learner.of(django_user_model.objects.create_user("few"))
    fill(few, 60, timezone.now().date() - timedelta(days=1), 30)
    Plan.objects.create(
        user=year.user, interview_on=timezone.now().date() + timedelta(days=20), scope={"area": ["area-1"]}
    )

    many = queries(signed_in, "/progress/")
    client.force_login(few.user)

    assert many == queries(client, "/progress/") <= 12


def test_a_plan_gives_the_day_and_the_scope(signed_in, year):
    on = timezone.now().date() + timedelta(days=20)
    Plan.objects.create(user=year.user, title="Acme", interview_on=on, scope={"area": ["area-1"]})
    html = text(signed_in.get("/progress/"))

    assert "Ready for Acme?" in html
    assert "of 20 cards in the scope of your plan" in html
    assert "In the whole deck" in html


def test_a_day_off_is_drawn_and_spares_the_streak(signed_in, learner):
    now = timezone.now()
    answer(learner, make_card(), 4, now - timedelta(days=2))
    for n in (0, 1):
        DayOff.objects.create(user=learner.user, day=learner.today(now) - timedelta(days=n))
    html = text(signed_in.get("/progress/"))

    assert 'data-level="off"' in html
    assert "your streak waits" in html
    assert re.search(r'study day in a row</dt><dd><a href="#h-year">1<', html)


def test_an_unbroken_year_is_counted_beyond_the_year(signed_in, learner):
    make_cards(5)
    fill(learner, 800, timezone.now().date(), 400, share=1)

    assert re.search(r'study days in a row</dt><dd><a href="#h-year">400<', text(signed_in.get("/progress/")))
    assert queries(signed_in, "/progress/") <= 13


@pytest.mark.parametrize(
    "query",
    [
        "day=yesterday",
        "grade=6",
        "month=2026-13",
        "interval=5",
        "band=1",
        "point=0",
        "topic=a%00b",
        "day=2026-02-30",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(signed_in, query):
    assert signed_in.get(f"/progress/answers/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["stage=great", "due=x", "area=%3Cb%3E"])
def test_a_card_filter_that_makes_no_sense_is_refused(signed_in, query):
    assert signed_in.get(f"/progress/cards/?{query}").status_code == 400


def test_lists_come_in_pages_that_keep_the_filter(signed_in, year):
    html = text(signed_in.get("/progress/answers/?tested=on&page=2"))

    assert "Page 2 of" in html
    assert "?tested=on&amp;page=3" in html
    assert queries(signed_in, "/progress/answers/?tested=on") <= 5
    assert queries(signed_in, "/progress/cards/?stage=seen") <= 5


def test_nobody_sees_anothers_answers(client, learner, django_user_model):
    answer(learner, make_card("Ada's card?"), 4, timezone.now())
    client.force_login(django_user_model.objects.create_user("bob"))

    assert "0 answers" in text(client.get("/progress/answers/"))
    assert "0 cards" in text(client.get("/progress/cards/?stage=seen"))


def test_the_numbers_of_a_plans_scope_open_the_cards_in_it(signed_in, learner):
    inside = make_card("Inside?", topic=make_topic("svm", area="classic"))
    make_card("Outside?", topic=make_topic("attention"))
    answer(learner, inside, now=timezone.now())
    Plan.objects.create(
        user=learner.user, interview_on=timezone.now().date() + timedelta(days=30), minutes=[30] * 7,
        scope={"area": ["classic"]},
    )  # fmt: skip

    html = signed_in.get("/progress/").content.decode()
    listed = signed_in.get("/progress/cards/?scope=on").content.decode()

    assert "?area=classic&amp;scope=on" in html
    assert "Inside?" in listed
    assert "Outside?" not in listed
