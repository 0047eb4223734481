"""A learner's own words on a card: kept by their button and with an answer, and never by halves."""

from uuid import uuid4

import pytest
from django.urls import reverse

from scheduling.models import Note, Review
from tests.rows import make_card

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def card(db):
    return make_card()


@pytest.fixture
def grade(signed_in, card):
    def post(text, was, seen=0, turn=None):
        data = {"grade": 4, "turn": turn or str(uuid4()), "seen": seen, "text": text, "text_was": was}
        return signed_in.post(reverse("scheduling:grade", args=[card.pk]), data, headers=HTMX)

    return post


@pytest.fixture
def save(signed_in, card):
    def post(**data):
        return signed_in.post(reverse("scheduling:note", args=[card.pk]), data, headers=HTMX)

    return post


def test_a_note_typed_beside_an_answer_is_kept_with_it_once(grade):
    turn = str(uuid4())

    for _ in range(2):
        grade("Darts.", "", turn=turn)

    assert Note.objects.get().text == "Darts."
    assert Review.objects.count() == 1


def test_an_answer_leaves_a_newer_note_of_another_tab_alone(grade, save):
    save(text="first")
    save(text="second", text_was="first")

    grade("first", "first")

    assert Note.objects.get().text == "second"


def test_two_tabs_that_both_wrote_keep_both(grade, save):
    save(text="first")
    save(text="second", text_was="first")

    grade("third", "first")

    assert Note.objects.get().text == "second\n\nthird"


def test_saving_twice_from_one_page_does_not_double_the_note(save):
    for text, was in (("one", ""), ("one", ""), ("one two", "one")):
        save(text=text, text_was=was)

    assert Note.objects.get().text == "one two"


def test_an_emptied_note_goes_with_the_answer(grade, save):
    save(text="first")

    grade("", "first")

    assert not Note.objects.exists()


def test_line_ends_of_a_browser_are_no_change(grade, save):
    save(text="one\r\ntwo")

    grade("one\r\ntwo", "one\ntwo")

    assert Note.objects.get().text == "one\ntwo"


def test_a_note_too_long_stores_nothing_but_one_left_alone_never_stands_in_the_way(grade, save, card, user):
    assert grade("x" * 5001, "").status_code == 400
    assert not Review.objects.exists()
    Note.objects.create(user=user, card=card, text="y" * 6000)

    assert grade("y" * 6000, "y" * 6000)["X-Anneal-Outcome"] == "stored"


def test_an_answer_without_a_note_field_touches_no_note(signed_in, card, save):
    save(text="first")
    data = {"grade": 4, "turn": str(uuid4()), "seen": 0}

    signed_in.post(reverse("scheduling:grade", args=[card.pk]), data, headers=HTMX)

    assert Note.objects.get().text == "first"


def test_those_who_are_joined_are_told(save):
    save(text="first")

    assert "below what another tab had written" in save(text="mine", text_was="").content.decode()


def test_a_long_joined_note_can_be_made_shorter(grade, card, user):
    Note.objects.create(user=user, card=card, text="y" * 6000)

    assert grade("y" * 5500, "y" * 6000)["X-Anneal-Outcome"] == "stored"
    assert len(Note.objects.get().text) == 5500


@pytest.mark.parametrize("name", ["skip", "suspend", "known"])
def test_a_note_typed_is_kept_when_the_card_is_left_another_way(signed_in, card, name):
    data = {"suspended": "1", "text": "Darts.", "text_was": ""}

    signed_in.post(reverse(f"scheduling:{name}", args=[card.pk]), data, headers=HTMX)

    assert Note.objects.get().text == "Darts."
