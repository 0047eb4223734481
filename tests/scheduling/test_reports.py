"""Reporting a problem with a card: kept once, answered, read; never another's, never a private card's."""

import pytest
from django.contrib.auth.models import User

from cards.models import Report
from scheduling import erasing
from scheduling.views import reports
from tests.rows import make_card, make_child

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def text(response):
    return response.content.decode()


def send(client, card, headers=None, query="", **fields):
    return client.post(
        f"/cards/{card.slug}/report/{query}", {"reason": "wrong", "text": "", **fields}, headers=headers
    )


def test_a_report_is_kept_with_the_cards_revision_and_leads_back_to_the_card(signed_in, user):
    card = make_card(revision=3)

    response = send(signed_in, card, text="The sign.\r\nIt is minus.")

    report = Report.objects.get()
    assert (report.card, report.user, report.reason, report.state) == (card, user, "wrong", "open")
    assert (report.text, report.revision) == ("The sign.\nIt is minus.", 3)
    assert response["Location"] == f"/cards/{card.slug}/"
    assert "Thank you" in text(signed_in.get(response["Location"]))


def test_the_same_report_sent_twice_is_kept_once(signed_in):
    card = make_card()

    for _ in range(2):
        send(signed_in, card, text="Wrong sign")

    assert Report.objects.count() == 1


def test_from_the_study_page_one_comes_back_to_the_same_card_in_the_same_scope(signed_in):
    card = make_card()
    page = text(signed_in.get("/study/?level=2&card=" + card.slug))

    assert f"/cards/{card.slug}/report/?study=1&amp;level=2" in page
    response = send(signed_in, card, query="?study=1&level=2")

    assert response["Location"] == f"/study/?level=2&card={card.slug}"
    assert "Thank you" in text(signed_in.get(response["Location"]))


def test_htmx_gets_the_thanks_or_what_is_wrong_in_the_forms_place(signed_in):
    card = make_card()

    wrong = send(signed_in, card, headers=HTMX, reason="other")
    right = send(signed_in, card, headers=HTMX, reason="other", text="The hint gives it away.")

    assert (wrong.status_code, wrong["X-Anneal-Outcome"]) == (400, "refused")
    assert "Please say what it is." in text(wrong)
    assert (right.status_code, right["X-Anneal-Outcome"]) == (200, "reported")
    assert "Thank you" in text(right)
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"reason": "rude"}, {"reason": ""}, {"text": "x" * 2001}, {"text": "a\0b"}]
)
def test_a_bad_report_is_refused_and_nothing_kept(signed_in, fields):
    assert send(signed_in, make_card(), **fields).status_code == 400
    assert not Report.objects.exists()


def test_a_day_holds_so_many_reports_and_no_more(signed_in, monkeypatch):
    monkeypatch.setattr(reports, "MOST_A_DAY", 2)
    card = make_card()

    for number in range(4):
        response = send(signed_in, card, text=str(number))

    assert "go on tomorrow" in text(response)
    assert Report.objects.count() == 2


def test_a_follow_up_can_be_reported_but_a_private_card_or_a_draft_cannot(signed_in, user):
    child = make_child(make_card())

    assert send(signed_in, child)["Location"].endswith(f"#{child.slug}")
    assert send(signed_in, make_card(owner=user)).status_code == 404
    assert send(signed_in, make_card(status="draft")).status_code == 404
    assert f"/cards/{child.slug}/report/" in text(signed_in.get(f"/study/?card={child.slug}"))
    private = make_card(owner=user)
    assert "/report/" not in text(signed_in.get(f"/study/?card={private.slug}"))


def test_an_answer_is_told_on_the_first_page_until_it_is_read(signed_in, user):
    card = make_card("What is a <margin>?")
    Report.objects.create(card=card, user=user, reason="wrong", text="<b>Sign</b>")
    assert "has an answer" not in text(signed_in.get("/"))

    Report.objects.update(state="fixed", reply="Right, <i>thanks</i>.")

    assert "1 of your reports on cards has an answer" in text(signed_in.get("/"))
    page = text(signed_in.get("/reports/"))
    assert "&lt;b&gt;Sign&lt;/b&gt;" in page
    assert "Right, &lt;i&gt;thanks&lt;/i&gt;." in page
    later = Report.objects.create(card=card, user=user, reason="typo", state="declined")
    assert (
        signed_in.post(
            "/reports/", {"report": [Report.objects.first().pk + 99, "x", Report.objects.last().pk]}
        )["Location"]
        == "/"
    )
    assert "1 of your reports on cards has an answer" in text(signed_in.get("/")), (
        "one that was not shown stays unread"
    )
    signed_in.post("/reports/", {"report": [later.pk]})
    assert "has an answer" not in text(signed_in.get("/"))
    assert "Got it" not in text(signed_in.get("/reports/"))


def test_reports_are_ones_own(signed_in, user):
    other = User.objects.create_user("other")
    card = make_card()
    report = Report.objects.create(card=card, user=other, reason="wrong", text="Secret", state="fixed")

    for page in ("/", "/reports/", f"/cards/{card.slug}/report/"):
        assert "Secret" not in text(signed_in.get(page))
    signed_in.post("/reports/", {"report": [report.pk]})

    report.refresh_from_db()
    assert not report.read


def test_reports_are_exported_and_outlive_the_account_without_its_name(signed_in, user):
    Report.objects.create(card=make_card(), user=user, reason="typo", text="Teh")

    assert b"Teh" in b"".join(signed_in.get("/settings/export/").streaming_content)
    erasing.erase(user)

    assert Report.objects.get().user is None
