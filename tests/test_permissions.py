"""Who may call what: every address of the site, five kinds of people, GET and POST; an address without a row fails."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.urls import URLResolver, get_resolver

from cards.models import Card
from scheduling import reminders
from scheduling.models import Learner, Review
from tests.rows import NOON, answer, make_card, make_plan

pytestmark = pytest.mark.django_db
WHO = ("anonymous", "learner", "other", "curator", "superuser")
SIGN_IN, ADMIN_SIGN_IN = "/accounts/login/", "/admin/login/"

# What a row says, in the order of WHO: a status, or where a redirect leads to.
PUBLIC, CLOSED = (200,) * 5, (405,) * 5
MINE = (SIGN_IN, 200, 200, 200, 200)
ACT = (SIGN_IN, "/study/", "/study/", "/study/", "/study/")  # a plain form is sent back to the page
ASK = ("/study/",) * 5  # GET on an action
OWN = (SIGN_IN, 200, 404, 404, 404)  # one learner's private card
OWN_ACT = (SIGN_IN, "/study/", 404, 404, 404)
GUESTS = (200, "/", "/", "/", "/")
STAFF = (ADMIN_SIGN_IN, ADMIN_SIGN_IN, ADMIN_SIGN_IN, 200, 200)
ROOT = (ADMIN_SIGN_IN, ADMIN_SIGN_IN, ADMIN_SIGN_IN, 403, 200)
READ = (ADMIN_SIGN_IN, ADMIN_SIGN_IN, ADMIN_SIGN_IN, 405, 405)
NOBODY = (ADMIN_SIGN_IN, ADMIN_SIGN_IN, ADMIN_SIGN_IN, 403, 403)

# route -> (GET, POST); the card, the plan and the link are the learner's own.
ROUTES = {
    "": (PUBLIC, CLOSED),
    "healthz": (PUBLIC, CLOSED),
    "study/": (MINE, CLOSED),
    "study/undo/": (ASK, (SIGN_IN, 400, 400, 400, 400)),
    "study/more/": (ASK, ACT),
    "study/end/": (MINE, CLOSED),
    "study/unbury/": (ASK, ACT),
    "study/aside/": (MINE, CLOSED),
    "study/<int:card_id>/why/": (OWN, CLOSED),
    **{f"study/<int:card_id>/{name}/": (ASK, OWN_ACT) for name in ("grade", "skip", "suspend", "flag", "note")},
    **{f"study/<int:card_id>/{name}/": (ASK, OWN_ACT) for name in ("unbury", "reset", "known")},
    "cards/": (PUBLIC, CLOSED),
    "cards/<slug:slug>/": ((404, 200, 404, 404, 404), CLOSED),
    "cards/<slug:slug>/report/": ((SIGN_IN, 404, 404, 404, 404),) * 2,  # of the shared bank only
    "reports/": (MINE, (SIGN_IN, "/", "/", "/", "/")),
    "progress/": (MINE, CLOSED),
    "progress/answers/": (MINE, CLOSED),
    "progress/cards/": (MINE, CLOSED),
    "plan/": (MINE, (SIGN_IN, "/plan/", 404, 404, 404)),
    "reminders/<str:token>/snooze/": (PUBLIC, PUBLIC),  # the token is the proof
    "reminders/<str:token>/unsubscribe/": (PUBLIC, PUBLIC),
    "settings/": (MINE, MINE),
    "settings/export/": (MINE, CLOSED),
    "settings/delete/": (MINE, MINE),  # the form again: no password was given
    "accounts/login/": (GUESTS, GUESTS),
    "accounts/signup/": (GUESTS, GUESTS),
    "accounts/logout/": (("/", 200, 200, 200, 200), ("/",) * 5),
    "accounts/inactive/": (PUBLIC, CLOSED),
    "accounts/reauthenticate/": (MINE, MINE),
    "accounts/email/": (MINE, (SIGN_IN, *["/accounts/email/"] * 4)),
    "accounts/confirm-email/": (PUBLIC, CLOSED),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": (PUBLIC, (404,) * 5),
    "accounts/password/change/": (MINE, MINE),
    "accounts/password/set/": ((SIGN_IN, *["/accounts/password/change/"] * 4),) * 2,
    "accounts/password/reset/": (PUBLIC, PUBLIC),
    "accounts/password/reset/done/": (PUBLIC, CLOSED),
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": (PUBLIC, PUBLIC),
    "accounts/password/reset/key/done/": (PUBLIC, CLOSED),
    "accounts/login/code/confirm/": ((SIGN_IN, "/", "/", "/", "/"),) * 2,
    "admin/": (STAFF, STAFF),
    "admin/login/": ((SIGN_IN, 403, 403, "/admin/", "/admin/"), (SIGN_IN, 403, 403, 200, 200)),
    "admin/logout/": (("/admin/", "/admin/", "/admin/", 405, 405), ("/admin/", "/admin/", "/admin/", 200, 200)),
    "admin/password_change/": (STAFF, STAFF),
    "admin/password_change/done/": (STAFF, READ),
    "admin/autocomplete/": (NOBODY, READ),  # no field was named
    "admin/jsi18n/": (STAFF, READ),
    "admin/r/<path:content_type_id>/<path:object_id>/": ((*STAFF[:3], 404, 404),) * 2,
    "admin/auth/user/<id>/password/": ((*ROOT[:4], 404),) * 2,
    r"admin/^(?P<app_label>auth|account|cards)/$": ((*STAFF[:3], 404, 200),) * 2,
    "admin/(?P<url>.*)$": ((*STAFF[:3], 404, 404),) * 2,
}  # fmt: skip
CURATED = ("area", "topic", "role", "company", "card", "report")
for model in ("auth/user", "auth/group", "account/emailaddress", *(f"cards/{name}" for name in CURATED)):
    MAY = STAFF if model.startswith("cards/") else ROOT
    GONE = (*STAFF[:3], "/admin/", "/admin/") if MAY is STAFF else (*STAFF[:3], 403, "/admin/")  # no such row
    ROUTES |= {
        f"admin/{model}/": (MAY, MAY),
        f"admin/{model}/add/": (MAY, MAY),
        f"admin/{model}/<path:object_id>/change/": (GONE, GONE),
        f"admin/{model}/<path:object_id>/history/": ((*STAFF[:3], "/admin/", "/admin/"),) * 2,
        f"admin/{model}/<path:object_id>/delete/": ((*ROOT[:4], "/admin/"),) * 2,
        f"admin/{model}/<path:object_id>/": ((*STAFF[:3], *[f"/admin/{model}/0/change/"] * 2),) * 2,
    }
VERSION = "admin/cards/card/^([^/]+)/history/([^/]+)/$"
ROUTES[VERSION] = (STAFF, STAFF)  # the form again: nothing was filled in
ROUTES["admin/cards/card/import/"] = (STAFF, STAFF)
ROUTES["admin/cards/report/add/"] = ((*STAFF[:3], 403, 403),) * 2  # only learners report


def routes(resolver, prefix=""):
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route


@pytest.fixture
def people(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # five people in no time
    made = {name: User.objects.create_user(name, f"{name}@example.com", "pw") for name in WHO[1:4]}
    made["superuser"] = User.objects.create_superuser("superuser", "superuser@example.com", "pw")
    made["curator"].groups.add(Group.objects.get(name="Curators"))
    User.objects.filter(username="curator").update(is_staff=True)
    return made


@pytest.fixture
def address(people):
    """Return what turns a route into an address, with the learner's private card and plan in it."""
    card = make_card("Mine?", owner=people["learner"], slug="mine")
    learner = Learner.of(people["learner"])
    token = reminders.token_of(learner)
    shared = make_card("Everybody's?", slug="everybodys", status="draft")
    parts = {
        "([^/]+)/history/([^/]+)": f"{shared.pk}/history/{shared.history.get().pk}",
        "<int:card_id>": str(card.pk), "<slug:slug>": "mine", "<str:token>": token, "<path:object_id>": "0", "<id>": "0",
        "<path:content_type_id>": "0", "^": "", "$": "", r"(?P<key>[-:\w]+)": "none", "(?P<uidb36>[0-9A-Za-z]+)": "1",
        "(?P<key>.+)": "none", "(?P<app_label>auth|account|cards)": "auth", "(?P<url>.*)": "nowhere",
    }  # fmt: skip

    def fill(route):
        for name, value in parts.items():
            route = route.replace(name, value)
        return f"/{route}"

    fill.card, fill.learner = card, learner
    return fill


