"""Run the code of cards with their checks; started as a script, knows no Django.

Reads jobs as JSON from standard input and writes the verdicts as JSON to
standard output. Every run, of the code as it is and of each mutant, is a forked
process of its own: without network, in an empty folder, with bounded time and
memory. The parent imports the heavy packages once, so a fork costs milliseconds.
"""

import contextlib
import ctypes
import importlib
import json
import math
import os
import resource
import select
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import types
from typing import Any

MEMORY = 4 * 2**30
FILE_SIZE = 2**20
HEAVY = ("numpy", "pandas", "scipy", "sklearn")
REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "ctypes.dlopen",
)
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

Verdict = dict[str, Any]


class SameText(Exception):
    """A mutant's `find` is not in the code, or changes nothing."""


def run_card(job: Verdict, limit: float) -> Verdict:
    """Return the verdict on a card: {"base": ..., "mutants": [...]}.

    Each verdict has "passed" and, if not, "error" and perhaps "line" (of the check).
    """
    base = _forked(job, None, limit)
    mutants = []
    for at, (find, put) in enumerate(base.get("mutants", [])):
        verdict = _forked(job, at, limit)
        mutants.append({"find": find, "put": put} | verdict)
    return {"id": job["id"], "base": base, "mutants": mutants}


def _forked(job: Verdict, mutant: int | None, limit: float) -> Verdict:
    """Run one variant in a child and wait for its verdict, killing it when time is up."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(job, mutant, limit, writer)
    os.close(writer)
    try:
        return _verdict(reader, 2 * limit) or {
            "passed": False,
            "error": f"no answer within {limit:g} s",
            "killed": True,
        }
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _verdict(reader: int, seconds: float) -> Verdict:
    """Return what a child wrote, or nothing if it stayed silent."""
    deadline = time.monotonic() + seconds
    data = b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            break
        chunk = os.read(reader, 65_536)
        if not chunk:
            break
        data += chunk
    with contextlib.suppress(ValueError):
        found: Verdict = json.loads(data)
        return found
    return {}


def _child(job: Verdict, mutant: int | None, limit: float, writer: int) -> None:
    """Run one variant, write the verdict, end: this never returns."""
    verdict: Verdict = {"passed": False, "error": "did not finish"}
    try:
        with tempfile.TemporaryDirectory() as folder:
            _close_the_doors(folder, limit)
            try:
                verdict = {"passed": True, "mutants": _run(job, mutant)}
            except SameText as error:
                verdict = {"passed": True, "mutants": [], "unfit": str(error)}
            except BaseException as error:
                verdict = {"passed": False} | _told(error, job)
            os.chdir("/")
        os.write(writer, json.dumps(verdict, default=str).encode())
    finally:
        os._exit(0)


def _close_the_doors(folder: str, limit: float) -> None:
    """Take away output, network, processes and unbounded time and memory."""
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    os.chdir(folder)
    seconds = math.ceil(limit)
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(REFUSED):
        raise PermissionError(f"{event} is not allowed in a card's code")


def _run(job: Verdict, mutant: int | None) -> list[list[str]]:
    """Run the variant, raise if its check fails, return the mutants of the check."""
    check = _module("check", job["check"], job["check_file"])
    mutants = [[str(find), str(put)] for find, put in getattr(check, "MUTANTS", [])]
    code = job["sql" if job["kind"] == "sql" else "python"]
    if mutant is not None:
        code = _mutated(code, *mutants[mutant])
    if job["kind"] == "sql":
        _compare_rows(check, code)
    else:
        _fit(code, mutant)
        check.check(_module("card", code, "<card>"))
    return mutants


def _mutated(code: str, find: str, put: str) -> str:
    changed = code.replace(find, put)
    if changed == code:
        raise SameText("its text is not in the code" if find not in code else "it changes nothing")
    return changed


def _fit(code: str, mutant: int | None) -> None:
    """Raise SameText for a mutant that is no Python: it would fail any check."""
    if mutant is None:
        return
    try:
        compile(code, "<card>", "exec")
    except SyntaxError as error:
        raise SameText("it does not parse, so any check would fail") from error


def _module(name: str, code: str, file: str) -> types.ModuleType:
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(code, file, "exec"), module.__dict__)
    return module


def _compare_rows(check: types.ModuleType, query: str) -> None:
    """Raise AssertionError unless the query gives EXPECTED on the tables of SCHEMA."""
    base = sqlite3.connect(":memory:")
    base.executescript(check.SCHEMA)
    rows = base.execute(query.strip().rstrip(";")).fetchall()
    expected = [tuple(row) for row in check.EXPECTED]
    same = len(rows) == len(expected) and all(map(_same_row, rows, expected))
    assert same, f"the rows are {rows[:6]}, not {expected[:6]}"


def _same_row(row: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    return len(row) == len(expected) and all(map(_same, row, expected))


def _same(value: Any, expected: Any) -> bool:
    if isinstance(value, float) or isinstance(expected, float):
        numbers = isinstance(value, int | float) and isinstance(expected, int | float)
        return numbers and math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)
    return bool(value == expected)


def _told(error: BaseException, job: Verdict) -> Verdict:
    """Return the error in a sentence, with the line of the check where it arose."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == job["check_file"]
    ]
    line = (lines[-1] if lines else 0) or 1
    text = " ".join(str(error).split())[:300]
    return {
        "error": f"{type(error).__name__}: {text}".rstrip(": "),
        "line": line,
        "type": type(error).__name__,
    }


def _cut_the_network() -> None:
    """Leave the host's network where the kernel lets us; the audit hook stands anyway."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def main() -> None:
    """Judge the jobs of standard input."""
    order = json.load(sys.stdin)
    _cut_the_network()
    said = "".join(job["check"] + job["python"] for job in order["jobs"])
    for name in HEAVY:
        if name in said:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    json.dump([run_card(job, order["limit"]) for job in order["jobs"]], sys.stdout)


if __name__ == "__main__":
    main()
