"""Gate 2: the code of cards parses, runs and passes its check, and every mutant fails.

This part starts processes (two at a time), unlike the pure gates. The code runs
in `cards/code_sandbox.py`. It comes from the deck's own authors: the sandbox is
there against accidents, and must not be used for code of strangers.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cards.gates import text as prose
from cards.gates.finding import Finding, Gate
from cards.records import CardRecord

LIMIT = 5.0
LEAST_MUTANTS = {"coding": 2, "sql": 1}

_GATE = Gate("code")
_SANDBOX = Path(__file__).with_name("code_sandbox.py")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Checks = Mapping[str, tuple[str, str]]
Job = dict[str, Any]


def check(
    cards: Sequence[CardRecord],
    checks: Checks,
    *,
    limit: float = LIMIT,
    processes: int = 2,
    whole: bool = False,
) -> list[Finding]:
    """Return what is wrong with the cards' code.

    `checks` maps a card id to (path, text) of its check file. `limit` is in
    seconds for each run. `whole` says that no other cards exist, so a check
    without a card is an error. Needs a system that can fork.
    """
    live = [card for card in cards if card.status != "retired"]
    found = [finding for card in live for finding in check_text(card, checks)]
    broken = {finding.field.partition(".")[0] for finding in found if finding.severity == "fail"}
    by_id = {card.id: card for card in live if card.id not in broken and card.id in checks}
    jobs = [_job(card, *checks[card.id]) for card in by_id.values()]
    for verdict in _judge(jobs, limit, processes):
        found += _findings(by_id[verdict["id"]], verdict, checks[verdict["id"]][0])
    if whole:
        found += _orphans(cards, checks)
    return sorted(found)


def check_text(card: CardRecord, checks: Checks) -> Iterator[Finding]:
    """Yield what shows without running anything."""
    for passage in prose.passages(card):
        for code in prose.fences(passage.text, "python"):
            try:
                ast.parse(code)
            except (SyntaxError, ValueError) as error:
                yield _GATE.fail(
                    card, passage.where, f"holds Python that does not parse: {error}", line=passage.line
                )
    if card.kind in LEAST_MUTANTS and card.id not in checks:
        yield _GATE.fail(
            card, "details", f"has no check: a card of kind {card.kind} needs checks/{card.id}.py"
        )
    if card.id in checks and not any(prose.fences(card.details, name) for name in ("python", "sql")):
        yield _GATE.fail(card, "details", "holds no python or sql fence for its check")


def _job(card: CardRecord, path: str, check_code: str) -> Job:
    python = "\n\n".join(prose.fences(card.details, "python"))
    sql = prose.fences(card.details, "sql")
    kind = "sql" if sql and "EXPECTED" in check_code else "python"
    last = sql[-1] if sql else ""
    return {
        "id": card.id,
        "kind": kind,
        "python": python,
        "sql": last,
        "check": check_code,
        "check_file": path,
    }


def _judge(jobs: Sequence[Job], limit: float, processes: int) -> Iterator[Job]:
    """Yield the sandbox's verdict on each job; the jobs are dealt out to the processes."""
    hands = [list(jobs[at::processes]) for at in range(processes)]
    hands = [hand for hand in hands if hand]
    if not hands:
        return
    with ThreadPoolExecutor(len(hands)) as pool:
        for verdicts in pool.map(lambda hand: _sandbox(hand, limit), hands):
            yield from verdicts


def _sandbox(jobs: list[Job], limit: float) -> list[Job]:
    """Run the jobs in a process that shares nothing with this one but the interpreter."""
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0", **_ONE_THREAD}
    answer = subprocess.run(
        [sys.executable, "-I", "-B", "-W", "ignore", str(_SANDBOX)],
        input=json.dumps({"jobs": jobs, "limit": limit}),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        verdicts: list[Job] = json.loads(answer.stdout)
        return verdicts
    told = answer.stderr.strip().splitlines()[-1:] or [f"status {answer.returncode}"]
    error = {"passed": False, "error": f"the sandbox did not run: {told[0]}", "line": 1}
    return [{"id": job["id"], "base": error, "mutants": []} for job in jobs]


def _findings(card: CardRecord, verdict: Job, path: str) -> Iterator[Finding]:
    base, mutants = verdict["base"], verdict["mutants"]
    if not base["passed"]:
        hint = "; install requirements/dev.txt" if base.get("type") == "ModuleNotFoundError" else ""
        yield _said(path, base.get("line", 1), card, f"the check fails: {base['error']}{hint}")
        return
    least = LEAST_MUTANTS.get(card.kind, 1)
    if len(mutants) < least:
        yield _said(path, 1, card, f"has {len(mutants)} mutants; a check of kind {card.kind} needs {least}")
    for mutant in mutants:
        change = f"{mutant['find']} -> {mutant['put']}"
        if "unfit" in mutant:
            yield _said(path, 1, card, f"a mutant proves nothing, for {mutant['unfit']}", change)
        elif mutant["passed"]:
            yield _said(path, 1, card, "the check passes although the code is broken", change)


def _said(path: str, line: int, card: CardRecord, message: str, value: str = "") -> Finding:
    return Finding(path, line, f"{card.id}.code", "fail", "code", message, value)


def _orphans(cards: Sequence[CardRecord], checks: Checks) -> Iterator[Finding]:
    for name in sorted(checks.keys() - {card.id for card in cards}):
        yield Finding(checks[name][0], 1, name, "fail", "code", "is a check without a card")
