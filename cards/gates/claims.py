"""Gate 3: every figure of the text is the value of a sum, and the sum is right."""

import math
import re
from collections.abc import Iterator

from cards.gates import text as prose
from cards.gates.arithmetic import ArithmeticRefused, evaluate
from cards.gates.finding import Finding, Gate
from cards.records import CardRecord

_GATE = Gate("claims")
_UNIT = (
    r"\\?%|percent\b|-fold\b|times\b|[KMGTP]i?B\b|(?:kilo|mega|giga|tera)?bytes?\b|ms\b|milliseconds?\b"
    r"|microseconds?\b|seconds?\b|minutes?\b|hours?\b|[KMGTP]?FLOPs?\b|FLOP/s|GHz\b|[Gg]bit|dollars?\b|cents?\b"
)
_FIGURE = re.compile(
    rf"(?<![\w.,-])(\d[\d,]*(?:\.\d+)?|\.\d+)(?:x\b|\s?(?:thousand|million|billion|trillion)?\s?(?:{_UNIT}))"
)
_NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)")


def check(card: CardRecord) -> Iterator[Finding]:
    """Yield claims that do not hold, and figures that no claim speaks of."""
    for at, claim in enumerate(card.claims):
        where, line = f"claims[{at}].expr", claim.line("expr")
        try:
            value = evaluate(claim.expr)
        except ArithmeticRefused as refused:
            yield _GATE.fail(card, where, str(refused), claim.expr, line)
            continue
        if claim.tol < 0:
            yield _GATE.fail(card, f"claims[{at}].tol", f"is {claim.tol}; allowed: 0 or more", "", line)
        elif not abs(value - claim.equals) <= claim.tol + 1e-12 * abs(claim.equals):
            message = f"is {value:.10g}, not {claim.equals:.10g} (tol {claim.tol:g})"
            yield _GATE.fail(card, where, message, claim.expr, line)
    yield from _unclaimed(card)


def _unclaimed(card: CardRecord) -> Iterator[Finding]:
    known = _claimed_numbers(card)
    for passage in prose.passages(card):
        if not passage.where.startswith(("answer", "details", "followup")) or passage.where.endswith(
            "question"
        ):
            continue
        bare = prose.INLINE.sub(_percentage, prose.without_code(passage.text))
        for match in _FIGURE.finditer(bare):
            if _value(match.group(1)) not in known:
                line = passage.line + bare.count("\n", 0, match.start())
                yield _GATE.warn(
                    card, passage.where, "is a figure that no claim computes", match.group().strip(), line
                )


def _percentage(formula: re.Match[str]) -> str:
    """Return a formula's text if it states a percentage; other formulas name letters."""
    return formula.group().replace("$", " ") if r"\%" in formula.group() else " "


def _claimed_numbers(card: CardRecord) -> set[float]:
    """Return every number that a claim states or uses, also as a percentage."""
    found: set[float] = set()
    for claim in card.claims:
        for text in (claim.text, claim.expr):
            found |= {_value(match.group(1)) for match in _NUMBER.finditer(text)}
        found |= {round(claim.equals, digits) for digits in range(5)} | {claim.equals}
    return found | {_significant(100 * value) for value in found}


def _value(text: str) -> float:
    return _significant(float(text.replace(",", "").rstrip(".") or 0))


def _significant(value: float) -> float:
    return float(f"{value:.9g}") if math.isfinite(value) else value
