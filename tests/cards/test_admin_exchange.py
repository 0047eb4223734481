"""Cards out of the admin and in: a preview first, nothing before it is confirmed."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from cards import bankfile
from cards.models import Card, Topic
from tests.rows import make_card, make_child

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parent.parent / "fixtures" / "deck-small"
URL = "/admin/cards/card/import/"
NEW = b"id,topic,kind,level,status,question,answer\nmine,puzzles,puzzle,2,draft,How?,So.\n"


@pytest.fixture
def curator(curator):
    call_command("load_deck", SMALL, stdout=io.StringIO())
    return curator


def send(client, data, name="cards.csv", **fields):
    file = io.BytesIO(data)
    file.name = name
    return client.post(URL, {"file": file, **fields})


def text(response):
    return response.content.decode()


def token_in(response):
    return text(response).split('name="token" value="')[1].split('"')[0]


def test_a_file_is_previewed_and_only_then_imported_and_only_once(curator):
    assert "Import cards" in text(curator.get("/admin/cards/card/"))

    preview = send(curator, NEW)

    assert "1 new, 0 changed, 0 same" in text(preview)
    assert not Card.objects.filter(slug="mine").exists()
    done = curator.post(URL, {"token": token_in(preview)})
    assert "Imported" in text(done)
    assert Card.objects.get(slug="mine").answer == "So."
    again = curator.post(URL, {"token": token_in(preview)})
    assert "please send the file again" in text(again)


def test_a_preview_is_its_curators_own(curator, client):
    token = token_in(send(curator, NEW))
    client.force_login(User.objects.create_superuser("root"))

    assert "please send the file again" in text(client.post(URL, {"token": token}))
    assert not Card.objects.filter(slug="mine").exists()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (NEW.replace(b"puzzles", b"puzles"), "cards.csv", "cards.csv:2: mine.topic: &quot;puzles&quot; is not known here"),
        (b"\xff\xfa", "cards.yaml", "cards.yaml:1: is not UTF-8"),
        (b"x", "cards.txt", "must end in one of"),
        (b"x" * (10 * 2**20 + 1), "cards.csv", "more than 10 MB"),
        (b"", "cards.csv", "empty"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_by_its_own_name_and_changes_nothing(curator, data, name, said):
    before = list(Card.objects.values())

    html = text(send(curator, data, name))

    assert said in html
    assert 'name="token"' not in html
    assert list(Card.objects.values()) == before


def test_the_chosen_cards_are_exported_with_the_parents_of_chosen_follow_ups(curator):
    chosen = Card.objects.get(slug="waiting-hh-ht")
    child = Card.objects.exclude(parent=None).exclude(parent=chosen).first()
    make_card()
    data = {"_selected_action": [chosen.pk, child.pk], "index": 0}

    given = curator.post("/admin/cards/card/", {**data, "action": "export_yaml"})
    book = curator.post("/admin/cards/card/", {**data, "action": "export_workbook"})

    bank = bankfile.load("f", b"".join(given.streaming_content).decode())
    assert {card.id for card in bank.cards} == {chosen.slug, child.parent.slug}
    assert given["Content-Disposition"].startswith('attachment; filename="cards-')
    assert openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active.max_row == 3


def test_a_private_card_cannot_be_exported(curator, user):
    private = make_card("Mine?", owner=user)
    make_child(private)

    given = curator.post("/admin/cards/card/", {"_selected_action": [private.pk], "action": "export_yaml"})

    assert b"Mine?" not in b"".join(given.streaming_content)


def test_who_may_only_look_imports_nothing(client):
    user = User.objects.create_user("looker", is_staff=True)
    client.force_login(user)

    assert client.get(URL).status_code == 403
    assert send(client, NEW).status_code == 403


def test_an_anki_package_goes_in_with_its_topic_and_out_as_an_action(curator):
    data = (SMALL.parent / "anki" / "current.apkg").read_bytes()

    refused = send(curator, data, "current.apkg")
    preview = send(curator, data, "current.apkg", topic=Topic.objects.get(slug="puzzles").pk)

    assert "current.apkg: say to which topic" in text(refused)
    assert "12 new" in text(preview)
    assert "Left out:" in text(preview)
    assert "Imported" in text(curator.post(URL, {"token": token_in(preview)}))
    assert Card.objects.filter(slug__startswith="anki-", status="draft", topic__slug="puzzles").count() == 12
    card = Card.objects.get(slug="waiting-hh-ht")
    given = curator.post("/admin/cards/card/", {"_selected_action": [card.pk], "action": "export_anki"})
    assert b"".join(given.streaming_content).startswith(b"PK")


def test_a_confirmation_that_the_bank_no_longer_allows_says_why_and_takes_another_file(curator):
    token = token_in(send(curator, NEW))
    Topic.objects.filter(slug="puzzles").update(slug="riddles")

    html = text(curator.post(URL, {"token": token}))

    assert "is not known here" in html
    assert 'type="file"' in html
    assert "Imported" not in html
