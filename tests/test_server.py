"""A real server under kill -9 and under repeated requests: nothing acknowledged is lost, nothing counts twice."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.sites import ROOT, Site, new_database

CSRF = "a" * 32
LEARNERS, CARDS, KILLS = 3, 400, 3
PREPARE = f"""
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from cards.models import Area, Card, Topic
import json
topic = Topic.objects.create(slug="t", name="T", area=Area.objects.create(slug="a", name="A"))
Card.objects.bulk_create([Card(slug=f"c{{n}}", question="?", answer="!", topic=topic, position=n, status="published") for n in range({CARDS})])
keys = []
for n in range({LEARNERS}):
    user = User.objects.create_user(f"u{{n}}")
    session = SessionStore()
    session.update({{"_auth_user_id": str(user.pk), "_auth_user_backend": "config.accounts.LearnerBackend", "_auth_user_hash": user.get_session_auth_hash()}})
    session.save()
    keys.append(session.session_key)
print("READY" + json.dumps([keys, list(Card.objects.order_by("pk").values_list("pk", flat=True))]))
"""
STORED = """
from scheduling.models import Review
from scheduling.rebuild import rebuild
import json
print("READY" + json.dumps([[str(turn) for turn in Review.objects.values_list("turn", flat=True)], list(rebuild(check=True))]))
"""


class Server(Site):
    """gunicorn with the site's own settings, HTTPS off, on a database and static files of its own."""

    def __init__(self, url, static):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        super().__init__(url)
        self.env["STATIC_ROOT"] = str(static)
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.process = None

    def start(self):
        call = [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "-b",
            f"127.0.0.1:{self.port}",
            "--threads",
            "4",
            "--log-level",
            "error",
        ]
        self.process = subprocess.Popen(
            call, cwd=ROOT, env=self.env, start_new_session=True, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            try:
                if self.request("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def request(self, method, path, body=None, session=""):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "HX-Request": "true",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(connection):
            connection.request(method, path, body and urlencode(body), headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.headers.get("X-Anneal-Outcome")

    def grade(self, session, card, turn):
        body = {"grade": random.Random(turn).randint(0, 5), "turn": turn, "seen": 0}
        return self.request("POST", f"/study/{card}/grade/", body, session)


@pytest.fixture
def server(tmp_path):
    """Give a server on the engine under test."""
    found = Server(new_database(tmp_path), tmp_path / "static")
    yield found
    if found.process and found.process.poll() is None:
        found.kill()


def test_killed_workers_lose_no_acknowledged_grade_and_count_none_twice(server):
    keys, cards = server.ask(PREPARE)
    server.start()
    acknowledged, stop = [], threading.Event()

    def learn(session):
        for card in cards:
            turn = str(uuid4())
            while not stop.is_set():
                try:
                    status, outcome = server.grade(session, card, turn)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.05)  # the line is down: the same turn again
                    continue
                if status == 200 and outcome in ("stored", "repeated"):
                    acknowledged.append(turn)
                    break
                assert status in (200, 502, 503), (status, outcome)
            if stop.is_set():
                return

    threads = [threading.Thread(target=learn, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(1)
        server.kill()
        server.start()
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join(timeout=20)

    stored, differences = server.ask(STORED)
    assert len(acknowledged) > 50
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored)) <= len(acknowledged) + LEARNERS
    assert differences == []


def test_each_turn_sent_many_times_at_once_is_stored_once(server):
    keys, cards = server.ask(PREPARE)
    server.start()
    turns = [(card, str(uuid4())) for card in cards[:25]]
    outcomes = []

    def send():
        for card, turn in turns:
            outcomes.append((turn, *server.grade(keys[0], card, turn)))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    stored, differences = server.ask(STORED)
    assert sorted(stored) == sorted(turn for _, turn in turns)
    assert {status for _, status, _ in outcomes} == {200}
    for _, turn in turns:
        assert sorted(outcome for sent, _, outcome in outcomes if sent == turn) == ["repeated"] * 3 + [
            "stored"
        ]
    assert differences == []
