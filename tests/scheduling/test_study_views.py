"""The study page and its actions over HTTP: htmx and plain, good and bad."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Card
from scheduling.models import CardState, Learner, Review
from tests.rows import answer, make_card, make_topic

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def grade(client, card, *, htmx=True, **values):
    data = {"grade": 4, "turn": str(uuid4()), "seen": 0, **values}
    return client.post(reverse("scheduling:grade", args=[card.pk]), data, headers=HTMX if htmx else {})


def text(response):
    return response.content.decode()


def test_the_page_shows_the_turn_with_all_that_a_program_needs(signed_in):
    card = make_card("What is variance?")

    html = text(signed_in.get("/study/"))

    assert f'<article id="turn" data-card="{card.pk}" data-slug="{card.slug}"' in html
    assert '<details id="answer"' in html
    assert re.findall(r'name="grade" value="(\d)" class="grade" data-key="(\d)"', html) == [
        ("2", "1"), ("3", "2"), ("4", "3"), ("5", "4"),
    ]  # fmt: skip
    assert 'data-new="1" data-learning="0" data-due="0"' in html


def test_six_grades_are_a_setting(signed_in, user):
    Learner.objects.filter(pk=Learner.of(user).pk).update(six_grades=True)
    make_card()

    html = text(signed_in.get("/study/"))

    assert re.findall(r'name="grade" value="(\d)" class="grade" data-key="(\d)"', html) == [
        (str(n), str(n)) for n in range(6)
    ]


def test_one_htmx_request_grades_a_card_and_shows_the_next(signed_in):
    first, second = make_card(position=0), make_card(position=1)

    response = grade(signed_in, first)

    assert response.status_code == 200
    assert response["X-Anneal-Outcome"] == "stored"
    assert '<section id="session"' in text(response)
    assert f'data-card="{second.pk}"' in text(response)
    assert "<html" not in text(response)


def test_a_plain_form_is_sent_back_to_the_page_with_its_filters_and_a_notice(signed_in):
    card = make_card(topic=make_topic("svm", area="classic"))

    response = grade(signed_in, card, htmx=False, area="classic", level=["1", "2"])

    assert response.status_code == 302
    assert response["Location"] == "/study/?area=classic&level=1&level=2"
    assert response["X-Anneal-Outcome"] == "stored"
    assert "Good: it comes back in 1 d." in text(signed_in.get(response["Location"]))


def test_a_repeated_post_and_a_stale_tab_are_told_apart(signed_in):
    card, turn = make_card(), str(uuid4())
    grade(signed_in, card, turn=turn)

    again, stale = grade(signed_in, card, turn=turn, grade=1), grade(signed_in, card, grade=1)

    assert (again.status_code, again["X-Anneal-Outcome"]) == (200, "repeated")
    assert "Already saved as Good" in text(again)
    assert (stale.status_code, stale["X-Anneal-Outcome"]) == (200, "stale")
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grade", "6"), ("grade", "-1"), ("grade", ""), ("grade", "4.0"), ("grade", "four"), ("grade", "\u0664"),
        ("turn", "no"), ("turn", ""), ("seen", "-1"), ("seen", ""), ("seen", "9" * 30), ("elapsed_ms", "-5"),
        ("elapsed_ms", "soon"), ("elapsed_ms", "1.5"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_and_stores_nothing(signed_in, field, value):
    card = make_card()

    for htmx in (True, False):
        response = grade(signed_in, card, htmx=htmx, **{field: value})
        assert response.status_code == 400
        assert Review.objects.count() == 0
        if htmx:
            assert response["HX-Retarget"] == "#notice"
            assert re.search(r'id="notice"[^>]*data-outcome="refused"><p>\S.*\.</p>', text(response))


def test_points_that_are_unknown_are_dropped(signed_in):
    card = make_card(points=[("what", True)])

    response = grade(signed_in, card, point=["abc", "-1", "9" * 40, str(card.points.get().pk)])

    assert response["X-Anneal-Outcome"] == "stored"
    assert Review.objects.get().ticks.get().said


def test_cards_that_are_not_the_learners_to_answer_are_404_and_htmx_goes_on(signed_in):
    other = User.objects.create_user("bob")
    there = make_card()

    for card in (make_card(owner=other), make_card(status="draft"), Card(pk=10**6)):
        assert grade(signed_in, card, htmx=False).status_code == 404
        response = grade(signed_in, card)
        assert response.status_code == 404
        assert "HX-Retarget" not in response
        assert f'data-card="{there.pk}"' in text(response)
    assert Review.objects.count() == 0


def test_a_card_retired_while_shown_counts_if_it_was_known(signed_in, learner):
    card = make_card()
    answer(learner, card)
    Card.objects.update(status="retired")

    assert grade(signed_in, card, seen=1)["X-Anneal-Outcome"] == "stored"


@pytest.mark.parametrize("name", ["grade", "skip", "suspend"])
def test_get_on_an_action_goes_to_the_page(signed_in, name):
    card = make_card()

    response = signed_in.get(reverse(f"scheduling:{name}", args=[card.pk]))

    assert (response.status_code, response["Location"]) == (302, "/study/")


def test_signed_out_htmx_is_sent_to_sign_in_and_back_to_a_page(client):
    card = make_card()
    here = {**HTMX, "HX-Current-URL": "http://testserver/study/?area=llm"}
    elsewhere = {**HTMX, "HX-Current-URL": "https://evil.example/study/"}
    url = reverse("scheduling:grade", args=[card.pk])

    response = client.post(url, {"grade": 4}, headers=here)

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fstudy%2F%3Farea%3Dllm"
    assert (
        client.post(url, {"grade": 4}, headers=elsewhere)["HX-Redirect"]
        == "/accounts/login/?next=%2Fstudy%2F"
    )
    assert client.post(url, {"grade": 4})["Location"] == "/accounts/login/?next=%2Fstudy%2F"
    assert client.get("/study/?area=llm")["Location"] == "/accounts/login/?next=/study/%3Farea%3Dllm"
    assert client.get(url)["Location"] == "/study/"


def test_undo_goes_back_to_the_card_without_javascript_too(signed_in):
    card, turn = make_card(), str(uuid4())
    grade(signed_in, card, turn=turn)

    plain = signed_in.post("/study/undo/", {"turn": turn, "area": "llm"})

    assert plain["Location"] == f"/study/?area=llm&card={card.slug}"
    assert "Taken back: Good." in text(signed_in.get(plain["Location"]))


def test_undo_shows_the_card_again_and_twice_changes_nothing(signed_in):
    first, turn = make_card(position=0), str(uuid4())
    make_card(position=1)
    grade(signed_in, first, turn=turn)

    once, twice = (signed_in.post("/study/undo/", {"turn": turn}, headers=HTMX) for _ in range(2))

    assert f'data-card="{first.pk}"' in text(once)
    assert 'data-outcome="undone"' in text(once)
    assert twice.status_code == 200
    assert 'data-outcome="unchanged"' in text(twice)
    assert signed_in.post("/study/undo/", headers=HTMX).status_code == 400


def test_skip_and_suspend_move_on(signed_in, user):
    first, second = make_card(position=0), make_card(position=1)

    skipped = signed_in.post(reverse("scheduling:skip", args=[first.pk]), headers=HTMX)
    assert f'data-card="{second.pk}"' in text(skipped)
    suspended = signed_in.post(
        reverse("scheduling:suspend", args=[second.pk]), {"suspended": "1"}, headers=HTMX
    )
    assert 'id="done"' in text(suspended)
    assert (
        signed_in.post(reverse("scheduling:suspend", args=[second.pk]), {"suspended": "x"}).status_code == 400
    )
    assert CardState.objects.get(card=second).suspended


def test_a_card_asked_for_is_shown_now(signed_in, learner):
    first, asked = make_card(position=0), make_card(position=1)
    answer(learner, first)

    assert f'data-card="{asked.pk}"' in text(signed_in.get(f"/study/?card={asked.slug}"))
    assert signed_in.get("/study/?card=nothing-here").status_code == 404


def test_unknown_filters_are_ignored_with_a_notice(signed_in):
    make_card(topic=make_topic("svm", area="classic"))

    html = text(signed_in.get("/study/?area=classic&area=magic&level=9&kind=joke"))

    assert "area=magic, level=9, kind=joke" in html
    assert 'name="area" value="classic"' in html
    assert 'value="magic"' not in html


def test_the_database_away_is_a_503_that_says_nothing_was_saved(signed_in, monkeypatch):
    card = make_card()

    def away(*args, **kwargs):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("scheduling.views.study.learning.grade", away)
    signed_in.raise_request_exception = False
    fragment, page = grade(signed_in, card), grade(signed_in, card, htmx=False)

    assert (fragment.status_code, page.status_code) == (503, 503)
    assert fragment["Retry-After"] == page["Retry-After"] == "5"
    assert fragment["HX-Retarget"] == "#notice"
    assert "Not saved" in text(fragment)


def test_an_old_page_gets_a_403_that_keeps_the_card(user):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    card = make_card()

    fragment = grade(strict, card)

    assert (fragment.status_code, fragment["HX-Retarget"]) == (403, "#notice")
    assert "Not saved" in text(fragment)
    assert grade(strict, card, htmx=False).status_code == 403


STATEMENTS = [
    ("session", 'FROM "django_session"'),
    ("user and learner", 'FROM "auth_user" LEFT OUTER JOIN "scheduling_learner"'),
    ("lock, sequence and day", 'UPDATE "scheduling_learner"'),
    ("card, state, known turn, interview", 'FROM "cards_card"'),
    ("log", 'INSERT INTO "scheduling_review"'),
    ("state", '"scheduling_cardstate"'),
    ("plan and days off", '"scheduling_dayoff"'),
    ("today's answers", 'FROM "scheduling_review"'),
    ("due", 'FROM "scheduling_cardstate"'),
    ("new main cards", '"cards_card"."part" = '),
    ("children of passed parents", '"cards_card"."parent_id" IN '),
    ("next card, state, note", 'FROM "cards_card"'),
    ("its key points", 'FROM "cards_rubricpoint"'),
]
CONTROL = re.compile(r"BEGIN|COMMIT|SAVEPOINT|RELEASE")


def fill(learner, cards):
    """Give the learner a deck and a log of that size, due and new in it."""
    topic = make_topic()
    for n in range(cards):
        card = make_card(topic=topic, position=n, points=[("what", True), ("why", False)])
        if n % 2:
            answer(learner, card)
    CardState.objects.update(due_on="2026-03-01", last_reviewed_on="2026-02-28")


@pytest.mark.parametrize("cards", [6, 60])
def test_grading_and_showing_the_next_takes_thirteen_named_statements_whatever_the_size(
    signed_in, learner, cards
):
    fill(learner, cards)
    html = text(signed_in.get("/study/"))
    card = Card.objects.get(pk=re.search(r'data-card="(\d+)"', html)[1])
    seen = int(re.search(r'name="seen" value="(\d+)"', html)[1])

    with CaptureQueriesContext(connection) as queries:
        response = grade(signed_in, card, seen=seen)

    assert response["X-Anneal-Outcome"] == "stored"
    statements = [query["sql"] for query in queries if not CONTROL.match(query["sql"])]
    for (name, part), statement in zip(STATEMENTS, statements, strict=True):
        assert part in statement, name


def test_a_card_whose_revision_was_raised_takes_one_statement_more(signed_in, learner):
    fill(learner, 6)
    shown = Card.objects.get(pk=re.search(r'data-card="(\d+)"', text(signed_in.get("/study/")))[1])
    counts = []
    assert connection.features.supports_json_field  # which SQLite is asked once a process

    for revision in (1, 2):
        Card.objects.filter(pk=shown.pk).update(revision=revision)
        with CaptureQueriesContext(connection) as queries:
            html = text(signed_in.get("/study/"))
        assert f'data-card="{shown.pk}"' in html
        counts.append(len(queries))

    assert counts[1] == counts[0] + 1


def test_the_rendered_turn_is_small(signed_in):
    make_card(
        "Why? " * 20,
        answer="Because. " * 60,
        details="- A point.\n" * 7,
        points=[("a", True), ("b", True), ("c", False)],
    )

    assert len(signed_in.get("/study/").content) < 20_000


def test_nothing_inline_and_nobody_elses_host(signed_in):
    make_card(details="Some $x^2$ and `code`.")

    for url in ("/", "/study/", "/cards/", "/settings/", "/progress/", "/plan/"):
        response = signed_in.get(url)
        assert "'unsafe" not in response["Content-Security-Policy"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        html = text(response)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
        assert not re.search(r'(src|href)="(https?:)?//', html)
        assert "no-store" in response["Cache-Control"]
