"""What a field may hold: small functions that turn a YAML node into a value.

A shape takes (node, path, report) and returns the value, or ABSENT after it
has reported why not. Shapes never raise, so one reading finds every error.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from cards.records import Record
from cards.yamltree import Fields, Items, Leaf, Node

MAX_TEXT = 65_536
LARGEST = 1e300

ABSENT: Final = object()
Report = Callable[[int, str, str], None]
Shape = Callable[[Node, str, Report], Any]
R = TypeVar("R", bound=Record)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Field:
    """One field of a mapping; an optional one may be absent or null."""

    shape: Shape
    required: bool = False


def needed(shape: Shape) -> Field:
    """Return a field that must be there."""
    return Field(shape, required=True)


def shown(node: Node) -> str:
    """Name a value in an error message."""
    if isinstance(node, Fields):
        return "a mapping"
    if isinstance(node, Items):
        return "a list"
    if node.value is None:
        return "nothing"
    text = str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
    if isinstance(node.value, str):
        text = f'"{text}"'
    return text if len(text) <= 60 else text[:56] + '..."'


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str:
    """Return a hint such as '; did you mean "answer"?', or nothing below that likeness."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=least)
    return f'; did you mean "{found[0]}"?' if found else ""


def _wrong(node: Node, path: str, report: Report, allowed: str) -> Any:
    report(node.line, path, f"is {shown(node)}; allowed: {allowed}")
    return ABSENT


def text(node: Node, path: str, report: Report) -> Any:
    """Accept text that is not blank; line ends become LF, the last ones go."""
    if not isinstance(node, Leaf) or not isinstance(node.value, str) or not node.value.strip():
        return _wrong(node, path, report, "text (in quotes, if it looks like a number, a date or true)")
    if len(node.value) > MAX_TEXT:
        report(node.line, path, f"has {len(node.value)} characters; allowed: {MAX_TEXT}")
        return ABSENT
    return node.value.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


def slug(longest: int) -> Shape:
    """Return the shape of a name made of lower-case letters, digits and single dashes."""

    def shape(node: Node, path: str, report: Report) -> Any:
        word = str(node.value) if isinstance(node, Leaf) and type(node.value) in (str, int) else ""
        if not _SLUG.fullmatch(word) or len(word) > longest:
            return _wrong(
                node, path, report, f"lower-case letters, digits, single dashes; at most {longest} characters"
            )
        return word

    return shape


def one_of(choices: Iterable[str | int]) -> Shape:
    """Return the shape of a value out of a short list."""
    known = tuple(choices)

    def shape(node: Node, path: str, report: Report) -> Any:
        if isinstance(node, Leaf) and not isinstance(node.value, bool) and node.value in known:
            return node.value
        hint = nearest(str(node.value), map(str, known)) if isinstance(node, Leaf) else ""
        return _wrong(node, path, report, " ".join(map(str, known)) + hint)

    return shape


def whole(lowest: int, highest: int) -> Shape:
    """Return the shape of a whole number within bounds."""

    def shape(node: Node, path: str, report: Report) -> Any:
        if type(node.value) is int and lowest <= node.value <= highest:
            return node.value
        return _wrong(node, path, report, f"a whole number from {lowest} to {highest}")

    return shape


def number(node: Node, path: str, report: Report) -> Any:
    """Accept a finite number."""
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
        return float(value)
    return _wrong(node, path, report, "a number")


def flag(node: Node, path: str, report: Report) -> Any:
    """Accept true or false."""
    return node.value if isinstance(node.value, bool) else _wrong(node, path, report, "true or false")


def day(node: Node, path: str, report: Report) -> Any:
    """Accept a date such as 2026-11-21."""
    if isinstance(node.value, datetime.date):
        return node.value
    return _wrong(node, path, report, "a date such as 2026-11-21, without quotes")


def each(shape: Shape) -> Shape:
    """Return the shape of a list; what cannot be read is reported and left out."""

    def shape_of_list(node: Node, path: str, report: Report) -> Any:
        if not isinstance(node, Items):
            return _wrong(node, path, report, "a list")
        read = [shape(item, f"{path}[{at}]", report) for at, item in enumerate(node.value)]
        return tuple(value for value in read if value is not ABSENT)

    return shape_of_list


def record(make: type[R], fields: Mapping[str, Field]) -> Shape:
    """Return the shape of a mapping with just these fields, read into `make`."""

    def shape(node: Node, path: str, report: Report) -> Any:
        if not isinstance(node, Fields):
            return _wrong(node, path, report, "a mapping with " + ", ".join(fields))
        values = _read_fields(node, path, report, fields)
        if values is None:
            return ABSENT
        lines = {"": node.line} | {name: child.line for name, child in node.value.items()}
        return make(lines=lines, **values)

    return shape


def _read_fields(
    node: Fields, path: str, report: Report, fields: Mapping[str, Field]
) -> dict[str, Any] | None:
    """Return the values that could be read, or None when a required one is missing."""
    for name in node.value:
        if name not in fields:
            report(node.keys[name], join(path, name), f"unknown field{nearest(name, fields)}")
    values: dict[str, Any] = {}
    complete = True
    for name, wanted in fields.items():
        child = node.value.get(name)
        if child is None or (isinstance(child, Leaf) and child.value is None):
            if wanted.required:
                report(child.line if child else node.line, join(path, name), "is missing")
                complete = False
            continue
        value = wanted.shape(child, join(path, name), report)
        if value is not ABSENT:
            values[name] = value
        complete = complete and (value is not ABSENT or not wanted.required)
    return values if complete else None


def join(path: str, name: str) -> str:
    """Return a field's full name."""
    return f"{path}.{name}" if path else name
