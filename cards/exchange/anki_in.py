"""An Anki package -> notes in the deck's dialect, ready to become cards."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cards.exchange import anki_out
from cards.exchange.anki_file import StoredNote, stored_notes
from cards.exchange.anki_text import Text, escape, to_markdown
from cards.models import Card

OURS = "notes that came from Anneal"
EMPTY = "notes without a question or without an answer"
OCCLUSIONS = "image occlusions"
UNFIT = "notes whose text is too long for a card or cannot be shown"
IMAGES = "images"
SOUNDS = "sounds"

_TOKEN = re.compile(r"\{\{c[\d,]{1,20}::|\}\}|::")
_OCCLUSION = re.compile(r"\{\{c[\d,]{1,20}::image-occlusion:")
_LIMITS = {name: Card._meta.get_field(name).max_length or 0 for name in ("question", "answer", "details")}


@dataclass(frozen=True)
class AnkiNote:
    """A note as a card would have it; texts are Markdown in the deck's dialect."""

    guid: str
    question: str
    answer: str
    details: str
    tags: tuple[str, ...]
    deck: str


@dataclass(frozen=True)
class Package:
    """What a package holds; `left_out` says how many of what are not in `notes`."""

    notes: tuple[AnkiNote, ...]
    left_out: dict[str, int]


def read(path: Path) -> Package:
    """Return the notes of an .apkg file of any age; nothing of its media is unpacked.

    Raise ValueError, one sentence that names the file, if it is no Anki
    package, damaged, or over a limit of `anki_file`; OSError if it cannot be
    opened. Cost: about half a millisecond a note.
    """
    left_out: Counter[str] = Counter()
    notes = []
    with closing(stored_notes(path)) as stored:
        for each in stored:
            note = _note(each, left_out)
            if note:
                notes.append(note)
    return Package(tuple(notes), dict(left_out))


def _note(stored: StoredNote, left_out: Counter[str]) -> AnkiNote | None:
    """Return the note as ours, or None; what is missing from it is counted."""
    fields = list(stored.fields)
    if any(name == "Slug" and anki_out.guid(value) == stored.guid for name, value in fields):
        left_out[OURS] += 1
        return None
    if any(_OCCLUSION.search(value) for _, value in fields):
        left_out[OCCLUSIONS] += 1
        return None
    try:
        texts = [(name, to_markdown(value)) for name, value in with_blanks(fields)]
    except ValueError:
        left_out[UNFIT] += 1
        return None
    _count_media(texts, left_out)
    return _assembled(stored, [(name, text.markdown) for name, text in texts], left_out)


def _count_media(texts: list[tuple[str, Text]], left_out: Counter[str]) -> None:
    for name, count in (
        (IMAGES, sum(text.images for _, text in texts)),
        (SOUNDS, sum(text.sounds for _, text in texts)),
    ):
        if count:
            left_out[name] += count


def _assembled(stored: StoredNote, texts: list[tuple[str, str]], left_out: Counter[str]) -> AnkiNote | None:
    """Return the note: question, answer, and what else is filled as details."""
    question = texts[0][1]
    filled = [(name, text) for name, text in texts[1:] if text]
    if not question or not filled:
        left_out[EMPTY] += 1
        return None
    details = "\n\n".join(f"**{escape(name.strip()) or 'More'}**\n\n{text}" for name, text in filled[1:])
    note = AnkiNote(stored.guid, question, filled[0][1], details, stored.tags, stored.deck)
    if any(len(getattr(note, name)) > limit for name, limit in _LIMITS.items()):
        left_out[UNFIT] += 1
        return None
    return note


def with_blanks(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields with the first that has blanks as two: to be filled in, and filled in."""
    for place, (name, value) in enumerate(fields):
        question, answer = blanks(value)
        if question != answer:
            return [(name, question), (name, answer), *fields[:place], *fields[place + 1 :]]
    return fields


def blanks(html: str) -> tuple[str, str]:
    """Return a cloze text with `[...]` or `[hint]` for each blank, and with the blanks in bold.

    As in Anki a blank may hold others, whose marks go with it; what is never
    closed stays as it is. Without blanks both are the text. Cost: linear.
    """
    question, answer, done = [], [], 0
    for start, end in _outermost(html):
        text, hint = _inside(html[start:end])
        question += [html[done:start], f"[{hint or '...'}]"]
        answer += [html[done:start], f"<b>{text}</b>"]
        done = end
    return "".join([*question, html[done:]]), "".join([*answer, html[done:]])


def _outermost(html: str) -> Iterator[tuple[int, int]]:
    """Yield where each blank that is in no other begins and ends."""
    depth = start = 0
    for match in _TOKEN.finditer(html):
        if match.group().startswith("{{"):
            start = start if depth else match.start()
            depth += 1
        elif match.group() == "}}" and depth:
            depth -= 1
            if not depth:
                yield start, match.end()


def _inside(blank: str) -> tuple[str, str]:
    """Return what stands in a blank, without the marks and hints of those in it, and its own hint."""
    text: list[str] = []
    hint: list[str] = []
    hinted: list[bool] = []  # of each open blank: has its hint begun?
    begun = done = 0  # how many hints have
    for match in _TOKEN.finditer(blank):
        token, run = match.group(), blank[done : match.start()]
        if not begun:
            text.append(run)
        elif hinted == [True]:
            hint.append(run)
        done = match.end()
        if token.startswith("{{"):
            hinted.append(False)
        elif token == "}}":
            begun -= hinted.pop()
        elif hinted == [True]:
            hint.append(token)
        elif not hinted[-1]:
            hinted[-1], begun = True, begun + 1
    return "".join(text), "".join(hint)
