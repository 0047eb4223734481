"""Card text -> safe HTML: Markdown, then a sanitiser, then maths.

Maths is taken out first and leaves an empty-handed marker; the rest becomes
HTML without any raw HTML of the author's; nh3 lets through a short list; last,
each marker gives way to MathML that we made. A marker is an element, so no
text can forge one, and it names nothing but a formula of the same text.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from cards.highlight import CLASSES, LANGUAGES, highlight
from cards.maths import MathError, readable, to_mathml

MAX_CHARACTERS = 20_000
MAX_NESTING = 12
MAX_COLUMNS = 40
CACHED = 4096

_MARKER = "samp"
_MARKERS = re.compile(rf"<{_MARKER}>(\d+)</{_MARKER}>")
_INLINE = re.compile(r"\$(?![\s$])((?:[^$\\\n]|\\[^\n])+?)(?<!\s)\$(?![\d$])")
_WIDE = re.compile(rf"^(?:[^|\n]*\|){{{MAX_COLUMNS}}}", re.M)
_SURROGATES = re.compile("[\ud800-\udfff]")
_WORDLESS = {"softbreak": " ", "hardbreak": " "}

_TAGS = set(
    f"p br ul ol li strong em code pre span div table thead tbody tr th td blockquote a {_MARKER}".split()
)
_VALUES = {
    "pre": {"tabindex": {"0"}},
    "div": {"tabindex": {"0"}, "role": {"group"}, "aria-label": {"Table"}},
}
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}
_ALIGNED = {"center", "right"}
_ALLOWED_CLASSES = {
    "span": set(CLASSES),
    "code": {f"language-{name}" for name in LANGUAGES},
    "div": {"scroll"},
    "th": _ALIGNED,
    "td": _ALIGNED,
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    tag_attribute_values=_VALUES,
    allowed_classes=_ALLOWED_CLASSES,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    clean_content_tags={"script", "style"},
)


@lru_cache(maxsize=CACHED)
def render(text: str) -> str:
    """Return the text as HTML that is safe to put into a page.

    Never raises: a formula that cannot be converted is shown as its TeX, and a
    text that is too long or too wide as it was typed. `check` says which.
    """
    text = _tidy(text)
    if _too_much(text):
        return f"<p>{escape(text)}</p>"
    env: dict[str, Any] = {"formulas": []}
    formulas: list[str] = env["formulas"]
    html = _CLEANER.clean(_PARSER.render(text, env))
    return _MARKERS.sub(lambda match: _at(formulas, int(match.group(1))), html)


def check(text: str) -> list[str]:
    """Return what is wrong with the text, a sentence each: maths, stray dollars, length."""
    text = _tidy(text)
    too_much = _too_much(text)
    if too_much:
        return [too_much]
    if "$" not in text:
        return []
    wrong: list[str] = []
    for token in _flat(_CHECKER.parse(text)):
        if token.type in ("math_inline", "math_block"):
            try:
                to_mathml(token.content, display=token.type == "math_block")
            except MathError as error:
                wrong.append(str(error))
        elif token.type == "text" and "$" in token.content:
            wrong.append(_stray(token.content))
    return wrong


@lru_cache(maxsize=CACHED)
def plain(text: str) -> str:
    """Return the text in one line without markup, for titles, search and labels.

    Formulas become what one can read: `$\\sigma^2$` is "σ^2".
    """
    text = _tidy(text)
    if _too_much(text):
        return " ".join(text.split())
    return " ".join("".join(map(_word, _flat(_PARSER.parse(text)))).split())


def _tidy(text: str) -> str:
    """Return the text with LF line ends and only characters that UTF-8 knows."""
    return _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd"))


def _too_much(text: str) -> str:
    """Return why a text would cost too much to render, or nothing."""
    if len(text) > MAX_CHARACTERS:
        return f"{len(text)} characters; at most {MAX_CHARACTERS} are rendered"
    return f"a line with {MAX_COLUMNS} bars or more is no table" if _WIDE.search(text) else ""


def _stray(content: str) -> str:
    if "$$" in content:
        return f"$$ must open and close a line of its own: {content.strip()[:80]}"
    return rf"a $ that closes no formula; write \$ for a dollar: {content.strip()[:80]}"


def _at(formulas: Sequence[str], index: int) -> str:
    return formulas[index] if index < len(formulas) else ""


def _flat(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with those inside paragraphs and images in their place."""
    found: list[Token] = []
    for token in tokens:
        found += _flat(token.children) if token.children else [token]
    return found


