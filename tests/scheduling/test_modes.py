"""Scopes and modes: practice, ahead, flagged, leeches, limits raised; the end of a session."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from cards.models import Card
from scheduling import queue, study, wishes
from scheduling.ending import ending
from scheduling.models import CardState, Review
from scheduling.rebuild import rebuild
from scheduling.scope import Scope
from scheduling.sm2 import Memory
from scheduling.turns import load_turn
from tests.rows import NOON, answer, day, make_card, make_child, make_topic, state_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PRACTICE, AHEAD = Scope(mode=("practice",)), Scope(mode=("ahead",))


def text(response):
    return response.content.decode()


def test_practice_logs_and_schedules_nothing(learner):
    card = make_card()
    answer(learner, card)
    before = state_of(learner, card).folded

    outcome = answer(learner, card, 1, practice=True, now=day(0, 13))

    assert outcome.status == "stored"
    assert "schedule stays" in outcome.message
    assert state_of(learner, card).folded == before
    assert Review.objects.get(kind="practice").grade == 1
    assert not list(rebuild(check=True))


def test_practice_of_a_card_never_answered_leaves_it_new(learner):
    card = make_card()

    answer(learner, card, 5, practice=True)

    assert not CardState.objects.exists()
    assert queue.session(learner, NOON, Scope()).counts.new == 1


def test_practice_deals_every_card_once_a_day(learner):
    cards = [make_card(position=n) for n in range(3)]
    answer(learner, cards[2])

    seen = []
    while (session := queue.session(learner, NOON, PRACTICE)).turn:
        seen.append(session.turn.card)
        answer(learner, session.turn.card, practice=True)

    assert seen == [cards[2], cards[0], cards[1]]
    assert session.reason == "finished"
    assert queue.session(learner, day(1), PRACTICE).counts.due == 3


def test_practice_does_not_take_away_a_repeat(learner):
    card = make_card()
    answer(learner, card, 1)

    answer(learner, card, 4, practice=True, now=day(0, 13))

    session = queue.session(learner, day(0, 14), Scope())
    assert (session.counts.learning, session.turn.card) == (1, card)


def test_a_card_skipped_in_practice_makes_way_for_the_next(learner):
    first, second = make_card(position=0), make_card(position=1)

    wishes.skip(learner, first, NOON)

    assert queue.session(learner, NOON, PRACTICE).turn.card == second


def test_follow_ups_of_a_card_known_already_come_too(learner):
    parent = make_card()
    child = make_child(parent)
    study.set_by_hand(learner, parent, study.KNOWN, NOON)

    assert queue.session(learner, day(1), Scope()).turn.card == child
    study.set_by_hand(learner, parent, Memory(), day(1, 13))
    assert queue.session(learner, day(1, 14), Scope()).turn.card == parent


def test_a_card_asked_for_is_of_its_own_kind_and_counts_on_top(learner):
    new, due = make_card(position=0), make_card(position=1)
    answer(learner, due)

    def shown(card, at):
        session = queue.session(learner, at, Scope(), card)
        return session.turn.kind, session.place <= session.total

    assert shown(new, day(0, 13)) == ("new", True)
    assert shown(due, day(0, 13)) == ("repeat", True)
    assert shown(due, day(1)) == ("due", True)


def test_a_change_by_hand_overrules_todays_answers_to_the_card(learner):
    known, reset, again = (make_card(position=n) for n in range(3))
    for card in (known, reset, again):
        answer(learner, card, 1)
    study.set_by_hand(learner, known, study.KNOWN, day(0, 13))
    study.set_by_hand(learner, reset, Memory(), day(0, 13))

    session = queue.session(learner, day(0, 14), Scope())

    assert (session.counts.learning, session.counts.due) == (1, 1)
    answer(learner, again, 4, now=day(0, 14))
    assert queue.session(learner, day(0, 15), Scope()).turn.card == reset
    answer(learner, reset, 4, now=day(0, 15))
    assert queue.session(learner, day(0, 16), Scope()).turn is None
    assert not list(rebuild(check=True))


def test_practice_can_be_taken_back(learner):
    card, turn = make_card(), uuid4()
    answer(learner, card, practice=True, turn=turn)

    assert study.undo(learner, turn, NOON).status == "undone"
    assert queue.session(learner, NOON, PRACTICE).turn.card == card


def test_ahead_deals_the_soonest_due_first_and_answers_are_early(learner):
    sooner, later = make_card(), make_card()
    answer(learner, sooner)
    for number in (0, 1):
        answer(learner, later, now=day(number))
    answer(learner, sooner, now=day(1))
    answer(learner, sooner, 2, now=day(2))  # failed early: due on day 3

    session = queue.session(learner, day(2, 20), Scope(mode=("ahead",)))

    assert session.turn.card == later
    answer(learner, later, now=day(2, 20))
    assert Review.objects.latest("sequence").kind == "early"
    assert queue.session(learner, day(2, 21), AHEAD).turn is None


@pytest.mark.parametrize(
    "query", ["minutes=0", "minutes=9999", "minutes=x", "began=x", "mode=cram", "flagged=2", "leech=yes"]
)
def test_a_mode_that_does_not_exist_is_ignored_with_a_notice(signed_in, query):
    make_card()

    response = signed_in.get(f"/study/?{query}", follow=True)

    assert f"Ignored, because there is no such thing here: {query}" in text(response)
    assert 'id="turn"' in text(response)


def test_flagged_cards_and_leeches_are_scopes(learner):
    flagged, leech = make_card(position=0), make_card(position=1)
    for card in (flagged, leech):
        answer(learner, card)
    wishes.flag(learner, flagged, True)
    CardState.objects.filter(card=leech).update(lapses=8)

    def shown(**filters):
        session = queue.session(learner, day(1), Scope(**dict.fromkeys(filters, ("1",))))
        return session.counts.due, session.turn.card

    assert shown(flagged=1) == (1, flagged)
    assert shown(leech=1) == (1, leech)


def test_a_leech_needs_four_lapses_only_when_an_interview_is_near(learner):
    today = NOON.date()
    learner.steer(today + timedelta(days=90), today)
    assert learner.leech_lapses == 4
    learner.steer(today + timedelta(days=91), today)
    assert learner.leech_lapses == 8


def test_a_leech_is_helped_with_what_to_know_first_and_what_is_always_missed(signed_in, learner):
    basics = make_card("What is a dot product?")
    card = make_card("What is attention?", points=[("scale", True), ("mask", True)])
    card.prerequisites.add(basics)
    said = card.points.get(key="mask").pk
    now = timezone.now()
    for number in range(3):
        answer(learner, card, 3, now=now - timedelta(days=9 - number), points=(said,))
    CardState.objects.filter(card=card).update(lapses=8)

    html = text(signed_in.get(f"/study/?card={card.slug}"))

    assert "This card does not stick" in html
    assert "What is a dot product?" in html
    assert "You keep leaving out 1 key point" in html
    assert "Says scale" not in html.partition('<details id="answer"')[0]
    assert "missed 3 of 3 times" in html


def test_a_point_taken_back_is_not_counted_as_missed(learner):
    card, turn = make_card(points=[("scale", True), ("mask", True)]), uuid4()
    answer(learner, card, turn=turn, points=(card.points.get(key="mask").pk,))
    study.undo(learner, turn, NOON)

    points = load_turn(learner, NOON, NOON.date(), card.pk, "").points

    assert [(point.shown, point.missed) for point in points] == [(0, 0), (0, 0)]


def test_a_follow_up_shows_the_question_that_it_follows(signed_in, learner):
    parent = make_card("What is bias?")
    child = make_child(parent)

    assert "What is bias?" in text(signed_in.get(f"/study/?card={child.slug}"))


def test_todays_limit_is_raised_for_today_only(signed_in, learner):
    learner.new_per_day = 1
    learner.save()
    first, second = make_card(position=0), make_card(position=1)
    now = timezone.now()
    answer(learner, first, now=now)
    assert 'data-reason="limit"' in text(signed_in.get("/study/"))

    response = signed_in.post("/study/more/", {"new": "5"}, headers=HTMX)

    assert f'data-card="{second.pk}"' in text(response)
    for n in range(9):
        make_card(position=9 + n)
    learner.refresh_from_db()
    assert queue.session(learner, now, Scope()).counts.new == 5
    assert queue.session(learner, now + timedelta(days=1), Scope()).counts.new == 1
    assert signed_in.post("/study/more/", {"new": "-5"}, headers=HTMX).status_code == 400


def test_the_end_says_how_it_went_and_what_comes(learner):
    weak, strong = make_topic("weak", position=0), make_topic("strong", position=1)
    cards = [make_card(topic=weak), make_card(topic=weak), make_card(topic=strong)]
    early = make_card()
    answer(learner, early, now=day(-1))
    for card in [early, *cards]:
        answer(learner, card)
    answer(learner, cards[0], 1, now=day(1), elapsed_ms=30_000)
    answer(learner, cards[0], 4, now=day(1), elapsed_ms=10_000)
    answer(learner, cards[1], 4, now=day(1), elapsed_ms=20_000)
    answer(learner, cards[2], 4, now=day(1))
    wishes.skip(learner, make_card(), day(1))

    end = ending(learner, day(1).date())

    assert (end.answers, end.cards, end.seconds) == (4, 3, 60)
    assert (end.recalled, end.tried, end.retention) == (2, 3, 67)
    assert end.weakest_slug == "weak"
    assert (end.tomorrow, end.buried) == (1, 1)
    assert end.ahead == 1  # not the three that have had their turn today


def test_everything_asked_at_once_still_takes_few_statements(
    signed_in, learner, django_assert_max_num_queries
):
    card = make_card(points=[("what", True), ("why", True)])
    make_card(position=5, points=[("what", True)])
    data = {"grade": 4, "turn": str(uuid4()), "seen": 0, "point": [point.pk for point in card.points.all()]}

    with django_assert_max_num_queries(17):
        signed_in.post(f"/study/{card.pk}/grade/", data, headers=HTMX)


def test_a_card_shown_before_the_rollover_and_graded_after_it_counts_for_the_new_day(learner):
    card = make_card()
    answer(learner, card, now=day(0))
    late, early_morning = day(1, 27), day(1, 29)  # 03:00 and 05:00 of the next calendar day

    turn = queue.session(learner, late, Scope()).turn
    answer(learner, turn.card, now=early_morning, seen=turn.seen, turn=turn.id)

    assert Review.objects.latest("sequence").study_day == day(2).date()


def test_after_a_holiday_much_is_due_in_portions_the_most_overdue_first_and_nothing_new(learner):
    cards = [make_card(position=n) for n in range(30)]
    learner.reviews_per_day, learner.new_per_day = 20, 30
    for card in cards:
        answer(learner, card)
    make_card()

    session = queue.session(learner, day(60), Scope())

    assert (session.counts.due, session.counts.new) == (20, 0)


def test_a_card_edited_while_shown_still_counts(learner):
    card = make_card("Old words?")
    turn = queue.session(learner, NOON, Scope()).turn
    card.question, card.revision = "New words?", 2
    card.save()

    assert answer(learner, card, turn=turn.id, seen=turn.seen).status == "stored"
    assert Review.objects.get().revision == 2


def test_a_limit_reached_is_not_called_the_end_of_ones_minutes(signed_in, learner):
    learner.new_per_day = 1
    learner.save()
    answer(learner, make_card(), now=timezone.now())
    make_card(position=1)

    html = text(signed_in.get("/study/?minutes=5", follow=True))

    assert "today's limit" in html
    assert "minutes are over" not in html


def test_the_scope_is_told_by_names(signed_in):
    make_card(topic=make_topic("svm", area="classic"), kind="sql", level=3)

    html = text(signed_in.get("/study/?topic=svm&level=3&kind=sql&mode=ahead"))

    line = re.search(r'<p class="scope-line">(.*?)</p>', html)[1]
    assert re.findall(r'<span class="tag">(.*?)</span>', line) == ["Svm", "Senior", "SQL", "ahead of time"]


def test_of_eight_hundred_due_after_a_holiday_two_hundred_come_the_most_overdue_first(
    signed_in, learner, django_assert_max_num_queries
):
    now = timezone.now()
    topic = make_topic()
    cards = Card.objects.bulk_create(
        Card(slug=f"c{n}", topic=topic, question="Q?", answer="A.", status="published", position=n)
        for n in range(800)
    )
    today = learner.today(now)
    CardState.objects.bulk_create(
        CardState(
            user=learner.user, card=card, repetitions=2, interval=6 + n % 90, review_count=2, last_grade=4,
            last_reviewed_on=today - timedelta(days=60), due_on=today - timedelta(days=54 - n % 50),
        )
        for n, card in enumerate(cards)
    )  # fmt: skip
    make_card(position=1000)

    html = text(signed_in.get("/"))
    assert "take it in portions, the most overdue comes first" in html
    assert "<dd>200</dd>" in html
    with django_assert_max_num_queries(11):
        page = text(signed_in.get("/study/?minutes=12", follow=True))
    assert f'data-card="{cards[0].pk}"' in page  # 60 days for an interval of 6
    assert 'data-new="0" data-learning="0" data-due="200"' in page


def test_one_failed_card_is_enough_to_name_the_weakest_topic(learner):
    answer(learner, make_card(topic=make_topic("weak")), 1)

    assert ending(learner, NOON.date()).weakest_slug == "weak"


def test_skipped_cards_brought_back_begin_with_the_first_of_them(signed_in, learner):
    once, suspended = make_card(), make_card()
    wishes.skip(learner, once, timezone.now() - timedelta(days=9))
    CardState.objects.create(
        user=learner.user, card=suspended, suspended=True, buried_until=timezone.now() + timedelta(days=2)
    )
    cards = [make_card() for _ in range(2)]
    for card in cards:
        wishes.skip(learner, card, timezone.now())

    response = signed_in.post("/study/unbury/", headers=HTMX)

    assert f'data-slug="{cards[0].slug}"' in text(response)
    wishes.skip(learner, cards[1], timezone.now())
    assert signed_in.post("/study/unbury/", {"back": "aside"})["Location"] == "/study/aside/"


def test_a_list_of_cards_can_be_studied_practiced_or_reviewed_ahead(signed_in):
    make_card()

    html = text(signed_in.get("/cards/?level=2"))

    for query in ("level=2", "level=2&amp;mode=practice", "level=2&amp;mode=ahead"):
        assert f'href="/study/?{query}"' in html
    assert "Study these" not in text(signed_in.get("/cards/?level=2&q=bias"))  # words are no scope
