"""The other pages: landing, Today, browse, card, progress, plan, settings, accounts, health."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import Learner
from tests.rows import answer, make_card, make_child, make_topic

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def test_a_stranger_sees_what_this_is_and_a_card_to_try(client):
    make_card("Bias or variance?", kind="comparison")

    html = text(client.get("/"))

    assert "Bias or variance?" in html
    assert "Show answer" in html
    assert 'id="turn"' not in html
    assert 'method="post"' not in html


def test_without_a_deck_every_page_says_so(client, user):
    assert "No deck is loaded" in text(client.get("/"))
    assert "No deck is loaded" in text(client.get("/cards/"))
    client.force_login(user)
    for url in ("/", "/study/", "/cards/"):
        assert "No deck is loaded" in text(client.get(url))
    for url in ("/progress/", "/plan/", "/settings/"):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", ["/study/", "/progress/", "/plan/", "/settings/"])
def test_a_learners_pages_ask_to_sign_in(client, url):
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


def test_signing_up_starts_a_learner_in_the_browsers_time_zone(client):
    data = {"email": "new@example.com", "password1": "correct horse", "password2": "correct horse"}

    response = client.post("/accounts/signup/", {**data, "time_zone": "Asia/Kolkata"})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert Learner.objects.get(user__email="new@example.com").time_zone == "Asia/Kolkata"


def test_a_time_zone_that_does_not_exist_is_utc(client):
    data = {"email": "new@example.com", "password1": "correct horse", "password2": "correct horse"}

    client.post("/accounts/signup/", {**data, "time_zone": "Mars/Olympus"})

    assert Learner.objects.get().time_zone == "UTC"


def test_sign_up_can_be_closed(client, settings):
    settings.SIGN_UP = "closed"

    client.post(
        "/accounts/signup/",
        {"email": "a@example.com", "password1": "correct horse", "password2": "correct horse"},
    )

    assert not User.objects.exists()


def test_signing_in_works_by_email(client, user):
    response = client.post("/accounts/login/", {"login": "ada@example.com", "password": "correct horse"})

    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_forgotten_password_is_reset_by_a_link_in_a_mail(client, user):
    client.post("/accounts/password/reset/", {"email": "ada@example.com"})

    (link,) = re.findall(r"http://testserver(\S+)", mail.outbox[0].body)
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "battery staple", "password2": "battery staple"})
    assert User.objects.get().check_password("battery staple")


def test_a_reset_for_an_unknown_address_does_not_say_so(client, user):
    known = client.post("/accounts/password/reset/", {"email": "ada@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_browse_lists_parents_and_finds_words_within_the_filters(client):
    topic = make_topic("svm", area="classic")
    found = make_card("Why the kernel trick?", topic=topic)
    make_child(found, slug=f"{found.slug}--kernel")
    make_card("Something about a kernel", topic=make_topic("attention"))
    make_card("A draft kernel", topic=topic, status="draft")

    html = text(client.get("/cards/?q=KERNEL&area=classic"))

    assert "1 card" in html
    assert "kernel trick" in html


def test_browse_pages_keep_the_search(client):
    for n in range(31):
        make_card(f"Question {n}", position=n)

    html = text(client.get("/cards/?q=question&level=2"))

    assert "31 cards" in html
    assert "?level=2&amp;q=question&amp;page=2" in html
    assert "Question 30" in text(client.get("/cards/?q=question&level=2&page=2"))
    assert client.get("/cards/?q=%00&page=zzz").status_code == 200


def test_a_card_page_shows_the_card_its_children_and_to_its_learner_their_history(client, learner):
    card = make_card(
        "What is bias?", points=[("what", True)], mistakes=[{"wrong": "Noise.", "fix": "Not noise."}]
    )
    make_child(card)
    answer(learner, card, elapsed_ms=65_000)

    stranger = text(client.get(f"/cards/{card.slug}/"))
    client.force_login(learner.user)
    own = text(client.get(f"/cards/{card.slug}/"))

    assert "What is bias?" in stranger
    assert "Says what" in stranger
    assert "And then?" in stranger
    assert "Your history" not in stranger
    assert "Your history" in own
    assert "1 min" in own


def test_drafts_children_and_others_private_cards_have_no_page(client, user):
    parent = make_card()
    hidden = [make_card(status="draft"), make_card(owner=user), make_child(parent)]

    for card in hidden:
        assert client.get(f"/cards/{card.slug}/").status_code == 404
    assert client.get(hidden[2].get_absolute_url().split("#")[0]).status_code == 200


@pytest.mark.parametrize("url", ["/", "/cards/", "/progress/", "/plan/", "/study/"])
def test_pages_ask_the_database_as_often_for_many_rows_as_for_few(signed_in, learner, url):
    def count():
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(url)
        return len(queries)

    def fill(start, stop):
        for n in range(start, stop):
            answer(learner, make_card(position=n))
            make_card(position=n)

    fill(0, 3)
    few = count()
    fill(3, 30)
    assert count() == few


def test_settings_are_saved_and_do_not_touch_the_log(signed_in, learner):
    answer(learner, make_card())
    data = {
        "time_zone": "Europe/Paris",
        "day_starts_at": 3,
        "new_per_day": 7,
        "reviews_per_day": 70,
        "max_interval": 90,
    }

    response = signed_in.post("/settings/", {**data, "last_sequence": 0, "six_grades": "on"})

    saved = Learner.objects.get()
    assert response["Location"] == "/settings/"
    assert (saved.time_zone, saved.day_starts_at, saved.new_per_day, saved.max_interval) == (
        "Europe/Paris",
        3,
        7,
        90,
    )
    assert (saved.six_grades, saved.fuzz, saved.last_sequence) == (True, False, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("day_starts_at", 24),
        ("new_per_day", -1),
        ("max_interval", 6),
        ("new_per_day", 10**9),
    ],
)
def test_bad_settings_are_refused_beside_their_field(signed_in, learner, field, value):
    data = {
        "time_zone": "UTC",
        "day_starts_at": 4,
        "new_per_day": 10,
        "reviews_per_day": 200,
        "max_interval": 365,
    }

    response = signed_in.post("/settings/", {**data, field: value})

    assert response.status_code == 200
    assert "errorlist" in text(response)
    assert Learner.objects.get().new_per_day == 10


def test_health_tells_whether_the_database_answers(client, monkeypatch):
    assert text(client.get("/healthz")) == "ok"

    def away():
        raise OperationalError("gone")

    monkeypatch.setattr("config.views.connection.cursor", away)
    response = client.get("/healthz")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_missing_page_and_a_wrong_method_are_plain(client):
    assert client.get("/nowhere/").status_code == 404
    assert client.post("/cards/").status_code == 405
    assert client.post("/").status_code == 405
    response = client.post(
        "/accounts/login/", b"a=%ff", content_type="application/x-www-form-urlencoded; charset=utf-7"
    )
    assert response.status_code == 400


def test_search_finds_words_by_their_beginning(client):
    make_card("What does a ROC curve show?")
    make_card("How is a process kept?")

    html = text(client.get("/cards/?q=roc"))

    assert "ROC curve" in html
    assert "process kept" not in html


def test_the_text_is_as_large_as_the_learner_wants(signed_in, learner):
    assert "data-text" not in text(signed_in.get("/settings/"))
    Learner.objects.update(text_size=130)

    assert '<html lang="en" data-text="130">' in text(signed_in.get("/cards/"))


@pytest.mark.parametrize("debug", [True, False])
def test_htmx_is_of_the_second_major_version_and_nothing_replaces_a_page_by_its_errors(
    client, settings, debug
):
    settings.DEBUG = debug

    html = text(client.get("/"))

    assert "django_htmx/htmx-2.min" in html  # 4 gives hx-disable, which guards card text, another meaning
    assert "django-htmx" not in html  # with DEBUG it would put a 400 in the place of the whole document