def _word(token: Token) -> str:
    if token.type.startswith("math_"):
        return readable(token.content) + ("" if token.type == "math_inline" else " ")
    if token.type in ("fence", "code_block"):
        return f" {token.content} "
    if token.block:
        return " "
    return _WORDLESS.get(token.type, token.content)


def _math_inline(state: StateInline, silent: bool) -> bool:
    """Take `$...$`: one line, no space just inside, no digit just outside."""
    match = _INLINE.match(state.src, state.pos, state.posMax)
    before = state.src[state.pos - 1] if state.pos else ""
    if match is None or before.isdigit() or before == "$":
        return False
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content, token.markup = match.group(1), "$"
    state.pos = match.end()
    return True


def _math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take `$$...$$` that opens a line and closes the same or a later one."""
    lines: list[str] = []
    if state.is_code_block(start):
        return False
    for at in range(start, end):
        line = state.src[state.bMarks[at] + state.tShift[at] : state.eMarks[at]].strip()
        if (
            (at == start and not line.startswith("$$"))
            or not line
            or (at > start and state.sCount[at] < state.blkIndent)
        ):
            return False
        lines.append(line[2:] if at == start else line)
        if "$$" in lines[-1][:-2]:  # no block, and looking further would cost the square of the text
            return False
        if lines[-1].endswith("$$"):
            return _take_block(state, start, at + 1, "\n".join(lines)[:-2].strip(), silent)
    return False


def _take_block(state: StateBlock, start: int, end: int, content: str, silent: bool) -> bool:
    if not content or "$$" in content:
        return False
    if not silent:
        token = state.push("math_block", "", 0)
        token.block, token.content, token.markup, token.map = True, content, "$$", [start, end]
        state.line = end
    return True


def _maths_rule(display: bool) -> Callable[..., str]:
    def rule(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        formulas = env["formulas"]
        formulas.append(_maths(tokens[at].content, display))
        return f"<{_MARKER}>{len(formulas) - 1}</{_MARKER}>"

    return rule


def _maths(formula: str, display: bool) -> str:
    try:
        maths = to_mathml(formula, display=display)
    except MathError:
        bar = "$$" if display else "$"
        maths = f"<code>{escape(bar + formula + bar)}</code>"
    if display:
        return f'<div class="scroll" tabindex="0" role="group" aria-label="Formula">{maths}</div>'
    return maths


def _fence(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    language = tokens[at].info.strip().split(" ")[0].lower()
    return f'<pre tabindex="0">{highlight(tokens[at].content, language)}</pre>\n'


def _image(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Show an image's description: no picture is ever fetched."""
    return escape(tokens[at].content)


def _table_open(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'


def _table_close(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _cell_open(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    side = str(tokens[at].attrGet("style") or "").removeprefix("text-align:")
    return f'<{tokens[at].tag} class="{side}">' if side in _ALIGNED else f"<{tokens[at].tag}>"


def _parser() -> MarkdownIt:
    """Return a parser for the deck's dialect: CommonMark and tables, no HTML, no headings."""
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable("table")
    made.disable(["html_block", "html_inline", "heading", "lheading", "hr", "reference", "code"])
    made.inline.ruler.before("escape", "math_inline", _math_inline)
    ends = ["paragraph", "reference", "blockquote", "list"]
    made.block.ruler.before("fence", "math_block", _math_block, {"alt": ends})
    rules = {
        "math_inline": _maths_rule(display=False),
        "math_block": _maths_rule(display=True),
        "fence": _fence,
        "image": _image,
        "table_open": _table_open,
        "table_close": _table_close,
        "th_open": _cell_open,
        "td_open": _cell_open,
    }
    for name, rule in rules.items():
        made.add_render_rule(name, rule)
    return made


_PARSER = _parser()
_CHECKER = _parser().disable("text_join")