def said(response):
    """Return the status, or the path that a redirect leads to."""
    return response["Location"].split("?")[0] if response.status_code in (301, 302) else response.status_code


def test_every_address_has_a_row_and_every_row_an_address():
    assert set(routes(get_resolver())) == set(ROUTES)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_address_answers_each_kind_of_person_as_the_table_says(client, people, address, who, method):
    plan = make_plan(address.learner, left=3000)
    sent = {
        "grade": 4, "seen": 0, "turn": str(uuid4()), "suspended": 1, "flagged": 1, "text": "x", "do": "delete", "plan": plan.pk,
    }  # fmt: skip
    wrong = {}
    for route, row in ROUTES.items():
        if who != "anonymous":
            client.force_login(people[who])
        data = (
            {} if method == "get" or "undo" in route or not route.startswith(("study/<", "plan/")) else sent
        )
        response = getattr(client, method)(address(route), data)
        b"".join(response)  # an export closes its file at the end
        expected = row[method == "post"][WHO.index(who)]
        if said(response) != expected:
            wrong[route] = (said(response), "expected", expected)

    assert wrong == {}


@pytest.mark.parametrize("name", ["grade", "skip", "suspend", "flag", "note", "unbury", "reset", "known"])
def test_an_action_on_a_card_of_somebody_else_writes_nothing_and_shows_the_next_turn(
    client, people, address, name
):
    make_card("Shared?", slug="shared")
    client.force_login(people["other"])
    data = {"grade": 4, "seen": 0, "turn": str(uuid4()), "suspended": 1, "text": "x"}
    data |= {"flagged": 1} if name == "flag" else {}

    response = client.post(f"/study/{address.card.pk}/{name}/", data, headers={"HX-Request": "true"})

    html = response.content.decode()
    assert response.status_code == 404
    assert 'id="session"' in html
    assert 'data-slug="shared"' in html
    assert "Mine?" not in html
    other = people["other"]
    assert not other.reviews.exists()
    assert not other.card_states.exists()
    assert not other.notes.exists()


