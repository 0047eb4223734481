"""Curation in Django admin: rights, preview, errors beside the field, history that cannot be deleted."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.exchange import rows
from cards.models import Card, Report
from tests.rows import answer, make_card, make_child

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def form_of(card, **changes):
    values = {
        "status": card.status, "revision": 1, "question": card.question, "answer": card.answer, "hint": "", "details": "",
        "topic": card.topic_id, "kind": card.kind, "level": card.level, "position": card.position, "part": "card",
        "mistakes": "[]", "bar": "{}", "sources": "[]", "claims": "[]", "covers": "[]",
        "points-TOTAL_FORMS": 0, "points-INITIAL_FORMS": 0, "children-TOTAL_FORMS": 0, "children-INITIAL_FORMS": 0,
    }  # fmt: skip
    return {**values, **changes}


def url(card):
    return f"/admin/cards/card/{card.pk}/change/"


def test_a_curator_may_change_cards_and_nothing_else(curator):
    card = make_card()

    assert curator.get("/admin/cards/card/").status_code == 200
    assert curator.get(url(card)).status_code == 200
    for page in ("/admin/auth/user/", "/admin/scheduling/", f"/admin/cards/card/{card.pk}/delete/"):
        assert curator.get(page).status_code in (403, 404)


def test_the_preview_shows_the_card_as_learners_see_it(curator):
    card = make_card("What is $x^2$?", points=[("what", True)])

    html = text(curator.get(url(card)))

    assert "<math" in html
    assert "Says what" in html


def test_bad_maths_and_bad_lists_are_errors_of_their_field(curator):
    card = make_card()

    html = text(curator.post(url(card), form_of(card, answer=r"See $\frac{1}$.", mistakes='[{"wrong": 1}]')))

    assert "errorlist" in html
    assert r"\frac{1}" in html
    assert "&quot;fix&quot;" in html or '"fix"' in html
    card.refresh_from_db()
    assert card.answer == "An answer."


def test_an_untouched_save_changes_no_text(curator):
    card = make_card(answer="One line.\nAnother line.")

    curator.post(url(card), form_of(card, answer="One line.\r\nAnother line."))

    card.refresh_from_db()
    assert card.answer == "One line.\nAnother line."


def test_children_follow_their_parents_place(curator):
    card = make_card(level=1)
    child = make_child(card, level=1)

    response = curator.post(url(card), form_of(card, level=3))

    assert response.status_code == 302
    child.refresh_from_db()
    assert child.level == 3


def test_a_card_with_history_is_retired_not_deleted(client, learner):
    card = make_card()
    answer(learner, card)
    client.force_login(User.objects.create_superuser("root", "r@example.com", "pw"))

    page = client.post(f"/admin/cards/card/{card.pk}/delete/", {"post": "yes"})
    assert "protected" in text(page).lower()
    client.post("/admin/cards/card/", {"action": "retire", "_selected_action": [card.pk]})

    assert Card.objects.get(pk=card.pk).status == "retired"


def test_learners_may_not_enter(signed_in):
    assert signed_in.get("/admin/cards/card/", follow=True).status_code == 403


def test_the_first_administrator_signs_in_by_email_as_everybody_does(client):
    User.objects.create_superuser("root", "root@example.com", "correct horse")

    asked = client.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    client.post(asked.redirect_chain[-1][0], {"login": "root@example.com", "password": "correct horse"})

    assert client.get("/admin/").status_code == 200


def test_reports_are_an_inbox_with_the_open_ones_first_and_no_names(curator, user):
    card = make_card("Is $x$ odd?")
    for state in ("open", "fixed"):
        Report.objects.create(card=card, user=user, reason="wrong", text=f"It is {state}.", state=state)

    html = text(curator.get("/admin/cards/report/"))

    assert html.index("It is open.") < html.index("It is fixed.")
    assert "Is x odd?" in html
    assert user.email not in html + text(
        curator.get(f"/admin/cards/report/{Report.objects.first().pk}/change/")
    )
    assert curator.get("/admin/cards/report/add/").status_code == 403


def test_a_report_is_answered_beside_its_card_and_the_answer_is_unread(curator, user):
    card = make_card()
    report = Report.objects.create(card=card, user=user, reason="wrong", text="Off by one.", read=True)
    answered = {
        "reports-TOTAL_FORMS": 1, "reports-INITIAL_FORMS": 1, "reports-0-id": report.pk, "reports-0-card": card.pk,
        "reports-0-state": "fixed", "reports-0-reply": "You are right.",
    }  # fmt: skip

    assert "Off by one." in text(curator.get(url(card)))
    curator.post(url(card), form_of(card, **answered))

    report.refresh_from_db()
    assert (report.state, report.reply, report.read) == ("fixed", "You are right.", False)


def test_many_reports_are_closed_at_once(curator, user):
    reports = [Report.objects.create(card=make_card(), user=user, reason="typo", read=True) for _ in range(2)]

    curator.post(
        "/admin/cards/report/", {"action": "decline", "_selected_action": [each.pk for each in reports]}
    )

    assert set(Report.objects.values_list("state", "read")) == {("declined", False)}


def test_a_learners_own_follow_up_is_not_the_curators(curator, user):
    card = make_card()
    own = make_child(card, "Secret?", owner=user, level=4)

    assert "Secret?" not in text(curator.get(url(card)))
    curator.post(url(card), form_of(card, level=3))

    own.refresh_from_db()
    assert own.level == 4


def test_a_cards_reports_are_read_with_as_many_statements_as_one(curator, user):
    card = make_card()

    def count():
        with CaptureQueriesContext(connection) as queries:
            curator.get(url(card))
        return len(queries)

    Report.objects.create(card=card, user=user, reason="typo")
    few = count()
    for _ in range(9):
        Report.objects.create(card=card, user=user, reason="typo")
    assert count() == few


def test_what_a_curator_saves_can_be_exported(curator):
    card = make_card(slug="whole")
    child = {
        "children-TOTAL_FORMS": 1, "children-0-part": "followup", "children-0-position": 9, "children-0-status": "published",
        "children-0-question": "And?", "children-0-answer": "So.", "children-0-parent": card.pk,
    }  # fmt: skip

    for slug in ("my-own-name", "Whole--x", "whole--My_Name", "other--x"):
        assert "Write whole--name" in text(
            curator.post(url(card), form_of(card, **child, **{"children-0-slug": slug}))
        )
    assert (
        curator.post(url(card), form_of(card, **child, **{"children-0-slug": "whole--next"})).status_code
        == 302
    )
    assert rows.record_of(Card.objects.get(pk=card.pk)).followups[0].id == "next"


@pytest.mark.parametrize("slug", ["My_Card", "two--dashes", "ends-", "x" * 61])
def test_a_main_cards_name_is_one_that_a_deck_file_allows(curator, slug):
    page = curator.post("/admin/cards/card/add/", form_of(make_card(), slug=slug))

    assert "lower-case letters, digits and single dashes" in text(page)
    assert not Card.objects.filter(slug=slug).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("claims", "[1]"), ("claims", '[{"text": "a"}]'), ("sources", '["x"]'), ("sources", '[{"key": "a"}]'),
        ("covers", "[null]"), ("mistakes", '[{"wrong": " ", "fix": "x"}]'), ("bar", '{"mid": "a"}'),
    ],
)  # fmt: skip
def test_a_list_that_no_deck_file_could_hold_is_an_error_of_its_field(curator, name, value):
    card = make_card()

    page = curator.post(url(card), form_of(card, **{name: value}))

    assert page.status_code == 200
    assert page.context["adminform"].form.errors[name]


@pytest.mark.parametrize("name", ["mistakes", "bar", "sources", "claims", "covers"])
@pytest.mark.parametrize("value", ["", "null"])
def test_an_emptied_list_is_an_empty_list(curator, name, value):
    card = make_card()

    assert curator.post(url(card), form_of(card, **{name: value})).status_code == 302
    assert getattr(Card.objects.get(pk=card.pk), name) in ([], {})


def test_the_inbox_cannot_be_sorted_by_who_reported(curator, user):
    Report.objects.create(card=make_card(), user=user, reason="typo", text="Teh")

    for query in ("user", "user_id", "user__id__exact", "user__email__startswith"):
        response = curator.get(f"/admin/cards/report/?{query}={user.pk}", follow=True)
        assert response.status_code == 400 or "e=1" in response.request["QUERY_STRING"]
