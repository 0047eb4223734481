import ast
from pathlib import Path

import pytest

from cards import code_runner, deckfile, deckfolder
from cards.records import CardRecord

DECK = Path(__file__).parent.parent / "fixtures" / "deck-small"


def card(code, *, kind="coding", language="python", name="c"):
    details = f"```{language}\n{code}\n```"
    return CardRecord(
        id=name,
        kind=kind,
        level=2,
        status="published",
        question="Q?",
        answer="A",
        details=details,
        file="t.yaml",
    )


def run(code, check, **changes):
    """Return the messages on one card with one check."""
    found = code_runner.check([card(code, **changes)], {"c": ("c.py", check)}, limit=1)
    return [f"{finding.file}:{finding.line} {finding.message}" for finding in found]


CHECK = "def check(card):\n    assert card.f(2) == 5\nMUTANTS = [('2 *', '3 *'), ('+ 1', '+ 2')]\n"


def test_the_code_of_the_small_deck_passes_and_its_mutants_fail():
    texts, _ = deckfolder.read_texts(deckfolder.topic_files([DECK]))
    cards = deckfile.load_deck(texts).cards

    assert code_runner.check(cards, deckfolder.read_checks(DECK / "checks"), whole=True) == []


def test_good_code_passes():
    assert run("def f(x): return 2 * x + 1", CHECK) == []


def test_a_failing_check_names_the_line_of_the_assertion():
    assert run("def f(x): return 2 * x", CHECK) == ["c.py:2 the check fails: AssertionError"]


def test_a_mutant_that_survives_fails():
    weak = CHECK.replace("== 5", "> 0")

    assert (
        run("def f(x): return 2 * x + 1", weak) == ["c.py:1 the check passes although the code is broken"] * 2
    )


@pytest.mark.parametrize(
    ("mutant", "why"),
    [
        ("('nowhere', 'x')", "its text is not in the code"),
        ("('2 *', '2 *')", "it changes nothing"),
        ("('def', 'dfe')", "it does not parse, so any check would fail"),
    ],
)
def test_a_mutant_that_proves_nothing_fails(mutant, why):
    check = CHECK.replace("('2 *', '3 *')", mutant)

    assert run("def f(x): return 2 * x + 1", check) == [f"c.py:1 a mutant proves nothing, for {why}"]


def test_a_coding_card_needs_a_check_with_two_mutants():
    assert run("def f(x): return 5", "def check(card): assert card.f(1)") == [
        "c.py:1 has 0 mutants; a check of kind coding needs 2"
    ]
    (finding,) = code_runner.check([card("x = 1")], {})
    assert finding.message == "has no check: a card of kind coding needs checks/c.py"


def test_python_that_does_not_parse_is_found_in_any_card():
    (finding,) = code_runner.check([card("def f(:", kind="concept")], {})

    assert finding.message.startswith("holds Python that does not parse")
    assert finding.field == "c.details"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def f(x):\n    while True: pass", "no answer within 1 s"),
        ("import time\ndef f(x): time.sleep(60)", "no answer within 1 s"),
        ("import os\ndef f(x): os._exit(0)", "no answer within 1 s"),
        ("def f(x): return bytearray(10**12)", "MemoryError"),
        (
            "import socket\ndef f(x): socket.create_connection(('127.0.0.1', 9))",
            "is not allowed in a card's code",
        ),
        ("import subprocess\ndef f(x): subprocess.run(['true'])", "is not allowed in a card's code"),
        ("import os\ndef f(x): os.system('true')", "is not allowed in a card's code"),
        ("def f(x): raise SystemExit(0)", "SystemExit: 0"),
        ("import no_such_package\ndef f(x): return 5", "install requirements/dev.txt"),
    ],
)
def test_code_that_hangs_or_reaches_out_fails(code, message):
    (line,) = run(code, CHECK)

    assert message in line


def test_a_mutant_that_hangs_is_caught():
    check = CHECK.replace("('2 *', '3 *')", "('return', 'while True: pass\\n    return')")

    assert run("def f(x):\n    return 2 * x + 1", check) == []


def test_one_run_leaves_nothing_to_the_next():
    check = "import sys\ndef check(card):\n    assert not hasattr(sys, 'seen')\n    sys.seen = True\n    assert card.f() == 1\n"
    check += "MUTANTS = [('1', '2'), ('1', '3')]"

    assert run("def f(): return 1", check) == []


SQL = "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2.5), (1, 3), (2, 1);"
SQL_CHECK = f"SCHEMA = {SQL!r}\nEXPECTED = [(1, 5.5), (2, 1.0)]\nMUTANTS = [('sum', 'max'), ('ORDER BY a', 'ORDER BY a DESC')]\n"
QUERY = "SELECT a, sum(b) FROM t GROUP BY a ORDER BY a;"


def test_rows_of_sql_are_compared():
    assert run(QUERY, SQL_CHECK, kind="sql", language="sql") == []
    (line,) = run(QUERY.replace("sum", "min"), SQL_CHECK, kind="sql", language="sql")
    assert "the rows are [(1, 2.5), (2, 1)], not [(1, 5.5), (2, 1.0)]" in line


def test_a_check_without_a_card_is_found_in_the_whole_deck():
    (finding,) = code_runner.check([], {"gone": ("checks/gone.py", "")}, whole=True)

    assert finding.message == "is a check without a card"


def test_retired_cards_are_not_run():
    retired = CardRecord(
        id="c",
        kind="coding",
        level=1,
        status="retired",
        question="Q",
        answer="A",
        details="```python\n(\n```",
    )

    assert code_runner.check([retired], {}) == []


def test_the_sandbox_imports_nothing_of_ours():
    tree = ast.parse((Path(code_runner.__file__).parent / "code_sandbox.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert not any(name.startswith(("cards", "django")) for name in names)
