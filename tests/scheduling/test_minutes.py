"""I have so many minutes: what comes in them, when they end, what is said then."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling import queue
from scheduling.scope import Scope
from tests.rows import NOON, answer, day, make_card, make_child

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PRACTICE, AHEAD = Scope(mode=("practice",)), Scope(mode=("ahead",))


def text(response):
    return response.content.decode()


def test_minutes_end_the_session_in_time(learner):
    make_card()
    began = str(int(NOON.timestamp()))
    scope = Scope(minutes=("12",), began=(began,))

    assert queue.session(learner, NOON + timedelta(minutes=11), scope).turn
    end = queue.session(learner, NOON + timedelta(minutes=11, seconds=45), scope)
    assert end.turn is None
    assert end.reason == "limit"


def test_minutes_begin_when_the_page_is_first_asked_for(signed_in):
    make_card()

    response = signed_in.get("/study/?minutes=12&area=llm")

    began = int(re.search(r"began=(\d+)", response["Location"])[1])
    assert abs(began - timezone.now().timestamp()) < 60
    assert "began" in text(signed_in.get(response["Location"]))
    assert "12 minutes are over" in text(signed_in.get("/study/?minutes=12&began=1000"))


def test_a_short_session_brings_what_can_be_done_in_it(learner):
    design, concept = make_card(kind="design", position=0), make_card(kind="concept", position=1)
    five = Scope(minutes=("5",)).starting(NOON)

    first = queue.session(learner, NOON, five)
    assert first.turn.card == concept
    assert queue.session(learner, NOON, Scope(minutes=("12",)).starting(NOON)).turn.card == design
    answer(learner, concept)
    last = queue.session(learner, NOON + timedelta(minutes=1), five)

    assert last.turn is None
    assert (last.none_fits, last.time_is_up, last.counts.new) == (True, True, 1)
    for mode in ("practice", "ahead"):
        found = queue.session(learner, NOON + timedelta(minutes=1), five.in_mode(mode))
        assert found.turn is None or found.turn.card != design


def test_when_nothing_left_fits_the_page_says_so_and_offers_to_go_on(signed_in, learner):
    make_card(kind="design")

    html = text(signed_in.get("/study/?minutes=1", follow=True))

    assert "Nothing left fits into what is left of your 1 minute<" in html
    assert "1 card is left" in html
    assert '<a class="button" href="/study/">Go on without a limit</a>' in html


def test_follow_ups_of_long_problems_fit_into_short_sessions(learner):
    parent = make_card(kind="design")
    answer(learner, parent)
    child = make_child(parent, kind="design")

    assert queue.session(learner, day(1), Scope(minutes=("2",)).starting(day(1))).turn.card == child