def test_lists_and_exports_hold_nothing_of_another_learner(client, people, address):
    answer(address.learner, address.card)
    make_plan(address.learner, left=3000, title="Secret Corp")
    client.force_login(people["other"])

    for page in (
        "/",
        "/study/",
        "/cards/?q=Mine",
        "/progress/answers/?card=mine",
        "/progress/cards/",
        "/plan/",
    ):
        html = client.get(page).content.decode()
        assert "Mine?" not in html, page
        assert "Secret Corp" not in html, page
    assert client.get(f"/plan/?plan={address.learner.user.plans.get().pk}").status_code == 404
    assert client.get("/study/?card=mine").status_code == 404
    assert b"Mine?" not in b"".join(client.get("/settings/export/").streaming_content)


def test_a_curator_sees_no_private_card_and_deletes_nothing(client, people, address):
    client.force_login(people["curator"])

    assert "Mine?" not in client.get("/admin/cards/card/").content.decode()
    assert client.get(f"/admin/cards/card/{address.card.pk}/change/").status_code == 302
    assert client.post(f"/admin/cards/card/{address.card.pk}/delete/", {"post": "yes"}).status_code == 403
    history = f"/admin/cards/card/{address.card.pk}/history/"
    for page in (history, f"{history}{address.card.history.get().pk}/"):
        for response in (client.get(page), client.post(page)):
            assert (response.status_code, response["Location"]) == (302, "/admin/")
    client.post("/admin/cards/card/", {"action": "retire", "_selected_action": [address.card.pk]})

    assert Card.objects.get(pk=address.card.pk).status == "published"


def test_reading_pages_writes_nothing(client, people, address):
    answer(address.learner, address.card, now=NOON)
    client.force_login(people["learner"])
    before = (list(Review.objects.values()), list(Learner.objects.values()), list(Card.objects.values()))

    for route in ROUTES:
        if not route.startswith(("accounts/", "admin/")):
            b"".join(client.get(address(route)))

    assert before == (
        list(Review.objects.values()),
        list(Learner.objects.values()),
        list(Card.objects.values()),
    )
