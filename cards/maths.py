"""TeX -> MathML, bounded and without a single style attribute.

The input is an author's, so it is limited before it is converted, and what the
converter returns is let through tag by tag from a list.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from math_core import LatexError, LatexToMathML

MAX_CHARACTERS = 2_000
MAX_DEPTH = 30

MACROS = {
    "argmax": r"\operatorname*{arg\,max}",
    "argmin": r"\operatorname*{arg\,min}",
    "softmax": r"\operatorname{softmax}",
    "sigmoid": r"\operatorname{sigmoid}",
    "ReLU": r"\operatorname{ReLU}",
    "E": r"\mathbb{E}",
    "Var": r"\operatorname{Var}",
    "Cov": r"\operatorname{Cov}",
    "Corr": r"\operatorname{Corr}",
    "KL": r"\operatorname{KL}",
    "tr": r"\operatorname{tr}",
    "rank": r"\operatorname{rank}",
    "diag": r"\operatorname{diag}",
    "sign": r"\operatorname{sign}",
    "logit": r"\operatorname{logit}",
    "R": r"\mathbb{R}",
}

_TAG_NAMES = (
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace"
    " msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover b i em code s u span"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTE_NAMES = (
    "accent accentunder columnspan depth display displaystyle fence form height largeop linethickness lspace"
    " mathvariant maxsize minsize movablelimits notation rowspan rspace scriptlevel separator stretchy symmetric"
    " voffset width"
)
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_CLASSES = {
    "text-align:right": "m-right",
    "text-align:left": "m-left",
    "padding-left:0": "m-pl0",
    "padding-right:0": "m-pr0",
    "padding-left:1em": "m-pl1",
    "border-left:0.05em solid currentcolor": "m-bl",
    "border-right:0.05em solid currentcolor": "m-br",
    "border-top:0.05em solid currentcolor": "m-bt",
    "border-bottom:0.05em solid currentcolor": "m-bb",
    "border-left:0.05em dashed currentcolor": "m-bl",
    "border-right:0.05em dashed currentcolor": "m-br",
    "border-top:0.05em dashed currentcolor": "m-bt",
}
_ENCLOSE = re.compile(r"menclose-[a-z]+")
_TAG = re.compile(r"<(/?)([A-Za-z]+)((?:\s+[\w:-]+=\"[^\"<>]*\")*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([\w:-]+)=\"([^\"]*)\"")
_ACCENT = re.compile(r'<mo(?: stretchy="false")?>([ˆ˜¯˙¨])</mo></mover>')
_REFUSED = re.compile(
    r"\\(newcommand|renewcommand|providecommand|DeclareMathOperator|[gex]?def|let|label|eqref|ref|tag|href|url"
    r"|begin\s*\{(?:equation|align|gather|alignat|flalign|multline|eqnarray)\})(?![A-Za-z])"
)
_NESTING = re.compile(r"\\[A-Za-z]+|\\.|[{}\[\]^_]", re.S)
_OPENS = frozenset(["{", "[", r"\left", r"\begin"])
_CLOSES = frozenset(["}", "]", r"\right", r"\end"])


class MathError(ValueError):
    """A formula that cannot be shown; `formula` is its TeX."""

    def __init__(self, formula: str, reason: str) -> None:
        """Keep the formula and the reason, and make one sentence of both."""
        shown = formula if len(formula) <= 120 else formula[:117] + "..."
        super().__init__(f"formula ${' '.join(shown.split())}$: {reason}")
        self.formula = formula
        self.reason = reason


_CONVERTER = LatexToMathML(macros=MACROS, fancy_error=False, max_expansions=200)


@lru_cache(maxsize=8192)
def to_mathml(formula: str, *, display: bool) -> str:
    """Return the formula as a `<math>` element; raise MathError if that cannot be."""
    _bound(formula)
    try:
        found = _CONVERTER.convert_with_local_state(formula, displaystyle=display)
    except LatexError as error:
        at, _, reason = " ".join(str(error).split()).partition(": ")
        where = f" (character {int(at) + 1})" if at.isdigit() else ""
        raise MathError(formula, (reason or at).rstrip(".") + where) from error
    return _ACCENT.sub(_as_accent, "".join(_clean(found, formula)))


def _as_accent(mark: re.Match[str]) -> str:
    """Let an accent stretch: WebKit lays one that may not on a line of its own, far above its letter."""
    return f'<mo stretchy="true">{mark.group(1).replace("¯", "ˉ")}</mo></mover>'


def _bound(formula: str) -> None:
    """Raise MathError for what is too long, too deep, or defines, names or links."""
    if len(formula) > MAX_CHARACTERS:
        raise MathError(formula, f"{len(formula)} characters; at most {MAX_CHARACTERS}")
    refused = _REFUSED.search(formula)
    if refused:
        raise MathError(formula, f"{refused.group()} is not allowed; use an unnumbered form without links")
    if _depth(formula) > MAX_DEPTH:
        raise MathError(formula, f"nested deeper than {MAX_DEPTH}")


def _depth(formula: str) -> int:
    """Return how deep the formula nests at most; commands in a row count as nesting."""
    depth = deepest = run = 0
    end = 0
    for match in _NESTING.finditer(formula):
        word = match.group()
        depth += (word in _OPENS) - (word in _CLOSES and depth > 0)
        nests = match.start() == end and word[0] in "\\^_{["
        run = run + 1 if nests else 0
        end = match.end()
        deepest = max(deepest, depth, run)
    return deepest


def _clean(mathml: str, formula: str) -> Iterator[str]:
    """Yield the markup with only known tags and attributes; style becomes classes."""
    end = 0
    for match in _TAG.finditer(mathml):
        yield _text(mathml[end : match.start()], formula)
        closing, name, attributes, alone = match.groups()
        if name not in _TAGS:
            raise MathError(formula, f"makes a <{name}>, which is not allowed")
        yield f"<{closing}{name}{''.join(_attributes(attributes))}{alone}>"
        end = match.end()
    yield _text(mathml[end:], formula)


def _text(between: str, formula: str) -> str:
    if "<" in between:
        raise MathError(formula, "makes markup that is not allowed")
    return between


def _attributes(attributes: str) -> Iterator[str]:
    classes: list[str] = []
    for name, value in _ATTRIBUTE.findall(attributes):
        if name in _ATTRIBUTES:
            yield f' {name}="{value}"'
        elif name == "class":
            classes += _ENCLOSE.findall(value)
        elif name == "style":
            rules = (re.sub(r"\s*:\s*", ":", rule.strip()) for rule in value.split(";"))
            classes += [_CLASSES[rule] for rule in rules if rule in _CLASSES]
    if classes:
        yield f' class="{" ".join(classes)}"'


_WRAPPERS = re.compile(
    r"\\(?:text|mathrm|mathbf|mathsf|mathit|mathcal|mathbb|mathfrak|operatorname\*?|boldsymbol|bm|left|right"
    r"|bigl?|bigr|Bigl?|Bigr|displaystyle|limits|qquad|quad)(?![A-Za-z])|\\[,;:! ]"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SIGNS = {
    "times": "×", "cdot": "·", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠",
    "approx": "≈", "to": "→", "rightarrow": "→", "infty": "∞", "pm": "±", "in": "∈", "sim": "~", "mid": "|",
    "dots": "...", "ldots": "...", "cdots": "...", "lVert": "‖", "rVert": "‖", "alpha": "α", "beta": "β",
    "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω",
    "Lambda": "Λ", "Theta": "Θ", "Gamma": "Γ", "nabla": "∇", "partial": "∂", "sum": "Σ", "prod": "Π",
}  # fmt: skip


def readable(formula: str) -> str:
    r"""Return the TeX as text to read or search: `\frac{\sigma^2}{n}` as "σ^2/n"."""
    text = _WRAPPERS.sub(" ", formula[:MAX_CHARACTERS])
    for _ in range(3):
        text = _ROOT.sub(r"sqrt(\1)", _FRACTION.sub(r"\1/\2", text))
    text = re.sub(r"\\([A-Za-z]+)", lambda match: _SIGNS.get(match.group(1), match.group(1) + " "), text)
    text = re.sub(r"\\(.)", r"\1", text)
    return " ".join(re.sub(r"[{}&]", "", text).split())
