"""Gates 7, 8 and 9: the rubric, the question, the language."""

import re
from collections.abc import Iterator

from cards.gates import text as prose
from cards.gates.finding import Context, Finding, Gate
from cards.records import CardRecord

RUBRIC_POINTS = (3, 5)
RUBRIC_MUSTS = (2, 3)
POINT_WORDS = 18
SENTENCE_WORDS = 35

_RUBRIC = Gate("rubric")
_QUESTION = Gate("question")
_LANGUAGE = Gate("language")
_YES_NO = re.compile(r"(?i)(is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|must|may)\b")
_LIST_ALL = re.compile(r"(?i)\b(list|name|enumerate|give|state)\s+(all|every|each)\b|\blist the\b")
_TYPOGRAPHIC = re.compile("[\u2013\u2014\u2018\u2019\u201c\u201d\u2026]")
_LETTERS = re.compile(r"[A-Za-z][a-z]+(?:'[a-z]+)?")


def check_rubric(card: CardRecord) -> Iterator[Finding]:
    """Yield what makes the rubric unfit to judge an answer by."""
    musts = [point for point in card.rubric if point.must]
    if not RUBRIC_POINTS[0] <= len(card.rubric) <= RUBRIC_POINTS[1]:
        yield _RUBRIC.fail(card, "rubric", f"has {len(card.rubric)} points; allowed: 3 to 5")
    if not RUBRIC_MUSTS[0] <= len(musts) <= RUBRIC_MUSTS[1]:
        yield _RUBRIC.fail(card, "rubric", f"has {len(musts)} musts; allowed: 2 or 3")
    said = prose.content_words(f"{card.answer} {card.details}")
    for at, point in enumerate(card.rubric):
        where, line = f"rubric[{at}].point", point.line("point")
        words = prose.word_count(point.point)
        if words > POINT_WORDS:
            yield _RUBRIC.fail(card, where, f"has {words} words; allowed: {POINT_WORDS}", point.point, line)
        if point.must and len(prose.content_words(point.point) & said) < 2:
            message = "is a must that shares fewer than two content words with answer and details"
            yield _RUBRIC.warn(card, where, message, point.point, line)


def check_question(card: CardRecord) -> Iterator[Finding]:
    """Yield what makes a question hard to answer well, children included."""
    asked = [("question", card.question, card.answer, card.line("question"))]
    for slug, part, child in card.children():
        where = f"{part}({slug.partition('--')[2]}).question"
        asked.append((where, child.question, child.answer, child.line("question")))
    for where, question, answer, line in asked:
        for message in _faults(card, question, answer):
            yield _QUESTION.warn(card, where, message, question, line)


def _faults(card: CardRecord, question: str, answer: str) -> Iterator[str]:
    if prose.without_code(question).count("?") > 1 and card.kind not in ("comparison", "puzzle"):
        yield "asks more than one thing"
    if _YES_NO.match(question):
        yield "opens like a yes/no question"
    if _LIST_ALL.search(question):
        yield "asks for a list"
    told = prose.content_words(answer)
    plain = answer == prose.prose(answer)
    if plain and 0 < len(told) <= 3 and " or " not in question and told <= prose.content_words(question):
        yield "holds its own answer"


def check_language(card: CardRecord, context: Context) -> Iterator[Finding]:
    """Yield long sentences, misspellings and characters that are not on a keyboard."""
    for passage in prose.passages(card):
        for sentence in prose.sentences(passage.text):
            count = prose.word_count(sentence)
            if count > SENTENCE_WORDS:
                message = f"has a sentence of {count} words; allowed: {SENTENCE_WORDS}"
                yield _LANGUAGE.warn(card, passage.where, message, sentence, passage.line)
        bare = prose.prose(passage.text)
        for match in _TYPOGRAPHIC.finditer(bare):
            message = f"holds U+{ord(match.group()):04X}; use plain quotes, hyphens and dots"
            line = passage.line + bare.count("\n", 0, match.start())
            yield _LANGUAGE.warn(card, passage.where, message, match.group(), line)
        for match in _LETTERS.finditer(bare):
            better = context.misspellings.get(match.group().lower())
            if better:
                line = passage.line + bare.count("\n", 0, match.start())
                yield _LANGUAGE.warn(
                    card, passage.where, f"may be misspelled; {better}?", match.group(), line
                )
