"""manage.py load_deck: files -> rows, all or nothing, nobody's edit or schedule touched."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cards.exchange import rows
from cards.models import Area, Card, RubricPoint, Topic
from tests.rows import answer, state_of

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parent.parent / "fixtures" / "deck-small"


@pytest.fixture
def deck(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "deck"))


def load(*paths):
    out = StringIO()
    call_command("load_deck", *paths, stdout=out)
    return out.getvalue().strip().splitlines()


def everything():
    names = [field.name for field in Card._meta.concrete_fields if field.name != "updated_at"]
    return list(Card.objects.order_by("pk").values_list(*names)), list(
        RubricPoint.objects.order_by("pk").values_list()
    )


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def first_file(deck):
    return deck / Card.objects.filter(part="card").order_by("pk").first().loaded_from


def test_a_deck_becomes_areas_topics_cards_points_and_children(deck):
    (said,) = load(deck)

    cards = Card.objects.filter(part="card")
    assert said == f"{cards.count()} new, 0 changed, 0 same, 0 kept, 0 retired."
    assert Area.objects.exists()
    assert Topic.objects.exists()
    card = cards.filter(children__isnull=False).first()
    child = card.children.first()
    assert child.slug.startswith(f"{card.slug}--")
    assert (child.topic, child.kind, child.level, child.status) == (
        card.topic,
        card.kind,
        card.level,
        card.status,
    )
    assert set(child.roles.all()) == set(card.roles.all())
    assert child.position == card.position + 2
    assert card.points.filter(must=True).count() >= 2
    assert all({"key", "authors", "year", "title"} <= source.keys() for source in card.sources)


def test_loading_again_changes_nothing(deck):
    load(deck)
    before = everything()

    (said,) = load(deck)

    assert said.startswith("0 new, 0 changed")
    assert everything() == before


def test_rows_give_back_the_record_that_they_came_from(deck):
    load(deck)

    for card in Card.objects.filter(part="card").prefetch_related(*rows.PREFETCH):
        assert rows.content_hash(rows.record_of(card)) == card.loaded_hash


def test_a_changed_record_is_written_and_nobodys_schedule_is_touched(deck, learner):
    load(deck)
    card = Card.objects.filter(part="card").first()
    answer(learner, card)
    before = state_of(learner, card).folded
    edit(deck / card.loaded_from, card.question, "What else?")

    assert load(deck)[-1].startswith("0 new, 1 changed")
    card.refresh_from_db()
    assert card.question == "What else?"
    assert state_of(learner, card).folded == before


def test_an_edit_made_here_is_kept_until_the_file_says_the_same(deck):
    load(deck)
    card = Card.objects.filter(part="card").first()
    file, question = deck / card.loaded_from, card.question
    Card.objects.filter(pk=card.pk).update(question="Edited here?")
    edit(file, question, "Edited in the file?")

    said = load(deck)

    assert f"kept: {card.slug}" in said
    card.refresh_from_db()
    assert card.question == "Edited here?"
    edit(file, "Edited in the file?", "Edited here?")
    assert "1 changed" in load(deck)[-1]
    assert load(deck)[-1].startswith("0 new, 0 changed")


def test_a_card_gone_from_its_file_is_retired_with_its_children_and_a_card_of_another_file_is_not(deck):
    load(deck)
    file = first_file(deck)
    file.write_text(f"topic: {file.stem}\ncards: []\n")

    said = load(file)

    gone = Card.objects.filter(loaded_from=f"{file.parent.name}/{file.name}")
    assert gone.exists()
    assert {f"retired: {card.slug}" for card in gone} <= set(said)
    assert set(Card.objects.filter(status="retired")) == set(gone) | set(Card.objects.filter(parent__in=gone))


def test_a_child_gone_from_the_file_is_retired_and_its_history_stays(deck, learner):
    load(deck)
    child = Card.objects.filter(part="followup").first()
    answer(learner, child)
    edit(deck / child.parent.loaded_from, child.slug.split("--")[1], "renamed-child")

    load(deck)

    child.refresh_from_db()
    assert child.status == "retired"
    assert state_of(learner, child).review_count == 1


def test_a_bad_file_changes_nothing_and_names_file_line_and_field(deck):
    load(deck)
    before = everything()
    file = first_file(deck)
    edit(file, "kind: ", "kind: jest # ")

    with pytest.raises(CommandError, match=rf"{file.name}:\d+: [\w-]+\.kind: .*concept"):
        load(deck)
    assert everything() == before


def test_a_source_that_is_not_in_the_bibliography_is_named(deck):
    (deck / "bibliography.yaml").write_text("{}\n")

    with pytest.raises(CommandError, match=r"sources: .* is not in bibliography.yaml"):
        load(deck)
    assert not Card.objects.exists()


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        load(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="No deck files"):
        load(tmp_path)
