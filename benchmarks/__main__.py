"""make bench: the figures that matter, on a database of its own.

Prints statements, milliseconds (median of several, in process) and ratios;
quote ratios, since times depend on the machine. ANNEAL_TEST_ENGINE chooses
sqlite (in a temporary file) or postgresql (a server of its own).
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

FOLDER = tempfile.TemporaryDirectory(prefix="anneal-bench-")
if os.environ.get("ANNEAL_TEST_ENGINE", "sqlite") == "sqlite":
    os.environ["ANNEAL_TEST_DATABASE_URL"] = f"sqlite:///{FOLDER.name}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import tests.engine  # noqa: E402, F401  starts PostgreSQL where it is asked for

import django  # noqa: E402  isort: skip

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.fill import fill, make_cards  # noqa: E402
from cards.models import Card  # noqa: E402
from scheduling import fold, queue, simulation, sm2  # noqa: E402
from scheduling.models import CardState, Learner, Plan  # noqa: E402
from scheduling.rebuild import rebuild  # noqa: E402
from scheduling.scope import Scope  # noqa: E402
from tests.scheduling import test_simulation  # noqa: E402

REVIEWS = 100_000
CARDS = 10_000
HTMX = {"HX-Request": "true"}


def timed(call: Callable[[], object], times: int = 15) -> float:
    """Return the median milliseconds of a call."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def say(name: str, value: object) -> None:
    print(f"{name:<62} {value}", flush=True)


def learner_of(name: str, reviews: int) -> Learner:
    """Return a learner with a year of answers."""
    learner = Learner.of(User.objects.create_user(name, f"{name}@example.com"))
    fill(learner, reviews, datetime.now(UTC).date(), seed=reviews)
    return learner


def client_of(learner: Learner) -> Client:
    client = Client(headers=HTMX)
    client.force_login(learner.user)
    return client


def grade(client: Client, learner: Learner) -> None:
    """Answer what is next, as its page would."""
    learner.refresh_from_db()
    cards = CardState.objects.filter(user=learner.pk, due_on__lte=learner.today(datetime.now(UTC)))
    state = cards.filter(suspended=False).order_by("due_on").first()
    data = {"grade": 4, "turn": str(uuid4()), "seen": state.review_count}
    assert client.post(f"/study/{state.card_id}/grade/", data)["X-Anneal-Outcome"] == "stored"


def requests(learner: Learner) -> None:
    """Grade and show the next: statements, time, and times a request that only knows its user."""
    client = client_of(learner)
    CardState.objects.filter(user=learner.pk).update(due_on=datetime.now(UTC).date() - timedelta(days=1))
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        grade(client, learner)
    own = (
        sum("BEGIN" not in q["sql"] and "COMMIT" not in q["sql"] for q in queries) - 2
    )  # ours, to find the card
    null = timed(lambda: client.get("/study/1/skip/"), 60)
    both = timed(lambda: grade(client, learner), 60)
    say("grade and next: statements (BEGIN and COMMIT left out)", own)
    say("grade and next: ms, with finding the card to grade", f"{both:.1f}")
    say("... times a request that loads session and user alone", f"{both / null:.1f}")
    say("study page: ms", f"{timed(lambda: client.get('/study/')):.1f}")
    say("study page: bytes", len(client.get("/study/").content))


def pages(learner: Learner) -> None:
    client = client_of(learner)
    for url in ("/", "/progress/", "/plan/", "/cards/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        say(
            f"{url} at {REVIEWS:,} reviews: statements, ms",
            f"{len(queries)}, {timed(lambda url=url: client.get(url), 7):.0f}",
        )


def due_scales(few: Learner, many: Learner) -> None:
    now = datetime.now(UTC)

    def rows(learner: Learner) -> object:
        today = learner.today(now)
        return queue.due_rows(queue.awake_states(learner, today, Scope()), today)

    first, last = timed(lambda: rows(few), 30), timed(lambda: rows(many), 30)
    say("due rows, 1,000 at most: ms at few and at many states", f"{first:.1f}, {last:.1f}")


def main() -> None:
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    call_command("load_deck", Path("fixtures/deck"), verbosity=0)
    say("load the deck: s", f"{time.perf_counter() - began:.1f}")
    say("database", connection.vendor)
    make_cards(CARDS)
    few, many = learner_of("few", 1000), learner_of("many", REVIEWS)
    say("cards, states, reviews", (Card.objects.count(), CardState.objects.count(), REVIEWS + 1000))
    began = time.perf_counter()
    assert list(rebuild(check=True)) == []
    say(
        "rebuild_states --check: reviews a second", f"{(REVIEWS + 1000) / (time.perf_counter() - began):,.0f}"
    )
    requests(few)
    requests(many)
    due_scales(few, many)
    interview_on = datetime.now(UTC).date() + timedelta(days=60)
    Plan.objects.create(user=many.user, interview_on=interview_on, minutes=[30] * 7, scope={})
    pages(many)
    cards = [simulation.Card(n, n - n % 3, f"card-{n}", fold.State()) for n in range(1000)]
    course = test_simulation.course(left=90, minutes=60)
    say(
        "simulate 1,000 cards over 90 days: ms", f"{timed(lambda: simulation.simulate(cards, course), 5):.0f}"
    )
    memory = sm2.Memory(5, 40, 250)
    say("sm2.review: microseconds", f"{timed(lambda: [sm2.review(memory, 4) for _ in range(1000)]):.2f}")
    say("largest memory of this process: MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
