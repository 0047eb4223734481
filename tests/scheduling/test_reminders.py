"""Reminders: only when it is worth coming, ever more seldom, each once, and easily stopped."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command

from scheduling import nudges, reminders
from scheduling.models import CardState, DayOff, Learner, Reminder
from scheduling.nudges import Held
from tests.rows import NOON, answer, day, make_card

TODAY = date(2026, 3, 2)
SITE = "https://anneal.example"


def held(number, *, due=0, last=-10, stability=10.0):
    return [Held(TODAY + timedelta(days=due), TODAY + timedelta(days=last), stability)] * number


@pytest.mark.parametrize(
    ("cards", "reason"),
    [
        ([], ""),
        (held(4, stability=1.0), ""),  # too few
        (held(50), "full"),
        (held(40, stability=None), "last"),  # nothing more comes
        (held(40, last=-1, stability=1000.0) + held(1, due=3), ""),  # nothing is lost, and more comes
        (held(40, last=-2, stability=2.0) + held(1, due=3), "forgetting"),
        (held(5, stability=1000.0) + held(1, due=8), "last"),
        (held(0) + held(60, due=1), ""),
    ],
)
def test_a_mail_is_sent_only_when_it_is_worth_coming(cards, reason):
    assert nudges.reason(cards, TODAY) == reason


def test_waiting_costs_the_fall_of_the_chances():
    assert nudges.lost_by_waiting(held(10), TODAY) == pytest.approx(10 * (0.9 - nudges.chance(10, 17)))
    assert nudges.lost_by_waiting(held(10, due=1), TODAY) == 0


def test_the_back_off_is_2_2_5_10_20_30_days_and_then_nothing():
    last, sent = TODAY - timedelta(days=1), []
    for n in range(400):
        today = TODAY + timedelta(days=n)
        if nudges.is_time(today, last, sent, ()):
            sent.append(today)

    assert [(b - a).days for a, b in zip(sent, sent[1:], strict=False)] == [2, 2, 5, 10, 20, 30]


def test_an_answer_starts_the_back_off_anew():
    sent = [TODAY - timedelta(days=n) for n in range(1, 20)]

    assert not nudges.is_time(TODAY, TODAY - timedelta(days=30), sent, ())
    assert nudges.is_time(TODAY, TODAY - timedelta(days=1), sent[1:], ())
    assert not nudges.is_time(TODAY, TODAY, [], ())  # has come already
    assert not nudges.is_time(TODAY, None, [], {TODAY})  # a day off


@pytest.fixture
def waiting(learner):
    """A learner with six cards due on day 30, who asked for reminders."""
    EmailAddress.objects.create(user=learner.user, email=learner.user.email, verified=True, primary=True)
    for _ in range(6):
        answer(learner, make_card(), 4, NOON)
    Learner.objects.update(reminders=True)
    return Learner.objects.get()


def run(now=None):
    return [left for _, left in reminders.send(now or day(30), SITE)]


@pytest.mark.django_db
def test_a_mail_names_the_cards_and_carries_its_way_out(waiting):
    assert run() == [True]

    (sent,) = mail.outbox
    assert sent.to == ["ada@example.com"]
    assert sent.subject == "Anneal: 6 cards to keep"
    assert f"{SITE}/study/" in sent.body
    header = sent.extra_headers["List-Unsubscribe"]
    assert header.startswith(f"<{SITE}/reminders/")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert header.strip("<>") in sent.body
    assert Reminder.objects.get().sent_at is not None


@pytest.mark.django_db
def test_each_mail_leaves_once_however_often_it_runs(waiting):
    run()
    run()
    run(day(30, 18))

    assert len(mail.outbox) == 1
    run(day(31))
    assert len(mail.outbox) == 1
    run(day(32))
    assert len(mail.outbox) == 2


@pytest.mark.django_db
def test_a_run_that_was_killed_after_claiming_is_not_made_up_for(waiting, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(reminders, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.undo()

    assert run() == []
    assert mail.outbox == []
    assert Reminder.objects.get().sent_at is None


@pytest.mark.django_db
def test_two_runs_at_once_cannot_both_claim(waiting):
    assert reminders.claim(waiting, TODAY)
    assert not reminders.claim(waiting, TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"reminders": False}, {"reminders_from": day(31).date()}], ids=["not asked for", "snoozed"]
)
def test_nobody_is_called_who_does_not_want_it(waiting, change):
    Learner.objects.update(**change)

    assert run() == []


@pytest.mark.django_db
def test_nobody_is_called_after_answering_today_on_a_day_off_or_unconfirmed(waiting):
    answer(waiting, make_card(), 4, day(30, 9))
    assert run() == []
    DayOff.objects.create(user=waiting.user, day=day(31).date())
    assert run(day(31)) == []
    EmailAddress.objects.update(verified=False)
    assert run(day(33)) == []


@pytest.mark.django_db
def test_suspended_and_retired_cards_call_nobody(waiting):
    CardState.objects.filter(pk__in=CardState.objects.values("pk")[:2]).update(suspended=True)

    assert run() == []


@pytest.mark.django_db
def test_the_command_says_how_many_and_fails_aloud(waiting, capsys, monkeypatch, settings):
    settings.HTTPS = True
    monkeypatch.setattr(reminders.timezone, "now", lambda: day(30))
    call_command("send_reminders", site=SITE)
    assert "1 reminder sent." in capsys.readouterr().out

    def refused(self):
        raise ConnectionRefusedError

    monkeypatch.setattr(reminders.EmailMessage, "send", refused)
    monkeypatch.setattr(reminders.timezone, "now", lambda: day(32))
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_reminders", site=SITE)


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "changed"), [("snooze", False), ("unsubscribe", True)])
def test_a_link_asks_first_and_opens_no_session(waiting, client, what, changed):
    url = f"/reminders/{reminders.token_of(waiting)}/{what}/"

    asked = client.get(url)
    assert (asked.status_code, Learner.objects.get().reminders, Learner.objects.get().reminders_from) == (
        200,
        True,
        None,
    )
    done = client.post(url)

    saved = Learner.objects.get()
    assert saved.reminders is not changed
    assert (saved.reminders_from is None) is changed
    assert (asked.cookies, done.cookies) == ({}, {})
    assert client.get("/study/").status_code == 302


@pytest.mark.django_db
def test_one_click_works_without_a_cookie_or_a_token_of_the_form(waiting):
    from django.test import Client

    url = f"/reminders/{reminders.token_of(waiting)}/unsubscribe/"

    assert Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Learner.objects.get().reminders


@pytest.mark.django_db
def test_a_forged_link_is_not_there(waiting, client):
    for token in ("1", reminders.token_of(waiting) + "x", "a:b:c"):
        assert client.post(f"/reminders/{token}/unsubscribe/").status_code == 404
    assert client.put(f"/reminders/{reminders.token_of(waiting)}/snooze/").status_code == 405
    assert Learner.objects.get().reminders
