"""One file holds the whole site, comes back as it was on either engine, and is refused when it is not whole."""

import gzip
import json
import stat
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import connection

from cards.models import Card, Company, Report, Role
from scheduling import study, wishes
from scheduling.backup import lines, parts
from scheduling.models import CardState, DayOff, Learner, Note, Reminder, Review
from tests.rows import NOON, answer, day, make_card, make_child, make_plan
from tests.sites import Site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def learner(user):
    """Give a learner in a site that has a row in every table that a backup holds."""
    learner = Learner.of(user)
    mistakes = [{"wrong": "a\n\u2028", "fix": "é \U0001f525"}]
    card = make_card("What is “bias”?", points=[("model", True), ("data", False)], mistakes=mistakes)
    card.roles.add(Role.objects.create(slug="mle", name="Machine-learning engineer"))
    card.companies.add(Company.objects.create(slug="acme", name="Acme"))
    card.prerequisites.add(make_card())
    private = make_card(slug="private", owner=user)
    child = make_child(private, owner=user)
    said = (card.points.first().pk,)
    answer(learner, card, 4, NOON.replace(microsecond=123456), points=said, elapsed_ms=2100)
    answer(learner, card, 2, day(5))
    answer(learner, private, 5, day(5))
    study.undo(learner, Review.objects.get(card=private).turn, day(5))
    answer(learner, child, 3, day(6))
    wishes.flag(learner, child, True)
    Note.keep(user, card, "mine")
    make_plan(learner, scope={"level": [1], "area": ["llm"]})
    DayOff.objects.create(user=user, day=day(9).date())
    Reminder.objects.create(user=user, day=day(2).date(), sent_at=day(2))
    Report.objects.create(card=card, user=user, reason="typo", text="teh")
    add_rights(user, card)
    return learner


def add_rights(user, card):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    group = Group.objects.create(name="Editors")
    group.permissions.add(Permission.objects.get(codename="change_card"))
    user.groups.add(group)
    user.user_permissions.add(Permission.objects.get(codename="view_report"))
    LogEntry.objects.log_actions(user.pk, [card], CHANGE, "Mended.")


@pytest.fixture
def file(learner, tmp_path):
    """Give the backup of that site."""
    path = tmp_path / "site.gz"
    run("backup", path)
    return path


def run(*args):
    out = StringIO()
    call_command(*map(str, args), stdout=out)
    return out.getvalue()


def refused(*args):
    """Run a command that fails and return its sentence."""
    with pytest.raises(CommandError) as failure:
        run(*args)
    assert "\n" not in str(failure.value)
    return str(failure.value)


def rows(path):
    """Return all lines but the head, which has the time, and the last, which has the sum."""
    return gzip.decompress(path.read_bytes()).splitlines()[1:-1]


def rewrite(path, change):
    """Let `change` work on the lines, as values, of a backup that stays sound."""
    values = [json.loads(line) for _, line in lines.read(path)]
    change(values)
    with lines.written(path, force=True) as put:
        for value in values:
            put(value)


def changed(path, label, column, value):
    """Change one column in the first row of a table; return the number of its line."""
    found = []

    def change(values):
        place = next(n for n, v in enumerate(values) if isinstance(v, dict) and v.get("model") == label)
        values[place + 1][values[place]["fields"].index(column)] = value
        found.append(place + 2)

    rewrite(path, change)
    return found[0]


def empty():
    call_command("flush", interactive=False, verbosity=0)
    assert not Card.objects.exists()


def test_every_table_is_in_the_backup_or_left_out_for_a_reason():
    ours = {model._meta.db_table for model in parts.kept()}
    left_out = {*parts.MADE_BY_MIGRATE, *parts.SHORT_LIVED}
    others = {model._meta.db_table for model in parts.tables() if model._meta.label_lower in left_out}
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    assert ours | others | {*parts.TABLES_LEFT_OUT} == tables
    assert not ours & others


def test_the_site_of_these_tests_has_a_row_in_every_table_but_histories(file):
    counts = lines.check(file)["rows"]
    assert [label for label, count in counts.items() if not count and "historical" not in label] == []


