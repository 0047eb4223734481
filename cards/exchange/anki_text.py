"""The HTML of an Anki field -> Markdown in the deck's dialect: no HTML, headings, images or links.

What depends on the neighbours in the line (emphasis, line breaks, formulas)
is a mark at first, a character for private use, and is decided at the end.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement
from bs4.exceptions import ParserRejectedMarkup
from markdownify import MarkdownConverter

from cards.exchange.anki_maths import MARKS, Formula, code, put_back, take_out
from cards.highlight import LANGUAGES
from cards.markdown import check

MAX_TAGS = 2000  # in one field; markdownify's cost is the square of it

_BREAK = "\ue003"
_STRONG, _STRONG_END, _EM, _EM_END = "\ue004\ue005\ue006\ue007"
_ENDS = {_STRONG: _STRONG_END, _EM: _EM_END}
_SYMBOLS = {_STRONG: "**", _EM: "*"}
_PRIVATE = re.compile("[\ue000-\ue00f\x00\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,20})|([0-9]{1,20}));?", re.I)
_SOUND = re.compile(r"\[sound:[^\[\]\n]{1,300}\]")
_IMAGE = re.compile(r"<img\b", re.I)
_OPENED = re.compile(r"<(?!(?:br|span|font|img)\b)[a-z]", re.I)
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_DECLARATION = re.compile(r"<(?:\?|!(?!--))[^<>]*>")
_GAP = re.compile(r"&nbsp;|\xa0|&#160;|&#xa0;", re.I)
_MARKUP = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|[`*$]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/!?])|&(?=#?\w{1,32};)|\](?=\()"
)
_LINE_START = re.compile(r"^(\s*)(?=>|[-+](?:\s|$)|~~~|[-|:][-|: ]*$)")
_NUMBERED = re.compile(r"^(\s*\d{1,9})(?=[.)](?:\s|$))")
_LANGUAGE = re.compile(r"(?:lang(?:uage)?-)?(\w+)", re.I)
_BREAKS = re.compile(f"[ ]*{_BREAK}\n(?:[ >]*{_BREAK}\n)+")
_USELESS_BREAK = re.compile(f"[ ]*{_BREAK}(?=\n[ >]*(?:\n|$)|$)|(?:(?<=\n\n)|^)[ >]*{_BREAK}\n")


@dataclass(frozen=True)
class Text:
    """A field as Markdown, and how many pictures and sounds it had."""

    markdown: str
    images: int = 0
    sounds: int = 0


def to_markdown(html: str) -> Text:
    """Return the field's text; `cards.markdown.check` finds nothing wrong with it.

    Raise ValueError if that cannot be: it is too long, or its markup too deep
    or too much. Cost: some 30 us without tags, a millisecond for a long list.
    """
    html = _GAP.sub(" ", _REFERENCE.sub(_unforged, _PRIVATE.sub("\ufffd", html)))
    images = len(_IMAGE.findall(html))
    html, sounds = _SOUND.subn("", _DECLARATION.sub("", html))
    html, formulas = take_out(html)
    for markdown in _attempts(html, formulas):
        if not check(markdown):
            return Text(markdown, images, sounds)
    raise ValueError("a text that cannot be shown as a card's")


def _unforged(match: re.Match[str]) -> str:
    """Return the reference to a character unless that is one of our marks, or none."""
    number = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    known = number <= 0x10FFFF and not _PRIVATE.match(chr(number))
    return match.group() if known else "\ufffd"


def escape(text: str) -> str:
    """Return a run of plain text so that Markdown sees no markup in it."""
    text = _MARKUP.sub(r"\\\g<0>", _SPACE.sub(" ", text))
    return _NUMBERED.sub(r"\1\\", _LINE_START.sub(r"\1\\", text))


def _converted(html: str) -> str:
    """Return the HTML as Markdown with marks."""
    if "<" not in html:
        return escape(unescape(html))
    if len(_OPENED.findall(html)) > MAX_TAGS:
        raise ValueError("more tags than a card's text can have")
    try:
        soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
        return str(_CONVERTER.convert_soup(soup))
    except (RecursionError, ParserRejectedMarkup, AssertionError) as error:
        raise ValueError("HTML that cannot be read") from error


def _attempts(html: str, formulas: list[Formula]) -> Iterator[str]:
    """Yield the text as well as it can be said, then worse: without maths, at last without tags."""
    text = _settled(_converted(html))
    yield put_back(text, formulas).strip()
    yield put_back(text, formulas, as_code=True).strip()
    yield put_back(escape(unescape(_TAG.sub(" ", html))), formulas, as_code=True).strip()


def _settled(text: str) -> str:
    """Return the Markdown with breaks and emphasis in place of their marks."""
    text = _BREAKS.sub("\n\n", text)
    text = _emphasised(_USELESS_BREAK.sub("", text))
    return re.sub(r"[ \t]+(?=\n)", "", text.replace(f"{_BREAK}\n", "\\\n").replace(_BREAK, ""))


def _emphasised(text: str) -> str:
    """Return the text with asterisks where they will be read as emphasis, without elsewhere.

    An opening one must not stand between a letter and a sign or before a space,
    a closing one the other way round; and none may hold more than one paragraph.
    """
    for opening, ending in _ENDS.items():
        text = text.replace(ending + opening, "")
        pairs = re.compile(f"{opening}([^{opening}{ending}]*){ending}")
        text = pairs.sub(_pair(opening), text)
        text = text.replace(opening, "").replace(ending, "")
    return text


def _pair(opening: str) -> Callable[[re.Match[str]], str]:
    def put(match: re.Match[str]) -> str:
        inner = match.group(1)
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        whole = inner.strip() and not re.search(f"(?<!{_BREAK})\n", inner)
        if whole and _flanks(before, inner[:1]) and _flanks(after, inner[-1:]):
            return f"{_SYMBOLS[opening]}{inner}{_SYMBOLS[opening]}"
        return inner

    return put


def _flanks(outside: str, inside: str) -> bool:
    """Tell whether an asterisk between these characters opens or closes emphasis."""
    if not inside or inside.isspace():
        return False
    if not outside or outside.isspace() or outside in (_STRONG, _EM, _BREAK):
        return True
    return outside != "*" and (_is_sign(outside) or not _is_sign(inside))


def _is_sign(character: str) -> bool:
    return character in MARKS or unicodedata.category(character)[0] in "PS"


def _around(opening: str) -> Callable[..., str]:
    """Return the conversion of an element that is emphasised."""

    def convert(self: MarkdownConverter, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags or not text.strip() or _STRONG in text and opening == _STRONG:
            return text
        inner = text.strip()
        start = text.index(inner)
        return f"{text[:start]}{opening}{inner}{_ENDS[opening]}{text[start + len(inner) :]}"

    return convert


def _shifted(sign: str) -> Callable[..., str]:
    """Return the conversion of a subscript or superscript: x^2, x^(n+1)."""

    def convert(self: MarkdownConverter, el: Tag, text: str, parent_tags: set[str]) -> str:
        inner = text.strip()
        if not inner or "\n" in inner:
            return text
        return f"{sign}{inner}" if inner.isalnum() else f"{sign}({inner})"

    return convert


def _fence(text: str, language: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"\n\n{fence}{language}\n{text}\n{fence}\n\n"


def _language(el: Tag) -> str:
    """Return the language that a class names, if we know it."""
    for each in (el, *el.find_all("code", limit=1)):
        for name in each.get("class") or []:
            match = _LANGUAGE.fullmatch(str(name).lower())
            if match and match.group(1) in LANGUAGES:
                return match.group(1)
    return "text"


class _Converter(MarkdownConverter):
    """markdownify for our dialect; a method for each element that has to differ."""

    convert_b = convert_strong = _around(_STRONG)
    convert_i = convert_em = _around(_EM)
    convert_sup, convert_sub = _shifted("^"), _shifted("_")

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escape(text)

    def process_text(self, el: PageElement, parent_tags: set[str] | None = None) -> str:
        """Leave each space of code in its place."""
        if parent_tags and "pre" in parent_tags:
            return str(el)
        return str(super().process_text(el, parent_tags))  # type: ignore[misc]

    def _rule(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def _kept(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    def _dropped(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def _paragraph(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "pre" in parent_tags:
            return f"{text}\n"
        return f" {text.strip()} " if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    def _heading(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self._paragraph(el, self.convert_b(el, text.strip(), parent_tags), parent_tags)

    def _break(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return f"\n{text}"
        return f" {text}" if "_inline" in parent_tags else f"{_BREAK}\n{text}"

    def _pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = re.sub(r"^[ \n]*\n|\s+$", "", text)
        if not text.strip() or "_noformat" in parent_tags:
            return text
        return code(" ".join(text.split())) if "_inline" in parent_tags else _fence(text, _language(el))

    def _code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags or not text.strip():
            return text
        if "\n" in text.strip() and "_inline" not in parent_tags:
            return _fence(text.strip("\n"), _language(el))
        return code(" ".join(text.split()))

    def _cell(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {' '.join(text.split()).replace('|', chr(92) + '|')} |"

    convert_a = convert_del = convert_s = _kept
    convert_img = convert_video = convert_audio = convert_svg = convert_object = _dropped
    convert_script = convert_style = convert_title = convert_template = _dropped
    convert_p = convert_div = convert_dd = convert_section = convert_article = convert_details = _paragraph
    convert_h1 = convert_h2 = convert_h3 = convert_h4 = convert_h5 = convert_h6 = _heading
    convert_dt = convert_summary = convert_caption = convert_figcaption = _heading
    convert_br, convert_hr, convert_pre = _break, _rule, _pre
    convert_code = convert_kbd = convert_samp = convert_tt = _code
    convert_td = convert_th = _cell


_OPTIONS: dict[str, Any] = {"bullets": "-", "wrap": True, "wrap_width": None, "table_infer_header": True}
_CONVERTER = _Converter(**_OPTIONS)
