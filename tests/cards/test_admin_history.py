"""The history of a card in the admin: read in words, put back through the form's checks, by those who may."""

import pytest
from django.contrib.auth.models import Permission, User

from cards import versions
from cards.models import Card, Role, RubricPoint
from tests.cards.test_admin import form_of, text, url
from tests.rows import make_card, make_child

pytestmark = pytest.mark.django_db


def make_whole(question="What is bias?", **values):
    """Make a card as a deck does: its points and links in one version with it."""
    with versions.together("loaded from llm/attention.yaml"):
        card = make_card(question, **values)
        card.roles.add(Role.objects.get_or_create(slug="mle", defaults={"name": "ML engineer"})[0])
    return card


def history(card):
    return f"/admin/cards/card/{card.pk}/history/"


def version_of(card, question):
    return f"{history(card)}{card.history.filter(question=question).latest().pk}/"


def with_point(card, **changes):
    point = card.points.get()
    return {
        "points-TOTAL_FORMS": 1, "points-INITIAL_FORMS": 1, "points-0-id": point.pk, "points-0-card": card.pk,
        "points-0-key": point.key, "points-0-position": 0, "points-0-text": point.text, "points-0-must": "on", **changes,
    }  # fmt: skip


def test_a_save_leaves_one_version_with_the_curators_name_and_an_untouched_one_none(curator):
    card = make_whole(points=[("what", True)])
    roles = [Role.objects.get().pk]

    curator.post(url(card), form_of(card, roles=roles))
    assert card.history.count() == 1
    curator.post(url(card), form_of(card, question="What is variance?", **with_point(card)))

    version = card.history.first()
    assert (card.history.count(), version.history_user.username) == (2, "curator")
    assert not version.roles.exists()
    assert RubricPoint.history.count() == 1


def test_a_new_card_with_a_child_is_one_version_of_each(curator):
    like = make_card(slug="like")
    child = {
        "children-TOTAL_FORMS": 1, "children-0-part": "followup", "children-0-slug": "fresh--why", "children-0-position": 2,
        "children-0-status": "draft", "children-0-question": "Why?", "children-0-answer": "So.",
    }  # fmt: skip

    response = curator.post("/admin/cards/card/add/", form_of(like, slug="fresh", **child))

    assert response.status_code == 302
    for slug in ("fresh", "fresh--why"):
        version = Card.objects.get(slug=slug).history.get()
        assert (version.history_type, version.history_user.username) == ("+", "curator")


def test_the_history_says_who_changed_what_when_and_why_in_words(curator):
    card = make_whole(points=[("what", True)], level=1)
    curator.post(
        url(card), form_of(card, level=3, answer="A <b>new</b> one.", **with_point(card, **{"points-0-text": "Says more"}))
    )  # fmt: skip

    html = text(curator.get(history(card)))

    assert "changed by curator" in html
    assert "created: loaded from llm/attention.yaml" in html
    for field, old, new in (
        ("Level", "Screen", "Senior"), ("Roles", "ML engineer", "(empty)"), ("Answer", "An answer.", "A &lt;b&gt;new&lt;/b&gt; one."),
        ("Key point what", "Says what (must)", "Says more (must)"),
    ):  # fmt: skip
        place = html.index(f"<dt>{field}</dt>")
        assert old in html[place : place + 200]
        assert new in html[place : place + 250]
    assert html.count("View or put back") == 1


def test_publishing_and_retiring_many_leave_versions(curator):
    chosen = [make_whole(status="draft") for _ in range(2)]
    data = {"_selected_action": [card.pk for card in chosen]}

    for action in ("publish", "publish", "retire"):
        curator.post("/admin/cards/card/", {"action": action, **data})

    for card in chosen:
        assert list(card.history.values_list("status", "history_user__username")) == [
            ("retired", "curator"), ("published", "curator"), ("draft", None),
        ]  # fmt: skip
        assert card.history.first().roles.exists()


def test_a_version_is_put_back_with_its_links_and_points_and_the_present_revision(curator):
    card = make_whole("Old?", points=[("what", True)])
    curator.post(
        url(card),
        form_of(card, question="New?", revision=2, **with_point(card, **{"points-0-text": "Newer"})),
    )
    RubricPoint.objects.create(card=card, key="later", text="Later")
    page = version_of(card, "Old?")

    shown = curator.get(page)
    form = shown.context["adminform"].form
    assert form.initial["question"] == "Old?"
    assert form.initial["revision"] == 2
    assert "Says what" in text(shown)
    assert "Newer" not in text(shown)
    response = curator.post(page, form_of(card, question="Old?", revision=2, roles=form.initial["roles"]))

    assert response.status_code == 302
    card.refresh_from_db()
    assert (card.question, card.revision, card.roles.get().slug) == ("Old?", 2, "mle")
    assert list(card.points.values_list("key", "text", "retired")) == [
        ("what", "Says what", False), ("later", "Later", True),
    ]  # fmt: skip
    latest = card.history.first()
    assert latest.history_change_reason.startswith("put back as it was on")
    assert latest.history_user.username == "curator"
    assert card.history.count() == 3


def test_putting_back_goes_through_the_same_checks(curator):
    card = make_whole("Old?")
    curator.post(url(card), form_of(card, question="New?", revision=3))
    page = version_of(card, "Old?")

    for wrong in ({"answer": r"See $\frac{1}$.", "revision": 3}, {"revision": 2}):
        response = curator.post(page, form_of(card, question="Old?", **wrong))
        assert response.status_code == 200
        assert "errorlist" in text(response)

    card.refresh_from_db()
    assert (card.question, card.revision, card.history.count()) == ("New?", 3, 2)


def test_who_may_only_look_sees_the_history_and_puts_nothing_back(client):
    card = make_whole("Old?")
    card.question = "New?"
    card.save()
    user = User.objects.create_user("reader", "r@example.com", "pw", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_card"))
    client.force_login(user)
    page = version_of(card, "Old?")

    assert client.get(history(card)).status_code == 200
    assert "Revert" not in text(client.get(page))
    assert client.post(page, form_of(card, question="Old?")).status_code == 403
    card.refresh_from_db()
    assert card.question == "New?"


def test_a_version_of_another_card_or_of_none_is_not_found(curator):
    card, other = make_card(), make_card()

    assert curator.get(f"{history(card)}{other.history.get().pk}/").status_code == 404
    assert curator.get(f"{history(card)}{'9' * 40}/").status_code == 404
    assert curator.get(f"{history(card)}x/").status_code == 302


def test_follow_ups_are_found_from_their_cards_history(curator):
    child = make_child(make_card())

    assert history(child) in text(curator.get(history(child.parent)))
    assert history(child.parent) in text(curator.get(history(child)))


def test_history_pages_keep_the_strict_policy_and_hold_no_inline_style_of_ours(curator):
    card = make_whole()

    response = curator.get(history(card))

    assert "'unsafe" not in response["Content-Security-Policy"]
    assert " style=" not in text(response)


def test_putting_a_card_back_takes_its_follow_ups_to_its_place_of_then(curator):
    card = make_card("Old?", level=2)
    child = make_child(card)
    curator.post(url(card), form_of(card, question="New?", level=3))
    child.refresh_from_db()
    assert child.level == 3

    curator.post(version_of(card, "Old?"), form_of(card, question="Old?", level=2))

    child.refresh_from_db()
    assert (Card.objects.get(pk=card.pk).level, child.level) == (2, 2)
