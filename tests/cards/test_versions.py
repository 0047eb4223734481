"""Versions: one for each row that was changed, whoever changes it, and none for what stays the same."""

import shutil
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards import versions
from cards.models import Card, Role, RubricPoint
from tests.rows import make_card, make_child

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parent.parent / "fixtures" / "deck-small"


@pytest.fixture
def deck(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "deck"))


def load(*paths):
    call_command("load_deck", *paths, stdout=StringIO())


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def links_of(version, name):
    return set(getattr(version, name).values_list(f"{name.rstrip('s')}__slug", flat=True))


def counts():
    return Card.history.count(), RubricPoint.history.count()


def test_loading_leaves_one_version_of_each_row_with_its_links_and_its_reason(deck):
    load(deck)

    assert counts() == (Card.objects.count(), RubricPoint.objects.count())
    for card in Card.objects.prefetch_related("roles", "prerequisites"):
        version = card.history.get()
        source = card.loaded_from or card.parent.loaded_from
        assert (version.history_type, version.history_change_reason) == ("+", f"loaded from {source}")
        assert links_of(version, "roles") == {role.slug for role in card.roles.all()}
        assert set(version.prerequisites.values_list("to_card", flat=True)) == {
            other.pk for other in card.prerequisites.all()
        }


def test_loading_again_leaves_none_and_a_changed_card_alone_one(deck):
    load(deck)
    before = counts()
    card = Card.objects.filter(children__isnull=False).order_by("pk").first()

    load(deck)
    assert counts() == before
    edit(deck / card.loaded_from, card.question, "What else?")
    load(deck)

    assert counts() == (before[0] + 1, before[1])
    version = card.history.first()
    assert (version.question, version.history_type, version.history_user) == ("What else?", "~", None)


def test_a_card_that_only_moves_in_its_file_leaves_none(deck):
    load(deck)
    Card.objects.filter(part="card").update(position=500)
    before = counts()

    load(deck)

    assert not Card.objects.filter(position=500).exists()
    assert counts() == before


def test_what_is_gone_from_its_file_leaves_a_version_that_says_so(deck):
    load(deck)
    card = Card.objects.filter(children__isnull=False).order_by("pk").first()
    file = deck / card.loaded_from
    file.write_text(f"topic: {file.stem}\ncards: []\n")

    load(file)

    for gone in (card, card.children.first()):
        version = gone.history.first()
        assert (version.status, version.history_change_reason) == ("retired", "no longer in its deck file")
    assert card.history.count() == 2


def test_a_point_that_changes_leaves_a_version_and_its_card_one_to_show_it_by(deck):
    load(deck)
    point = RubricPoint.objects.order_by("pk").first()
    before = counts()
    edit(deck / point.card.loaded_from, point.text, "Says it in other words")

    load(deck)

    assert counts() == (before[0] + 1, before[1] + 1)
    assert point.history.first().history_date == point.card.history.first().history_date


def test_a_row_saved_by_itself_leaves_a_version_at_once():
    card = make_card()

    card.question = "What is variance?"
    card.save()

    assert list(card.history.values_list("question", "history_type")) == [
        ("What is variance?", "~"), ("What is bias?", "+"),
    ]  # fmt: skip


def test_links_alone_are_a_change_and_an_untouched_save_is_none():
    card = make_card()
    role = Role.objects.create(slug="mle", name="ML engineer")

    with versions.together("only saved"):
        card.save()
    assert card.history.count() == 1
    with versions.together("linked"):
        card.save()
        card.roles.set([role])

    assert links_of(card.history.first(), "roles") == {"mle"}
    assert card.history.first().history_change_reason == "linked"


def test_an_error_leaves_no_version_and_closes_the_batch():
    card = make_card()

    def fail():
        with versions.together("never kept"):
            card.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    card.save()

    assert card.history.count() == 2
    assert card.history.first().history_change_reason is None


def test_a_reason_too_long_for_its_column_is_cut():
    with versions.together("x" * 300):
        card = make_card()

    assert card.history.get().history_change_reason == "x" * 100


def test_versions_go_with_their_card():
    card = make_card(points=[("what", True)])
    card.roles.add(Role.objects.create(slug="mle", name="ML engineer"))
    card.delete()

    assert counts() == (0, 0)
    assert not Card.history.model.roles.model.objects.exists()


def test_a_private_cards_versions_go_with_its_owners_account(user):
    make_card("My secret?", owner=user)
    user.delete()

    assert counts() == (0, 0)


def test_a_curators_versions_stay_when_their_account_goes(user):
    card = make_card()
    card._history_user = user
    card.save()
    user.delete()

    assert list(card.history.values_list("history_user", flat=True)) == [None, None]


def test_what_was_there_before_versions_is_given_its_first(deck):
    load(deck)
    known = (counts(), Card.history.model.roles.model.objects.count())
    for table in (Card.history.model.roles.model.objects, Card.history, RubricPoint.history):
        table.all().delete()

    import_module("cards.migrations.0004_versions").first_versions(apps, None)

    assert (counts(), Card.history.model.roles.model.objects.count()) == known
    for card in Card.objects.all():
        version = card.history.get()
        assert (version.answer, version.history_date) == (card.answer, card.updated_at)
    load(deck)
    assert (counts(), Card.history.model.roles.model.objects.count()) == known


def test_the_versions_of_many_take_as_many_statements_as_of_a_few():
    def statements(number):
        cards = [make_card(points=[("what", True)]) for _ in range(number)]
        with CaptureQueriesContext(connection) as queries, versions.together():
            for card in cards:
                Card.objects.filter(pk=card.pk).first().save()
                card.question = "Changed?"
                card.save()
        return len(queries) - 3 * number

    assert statements(2) == statements(20)


def test_a_child_is_a_card_with_versions_of_its_own():
    child = make_child(make_card())

    assert child.history.get().parent_id == child.parent_id