def test_a_site_comes_back_to_the_last_byte(file, learner, tmp_path):
    empty()
    said = run("restore", file)
    run("backup", tmp_path / "again.gz")
    assert rows(tmp_path / "again.gz") == rows(file)
    assert said.endswith(" rows restored.\nAll 2 schedules equal their log.\n")
    assert Review.objects.filter(void=True).count() == 1
    assert Review.objects.first().reviewed_at.microsecond == 123456
    assert Group.objects.get(name="Editors").permissions.get().codename == "change_card"


def test_a_backup_goes_through_the_other_engine_and_back(file, tmp_path):
    """Through SQLite, which is the other engine where PostgreSQL is under test."""
    other = Site(f"sqlite:///{tmp_path}/other.sqlite3")
    other.manage("restore", file)
    other.manage("backup", tmp_path / "other.gz")
    assert rows(tmp_path / "other.gz") == rows(file)

    run("restore", tmp_path / "other.gz", "--replace")
    run("backup", tmp_path / "back.gz")
    assert rows(tmp_path / "back.gz") == rows(file)


def test_sign_in_works_after_a_restore(file, client, user):
    empty()
    run("restore", file)
    sent = {"login": "ada@example.com", "password": "correct horse"}
    assert client.post("/accounts/login/", sent).status_code == 302
    assert client.get("/study/").context["user"] == user


def test_sessions_from_before_a_restore_are_gone(file, client, user):
    client.force_login(user)
    run("restore", file, "--replace")
    assert client.get("/study/").status_code == 302


def test_new_rows_take_numbers_after_those_restored(file):
    empty()
    run("restore", file)
    taken = set(Card.objects.values_list("pk", flat=True))
    new, user = make_card(), User.objects.create_user("eve")
    assert new.pk not in taken
    assert answer(Learner.of(user), new).status == "stored"
    assert answer(Learner.of(User.objects.get(username="ada")), new, now=day(7)).status == "stored"


