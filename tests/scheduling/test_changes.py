"""A card that means something else since it was last answered is told as such; a typo mended is not."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from scheduling import changes, study
from scheduling.models import Learner
from scheduling.turns import load_turn
from tests.rows import NOON, answer, day, make_card, make_child

pytestmark = pytest.mark.django_db
TAG = "changed since you last answered it"


def shown(learner, card):
    return load_turn(learner, day(1), day(1).date(), card.pk, None).changed


def edit(card, at=None, **values):
    """Change a card as a curator does, at that time: the evening of the first day."""
    card._history_date = at or day(0, 18)
    for name, value in values.items():
        setattr(card, name, value)
    card.save()


def answered(learner, **values):
    card = make_card("Old?", **values)
    card.history.update(history_date=day(-1))
    answer(learner, card)
    return card


def test_a_raised_revision_tells_what_changed_before_and_after(learner):
    card = answered(learner)
    edit(card, question="New?", answer="New.", revision=2)

    assert shown(learner, card).parts == (
        changes.Part("question", "Old?"),
        changes.Part("answer", "An answer."),
    )


def test_an_edit_without_a_raised_revision_is_not_told(learner):
    card = answered(learner)
    edit(card, answer="A answer, mended.")

    assert shown(learner, card) is None


def test_a_text_edited_first_and_called_a_change_of_meaning_later_is_told(learner):
    card = answered(learner)
    edit(card, at=day(0, 18), answer="New.")
    edit(card, at=day(0, 19), revision=2)

    assert [part.before for part in shown(learner, card).parts] == ["An answer."]


def test_answering_again_ends_it_and_undoing_brings_it_back(learner):
    card = answered(learner)
    edit(card, answer="New.", revision=2)
    turn = uuid4()
    answer(learner, card, now=day(1), turn=turn)
    assert shown(learner, card) is None

    study.undo(learner, turn, day(1))
    assert shown(learner, card)


def test_practice_does_not_count_as_an_answer(learner):
    card = answered(learner)
    edit(card, answer="New.", revision=2)
    answer(learner, card, now=day(1), practice=True)

    assert shown(learner, card)


def test_a_card_never_answered_has_not_changed(learner):
    card = make_card(revision=3)

    assert shown(learner, card) is None


def test_without_an_older_text_the_change_is_told_alone(learner):
    card = answered(learner)
    edit(card, answer="New.", revision=2)
    card.history.filter(revision=1).delete()

    assert shown(learner, card) == changes.Change()


def test_history_that_began_after_the_answer_gives_the_latest_text_of_that_revision(learner):
    card = make_card("Old?")
    answer(learner, card, now=NOON)
    card.history.update(history_date=day(1, 1))
    edit(card, at=day(1, 2), question="New?", revision=2)

    assert shown(learner, card).parts == (changes.Part("question", "Old?"),)


def test_a_change_of_other_things_is_told_for_a_card_but_not_for_its_children(learner):
    card = answered(learner)
    child = make_child(card)
    answer(learner, child)
    for each in (card, child):
        edit(each, details="Deeper.", revision=2)

    assert shown(learner, card) == changes.Change()
    assert shown(learner, child) is None


def test_somebody_elses_answer_is_not_mine(learner):
    card = answered(learner)
    edit(card, answer="New.", revision=2)
    bob = Learner.of(User.objects.create_user("bob"))
    answer(bob, card)

    assert shown(learner, card)
    assert shown(bob, card) is None


def test_the_study_page_tags_the_card_and_shows_old_and_new_inside_the_answer(signed_in, learner):
    card = answered(learner)
    edit(card, answer="It is *new* $x$.", revision=2)

    html = signed_in.get(f"/study/?card={card.slug}").content.decode()

    assert TAG in html
    assert html.index('<details id="answer"') < html.index("What changed") < html.index('id="grades"')
    assert "An answer." in html
    assert "the question was" not in html


def test_an_unchanged_card_is_not_tagged(signed_in, learner):
    card = answered(learner)

    assert TAG not in signed_in.get(f"/study/?card={card.slug}").content.decode()
