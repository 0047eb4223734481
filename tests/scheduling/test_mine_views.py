"""Everything of mine: taken away as JSON and read back, or deleted."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from benchmarks.fill import fill
from cards.models import Card
from scheduling import exporting, importing
from scheduling.models import CardState, DayOff, Learner, Note, Plan, Reminder, Review, Tick
from scheduling.rebuild import rebuild
from tests.rows import answer, day, make_card, make_child, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(learner):
    """A learner with something of everything."""
    cards = [
        make_card(topic=make_topic(f"t{n % 3}"), position=n, points=[("a", True), ("b", False)])
        for n in range(12)
    ]
    fill(learner, 150, day(0).date(), 60)
    own = make_card("Mine?", owner=learner.user, slug="mine", points=[("own", True)])
    make_child(own, owner=learner.user, slug="mine--more")
    answer(learner, own, 4, day(1), points=(own.points.get().pk,))
    Review.objects.filter(user=learner.pk, sequence=3).update(void=True)
    list(rebuild())
    learner.user.card_states.filter(card=cards[0]).update(flagged=True, skips=2)
    Note.objects.create(user=learner.user, card=cards[1], text="Ünlike")
    Plan.objects.create(
        user=learner.user,
        title="Acme",
        interview_on=day(30).date(),
        minutes=[20] * 7,
        scope={"area": ["llm"]},
    )
    Learner.objects.update(
        two_grades=True, minimal=True, pause_every=15, space_grades=False, show_remaining=True
    )
    learner.refresh_from_db()
    DayOff.objects.create(user=learner.user, day=day(3).date())
    Reminder.objects.create(user=learner.user, day=day(-3).date(), sent_at=day(-3))
    return learner


def written(learner):
    return "".join(exporting.written(learner, timezone.now()))


def exported(client):
    response = client.get("/settings/export/")
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    return json.loads(b"".join(response.streaming_content))


def test_the_export_holds_everything_of_mine_and_nothing_of_others(signed_in, rich, django_user_model):
    other = Learner.of(django_user_model.objects.create_user("bob", "bob@example.com"))
    answer(other, make_card("Bob's?"), 4, day(1))

    data = exported(signed_in)

    assert (data["format"], data["version"]) == ("anneal-learner", 1)
    assert data["account"]["email"] == "ada@example.com"
    assert len(data["reviews"]) == Review.objects.filter(user=rich.pk).count()
    assert (
        sum(len(row.get("points", ())) for row in data["reviews"])
        == Tick.objects.filter(user=rich.pk).count()
        > 0
    )
    assert len(data["states"]) == CardState.objects.filter(user=rich.pk).count()
    assert [card["slug"] for card in data["cards"]] == ["mine", "mine--more"]
    assert data["notes"][0]["text"] == "Ünlike"
    assert (len(data["plans"]), len(data["days_off"]), len(data["reminders"])) == (1, 1, 1)
    assert "bob" not in json.dumps(data).lower()


def test_an_export_names_every_column_of_the_log_the_states_and_the_learner(rich):
    left_out = {"id", "user", "card"}
    for model, names in ((Review, exporting.REVIEW), (CardState, exporting.STATE)):
        assert {field.name for field in model._meta.concrete_fields} - left_out == set(names)
    learner = {field.name for field in Learner._meta.concrete_fields}
    assert learner - set(exporting.preferences(rich)) == exporting.NOT_PREFERENCES


def test_an_export_read_back_exports_the_same(signed_in, rich, django_user_model):
    before = exported(signed_in)
    call_delete(signed_in)
    back = django_user_model.objects.create_user("again", "ada@example.com", "correct horse")

    done = importing.restore(back, exporting.read(json.dumps(before)))

    signed_in.force_login(back)
    after = exported(signed_in)
    assert done.missing == set()
    for name in ("preferences", "reviews", "plans", "days_off", "reminders", "cards"):
        assert after[name] == before[name], name
    assert [(row["card"], row["text"]) for row in after["notes"]] == [
        (row["card"], row["text"]) for row in before["notes"]
    ]
    keep = [name for name in exporting.STATE if name not in ("stability", "difficulty")]
    assert [[row[n] for n in ("card", *keep)] for row in after["states"]] == [
        [row[n] for n in ("card", *keep)] for row in before["states"]
    ]
    assert list(rebuild(check=True)) == []


def test_an_export_older_than_a_preference_is_read_with_its_default(rich, django_user_model):
    data = exporting.read(written(rich))
    for name in ("two_grades", "space_grades", "pause_every"):
        del data["preferences"][name]
    data["preferences"]["six_grades"] = True
    back = Learner.of(django_user_model.objects.create_user("again"))
    back.two_grades = True
    back.save()

    importing.restore(back.user, data)

    saved = Learner.objects.get(pk=back.pk)
    assert (saved.six_grades, saved.two_grades, saved.space_grades, saved.pause_every) == (
        True,
        False,
        True,
        0,
    )


def test_a_card_that_is_not_here_is_named_and_left_out(rich, django_user_model):
    data = exporting.read(written(rich))
    data["reviews"][0]["card"] = "elsewhere"
    back = django_user_model.objects.create_user("again")

    done = importing.restore(back, data)

    assert done.missing == {"elsewhere", "mine"}  # what is another's own is not here either
    assert done.reviews == sum(row["card"] not in done.missing for row in data["reviews"])


def test_an_export_goes_into_an_empty_account_only(rich, tmp_path, capsys):
    file = tmp_path / "mine.json"
    file.write_text(written(rich))

    with pytest.raises(CommandError, match="empty account only"):
        call_command("import_learner", "ada@example.com", file)
    User.objects.create_user("bob", "bob@example.com")
    call_command("import_learner", "BOB@example.com", file)

    assert "answers read" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["[]", "{}", '{"format": "anneal-learner", "version": 2}', "nothing"])
def test_what_is_no_export_is_refused(learner, tmp_path, given):
    file = tmp_path / "x.json"
    file.write_text(given)

    with pytest.raises(CommandError, match="Nothing was read"):
        call_command("import_learner", "ada@example.com", file)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["preferences"].update(max_interval=3),
        lambda data: data["preferences"].update(time_zone="Mars/Olympus"),
        lambda data: data.update(reviews=[1]),
        lambda data: data.update(reviews=None),
        lambda data: data.pop("plans"),
        lambda data: data["reviews"][0].update(grade=9),
        lambda data: data["reviews"][0].update(rules="sm17"),
        lambda data: data["reviews"][1].update(sequence=1),
    ],
)
def test_a_damaged_export_is_refused_whole(rich, tmp_path, damage):
    data = json.loads(written(rich))
    damage(data)
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(data))
    User.objects.create_user("bob", "bob@example.com")
    before = Review.objects.count()

    with pytest.raises(CommandError, match="Nothing was read"):
        call_command("import_learner", "bob@example.com", file)

    assert Review.objects.count() == before
    assert not Plan.objects.exclude(user=rich.pk).exists()


def call_delete(client, password="correct horse"):
    return client.post("/settings/delete/", {"password": password})


def test_deleting_says_what_goes_and_asks_for_the_password(signed_in, rich):
    html = signed_in.get("/settings/delete/").content.decode()
    refused = call_delete(signed_in, "wrong")

    assert f"{Review.objects.count()} answers" in html
    assert "That is not your password. Nothing was deleted." in refused.content.decode()
    assert User.objects.exists()


def test_deleting_removes_everything_of_mine_and_says_so(signed_in, rich, django_user_model):
    other = Learner.of(django_user_model.objects.create_user("bob"))
    shared = make_card("Shared?")
    answer(other, shared, 4, day(1))
    answer(rich, shared, 4, day(2))

    response = call_delete(signed_in)

    assert "Everything of yours is deleted" in response.content.decode()
    assert not User.objects.filter(username="ada").exists()
    for model in (Review, CardState, Tick, Note, Plan, DayOff, Reminder):
        assert not model.objects.exclude(user=other.pk).exists()
    assert not Card.objects.exclude(owner=None).exists()
    assert Review.objects.get().user_id == other.pk
    assert signed_in.get("/progress/").status_code == 302


def test_deleting_needs_a_sign_in_and_another_method_is_refused(client, signed_in):
    assert signed_in.put("/settings/delete/").status_code == 405
    signed_in.logout()
    assert call_delete(signed_in).status_code == 302
