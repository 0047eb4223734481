"""A careful subset of YAML, read into a tree that knows its lines.

Refused, each with its line: anchors, aliases, tags, merge keys, duplicate or
odd keys, several documents, deep nesting, NUL and lone surrogates. Plain words
follow YAML 1.2 (so `no` is text), but a number that YAML 1.1 would read in
another base is left as text too.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from cards.records import Problem

MAX_DEPTH = 10
MAX_CHARACTERS = 4_000_000

Scalar = str | int | float | bool | datetime.date | None

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Leaf:
    """A scalar with the line on which its text begins."""

    line: int
    value: Scalar


@dataclass(frozen=True)
class Items:
    """A sequence."""

    line: int
    value: "tuple[Node, ...]"


@dataclass(frozen=True)
class Fields:
    """A mapping; `keys` says on which line each key stands."""

    line: int
    value: "dict[str, Node]"
    keys: dict[str, int]


Node = Leaf | Items | Fields


class Refused(Exception):
    """The text is not in our subset of YAML."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line, counted from 1, beside the sentence."""
        super().__init__(message)
        self.line = line
        self.message = message


def read(file: str, text: str, most: int = MAX_CHARACTERS) -> tuple[Node | None, list[Problem]]:
    """Return the text's tree, or None and the problem that stopped the reading. `most` in characters.

    Repeated keys do not stop it: each is a problem, and the first value counts.
    """
    builder = _Builder(file)
    try:
        _refuse_unsafe(text, most)
        return builder.document(text), builder.problems
    except Refused as refused:
        line, message = refused.line, refused.message
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, message = (mark.line + 1 if mark else 1), f"not valid YAML: {error.problem or error.context}"
    except yaml.YAMLError as error:
        line, message = 1, f"not valid YAML: {' '.join(str(error).split())}"
    return None, [*builder.problems, Problem(file, line, "", message)]


def _refuse_unsafe(text: str, most: int) -> None:
    """Raise Refused for a text that is too long or holds what no database can store."""
    if len(text) > most:
        raise Refused(1, f"{len(text)} characters; at most {most} are read")
    found = _UNSAFE.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(line, f"character U+{ord(found.group()):04X} is not allowed")


def refuse_unsafe_word(word: str, line: int) -> None:
    """Raise Refused for a value with a character that no database can store."""
    found = _UNSAFE.search(word)
    if found:
        raise Refused(line, f"character U+{ord(found.group()):04X} is not allowed")


def _line(event: yaml.Event) -> int:
    """Return the line on which an event begins, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


class _Builder:
    """Build the tree from the parser's events, so that no YAML object is made."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.depth = 0

    def document(self, text: str) -> Node:
        events = self._checked(yaml.parse(text, Loader=_LOADER))
        tree: Node = Leaf(1, None)
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Refused(_line(event), "a second document begins; a file holds one")
                tree = self._node(next(events), events)
        return tree

    def _checked(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """Yield the events; raise Refused at the first that is outside the subset."""
        for event in events:
            line = _line(event)
            if isinstance(event, yaml.AliasEvent):
                raise Refused(line, f"alias *{event.anchor}: write the value out")
            if isinstance(event, yaml.NodeEvent) and event.anchor:
                raise Refused(line, f"anchor &{event.anchor}: anchors are not allowed")
            tag = getattr(event, "tag", None)
            if tag:
                raise Refused(line, f"tag {tag}: tags are not allowed")
            self.depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
                event, yaml.CollectionEndEvent
            )
            if self.depth > MAX_DEPTH:
                raise Refused(line, f"nested deeper than {MAX_DEPTH}")
            yield event

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Node:
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._leaf(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(line, tuple(self._items(events)))
        return self._fields(line, events)

    def _items(self, events: Iterator[yaml.Event]) -> Iterator[Node]:
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            yield self._node(event, events)

    def _fields(self, line: int, events: Iterator[yaml.Event]) -> Fields:
        value: dict[str, Node] = {}
        keys: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            at = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise Refused(at, "a field's name must be a word")
            node = self._node(next(events), events)
            if event.value in value:
                message = f"stands twice; the first is on line {keys[event.value]}"
                self.problems.append(Problem(self.file, at, event.value, message))
                continue
            value[event.value], keys[event.value] = node, at
        return Fields(line, value, keys)

    def _leaf(self, event: yaml.ScalarEvent, line: int) -> Leaf:
        refuse_unsafe_word(event.value, line)
        if event.style in ("|", ">"):
            return Leaf(line + 1, event.value)
        return Leaf(line, event.value if event.style else _plain(event.value))


def _plain(text: str) -> Scalar:
    """Return what a word without quotes stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text
    return text
