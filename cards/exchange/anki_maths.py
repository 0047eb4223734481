r"""Formulas in the HTML of an Anki field: taken out, and put back as ours.

Anki writes `\(..\)`, `\[..\]`, `[$]..[/$]`, `[$$]..[/$$]` and `<anki-mathjax>`;
a card here has `$..$`, and `$$..$$` on a line of its own. Between the two the
text is HTML and then Markdown, where a formula is a mark that neither touches.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from cards.markdown import check

MARKS = "\ue000\ue001"
MAX_FORMULA = 4000

_ENDS = {
    r"\(": r"\)", r"\[": r"\]", "[$]": "[/$]", "[$$]": "[/$$]", "[latex]": "[/latex]", "<anki-mathjax": "</anki-mathjax>",
}  # fmt: skip
_TOKEN = re.compile(
    r"\\[()\[\]]|\[/?\${1,2}\]|\[/?latex\]|</?anki-mathjax[^<>]{0,200}>|</?(?:pre|code)\b[^<>]{0,2000}>", re.I
)
_CODE = re.compile(r"</?(?:pre|code)\b")
_STRUCTURE = re.compile(r"<(?:li|ul|ol|table|tr|td|th|img|h[1-6])\b", re.I)
_LINE_ENDS = re.compile(r"<br\b[^<>]*>|</(?:div|p)>", re.I)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.S)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_MARK = re.compile(f"{MARKS[0]}(\\d+){MARKS[1]}")
_ALONE = re.compile(f"^[ >]*(?:(?:[-*]|\\d+\\.) +)*{MARKS[0]}\\d+{MARKS[1]} *$")
_DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")  # one that TeX would take as the end of the formula


@dataclass(frozen=True)
class Formula:
    """TeX in one line, and whether it stands alone."""

    tex: str
    display: bool


def take_out(html: str) -> tuple[str, list[Formula]]:
    """Return the HTML with a mark for each formula, and the formulas; code is left alone.

    What is opened and never closed stays text. Cost: linear.
    """
    parts: list[str] = []
    formulas: list[Formula] = []
    done = 0
    for opening, closing in _delimited(html):
        formula = _formula(opening.group().lower(), html[opening.end() : closing.start()])
        if formula:
            parts += [html[done : opening.start()], _mark(len(formulas), formula.display)]
            formulas.append(formula)
            done = closing.end()
    return "".join([*parts, html[done:]]), formulas


def _delimited(html: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield the two delimiters of each formula; the last one that opens counts."""
    in_code = 0
    opening: re.Match[str] | None = None
    for match in _TOKEN.finditer(html):
        token = match.group().lower()
        before = opening.group().lower() if opening else ""
        if _CODE.match(token):
            in_code = max(0, in_code + (-1 if token[1] == "/" else 1))
            opening = None
        elif in_code:
            continue
        elif _opens(token) and before != "[latex]":  # which may hold others
            opening = match
        elif opening and token == _ENDS[_opens(before)]:
            yield opening, match
            opening = None


def put_back(text: str, formulas: list[Formula], *, as_code: bool = False) -> str:
    """Return the Markdown with its formulas; one that cannot be shown is inline code."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if MARKS[0] in line:
            alone = bool(_ALONE.match(line))
            in_table = line.lstrip(" >").startswith("|")
            lines[place] = _put_back(line, formulas, alone, in_table, as_code)
    return "\n".join(lines)


def code(text: str) -> str:
    """Return the text as inline code, whatever backticks it has."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return f"{'`' * (longest + 1)} {text} {'`' * (longest + 1)}" if longest else f"`{text}`"


def _opens(token: str) -> str:
    """Return the key of `_ENDS` that this token opens, or nothing."""
    key = "<anki-mathjax" if token.startswith("<anki-mathjax") else token
    return key if key in _ENDS else ""


def _mark(number: int, display: bool) -> str:
    mark = f"{MARKS[0]}{number}{MARKS[1]}"
    return f"<div>{mark}</div>" if display else mark


def _formula(opening: str, body: str) -> Formula | None:
    """Return the formula between two delimiters, or None if it is no formula."""
    if len(body) > MAX_FORMULA or _STRUCTURE.search(body):
        return None
    text = unescape(_TAGS.sub("", _LINE_ENDS.sub("\n", body)))
    tex = " ".join(_COMMENT.sub("", text).split())
    display = opening in (r"\[", "[$$]") or re.search(r"block=.?true", opening) is not None
    if opening == "[latex]":
        display = tex.startswith(("$$", r"\["))
        tex = tex.removeprefix(r"\[").removesuffix(r"\]").strip("$ ")
    return Formula(tex, display) if tex else None


def _put_back(line: str, formulas: list[Formula], alone: bool, in_table: bool, as_code: bool) -> str:
    def put(match: re.Match[str]) -> str:
        number = int(match.group(1))
        formula = formulas[number] if number < len(formulas) else Formula("", False)
        shown = _shown(formula.tex, alone and formula.display, in_table, as_code)
        before, after = line[: match.start()][-1:], line[match.end() :][:1]
        apart = " " if before.isdigit() or before in ("$", MARKS[1]) else ""
        return f"{apart}{shown}{' ' if after.isdigit() or after == '$' else ''}"

    return _MARK.sub(put, line)


def _shown(tex: str, display: bool, in_table: bool, as_code: bool) -> str:
    bars = "$$" if display else "$"
    barless = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ") if in_table else tex
    good = f"{bars}{barless.strip()}{bars}"
    if not as_code and not _DOLLAR.search(tex) and not check(good):
        return good
    return code(tex).replace("|", r"\|") if in_table else code(tex)
