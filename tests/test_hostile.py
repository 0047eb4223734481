"""What only an attacker or a broken program sends: never a 500, never a half-written answer, never another's data."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as site
from django.contrib.auth.models import User
from django.core import mail, signing
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from cards import markdown
from cards.models import Card
from config.wsgi import utf8_only
from scheduling import erasing, reminders
from scheduling.models import Learner, Note, Plan, Review
from scheduling.rebuild import rebuild
from scheduling.views import study as study_views
from tests.rows import answer, make_card, make_plan, make_topic

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
BAD = [
    "\0", "a\0b", "9" * 5000, "-1", "\u0663", "00001" + "9" * 30, "x" * 20_000, "%", "'\"><script>", "nan", "1e400",
    "0001-01-01", "9999-12-31", "2026-02-30", "0000-00", "\ud800",
]  # fmt: skip
PAGES = {
    "/study/": ["area", "topic", "role", "company", "level", "kind", "flagged", "leech", "mode", "card", "minutes"],
    "/cards/": ["area", "topic", "q", "page", "level"],
    "/progress/answers/": ["topic", "day", "month", "grade", "interval", "band", "kind", "card", "point", "page"],
    "/progress/cards/": ["area", "stage", "due", "predicted"],
    "/plan/": ["plan"],
    "/accounts/login/": ["next"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def quiet(signed_in):
    """Return the signed-in client; a crash is an answer 500 as on a site."""
    signed_in.raise_request_exception = False
    return signed_in


def text(response):
    return response.content.decode()


def sent(**values):
    return {"grade": "4", "turn": str(uuid4()), "seen": "0", **values}


@pytest.mark.parametrize("url", PAGES)
def test_no_query_parameter_breaks_a_page(quiet, url):
    for name in PAGES[url]:
        for bad in BAD:
            value = bad.encode("utf-8", "surrogatepass")
            status = quiet.get(url, {name: value, "began": "1800000000"}).status_code
            assert status in (200, 302, 400, 404), (name, bad[:20])


@pytest.mark.parametrize(
    "name", ["area", "topic", "minutes", "began", "level", "mode", "card", "point", "back", "elapsed_ms"]
)
def test_no_field_beside_the_answer_breaks_a_grade_or_hides_that_it_was_stored(quiet, learner, name):
    for bad in BAD[:-1]:
        card = make_card()
        fields = {"minutes": "5", "began": "1", **sent(), name: bad}
        response = quiet.post(f"/study/{card.pk}/grade/", fields, headers=HTMX)
        assert response.status_code == (400 if name == "elapsed_ms" and bad != "\u0663" else 200), bad[:20]
        assert Review.objects.filter(card=card).count() == (response.status_code == 200)

    assert list(rebuild(check=True)) == []


@pytest.mark.parametrize("name", ["grade", "turn", "seen"])
def test_a_bad_answer_stores_nothing_and_leaves_the_turn_alone(quiet, learner, name):
    card = make_card()
    for bad in (*BAD[:-1], "", "4\n5"):
        response = quiet.post(f"/study/{card.pk}/grade/", sent(**{name: bad}), headers=HTMX)
        if (name, bad) != ("seen", "\u0663"):
            assert response.status_code == 400, bad[:20]
            assert response["HX-Retarget"] == "#notice"

    assert not Review.objects.exists()


@pytest.mark.parametrize("bad", ["1\n", "2", "", "on", "\u0661"])
@pytest.mark.parametrize("name", ["suspend", "flag"])
def test_a_switch_takes_1_or_0_and_nothing_like_them(quiet, learner, name, bad):
    field = {"suspend": "suspended", "flag": "flagged"}[name]

    response = quiet.post(f"/study/{make_card().pk}/{name}/", {field: bad}, headers=HTMX)

    assert response.status_code == 400
    assert not learner.user.card_states.exists()


def test_flagging_a_card_does_not_narrow_the_session_to_flagged_cards(quiet):
    card = make_card()

    plain = quiet.post(f"/study/{card.pk}/flag/", {"area": "llm", "flagged": "1"})
    filtered = quiet.post(f"/study/{card.pk}/flag/", {"flagged": ["1", "0"]})

    assert plain["Location"] == f"/study/?area=llm&card={card.slug}"
    assert filtered["Location"] == f"/study/?flagged=1&card={card.slug}"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("text=" + "x" * 2_000_000, "application/x-www-form-urlencoded"),
        ("&".join(["text=1"] * 3000), "application/x-www-form-urlencoded"),
        ("text=a", "application/x-www-form-urlencoded; charset=utf-16"),
        ("no parts", "multipart/form-data; boundary="),
    ],
)
def test_a_body_that_cannot_be_read_is_400_beside_the_card(quiet, body, kind):
    url = f"/study/{make_card().pk}/note/"

    for headers in (HTMX, {}):
        response = quiet.generic("POST", url, body, content_type=kind, headers=headers)
        assert response.status_code == 400
        assert response.get("HX-Retarget") == ("#notice" if headers else None)
        assert "Content-Security-Policy" in response
    assert not Note.objects.exists()


@pytest.mark.parametrize("charset", ["rot13", "hex", "utf-7", "idna", "unicode_escape", '"utf-16"', "\xff"])
def test_a_request_is_read_as_utf8_whatever_it_claims(charset):
    seen = {}
    environ = {"CONTENT_TYPE": f"multipart/form-data; Charset={charset}; boundary=x"}

    utf8_only(lambda environ, start: seen.update(environ) or [])(environ, None)

    assert seen["CONTENT_TYPE"] == "multipart/form-data; boundary=x"


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_garbage_in_a_cookie_is_no_cookie(name):
    client = Client(raise_request_exception=False)
    for value in ('"\\000aaaaaaaaaaaa"', "x" * 9000, '"\\377\\012aaaaaaaa"', "{}"):
        for url, status in (("/", 200), ("/study/", 302), ("/nowhere/", 404)):
            assert client.get(url, headers={"Cookie": f"{name}={value}"}).status_code == status


@pytest.mark.parametrize("number", ["0", "9" * 30, "9" * 5000])
def test_a_number_that_is_no_card_is_404_for_every_action(quiet, number):
    for name in ("grade", "skip", "known", "note", "why"):
        method = quiet.get if name == "why" else quiet.post
        assert method(f"/study/{number}/{name}/", sent()).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_another_method_on_an_action_leads_to_the_page_with_its_filters_and_writes_nothing(quiet, method):
    url = f"/study/{make_card().pk}/known/?area=llm&level=1"

    assert quiet.generic(method, url)["Location"] == "/study/?area=llm&level=1"
    assert Client().generic(method, url)["Location"] == "/study/?area=llm&level=1"
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("current", "back"),
    [
        ("http://testserver/study/?area=llm", "/study/?area=llm"), ("http://testserver//evil.example/x", "/evil.example/x"),
        ("http://evil.example/", "/study/"), ("//evil.example/", "/study/"), ("javascript:alert(1)", "/study/"),
        ("http://testserver\\@evil.example/", "/study/"), ("http://[", "/study/"), ("", "/study/"),
    ],
)  # fmt: skip
def test_sign_in_leads_back_to_a_page_of_this_site_only(client, user, current, back):
    response = client.post("/study/1/grade/", sent(), headers={**HTMX, "HX-Current-URL": current})
    sign_in = response["HX-Redirect"]

    assert response.status_code == 200
    after = client.post(sign_in, {"login": user.email, "password": "correct horse"})
    assert after["Location"] == back


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "\0//e"]
)
def test_next_never_leaves_this_site(client, user, target):
    page = client.get("/accounts/login/", {"next": target})
    response = client.post(
        "/accounts/login/", {"login": user.email, "password": "correct horse", "next": target}
    )

    assert page.status_code == 200
    assert response["Location"] == "/"


HOSTILE = "<img src=x onerror=alert(1)><form hx-post=/settings/delete/></textarea>\"'>{{ 7|add:7 }}"


def test_what_people_type_is_shown_as_text_everywhere(quiet, learner):
    card = make_card(
        HOSTILE, answer=HOSTILE, details=HOSTILE, hint=HOSTILE, mistakes=[{"wrong": HOSTILE, "fix": HOSTILE}],
        sources=[{"authors": HOSTILE, "year": HOSTILE, "title": HOSTILE}], points=[("a", True)],
    )  # fmt: skip
    card.points.update(text=HOSTILE)
    answer(learner, card, now=timezone.now())
    quiet.post(f"/study/{card.pk}/note/", {"text": HOSTILE})
    make_plan(learner, left=3000, title=HOSTILE[:100])

    for page in ("/", "/cards/", f"/cards/{card.slug}/", f"/study/?card={card.slug}", "/plan/", "/progress/answers/", f"/study/{card.pk}/why/", "/cards/?q=" + HOSTILE):  # fmt: skip
        html = text(quiet.get(page))
        assert "<img src=x" not in html, page
        assert "<form hx-post" not in html, page
        assert "\"'>" not in html, page
    assert Note.objects.get().text == HOSTILE


@pytest.mark.parametrize(
    "piece",
    [
        "$$ a\n",
        "![",
        "[a](b",
        "*a_ ",
        ">",
        "<http://a>",
        "`" * 3 + "\n",
        "|a|b|\n|-|-|\n",
        "$\\a",
        " - a\n",
        "\\frac{",
    ],
)
def test_no_text_is_slow_to_render(piece):
    bomb = (piece * 20_000)[: markdown.MAX_CHARACTERS]

    started = time.process_time()
    markdown.render(bomb)

    assert time.process_time() - started < 0.6


def test_links_in_mails_are_proof_of_one_learner_and_one_purpose(client, learner):
    token = reminders.token_of(learner)
    forged = [
        token[:-1],
        token + "x",
        signing.dumps(learner.pk),
        signing.dumps(learner.pk, salt="other"),
        "a:b:c",
        "%00",
    ]

    for url in (f"/reminders/{each}/unsubscribe/" for each in forged):
        assert client.post(url).status_code == 404
    for _ in range(2):  # a mail program may ask twice
        assert client.post(f"/reminders/{token}/snooze/").status_code == 200
    erasing.erase(learner.user)
    assert client.post(f"/reminders/{token}/snooze/").status_code == 404


def test_a_bad_address_stops_no_other_reminder(learner):
    User.objects.filter(pk=learner.pk).update(email="a@example.com\nBcc: all@example.com")
    learner.refresh_from_db()

    assert reminders.deliver(learner, timezone.now().date(), 5, "https://anneal.example") is False
    assert mail.outbox == []


@pytest.mark.parametrize(
    "url", ["/", "/study/", "/settings/", "/nowhere/", "/cards/?" + "a=1&" * 3000, "/healthz"]
)
def test_every_answer_has_its_guards_and_a_learners_is_in_no_cache(quiet, url):
    for client in (quiet, Client()):
        response = client.get(url)
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert quiet.get(url)["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("secret"), 500), (OperationalError("secret"), 503)]
)
def test_a_crash_says_nothing_of_itself_and_keeps_the_turn(quiet, monkeypatch, error, status):
    def crash(*args):
        raise error

    monkeypatch.setattr(study_views.learning, "grade", crash)
    for headers in (HTMX, {}):
        response = quiet.post(f"/study/{make_card().pk}/grade/", sent(), headers=headers)
        assert response.status_code == status
        assert response.get("HX-Retarget") == ("#notice" if headers else None)
        assert "secret" not in text(response)
        assert response.get("Retry-After") == ("5" if status == 503 else None)
        assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("/study/{}/grade/", {}), ("/study/{}/flag/", {"flagged": "1"}), ("/study/{}/note/", {"text": "x"}),
        ("/study/{}/known/", {}), ("/study/more/", {"new": "1"}), ("/settings/delete/", {"password": "correct horse"}),
    ],
)  # fmt: skip
def test_an_account_deleted_meanwhile_is_sent_to_sign_in_and_leaves_nothing(
    quiet, user, monkeypatch, url, fields
):
    card = make_card()
    Learner.of(user)
    of, check = Learner.of, User.check_password

    def erase_and(go_on):
        monkeypatch.undo()
        erasing.erase(User.objects.get(username="ada"))
        return go_on()

    if "delete" in url:
        monkeypatch.setattr(User, "check_password", lambda user, given: erase_and(lambda: check(user, given)))
    else:
        monkeypatch.setattr(Learner, "of", lambda user: erase_and(lambda: of(user)))

    response = quiet.post(url.format(card.pk), {**sent(), **fields}, headers=HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"].startswith("/accounts/login/")
    assert not Review.objects.exists()
    assert not User.objects.exists()


def exported(client, **changes):
    response = client.get("/settings/export/")
    data = json.loads(b"".join(response.streaming_content))
    return data | changes


def read_back(tmp_path, data):
    file = tmp_path / "export.json"
    file.write_text(json.dumps(data))
    User.objects.filter(username="eve").delete()
    User.objects.create_user("eve", "eve@example.com")
    call_command("import_learner", "eve@example.com", file)
    return User.objects.get(username="eve")


def test_an_import_reaches_no_card_of_another_learner(signed_in, learner, tmp_path):
    mine = make_card("Mine?", owner=learner.user, slug="mine")
    answer(learner, mine)
    data = exported(signed_in)
    data["notes"] = [{"card": "mine", "text": "x", "updated_at": "2026-03-02T12:00:00Z"}]
    data["cards"] = [data["cards"][0] | {"slug": "mine--child", "part": "followup", "parent": "mine"}]

    with pytest.raises(CommandError, match="Nothing was read"):  # a child without its parent
        read_back(tmp_path, data)
    eve = read_back(tmp_path, data | {"cards": []})

    assert not eve.reviews.exists()
    assert not eve.notes.exists()
    erasing.erase(learner.user)  # nobody's history holds it back
    assert not Card.objects.filter(slug="mine").exists()


def test_an_import_in_any_order_with_any_predictions_keeps_the_law(signed_in, learner, tmp_path):
    card = make_card()
    for number in range(4):
        answer(learner, card, 4 - number % 3, timezone.now() - timedelta(days=40 - 9 * number))
    data = exported(signed_in)
    data["reviews"] = [row | {"predicted": 0.5} for row in reversed(data["reviews"])]

    eve = read_back(tmp_path, data)

    assert eve.reviews.count() == 4
    assert list(rebuild(check=True)) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("preferences", {"time_zone": "../../etc/passwd"}), ("preferences", {"time_zone": 7}),
        ("preferences", {"new_per_day": "many"}), ("preferences", {"max_interval": 10**9}), ("reviews", {"grade": 9}),
        ("reviews", {"turn": 7}), ("reviews", {"reviewed_at": "soon"}),
        ("reviews", {"study_day": "9999-12-31"}), ("reviews", {"sequence": "one"}), ("notes", {"text": "x" * 6000}),
        ("notes", {"text": "a\0b"}), ("plans", {"minutes": "all"}), ("plans", {"minutes": [10**12] * 7}),
        ("plans", {"scope": [1]}), ("plans", {"title": "x" * 500}), ("cards", {"slug": "../x y"}), ("cards", {"mistakes": 5}),
        ("cards", {"bar": [1]}), ("cards", {"sources": 5}), ("cards", {"kind": "spell"}), ("reviews", None), ("notes", 5),
    ],
)  # fmt: skip
def test_a_made_up_export_is_refused_whole(signed_in, learner, tmp_path, name, change):
    card = make_card()
    answer(learner, card)
    make_card("Mine?", owner=learner.user, slug="mine")
    make_plan(learner, left=30)
    Note.objects.create(user=learner.user, card=card, text="x")
    data = exported(signed_in)
    data["cards"][0]["slug"] = "theirs"
    if not isinstance(change, dict):
        data[name] = change
    elif name == "preferences":
        data[name] |= change
    else:
        data[name][0] |= change

    with pytest.raises(CommandError, match="Nothing was read"):
        read_back(tmp_path, data)

    eve = User.objects.get(username="eve")
    assert not any(rows.exists() for rows in (eve.reviews, eve.card_states, eve.notes, eve.plans))
    assert not Card.objects.filter(owner=eve).exists()


@pytest.mark.parametrize("name", ["sources", "claims", "covers"])
def test_a_list_that_is_none_is_an_error_of_its_field_in_admin(client, name):
    client.force_login(User.objects.create_superuser("root"))
    card = make_card()
    fields = {name: "5", "question": "?", "answer": "!", "status": "published", "topic": make_topic().pk}

    html = text(client.post(f"/admin/cards/card/{card.pk}/change/", fields))

    assert "; allowed: " in html


def test_forms_take_no_field_that_they_do_not_show(quiet, user):
    make_card()
    fields = {
        "time_zone": "UTC", "day_starts_at": "4", "new_per_day": "7", "reviews_per_day": "5", "max_interval": "365",
        "last_sequence": "99", "user": "1", "is_staff": "1", "is_superuser": "1", "extra_new": "500",
    }  # fmt: skip

    assert quiet.post("/settings/", fields).status_code == 302

    user.refresh_from_db()
    learner = Learner.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert (learner.new_per_day, learner.last_sequence, learner.extra_new) == (7, 0, 0)


def test_every_form_but_the_signed_links_needs_its_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    card = make_card()

    for url in (
        "/study/undo/",
        f"/study/{card.pk}/grade/",
        "/plan/",
        "/settings/",
        "/settings/delete/",
        "/accounts/logout/",
    ):
        for headers in (HTMX, {}):
            response = client.post(url, sent(), headers=headers)
            assert response.status_code == 403
            assert response.get("HX-Retarget") == ("#notice" if headers else None)
    token = reminders.token_of(Learner.of(user))
    assert client.post(f"/reminders/{token}/snooze/").status_code == 200
    assert not Plan.objects.exists()
    assert site.CSRF_COOKIE_HTTPONLY
