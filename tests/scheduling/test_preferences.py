"""What a learner may set, and what each setting changes on the study page."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cards.models import Card
from scheduling import sm2
from scheduling.models import Learner, Review
from tests.rows import answer, make_card, make_child

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SENT = {
    "time_zone": "UTC",
    "day_starts_at": 4,
    "new_per_day": 10,
    "reviews_per_day": 200,
    "max_interval": 365,
}


def text(response):
    return response.content.decode()


def buttons(html):
    return re.findall(r'name="grade" value="(\d)" class="grade" data-key="(\d)"', html)


def test_the_page_shows_every_preference_once_in_its_group(signed_in):
    html = text(signed_in.get("/settings/")).partition("<main")[2]

    legends = re.findall(r"<legend>(.*?)</legend>", html)
    assert legends == ["Your day", "Grading", "The study page", "Keys and touch"]
    own = [field.name for field in Learner._meta.concrete_fields if field.editable and field.name != "user"]
    assert sorted(own) == sorted(
        name for name in re.findall(r'name="(\w+)"', html) if name != "csrfmiddlewaretoken"
    )


def test_a_pause_and_a_text_size_that_were_not_sent_stay_as_they_were(signed_in, learner):
    Learner.objects.update(pause_every=15, text_size=130)

    signed_in.post("/settings/", SENT)

    saved = Learner.objects.get()
    assert (saved.pause_every, saved.text_size) == (15, 130)


@pytest.mark.parametrize("field", ["pause_every", "text_size"])
def test_a_choice_sent_empty_stays_as_it_was(signed_in, learner, field):
    Learner.objects.update(pause_every=15, text_size=130)

    assert signed_in.post("/settings/", {**SENT, field: ""}).status_code == 302

    saved = Learner.objects.get()
    assert (saved.pause_every, saved.text_size) == (15, 130)


@pytest.mark.parametrize(("field", "value"), [("pause_every", "7"), ("text_size", "1000")])
def test_a_choice_that_is_not_offered_is_refused(signed_in, learner, field, value):
    response = signed_in.post("/settings/", {**SENT, field: value})

    assert "errorlist" in text(response)
    assert Learner.objects.get().pause_every == 0


def test_two_and_six_grades_at_once_are_refused_by_form_and_database(signed_in, learner):
    response = signed_in.post("/settings/", {**SENT, "six_grades": "on", "two_grades": "on"})

    assert "Choose two grades or all six, not both." in text(response)
    with pytest.raises(IntegrityError):
        Learner.objects.update(six_grades=True, two_grades=True)


def test_two_grades_are_again_and_good(signed_in, learner):
    Learner.objects.update(two_grades=True)
    make_card(points=[("what", True)])

    html = text(signed_in.get("/study/"))

    assert buttons(html) == [("2", "1"), ("4", "2")]
    assert 'data-buttons="2"' in html


def test_each_button_says_what_its_grade_means_by_what_is_asked(signed_in, learner):
    said, solved = make_card(kind="concept"), make_card(kind="coding")
    child = make_child(solved, kind="coding")

    def meaning(card):
        html = text(signed_in.get(f"/study/?card={card.slug}"))
        return re.search(r'value="4" class="grade" data-key="3" title="(.*?)"', html)[1]

    assert meaning(said) == "Recalled, every point. Key 3."
    assert meaning(solved) == "Solved, every point. Key 3."
    assert meaning(child) == meaning(said)
    assert "Solve it in 10 minutes" in text(signed_in.get(f"/study/?card={solved.slug}"))
    assert "Say it in 30 seconds" in text(signed_in.get(f"/study/?card={child.slug}"))


def test_every_kind_of_card_has_a_target_time():
    assert all(Card(kind=kind).target >= 30 for kind in Card.Kind.values)


def test_the_grades_are_explained_to_newcomers_alone(signed_in, learner):
    make_card()
    assert 'class="grade-help"' in text(signed_in.get("/study/"))

    Learner.objects.update(last_sequence=20)

    assert 'class="grade-help"' not in text(signed_in.get("/study/"))


@pytest.mark.parametrize(
    ("field", "value", "there"),
    [
        ("minimal", True, 'class="studying minimal"'),
        ("write_first", True, 'placeholder=" " autofocus'),
        ("tap_sides", True, "data-sides"),
        ("guard_taps", False, None),
        ("space_grades", False, None),
    ],
)
def test_a_switch_changes_the_page_and_nothing_when_off(signed_in, learner, field, value, there):
    make_card()
    attribute = there or {"guard_taps": "data-guard", "space_grades": "data-space"}[field]
    assert (attribute in text(signed_in.get("/study/"))) is (there is None)

    Learner.objects.update(**{field: value})

    assert (attribute in text(signed_in.get("/study/"))) is (there is not None)


def test_the_minutes_left_cost_one_statement_and_only_where_they_are_wanted(signed_in, learner):
    for number in range(6):
        make_card(position=number)
    for _ in range(2):
        answer(learner, make_card(), now=timezone.now() - timedelta(days=20), elapsed_ms=120_000)

    def page():
        with CaptureQueriesContext(connection) as queries:
            html = text(signed_in.get("/study/"))
        return html, len(queries)

    without, few = page()
    Learner.objects.update(show_remaining=True)
    html, more = page()

    assert "left</span>" not in without
    assert "16 min left" in html
    assert more == few + 1


def grade(client, card, elapsed_ms, seen=0):
    turn = re.search(
        r'name="turn" value="([0-9a-f-]{36})"><input type="hidden" name="seen"', text(client.get("/study/"))
    )[1]
    data = {"grade": 4, "turn": turn, "seen": seen, "elapsed_ms": elapsed_ms}
    return text(client.post(f"/study/{card.pk}/grade/", data, headers=HTMX))


def test_a_pause_is_offered_when_so_many_minutes_are_full_and_not_again_until_the_next(signed_in, learner):
    Learner.objects.update(pause_every=10)
    made = [make_card(position=number) for number in range(5)]

    pages = [
        grade(signed_in, card, ms) for card, ms in zip(made, (400_000, 300_000, 1000, 500_000), strict=False)
    ]

    assert ['class="pause"' in html for html in pages] == [False, True, False, True]
    assert "11 minutes, 2 answers." in pages[1]
    assert 'id="turn"' in pages[1]


def test_no_pause_stands_above_the_end_of_the_day(signed_in, learner):
    Learner.objects.update(pause_every=10)

    html = grade(signed_in, make_card(), 700_000)

    assert 'id="done"' in html
    assert 'class="pause"' not in html


def test_a_pause_is_told_to_those_who_listen(signed_in, learner):
    Learner.objects.update(pause_every=10)
    first, _ = make_card(position=0), make_card(position=1)

    assert "11 minutes: a good moment to stop. Card 2 of 2, Attention. What is bias?" in grade(
        signed_in, first, 700_000
    )


def test_no_pause_is_offered_where_none_is_wanted(signed_in, learner):
    first, _ = make_card(position=0), make_card(position=1)

    assert 'class="pause"' not in grade(signed_in, first, 3_000_000)


def test_finishing_early_shows_the_day_and_the_way_on(signed_in, learner):
    first, _ = make_card(position=0), make_card(position=1)
    answer(learner, first, now=timezone.now(), elapsed_ms=60_000)

    html = text(signed_in.get("/study/end/?level=2"))

    assert 'id="done"' in html
    assert 'data-reason="paused"' in html
    assert "1 card is left for today" in html
    assert '<a class="button" href="/study/?level=2">Go on</a>' in html
    assert 'id="turn"' not in html


def test_the_end_of_a_day_that_is_done_says_so_at_its_own_address_too(signed_in, learner):
    answer(learner, make_card(), now=timezone.now())

    assert 'data-reason="finished"' in text(signed_in.get("/study/end/"))
    assert Review.objects.count() == 1


def test_a_new_card_comes_back_three_times_within_a_month_as_the_end_screen_says():
    memory, day, days = sm2.Memory(), 0, []
    while day <= 30:
        memory = sm2.review(memory, 4)
        day += memory.interval
        days.append(day)

    assert [day for day in days if day <= 30] == [1, 7, 22]
