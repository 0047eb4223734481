"""Backups of sites that are in use, on disks that are full, and restores that are killed."""

import os
import signal
import subprocess
import time

import pytest

from scheduling.backup import lines
from tests.sites import Site, new_database

FILL = """
from django.contrib.auth.models import User
from cards.models import Area, Card, Topic
topic = Topic.objects.create(slug="t", name="T", area=Area.objects.create(slug="a", name="A"))
Card.objects.bulk_create([Card(slug=f"c{n}", question="?", answer="!", topic=topic, position=n, status="published") for n in range(%d)])
for n in range(3):
    User.objects.create_user(f"u{n}", password="x")
"""
STUDY = """
from datetime import datetime, UTC
from uuid import uuid4
from django.contrib.auth.models import User
from cards.models import Card
from scheduling import study
from scheduling.models import Learner
learners = [Learner.of(user) for user in User.objects.all()]
print("READY", flush=True)
for card in Card.objects.order_by("pk"):
    for learner in learners:
        study.grade(learner, card.pk, study.Answer(4, uuid4(), 0), datetime.now(UTC))
"""
LOGS = """
from django.db.models import Count, F, Max
from scheduling.models import CardState, Learner
import json
ends = Learner.objects.annotate(n=Count("user__reviews"), last=Max("user__reviews__sequence"))
print("READY" + json.dumps([list(ends.values_list("n", "last", "last_sequence")), CardState.objects.count()]))
"""
COUNTS = """
from django.contrib.auth.models import User
from cards.models import Card
import json
print("READY" + json.dumps([User.objects.count(), Card.objects.count()]))
"""


def filled(folder, cards):
    """Return a site with so many cards and three accounts."""
    site = Site(new_database(folder))
    site.manage("shell", "--no-imports", "-c", FILL % cards)
    return site


@pytest.fixture
def site(tmp_path):
    return filled(tmp_path, 20_000)


def test_backups_while_another_process_writes_hold_one_moment_each(tmp_path):
    site, copy = filled(tmp_path, 3000), Site(new_database(tmp_path))
    writer = site.start_command("shell", "--no-imports", "-c", STUDY, stdout=subprocess.PIPE)
    answers = []
    with writer:
        writer.stdout.readline()
        for n in range(3):
            site.manage("backup", tmp_path / f"{n}.gz")
        assert writer.poll() is None, "it still writes"
        writer.kill()
    for n in range(3):
        said = copy.manage("restore", tmp_path / f"{n}.gz", "--replace")
        assert "schedules equal their log." in said
        logs, states = copy.ask(LOGS)
        answers.append(sum(count for count, _, _ in logs))
        assert states == answers[-1]
        assert all(count == (last or 0) == sequence for count, last, sequence in logs)
    assert answers == sorted(set(answers)), "the site was written to meanwhile"


def test_a_restore_that_is_killed_leaves_nothing_and_can_be_repeated(site, tmp_path):
    file = tmp_path / "site.gz"
    site.manage("backup", file)
    copy = Site(new_database(tmp_path))
    terminal, inside = os.openpty()
    with copy.start_command("restore", file, stdout=inside) as process:
        os.close(inside)
        shown = b""
        while b" of " not in shown:
            shown += os.read(terminal, 1000)
        process.send_signal(signal.SIGKILL)
    os.close(terminal)
    assert process.returncode == -signal.SIGKILL
    for _ in range(50):  # PostgreSQL takes a moment to notice
        if copy.ask(COUNTS) == [0, 0]:
            break
        time.sleep(0.1)
    copy.manage("restore", file)
    assert copy.ask(COUNTS) == [3, 20_000]


def test_a_backup_that_is_killed_leaves_the_last_one_and_does_not_stop_the_next(site, tmp_path):
    file = tmp_path / "site.gz"
    site.manage("backup", file)
    before = file.read_bytes()
    with site.start_command("backup", file, "--force") as process:
        while not (tmp_path / "site.gz.partial").exists():
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
    assert file.read_bytes() == before
    site.manage("backup", file, "--force")
    assert lines.check(file)["rows"]["cards.card"] == 20_000
    assert not (tmp_path / "site.gz.partial").exists()


def test_a_full_disk_leaves_no_file(site, tmp_path):
    file = tmp_path / "site.gz"
    small = ["bash", "-c", 'ulimit -f 100; exec "$@"', "-"]
    code, _, errors = site.attempt("backup", file, before=small)
    assert (code, errors.count("\n")) == (1, 1)
    assert errors == f"CommandError: No backup: {file}: File too large.\n"
    assert not list(tmp_path.glob("site.gz*"))