def test_only_its_owner_may_read_the_file(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_database_that_is_in_use_is_refused_and_replaced_when_asked(file, tmp_path):
    make_card(slug="later")
    said = refused("restore", file)
    assert said.startswith("Nothing was restored: This database is not empty (1 log entries, ")
    assert Card.objects.filter(slug="later").exists()
    run("restore", file, "--replace")
    assert not Card.objects.filter(slug="later").exists()
    assert CardState.objects.filter(flagged=True).count() == 1


def test_a_file_that_is_there_stays_unless_forced(file):
    before = file.read_bytes()
    assert refused("backup", file) == (
        f"No backup: {file} is there already: give another name, or --force to overwrite it."
    )
    assert file.read_bytes() == before
    make_card()
    run("backup", file, "--force")
    assert len(rows(file)) > len(gzip.decompress(before).splitlines()) - 2


def test_a_place_that_cannot_be_written_is_one_sentence(learner, tmp_path):
    (tmp_path / "plain").touch()
    for path, reason in [
        (tmp_path / "none" / "a.gz", "No such file or directory."),
        (tmp_path / "plain" / "a.gz", "Not a directory."),
    ]:
        assert refused("backup", path) == f"No backup: {path}: {reason}"
    assert "is a folder" in refused("backup", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_a_file_cut_short_anywhere_is_refused(file):
    whole = file.read_bytes()
    empty()
    for size in {0, 1, 9, 30, *range(100, len(whole), len(whole) // 20), len(whole) - 9, len(whole) - 1}:
        file.write_bytes(whole[:size])
        assert str(file) in refused("restore", file)
    assert not User.objects.exists()


def test_a_flipped_bit_is_refused_or_changes_nothing(file):
    whole, expected = file.read_bytes(), list(lines.read(file))
    survived = 0
    for place in [*range(20), *range(20, len(whole), 7)]:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            lines.check(file)
        except lines.Unusable:
            continue
        survived += 1
        assert list(lines.read(file)) == expected
    assert survived <= 8  # in the head of gzip: time, system


def test_a_line_that_is_missing_is_noticed_though_the_packing_is_sound(file):
    kept = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    for cut in (kept[:-1], kept[:5] + kept[6:], kept[:1], kept[1:]):
        file.write_bytes(gzip.compress(b"".join(cut)))
        assert refused("restore", file, "--replace").startswith(f"Nothing was restored: {file}")
    assert User.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4", b"{}\n", gzip.compress(b"hello\n", mtime=0), gzip.compress(b"[1]\n", mtime=0)]
)
def test_another_file_is_no_backup(content, tmp_path):
    path = tmp_path / "other"
    path.write_bytes(content)
    assert refused("restore", path) == f"Nothing was restored: {path} is not a backup of Anneal."


def test_a_missing_file_is_one_sentence(tmp_path):
    path = tmp_path / "none.gz"
    assert refused("restore", path) == f"Nothing was restored: {path}: No such file or directory."


def test_a_later_format_says_what_to_do(file):
    rewritten = gzip.decompress(file.read_bytes()).replace(b'"version":1', b'"version":2', 1)
    file.write_bytes(gzip.compress(rewritten))
    assert "is a backup in version 2 of the format, and this site reads version 1" in refused("restore", file)


def test_a_backup_of_a_later_site_names_the_app_and_its_migrations(file):
    rewrite(file, lambda values: values[0]["migrations"]["cards"].append("0999_later"))
    said = refused("restore", file, "--replace")
    here = parts.migrations()["cards"][-1]
    assert f"has cards at 0999_later, and this database is at {here}: install the version" in said


def test_a_backup_of_an_earlier_site_is_read_and_new_columns_have_defaults(file):
    def age(values):
        values[0]["migrations"]["scheduling"].pop()
        place = next(
            n for n, v in enumerate(values) if isinstance(v, dict) and v.get("model") == "scheduling.learner"
        )
        column = values[place]["fields"].index("text_size")
        del values[place]["fields"][column], values[place + 1][column]

    rewrite(file, age)
    said = run("restore", file, "--replace")
    assert said.startswith("newer: scheduling is at ")
    assert Learner.objects.get().text_size == 100


@pytest.mark.parametrize(
    ("label", "column", "value", "said"),
    [
        ("scheduling.review", "grade", "x", "scheduling.Review.grade: “x” value must be an integer."),
        ("scheduling.review", "grade", 9, "scheduling.Review: "),
        ("scheduling.review", "sequence", 2, "scheduling.Review: "),
        ("scheduling.review", "study_day", None, "scheduling.Review.study_day: "),
        ("cards.card", "level", 9, "cards.Card: "),
        ("auth.user", "id", 2**63, "auth.User"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_nothing_is_written(file, label, column, value, said):
    number = changed(file, label, column, value)
    empty()
    heard = refused("restore", file)
    if column == "sequence":  # the first row could stand: the second repeats its number
        number += 1
    assert heard.startswith(f"Nothing was restored: {file} line {number}, {said}")
    assert not User.objects.exists()
    assert not Group.objects.exists()


def test_a_reference_to_nothing_is_refused_at_the_end(file):
    changed(file, "scheduling.review", "card_id", 123_456_789)
    assert "123456789" in refused("restore", file, "--replace")
    assert Review.objects.count() == 4


def test_a_right_that_this_site_does_not_know_is_left_out_and_named(file):
    changed(file, "auth.user_user_permissions", "permission_id", ["cards", "gone", "view_gone"])
    said = run("restore", file, "--replace")
    assert "not here: permission cards.gone.view_gone, left out: 1." in said
    assert not User.objects.get().user_permissions.exists()


def test_schedules_that_differ_from_their_log_are_restored_and_named(file):
    changed(file, "scheduling.cardstate", "easiness", 300)
    with pytest.raises(
        CommandError,
        match="^Restored; schedules that differ from their log, as they did in the backup: 1.*mends",
    ):
        run("restore", file, "--replace")
    assert CardState.objects.filter(easiness=300).exists()
