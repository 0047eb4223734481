"""The plan page over HTTP: make, change and drop a plan, take days off, bad input, strangers."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cards.models import Company, Role
from scheduling.models import DayOff, Learner, Plan
from tests.rows import make_card, make_topic

pytestmark = pytest.mark.django_db
MINUTES = {f"minutes_{number}": "20" for number in range(7)}


@pytest.fixture
def today(learner):
    return learner.today(timezone.now())


def text(response):
    return response.content.decode()


def post(client, do, **values):
    return client.post("/plan/", {"do": do, **values})


def save(client, day, **values):
    return post(client, "save", interview_on=day.isoformat(), **{**MINUTES, **values})


def make_deck(count=12):
    for n in range(count):
        make_card(topic=make_topic(f"t{n % 3}", area=f"area-{n % 3}"), position=n)


def test_a_plan_is_saved_and_shows_what_it_leads_to(signed_in, user, today):
    make_deck()
    day = today + timedelta(days=40)

    response = save(signed_in, day, title="Acme", area=["area-1"], level=["1", "2"])

    assert (response.status_code, response["Location"]) == (302, "/plan/")
    plan = Plan.objects.get(user=user)
    assert (plan.title, plan.interview_on, plan.minutes) == ("Acme", day, [20] * 7)
    assert plan.scope == {"area": ["area-1"], "level": ["1", "2"]}
    html = text(signed_in.get("/plan/"))
    assert "It fits." in html
    assert "4 of 4" in html
    assert "60 s an answer until you have answered 20" in html
    assert "<svg" in html
    assert "The same as a table" in html
    assert " style=" not in html
    assert "<script" not in html.split("<main")[1]


def test_a_plan_that_does_not_fit_says_what_to_drop(signed_in, today):
    make_deck(90)
    save(signed_in, today + timedelta(days=20), **dict.fromkeys(MINUTES, "5"))

    html = text(signed_in.get("/plan/"))

    assert re.search(
        r"Short by .* (start by dropping|drop) Area-2.*, or study \d+ minutes more a day\.", html
    )
    assert "What to drop first" in html


def test_changing_a_plan_keeps_it_one(signed_in, user, today):
    make_deck()
    save(signed_in, today + timedelta(days=40))
    plan = Plan.objects.get()

    save(signed_in, today + timedelta(days=50), plan=plan.pk, minutes_5="0")

    changed = Plan.objects.get()
    assert (changed.pk, changed.created_at) == (plan.pk, plan.created_at)
    assert changed.minutes == [20, 20, 20, 20, 20, 0, 20]
    assert 'value="0"' in text(signed_in.get("/plan/"))


def test_several_interviews_are_listed_and_the_nearest_steers(signed_in, today):
    make_deck()
    save(signed_in, today + timedelta(days=40), title="Far")
    save(signed_in, today + timedelta(days=20), title="Near")
    far = Plan.objects.get(title="Far")

    assert "Near on" in text(signed_in.get("/plan/"))
    shown = text(signed_in.get(f"/plan/?plan={far.pk}"))
    assert "Far on" in shown
    assert "does not steer yet" in shown
    assert "No interview date" in text(signed_in.get("/plan/?plan=new"))


def test_a_plan_is_deleted(signed_in, today):
    save(signed_in, today + timedelta(days=40))

    response = post(signed_in, "delete", plan=Plan.objects.get().pk)

    assert response.status_code == 302
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("interview_on", "", "When is the interview?"),
        ("interview_on", "soon", "That is not a date."),
        ("interview_on", "2001-01-01", "must still be ahead"),
        ("interview_on", "2999-01-01", "At most three years|at most three years"),
        ("minutes_2", "", "Wednesday: a whole number of minutes from 0 to 720."),
        ("minutes_2", "-1", "Wednesday: a whole number"),
        ("minutes_2", "721", "Wednesday: a whole number"),
        ("minutes_2", "1.5", "Wednesday: a whole number"),
        ("area", "nowhere", "nowhere is not one of the available choices"),
        ("level", "9", "9 is not one of the available choices"),
        ("title", "x" * 101, "at most 100 characters"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_saves_nothing(signed_in, today, field, value, sentence):
    make_deck(3)
    values = {**MINUTES, "interview_on": (today + timedelta(days=9)).isoformat(), field: value}

    response = post(signed_in, "save", **values)

    assert response.status_code == 200
    assert re.search(sentence, text(response))
    assert not Plan.objects.exists()


def test_today_is_too_late_and_a_week_without_time_is_refused(signed_in, today):
    assert "must still be ahead" in text(save(signed_in, today))
    assert "at least one weekday" in text(
        save(signed_in, today + timedelta(days=9), **dict.fromkeys(MINUTES, "0"))
    )


@pytest.mark.parametrize("do", ["", "explode"])
def test_an_unknown_action_is_a_400(signed_in, do):
    assert post(signed_in, do).status_code == 400


def test_another_learners_plan_is_a_404(signed_in, today):
    bob = User.objects.create_user("bob")
    plan = Plan.objects.create(user=bob, interview_on=today + timedelta(days=9), minutes=[20] * 7)

    assert signed_in.get(f"/plan/?plan={plan.pk}").status_code == 404
    assert post(signed_in, "delete", plan=plan.pk).status_code == 404
    assert save(signed_in, today + timedelta(days=3), plan=plan.pk).status_code == 404
    assert signed_in.get("/plan/?plan=abc").status_code == 404
    assert post(signed_in, "delete").status_code == 404
    assert Plan.objects.get() == plan


def test_a_stranger_signs_in_first(client):
    assert client.get("/plan/")["Location"] == "/accounts/login/?next=/plan/"
    assert post(client, "save")["Location"].startswith("/accounts/login/")


def test_days_off_are_added_listed_and_taken_back(signed_in, user, today):
    first, last = today + timedelta(days=5), today + timedelta(days=7)
    days = {"off-first": first.isoformat(), "off-last": last.isoformat()}

    post(signed_in, "rest", **days)
    post(signed_in, "rest", **days)  # twice changes nothing

    assert list(user.days_off.values_list("day", flat=True)) == [first + timedelta(days=n) for n in range(3)]
    assert "3 days" in text(signed_in.get("/plan/"))
    post(signed_in, "work", **days)
    assert not DayOff.objects.exists()


def test_one_day_off_needs_no_end(signed_in, today):
    post(signed_in, "rest", **{"off-first": today.isoformat()})

    assert DayOff.objects.get().day == today


def test_bad_days_off_are_told_and_save_nothing(signed_in, today):
    def told(first, last=""):
        return text(post(signed_in, "rest", **{"off-first": str(first), "off-last": str(last)}))

    assert "Which day?" in told("")
    assert "That is not a date." in told("soon")
    assert "That day is over." in told(today - timedelta(days=1))
    assert "before the first" in told(today + timedelta(days=2), today + timedelta(days=1))
    assert "At most 60 days" in told(today, today + timedelta(days=60))
    assert not DayOff.objects.exists()


def test_days_off_of_others_stay(signed_in, today):
    bob = User.objects.create_user("bob")
    DayOff.objects.create(user=bob, day=today)

    post(signed_in, "work", **{"off-first": today.isoformat()})

    assert DayOff.objects.count() == 1


def test_without_plan_or_deck_the_page_says_so(signed_in):
    assert "nothing to plan" in text(signed_in.get("/plan/"))
    make_deck(3)
    assert "3 cards of this deck are still new to you" in text(signed_in.get("/plan/"))


def test_on_the_day_itself_nothing_is_planned_any_more(signed_in, user, today):
    Plan.objects.create(user=user, interview_on=today, minutes=[20] * 7)

    assert "The day is here" in text(signed_in.get("/plan/"))


def test_a_scope_that_holds_no_card_is_told(signed_in, user, today):
    Role.objects.create(slug="poet", name="Poet")
    Company.objects.create(slug="acme", name="Acme")
    make_deck(3)
    save(signed_in, today + timedelta(days=9), role=["poet"], company=["acme"])

    assert "No published card is in this scope" in text(signed_in.get("/plan/"))


def test_the_page_takes_as_many_statements_for_a_large_deck(signed_in, user, today):
    make_deck(3)
    save(signed_in, today + timedelta(days=30))
    Learner.of(user)

    def count():
        with CaptureQueriesContext(connection) as captured:
            signed_in.get("/plan/")
        return len(captured)

    few = count()
    make_deck(60)
    assert count() == few
    assert few <= 16


def test_today_names_the_interview(signed_in, today):
    make_deck()
    save(signed_in, today + timedelta(days=40), title="Acme")

    assert "40 days to Acme" in text(signed_in.get("/"))
