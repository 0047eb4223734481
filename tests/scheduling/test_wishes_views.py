"""Flag, note, known, reset, skip and suspend, and the way back from each."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from scheduling.models import Learner, Note, Review
from scheduling.rebuild import rebuild
from tests.rows import answer, make_card, make_child, make_topic, state_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def post(client, name, card, htmx=True, **data):
    return client.post(reverse(f"scheduling:{name}", args=[card.pk]), data, headers=HTMX if htmx else {})


def text(response):
    return response.content.decode()


def test_flagging_keeps_the_card_and_says_so(signed_in, learner):
    card = make_card(position=0)
    make_card(position=1)

    response = post(signed_in, "flag", card, flagged="1")

    assert state_of(learner, card).flagged
    assert f'data-card="{card.pk}"' in text(response)
    assert 'data-outcome="flagged"' in text(response)
    post(signed_in, "flag", card, flagged="0")
    assert not learner.user.card_states.exists()
    assert post(signed_in, "flag", card, flagged="maybe").status_code == 400


def test_a_flag_alone_leaves_a_card_new(signed_in, learner):
    card = make_card()
    post(signed_in, "flag", card, flagged="1")

    assert 'data-new="1"' in text(signed_in.get("/study/"))


def test_a_note_is_kept_over_every_edit_of_the_card(signed_in, learner):
    card = make_card()
    post(signed_in, "note", card, text="Think of darts.\nTight or near.")
    card.question = "Edited?"
    card.save()

    assert "Think of darts." in text(signed_in.get("/study/"))
    assert "Think of darts." in text(signed_in.get(f"/cards/{card.slug}/"))
    post(signed_in, "note", card, text="  ")
    assert not Note.objects.exists()


def test_a_note_is_private_and_shown_as_text(signed_in, learner, client):
    card = make_card()
    post(signed_in, "note", card, text="<script>alert(1)</script>")

    assert "<script>alert" not in text(signed_in.get("/study/"))
    client.force_login(User.objects.create_user("bob"))
    assert "alert(1)" not in text(client.get(f"/cards/{card.slug}/"))


def test_a_note_too_long_is_refused(signed_in):
    response = post(signed_in, "note", make_card(), text="x" * 5001)

    assert response.status_code == 400
    assert "5,000 characters" in text(response)


def test_i_know_this_already_brings_a_card_back_in_a_month(signed_in, learner):
    card, other = make_card(position=0), make_card(position=1)

    response = post(signed_in, "known", card)

    state = state_of(learner, card)
    assert (state.repetitions, state.interval, state.easiness) == (3, 30, 250)
    assert f'data-card="{other.pk}"' in text(response)
    assert not list(rebuild(check=True))


def test_known_and_reset_can_be_taken_back(signed_in, learner):
    card = make_card()
    post(signed_in, "known", card)
    turn = Review.objects.get().turn

    signed_in.post("/study/undo/", {"turn": turn}, headers=HTMX)

    assert not learner.user.card_states.exists()


def test_a_reset_starts_anew_and_keeps_the_log(signed_in, learner):
    card = make_card()
    answer(learner, card, 5)

    response = post(signed_in, "reset", card, htmx=False, back="card")

    state = state_of(learner, card)
    assert response["Location"] == card.get_absolute_url()
    assert (state.repetitions, state.interval, state.easiness) == (0, 0, 250)
    assert state.due_on == learner.today(Review.objects.last().reviewed_at)
    assert Review.objects.filter(void=False).count() == 2
    assert not list(rebuild(check=True))


def test_what_was_set_aside_is_listed_with_its_way_back(signed_in, learner):
    suspended, skipped, flagged = (make_card(f"Question {n}", position=n) for n in range(3))
    post(signed_in, "suspend", suspended, suspended="1")
    post(signed_in, "skip", skipped)
    post(signed_in, "flag", flagged, flagged="1")

    html = text(signed_in.get("/study/aside/"))
    assert all(f"Question {n}" in html for n in range(3))

    back = post(signed_in, "suspend", suspended, htmx=False, suspended="0", back="aside")
    assert back["Location"] == "/study/aside/"
    post(signed_in, "unbury", skipped, htmx=False, back="aside")
    post(signed_in, "flag", flagged, htmx=False, flagged="0", back="aside")
    html = text(signed_in.get("/study/aside/"))
    assert "No card is suspended" in html
    assert "No card is skipped" in html
    assert "No card is flagged" in html


@pytest.mark.parametrize("name", ["flag", "note", "known", "reset", "skip", "unbury", "suspend"])
def test_a_strangers_card_is_not_there_and_get_goes_to_the_page(signed_in, name):
    private = make_card(owner=User.objects.create_user("bob"))

    assert post(signed_in, name, private, flagged="1", suspended="1", text="x").status_code == 404
    assert signed_in.get(reverse(f"scheduling:{name}", args=[private.pk]))["Location"] == "/study/"
    assert not Learner.objects.filter(user__username="ada", last_sequence__gt=0).exists()


@pytest.mark.parametrize("name", ["known", "reset"])
def test_a_double_click_on_known_or_reset_counts_once(signed_in, learner, name):
    card = make_card()
    answer(learner, card)

    once, twice = post(signed_in, name, card), post(signed_in, name, card)

    assert (once["X-Anneal-Outcome"], twice["X-Anneal-Outcome"]) == ("set", "unchanged")
    assert Review.objects.filter(kind="manual").count() == 1
    assert not list(rebuild(check=True))


def undo_form(html):
    """Return the address and the fields of the form behind Undo."""
    form = re.search(r'<form class="undo".*?</form>', html, re.S)[0]
    fields = {}
    for name, value in re.findall(r'name="(back|suspended|set_aside|turn)" value="(.*?)"', form):
        fields.setdefault(name, []).append(value)
    return re.search(r'action="(.*?)"', form)[1], fields


@pytest.mark.parametrize("name", ["skip", "suspend"])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_card_just_set_aside_is_brought_back_by_undo(signed_in, learner, name, htmx):
    card = make_card(position=0)
    make_card(position=1)
    response = post(signed_in, name, card, htmx, suspended="1")
    html = text(response if htmx else signed_in.get(response["Location"]))
    assert f">{name.capitalize()}</span>" in html

    back = signed_in.post(*undo_form(html), headers=HTMX)

    assert f'data-card="{card.pk}"' in text(back)
    assert 'data-outcome="resumed"' in text(back)
    states = learner.user.card_states
    assert not states.filter(suspended=True).exists()
    assert not states.filter(buried_until__isnull=False).exists()
    assert "Undo</button>" in text(signed_in.get("/study/"))


@pytest.mark.parametrize("htmx", [True, False])
def test_undo_brings_back_one_card_after_the_other_before_it_takes_back_an_answer(signed_in, learner, htmx):
    made = [make_card(position=number) for number in range(5)]
    answer(learner, made[0], now=timezone.now())

    def page(response):
        return text(response if htmx else signed_in.get(response["Location"]))

    html = page(post(signed_in, "skip", made[1], htmx))
    html = page(post(signed_in, "suspend", made[2], htmx, suspended="1", set_aside=[f"skip-{made[1].pk}"]))
    html = page(
        post(signed_in, "skip", made[3], htmx, set_aside=[f"skip-{made[1].pk}", f"suspend-{made[2].pk}"])
    )

    for card in (made[3], made[2], made[1]):
        address, fields = undo_form(html)
        html = page(signed_in.post(address, fields, headers=HTMX if htmx else {}))
        assert f'data-card="{card.pk}"' in html
        assert not Review.objects.filter(void=True).exists()
    assert undo_form(html)[0] == "/study/undo/"
    assert ">Good<" in html


@pytest.mark.parametrize("value", ["skip-", "known-1", "skip-1x", "skip-" + "9" * 40, "\0", "suspend--1"])
def test_what_a_form_says_was_set_aside_is_checked(signed_in, value):
    first, _ = make_card(position=0), make_card(position=1)

    response = post(signed_in, "skip", first, set_aside=[value])

    assert response.status_code == 200
    assert "set_aside" not in undo_form(text(response))[1]


def test_known_from_an_old_tab_changes_nothing(signed_in, learner):
    card = make_card()
    answer(learner, card, 1, now=timezone.now())

    response = post(signed_in, "known", card, seen="0")

    assert response["X-Anneal-Outcome"] == "stale"
    assert "answered elsewhere" in text(response)
    assert state_of(learner, card).interval == 1
    assert post(signed_in, "known", card, seen="x").status_code == 400
    assert post(signed_in, "known", card, seen="1")["X-Anneal-Outcome"] == "set"


def test_a_skip_from_an_old_tab_does_not_bury_a_repeat(signed_in, learner):
    card = make_card()
    answer(learner, card, 1, now=timezone.now())

    response = post(signed_in, "skip", card, seen="0")

    assert response["X-Anneal-Outcome"] == "stale"
    assert state_of(learner, card).buried_until is None
    assert f'data-card="{card.pk}"' in text(response)


def test_undo_names_what_was_done_by_hand(signed_in, learner):
    card = make_card()
    make_card(position=1)
    html = text(post(signed_in, "known", card))
    assert ">I know this<" in html

    back = signed_in.post("/study/undo/", {"turn": Review.objects.get().turn}, headers=HTMX)

    assert "Taken back: I know this." in text(back)


def test_the_address_follows_the_session(signed_in, learner):
    card = make_card(topic=make_topic("svm", area="classic"))
    make_card(position=1)

    flagged = post(signed_in, "flag", card, flagged="1", area="classic")
    skipped = post(signed_in, "skip", card, area="classic")

    assert flagged["HX-Replace-Url"] == f"/study/?area=classic&card={card.slug}"
    assert skipped["HX-Replace-Url"] == "/study/?area=classic"


def test_the_reason_leads_back_into_the_same_session(signed_in):
    card = make_card()

    html = text(signed_in.get(f"/study/{card.pk}/why/?mode=practice&level=2"))

    assert f'href="/study/?level=2&amp;mode=practice&amp;card={card.slug}"' in html


def test_a_follow_up_is_answered_suspended_and_reset_on_its_parents_page(signed_in, learner):
    parent = make_card()
    child = make_child(parent)
    answer(learner, child, now=timezone.now())
    page = text(signed_in.get(f"/cards/{parent.slug}/"))
    assert f'href="/study/?card={child.slug}"' in page

    suspended = post(signed_in, "suspend", child, htmx=False, suspended="1", back="card")
    reset = post(signed_in, "reset", child, htmx=False, back="card")

    assert suspended["Location"] == reset["Location"] == f"/cards/{parent.slug}/#{child.slug}-own"
    state = state_of(learner, child)
    assert (state.suspended, state.repetitions, state.interval) == (True, 0, 0)
    assert "Bring it back" in text(signed_in.get(f"/cards/{parent.slug}/"))


def test_the_list_of_what_is_set_aside_says_what_was_done_once(signed_in):
    card = make_card()
    post(signed_in, "skip", card)

    response = post(signed_in, "unbury", card, htmx=False, back="aside")

    assert text(signed_in.get(response["Location"])).count("The card is back.") == 1


def test_undo_from_an_old_tab_does_not_show_a_card_already_answered(signed_in, learner):
    card, other = make_card(position=0), make_card(position=1)
    html = text(post(signed_in, "skip", card))
    answer(learner, card, now=timezone.now())

    back = signed_in.post(*undo_form(html), headers=HTMX)

    assert f'data-card="{other.pk}"' in text(back)
    assert state_of(learner, card).skips == 0
