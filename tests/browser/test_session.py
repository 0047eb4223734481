"""A study session as a learner lives through it: chains, lists, scopes, limits, other devices."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cards.models import Report
from scheduling.models import CardState, Learner, Note, Review
from tests.browser.steps import CALM, cards, reveal, shown, sign_in
from tests.rows import answer, make_card, make_child, make_topic

pytestmark = pytest.mark.django_db(transaction=True)


def grade(page, value=4):
    reveal(page)
    page.locator(f".grade[value='{value}']").click()


def question(page, text):
    expect(page.locator("#turn h1")).to_have_text(text)


def yesterday():
    return timezone.now() - timedelta(days=1)


def test_a_follow_up_comes_the_day_after_its_parent_was_passed_and_shows_its_question(study, ada):
    parent = make_card("What is bias?")
    make_child(parent, question="What lowers it?")
    answer(ada, parent, now=yesterday())

    page = study()
    question(page, "What is bias?")  # due itself: its follow-up does not crowd it out
    grade(page)

    question(page, "What lowers it?")
    expect(page.locator(".context")).to_contain_text("What is bias?")


def test_a_follow_up_rests_while_its_parent_is_failed(study, ada):
    parent = make_card("What is bias?")
    child = make_child(parent, question="What lowers it?")
    for card in (parent, child):
        answer(ada, card, now=yesterday())

    page = study()
    question(page, "What is bias?")
    grade(page, 2)
    expect(page.locator("#notice")).to_contain_text("comes again today")
    question(page, "What is bias?")  # the repeat, not the follow-up
    grade(page)

    question(page, "What lowers it?")


def test_what_was_written_stands_beside_the_model_answer_on_a_wide_page(study):
    make_card("Question 0?", answer="A model answer that is long enough to fill its lines. " * 6)
    page = study()
    page.locator("#words").fill("What I would say.")

    page.locator("#words").press("Control+Enter")

    words, model = page.locator("#words").bounding_box(), page.locator(".model-answer").bounding_box()
    assert words["x"] > model["x"] + 200
    assert abs(words["y"] - model["y"]) < 250
    expect(page.locator("#words")).to_have_value("What I would say.")


def test_a_point_missed_before_is_marked_the_next_time(study, ada):
    card = make_card("Question 0?", points=[("what", True), ("why", True)])
    said = card.points.get(key="what").pk
    for number in (3, 2):
        answer(ada, card, 2, now=timezone.now() - timedelta(days=number), points=(said,))

    page = study()
    reveal(page)

    expect(page.locator(".missed")).to_have_text("missed 2 of 2 times")
    expect(page.locator(".ticks li").nth(1).locator(".missed")).to_be_visible()


def test_a_leech_offers_what_to_know_first_and_the_way_there(study, ada):
    basics = make_card("What is a dot product?", position=9)
    card = make_card("What is attention?", position=0)
    card.prerequisites.add(basics)
    answer(ada, card, now=yesterday())
    CardState.objects.update(lapses=8)

    page = study()
    expect(page.locator(".leech-help")).to_contain_text("This card does not stick")
    page.locator(".leech-help a").click()

    question(page, "What is a dot product?")


def test_what_is_known_is_marked_reset_and_listed_with_the_way_back(study, signed_in, live_server):
    made = cards(4)
    page = study()
    page.keyboard.press("k")
    shown(page, 1)
    page.keyboard.press("@")
    shown(page, 2)
    page.keyboard.press("s")
    shown(page, 3)
    page.keyboard.press("f")
    expect(page.locator("#flag button")).to_have_text("Flagged")

    page.goto(f"{live_server.url}/study/aside/")
    for number, button in ((1, "Bring back"), (2, "Show today"), (3, "Take the flag away")):
        row = page.locator(".aside-list li", has_text=f"Question {number}?")
        row.get_by_role("button", name=button).click()
        expect(row).to_have_count(0)
    page.goto(f"{live_server.url}/cards/{made[0].slug}/")
    expect(page.locator("main")).to_contain_text("Interval 30 days")
    page.get_by_role("button", name="Reset to new").click()

    expect(page.locator("main")).to_contain_text("It starts anew.")
    shown(study(), 0)


def test_a_note_outlives_an_edit_of_the_card(study, ada):
    card = cards(1)[0]
    page = study()
    reveal(page)
    page.keyboard.press("n")
    page.keyboard.type("Think of darts.")
    page.locator(".note button").click()
    expect(page.locator("#notice")).to_have_text("Note saved.")
    card.question, card.answer, card.revision = "Question 0?", "Another answer.", 2
    card.save()

    page = study()
    reveal(page)

    expect(page.locator(".note textarea")).to_have_value("Think of darts.")
    expect(page.locator(".model-answer")).to_have_text("Another answer.")
    assert Note.objects.count() == 1


def test_practice_of_flagged_cards_moves_no_schedule(study, ada):
    first, second = cards(2)
    answer(ada, first, now=yesterday())
    CardState.objects.update(flagged=True)
    before = CardState.objects.get(card=first).folded

    page = study("?flagged=1&mode=practice")
    expect(page.locator(".scope-line")).to_contain_text("flagged practice")
    shown(page, 0)
    expect(page.locator(".grade small")).to_have_count(0)
    grade(page, 2)
    expect(page.locator("#done")).to_contain_text("Through all of it")

    assert CardState.objects.get(card=first).folded == before
    assert Review.objects.latest("sequence").kind == "practice"
    assert not CardState.objects.filter(card=second).exists()


def test_a_limit_reached_says_so_and_is_raised_for_today_on_the_spot(study, ada):
    Learner.objects.update(new_per_day=1)
    cards(8)
    page = study()
    grade(page)
    expect(page.locator("#done")).to_have_attribute("data-reason", "limit")
    expect(page.locator("#done")).to_contain_text("three times within a month")

    page.wait_for_timeout(CALM)
    page.get_by_role("button", name="5 more new cards, today only").click()

    shown(page, 1)
    expect(page.locator("#counts")).to_have_attribute("data-new", "5")


def test_minutes_are_over_and_the_end_offers_as_many_again(study, ada):
    cards(2)
    began = int(timezone.now().timestamp()) - 12 * 60
    page = study(f"?minutes=12&began={began}")

    expect(page.locator("#done h1")).to_have_text("Your 12 minutes are over")
    page.get_by_role("link", name="Another 12 minutes").click()

    shown(page, 0)
    expect(page.locator(".until")).to_contain_text("until")


def test_a_session_goes_on_where_it_was_on_another_device(study, ada, browser, live_server, client):
    cards(3)
    page = study()
    grade(page)
    shown(page, 1)
    page.close()

    other = browser.new_context(viewport={"width": 390, "height": 844})
    sign_in(other, live_server, client, ada)
    phone = other.new_page()
    phone.goto(f"{live_server.url}/study/")
    shown(phone, 1)
    expect(phone.locator(".undo button")).to_contain_text("Undo Good")
    phone.locator(".undo button").click()
    shown(phone, 0)
    other.close()

    assert Review.objects.get().void


@pytest.mark.parametrize("change", [{"question": "Edited?", "revision": 2}, {"status": "retired"}])
def test_a_known_card_edited_or_retired_while_shown_still_counts(study, ada, change):
    first, _ = cards(2)
    answer(ada, first, now=yesterday())
    page = study()
    shown(page, 0)
    type(first).objects.filter(pk=first.pk).update(**change)

    grade(page)

    shown(page, 1)
    expect(page.locator("#notice")).to_contain_text("Good: it comes back in")
    assert Review.objects.filter(card=first).count() == 2


def test_after_a_holiday_today_offers_portions_and_the_end_screen_the_weakest_topic(
    study, ada, signed_in, live_server
):
    weak, strong = make_topic("weak", position=0), make_topic("strong", position=1)
    made = [make_card(f"Question {n}?", topic=weak if n < 40 else strong, position=n) for n in range(80)]
    for card in made:
        answer(ada, card, now=timezone.now() - timedelta(days=40))
    CardState.objects.filter(card__in=made[5:]).update(interval=30)

    signed_in.goto(live_server.url)
    expect(signed_in.locator(".today")).to_contain_text("take it in portions")
    signed_in.get_by_role("link", name="12", exact=True).click()
    shown(signed_in, 0)  # 40 days for an interval of 1
    grade(signed_in, 2)
    shown(signed_in, 1)
    grade(signed_in, 4)
    shown(signed_in, 2)
    signed_in.goto(f"{live_server.url}/study/end/")

    retention = signed_in.locator(".figures div", has_text="recalled at the first try (1 of 2)")
    expect(retention.locator("dd")).to_have_text("50\xa0%")
    signed_in.get_by_role("link", name="Practice today's weakest: Weak").click()
    expect(signed_in.locator(".scope-line")).to_contain_text("Weak practice")


def test_a_problem_is_reported_from_the_keyboard_and_the_turn_stays_as_it_is(study, ada):
    make_card("Is it?", points=[("what", True)])
    study = study()
    study.locator("#words").fill("My words")
    study.locator("h1").click()
    reveal(study)
    study.locator(".ticks input").check()

    study.keyboard.press("r")
    expect(study.locator("#report select")).to_be_focused()
    study.keyboard.press("Tab")
    study.keyboard.type("The sign is 4 times wrong.")
    study.locator("#report button").click()

    expect(study.locator("#report")).to_contain_text("Thank you")
    expect(study.locator("#report")).to_be_focused()
    expect(study.locator(".ticks input")).to_be_checked()
    expect(study.locator("#words")).to_have_value("My words")
    assert (Report.objects.get().text, Review.objects.count()) == ("The sign is 4 times wrong.", 0)
    study.keyboard.press("Space")
    expect(study.locator("#done")).to_be_visible()
    assert Review.objects.get().grade == 4
