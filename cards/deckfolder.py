"""Where a deck lies on disk: find its files, read them, hand over plain values.

The folder layout is <root>/taxonomy.yaml, <root>/bibliography.yaml,
<root>/<area>/<topic>.yaml and <root>/checks/<card id>.py.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cards.deckfile import load_bibliography, load_taxonomy
from cards.gates.finding import Finding
from cards.records import Problem, Source, Taxonomy

TAXONOMY = "taxonomy.yaml"
BIBLIOGRAPHY = "bibliography.yaml"
CHECKS = "checks"


def topic_files(paths: Iterable[Path]) -> list[Path]:
    """Return the topic files among the paths and in the folders they name, sorted."""
    found: set[Path] = set()
    for path in paths:
        found |= set(path.rglob("*.yaml")) if path.is_dir() else {path}
    return sorted(path for path in found if path.name not in (TAXONOMY, BIBLIOGRAPHY))


def deck_root(path: Path) -> Path:
    """Return the folder with the taxonomy that a path belongs to, else the path's own folder."""
    here = path.resolve()
    for folder in (here, *here.parents):
        if (folder / TAXONOMY).is_file():
            return folder
    return here if here.is_dir() else here.parent


def read_texts(paths: Iterable[Path]) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Return (path, text) pairs, and a problem for each file that is no UTF-8 text."""
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            texts.append((str(path), path.read_text(encoding="utf-8")))
        except OSError as error:
            problems.append(Problem(str(path), 1, "", f"cannot be read: {error.strerror}"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(
                Problem(str(path), line, "", f"is not UTF-8: byte 0x{error.object[error.start]:02x}")
            )
    return texts, problems


def read_taxonomy(root: Path) -> tuple[Taxonomy, list[Problem]]:
    """Return the deck's map."""
    texts, problems = read_texts([root / TAXONOMY])
    for name, text in texts:
        taxonomy, wrong = load_taxonomy(name, text)
        return taxonomy, wrong
    return Taxonomy(), problems


def read_bibliography(paths: Iterable[Path]) -> tuple[dict[str, Source], list[Problem]]:
    """Return the sources of several files together; a key given twice must agree."""
    sources: dict[str, Source] = {}
    home: dict[str, str] = {}
    texts, problems = read_texts(path for path in paths if path.exists())
    for name, text in texts:
        found, wrong = load_bibliography(name, text)
        problems += wrong
        for key, source in found.items():
            home.setdefault(key, name)
            if sources.setdefault(key, source) != source:
                problems.append(Problem(name, source.line(), key, f"differs from the entry in {home[key]}"))
    return sources, problems


def read_coverage(path: Path) -> frozenset[str] | None:
    """Return the ids of the checklist, or None where there is no such file."""
    if not path.is_file():
        return None
    return frozenset(str(item["id"]) for item in json.loads(path.read_text(encoding="utf-8")))


def read_checks(folder: Path) -> dict[str, tuple[str, str]]:
    """Return card id -> (path, text) for each check of a card's code."""
    files = sorted(folder.glob("*.py")) if folder.is_dir() else []
    return {path.stem: (str(path), path.read_text(encoding="utf-8")) for path in files}


def read_misspellings() -> dict[str, str]:
    """Return codespell's dictionary, wrong -> right; empty where it is not installed."""
    spec = importlib.util.find_spec("codespell_lib")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / "data" / "dictionary.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pairs = (line.lower().partition("->") for line in lines)
    return {wrong: right.rstrip(", ") for wrong, arrow, right in pairs if arrow}


def copied_words(tool: Path, files: Iterable[Path]) -> Iterator[Finding]:
    """Yield what tools/check_copied.py says: runs of words taken from elsewhere (gate 6)."""
    call = [sys.executable, str(tool), *map(str, files)]
    answer = subprocess.run(call, capture_output=True, text=True, check=False, timeout=600)
    for line in (answer.stdout + answer.stderr).splitlines():
        file, _, rest = line.partition(":")
        number, _, run = rest.partition(":")
        at = int(number) if number.isdigit() else 1
        yield Finding(
            file, at, "", "fail", "copying", "repeats words of a source article", run.strip() or rest
        )
