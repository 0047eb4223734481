"""The study page in a real Chromium, under the site's own policy."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.models import CardState, Learner, Note, Review
from tests.browser.steps import CALM, cards, reveal, shown
from tests.rows import answer, day, make_card

pytestmark = pytest.mark.django_db(transaction=True)


def test_ticks_propose_a_grade_and_are_stored(study):
    card = make_card("Question 0?", points=[("what", True), ("why", True), ("cost", False)])
    page = study()
    reveal(page)
    boxes = page.locator(".ticks input")

    def proposed():
        return [
            text.strip()
            for text in page.locator(".grade:has(.proposed:visible) .grade-label").all_inner_texts()
        ]

    assert proposed() == []
    boxes.nth(0).check()
    assert proposed() == ["1 Again"]
    boxes.nth(1).check()
    assert proposed() == ["2 Hard"]
    boxes.nth(2).check()
    assert proposed() == ["3 Good"]
    page.keyboard.press("4")
    expect(page.locator("#done")).to_be_visible()

    assert Review.objects.get().grade == 5
    assert card.points.filter(ticks__said=True).count() == 3


def test_after_each_swap_focus_is_on_show_answer_and_the_live_region_says_where_we_are(study):
    cards(3)
    page = study()
    expect(page.locator("#answer > summary")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("3")
    shown(page, 1)

    expect(page.locator("#answer > summary")).to_be_focused()
    expect(page.locator("#live")).to_have_text(
        "Good: it comes back in 1 d. Card 2 of 3, Attention. Question 1?"
    )


def test_flag_note_and_why_leave_the_card_and_what_was_typed(study):
    cards(2)
    page = study()
    page.locator("#words").fill("Half an answer")
    page.locator("#turn h1").click()

    page.keyboard.press("f")
    expect(page.locator("#flag button")).to_have_text("Flagged")
    page.keyboard.press("i")
    expect(page.locator("#why")).to_contain_text("not answered this card yet")
    reveal(page)
    page.locator(".note summary").click()
    page.locator(".note textarea").fill("Remember this.")
    page.locator(".note button").click()
    expect(page.locator("#notice")).to_have_text("Note saved.")

    expect(page.locator("#words")).to_have_value("Half an answer")
    assert Note.objects.get().text == "Remember this."
    shown(page, 0)


def test_the_whole_loop_works_without_javascript(without_javascript, ada):
    cards(2, points=[("what", True), ("why", False)])
    page = without_javascript
    page.goto("/study/")
    shown(page, 0)
    page.locator("#answer > summary").click()
    page.locator(".ticks input").first.check()
    expect(page.locator(".grade[value='3'] .proposed")).to_be_visible()
    page.locator(".grade[value='3']").click()

    shown(page, 1)
    expect(page.locator("#notice")).to_contain_text("Hard: it comes back in 1 d.")
    page.locator(".undo button").click()
    shown(page, 0)
    page.locator("#answer > summary").click()
    page.locator(".grade[value='2']").click()
    shown(page, 1)
    page.locator(".turn-foot button", has_text="Skip").click()
    shown(page, 0)  # the repeat, nothing else is left
    page.locator("#answer > summary").click()
    page.locator(".grade[value='5']").click()

    expect(page.locator("#done")).to_contain_text("Done")
    assert list(Review.objects.order_by("sequence").values_list("grade", "kind", "void")) == [
        (3, "learn", True), (2, "learn", False), (5, "repeat", False),
    ]  # fmt: skip


def test_a_reset_clock_shows_only_where_it_is_wanted(study, ada):
    cards(1)
    assert study().locator("#timer").count() == 0
    Learner.objects.update(show_timer=True)

    page = study()

    expect(page.locator("#timer")).to_have_text(re.compile(r"0:0[1-9]"))


def test_due_cards_of_other_days_come_with_their_waits(study, ada):
    card = cards(1)[0]
    for number in (-9, -8):
        answer(ada, card, now=day(number))

    page = study()
    page.keyboard.press("Space")

    expect(page.locator(".grade[value='5'] small")).to_have_text(re.compile(r"\d+ d|mo"))


def test_an_answer_after_midnight_counts_for_the_new_day_and_the_limits_begin_anew(study, ada):
    Learner.objects.update(time_zone="Etc/GMT+12", day_starts_at=0, new_per_day=1)
    cards(3)
    page = study()
    reveal(page)
    Learner.objects.update(time_zone="Etc/GMT-14")  # 26 hours on: it is tomorrow, or the day after
    page.locator(".grade[value='4']").click()

    expect(page.locator("#done")).to_have_attribute("data-reason", "limit")
    ada.refresh_from_db()
    assert Review.objects.get().study_day == ada.today(timezone.now()) == ada.last_study_day


def test_the_end_screen_left_open_over_night_becomes_the_new_day(study, ada):
    card = cards(1)[0]
    page = study()
    reveal(page)
    page.locator(".grade[value='4']").click()
    expect(page.locator("#done")).to_be_visible()
    CardState.objects.filter(card=card).update(due_on="2020-01-01", last_reviewed_on="2019-12-31")
    Review.objects.update(study_day="2019-12-31")
    page.evaluate("document.getElementById('done').dataset.left = 0")

    shown(page, 0)


def test_a_pause_is_offered_and_finishing_shows_the_day(study, ada):
    Learner.objects.update(pause_every=10)
    cards(3)
    answer(ada, make_card(position=9), elapsed_ms=599_990, now=timezone.now())  # 10 ms short of ten minutes
    page = study()
    reveal(page)
    page.locator(".grade[value='4']").click()
    expect(page.locator(".pause")).to_contain_text("10 minutes, 2 answers.")
    shown(page, 1)

    page.wait_for_timeout(CALM)
    page.get_by_role("link", name="Finish").click()
    expect(page.locator("#done")).to_have_attribute("data-reason", "paused")
    page.get_by_role("link", name="Go on").click()

    shown(page, 1)


@pytest.mark.parametrize(
    ("kind", "silence", "counted"),
    [
        ("design", "25:00", 25 * 60),
        ("concept", "01:00:00", 45),
    ],  # of a long one no more than the card's target
)
def test_thinking_in_silence_counts_but_a_long_silence_does_not(study, kind, silence, counted):
    cards(2, kind=kind)
    page = study()
    page.clock.install()
    page.reload()
    page.clock.run_for(silence)

    page.keyboard.press("Space")
    page.keyboard.press("3")
    shown(page, 1)

    assert Review.objects.get().elapsed_ms == pytest.approx(counted * 1000, abs=5000)


@pytest.mark.parametrize("answer", ["Short.", "A long answer. " * 80])
def test_the_grades_come_where_show_answer_was_so_that_nothing_jumps(study, answer):
    make_card("Why?", answer=answer)
    page = study()
    button = page.locator("#answer > summary").bounding_box()

    page.locator("#answer > summary").click()

    grades = page.locator("#grades").bounding_box()
    assert abs(grades["y"] - button["y"]) < 3
    assert abs(grades["width"] - button["width"]) < 1
    good = page.locator(".grade[value='4']").bounding_box()
    middle = (button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
    assert good["y"] < middle[1] < good["y"] + good["height"]


def test_a_note_that_is_there_stands_right_under_the_model_answer(study, ada):
    card = make_card("Why?", points=[("what", True)])
    Note.objects.create(user=ada.user, card=card, text="Think of darts.")
    page = study()
    page.keyboard.press("Space")

    expect(page.locator(".model-answer + .note textarea")).to_have_value("Think of darts.")
