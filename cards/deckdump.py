"""Records -> deck YAML in one settled form, so that a dump read again is equal."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from cards.deckfile import CARD_FIELDS
from cards.records import CardRecord, Source, plain

_BARE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_KEPT = ("roles", "companies", "prerequisites", "covers", "sources")


class _Dumper(yaml.SafeDumper):
    """Slugs bare, prose quoted, long text as `|` blocks, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"'
    if _BARE.fullmatch(value) and len(value) <= 60:
        style = ""
    elif "\n" in value:
        style = "|"
    elif "\\" in value:
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style or None)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", _float(value))


def _float(value: float) -> str:
    """Return digits that YAML 1.1 and 1.2 readers both take for this number."""
    digits, mark, exponent = repr(value).partition("e")
    if mark and "." not in digits:
        digits += ".0"
    return f"{digits}e{int(exponent):+03d}" if mark else digits


def _list(dumper: yaml.SafeDumper, value: list[object]) -> yaml.SequenceNode:
    """Put lists of slugs on one line, records one below the other."""
    flat = all(isinstance(each, str) for each in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flat)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(float, _number)


def dump_topic(topic: str, cards: Iterable[CardRecord]) -> str:
    """Return a topic file that `load_topic` reads into equal records."""
    return dump({"topic": topic, "cards": [ordered(card) for card in cards]})


def dump_bibliography(sources: Mapping[str, Source]) -> str:
    """Return a bibliography file, its keys in alphabetical order."""
    return dump({key: plain(source) for key, source in sorted(sources.items())})


def ordered(card: CardRecord) -> dict[str, object]:
    """Return the card's fields in the order of the format; short lists stay, empty."""
    known: dict[str, object] = {name: [] for name in _KEPT}
    known |= plain(card)
    return {name: known[name] for name in CARD_FIELDS if name in known}


def dump(data: object) -> str:
    """Return plain values as YAML in the form of the deck's files."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000)


def flow(data: object) -> str:
    """Return records as YAML between brackets, a record a line: for a cell of a spreadsheet."""
    if not isinstance(data, list):
        return _on_one_line(data)
    return "[" + ",\n ".join(_on_one_line(each) for each in data) + "]"


def _on_one_line(data: object) -> str:
    text = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000_000, default_flow_style=True
    )
    return text.strip()
