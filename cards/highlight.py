"""Code -> HTML with six classes, which static/css/highlight.css colours."""

from html import escape

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType  # type: ignore[import-untyped]

LANGUAGES = {
    "python": "python",
    "py": "python",
    "sql": "sql",
    "bash": "bash",
    "sh": "bash",
    "json": "json",
    "yaml": "yaml",
    "toml": "toml",
    "dockerfile": "docker",
    "text": "text",
}
MAX_CHARACTERS = 10_000

_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Number, "n"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin, "b"),
    (Name.Exception, "b"),
)
CLASSES = tuple(dict.fromkeys(name for _, name in _KINDS))
_LEXERS: dict[str, Lexer] = {}


def highlight(code: str, language: str) -> str:
    """Return a `<code>` element; code in a language that is not listed stays plain."""
    if language not in LANGUAGES or len(code) > MAX_CHARACTERS:
        return f"<code>{escape(code)}</code>"
    parts: list[str] = []
    kind, run = "", ""
    for token, value in _lexer(language).get_tokens(code):
        found = _class_of(token)
        if found != kind:
            parts.append(_span(kind, run))
            kind, run = found, ""
        run += value
    parts.append(_span(kind, run))
    return f'<code class="language-{language}">{"".join(parts)}</code>'


def _lexer(language: str) -> Lexer:
    """Return the language's lexer, made once."""
    if language not in _LEXERS:
        _LEXERS[language] = get_lexer_by_name(LANGUAGES[language], stripnl=False, ensurenl=False)
    return _LEXERS[language]


def _class_of(token: _TokenType) -> str:
    return next((name for kind, name in _KINDS if token in kind), "")


def _span(kind: str, text: str) -> str:
    return f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
