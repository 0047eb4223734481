"""Reading prose: fields of a card, words, sentences, what is code and what is maths."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from cards.records import CardRecord

FENCE = re.compile(r"^ *(`{3,}|~{3,})([^\n]*)\n(.*?)(?:^ *\1[`~]*[ \t]*$|\Z)", re.M | re.S)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
DISPLAY = re.compile(r"(?<!\\)\$\$.+?\$\$", re.S)
INLINE = re.compile(r"(?<![\\$\d])\$(?![\s$])([^$\n]|\\\$)+?(?<![\s\\])\$(?!\d)")
_TABLE_LINE = re.compile(r"^\s*\|.*$", re.M)
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$", re.M)
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+", re.M)
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|vs|cf|etc|et al|approx|resp|no|fig|eq|Dr|Mr|Ms)\.", re.I)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')*]*\s+(?=[\"'(*`$A-Z0-9])")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

_STOP_WORDS = """
    a about above after again all also am an and any are as at be because been before being
    between both but by can could did do does doing down each either else ever every few for from
    further get give given had has have having he her here hers him his how i if in into is it its
    just me more most my no nor not of off on once one only or other our out over own per same she
    should so some such than that the their them then there these they this those through to too
    under until up us use used uses using very was we were what when where which while who whom why
    will with without would you your name say says explain describe"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Passage:
    """One text of a card: its name, its line, and whether it may hold blocks."""

    where: str
    text: str
    line: int
    block: bool = False


def passages(card: CardRecord) -> Iterator[Passage]:
    """Yield every text a learner sees, children included."""
    for name in ("question", "hint", "answer", "details"):
        if getattr(card, name):
            yield Passage(name, getattr(card, name), card.line(name), block=name in ("answer", "details"))
    for at, mistake in enumerate(card.mistakes):
        yield Passage(f"mistakes[{at}].wrong", mistake.wrong, mistake.line("wrong"))
        yield Passage(f"mistakes[{at}].fix", mistake.fix, mistake.line("fix"))
    for at, point in enumerate(card.rubric):
        yield Passage(f"rubric[{at}].point", point.point, point.line("point"))
    for slug, part, child in card.children():
        name = f"{part}({slug.partition('--')[2]})"
        yield Passage(f"{name}.question", child.question, child.line("question"))
        yield Passage(f"{name}.answer", child.answer, child.line("answer"), block=True)
    if card.bar:
        for name in ("mid", "senior", "staff"):
            yield Passage(f"bar.{name}", getattr(card.bar, name), card.bar.line(name))


def fences(text: str, language: str) -> list[str]:
    """Return the bodies of the fenced blocks in a language, in order."""
    found = FENCE.finditer(text)
    return [textwrap.dedent(match.group(3)) for match in found if match.group(2).strip().lower() == language]


def without_code(text: str) -> str:
    """Blank out fences and inline code, keeping the line breaks."""
    kept = FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)
    return CODE.sub("Code", kept)


def formulas(text: str) -> list[str]:
    """Return the inline formulas, code left out."""
    return [match.group() for match in INLINE.finditer(DISPLAY.sub("", without_code(text)))]


def prose(text: str) -> str:
    """Return the text with each formula and code span as one word, fences gone."""
    return INLINE.sub("Formula", DISPLAY.sub("Formula", without_code(text)))


def word_count(text: str) -> int:
    """Count words; a formula or a code span is one, a table's bars are none."""
    return sum(1 for word in prose(text).split() if re.search(r"\w", word))


def bullet_count(text: str) -> int:
    """Count list items outside code."""
    return len(_BULLET.findall(FENCE.sub("", text)))


def table_count(text: str) -> int:
    """Count tables by their rule line."""
    return sum("|" in line.group() for line in _RULE.finditer(FENCE.sub("", text)))


def sentences(text: str) -> list[str]:
    """Split prose into sentences; a list item ends one, tables are left out."""
    plain = _TABLE_LINE.sub("\n", DISPLAY.sub("\n", without_code(text)))
    plain = INLINE.sub("Formula", plain)
    found: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", plain):
        flat = _ABBREVIATION.sub(r"\1", " ".join(_BULLET.sub("", block).split()))
        found += [part for part in _SENTENCE_END.split(flat) if re.search(r"\w", part)]
    return found


def words(text: str) -> list[str]:
    """Return the lower-case words, markup ignored."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> set[str]:
    """Return the stems of the words that carry meaning."""
    return {stem(word) for word in words(text) if word not in STOP_WORDS and len(word) > 1}


def stem(word: str) -> str:
    """Cut the commonest English endings, so that `scales` meets `scaling`."""
    for ending in (
        "ization",
        "ations",
        "ation",
        "ings",
        "ing",
        "ied",
        "ies",
        "ed",
        "es",
        "ly",
        "s",
        "e",
        "y",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
