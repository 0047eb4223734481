"""The deck's quality gates over plain records: what is wrong, where, how badly.

Pure: no files, no processes, no clock. Code is run by `cards.code_runner`.
docs/deck.md says what each gate is for.
"""

from collections.abc import Iterable, Iterator, Sequence

from cards import markdown
from cards.gates import claims, duplicates, schema, sources, wording
from cards.gates import text as prose
from cards.gates.finding import Context, Finding, Gate
from cards.records import CardRecord, Problem

_MATHS = Gate("maths")


def check(cards: Sequence[CardRecord], context: Context) -> list[Finding]:
    """Return every finding on the cards, in the order of file and line.

    Retired cards only hold their ids; nothing else of them is judged.
    """
    live = [card for card in cards if card.status != "retired"]
    found: list[Finding] = []
    for card in live:
        found += check_card(card, context)
    rest = [card for card in context.rest if card.status != "retired"]
    found += duplicates.check(live, rest)
    found += sources.check_ids(cards, context)
    found += sources.check_prerequisites(live, context)
    found += sources.check_bibliography(live, context)
    found += sources.check_coverage(live, context)
    return sorted(set(found))


def check_card(card: CardRecord, context: Context) -> Iterator[Finding]:
    """Yield the findings that need no other card."""
    yield from schema.check(card, context)
    yield from claims.check(card)
    yield from _maths(card)
    yield from wording.check_rubric(card)
    yield from wording.check_question(card)
    yield from wording.check_language(card, context)
    yield from sources.check_sources(card, context)


def from_problems(problems: Iterable[Problem]) -> list[Finding]:
    """Return what the reader of the files found, as failures of the schema gate."""
    return [Finding(each.file, each.line, each.field, "fail", "schema", each.message) for each in problems]


def _maths(card: CardRecord) -> Iterator[Finding]:
    for passage in prose.passages(card):
        for message in markdown.check(passage.text):
            yield _MATHS.fail(card, passage.where, message, line=passage.line)
