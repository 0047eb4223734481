"""cards.exchange.anki_text: the HTML of Anki's fields in the deck's dialect."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.exchange.anki_in import blanks
from cards.exchange.anki_text import MAX_TAGS, to_markdown
from cards.markdown import check, render

BITS = [
    *"ab1 *_`$|[]>.-#~\\\n{}^é（", "- ", "1. ", "](u)", "&lt;b&gt;", "&amp;lt;", "&nbsp;", "~~~", "$$", "\\(", "\\)", "\\[", "\\]",
    "[$]", "[/$]", "[$$]", "[/$$]", "<anki-mathjax>", "</anki-mathjax>", "\\frac{1}{2}", "<br>", "<br>", "<hr>", "<img src=x>",
    *(f"<{slash}{tag}>" for tag in ["b", "i", "div", "p", "ul", "ol", "li", "table", "tr", "td", "pre", "code", "blockquote", "h1", "sup", "a", "span"] for slash in ("", "/")),
    "{{c1::", "::", "}}", "\ue000", "\ue0010\ue001", "\x00", "\ud800", "[sound:a.mp3]", "<!--", "-->", "<script>", "<![CDATA[",
    "&#57344;", "&#xE0010&#xe001;", "&#xe004", "&#xD800;", "&#0;", "&#x110000;", "&#99999999999999;",
]  # fmt: skip


def md(html):
    return to_markdown(html).markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (r"so \(x^2\) is", "so $x^2$ is"),
        (r"\(\, x \)", r"$\, x$"),
        ("[$]x[/$]", "$x$"),
        (r"<anki-mathjax>\bar{x}</anki-mathjax>", r"$\bar{x}$"),
        ("[latex]$x$[/latex]", "$x$"),
        (r"a \[x = 1\] b", "a\n\n$$x = 1$$\n\nb"),
        ("a<br>[$$]x<br>= 1[/$$]", "a\n\n$$x = 1$$"),
        ('<anki-mathjax block="true">x</anki-mathjax>', "$$x$$"),
        (r"[latex]\[x\][/latex]", "$$x$$"),
        (r"<ul><li>\[x\]</li></ul>", "- $$x$$"),
        (r"\(a &lt; b\) and \(<b>a</b>&nbsp;\)", "$a < b$ and $a$"),
        (r"2\(x\)3 \(a\)\(b\)", "2 $x$ 3 $a$ $b$"),
        (r"\(x % a comment<br>y\)", "$x y$"),
        (r"\(\text{price $5}\)", r"`\text{price $5}`"),
        (r"\(\nosuchthing{x}\)", r"`\nosuchthing{x}`"),
        (r"\(\frac{\)", r"`\frac{`"),
        (r"\(never closed", r"\\(never closed"),
        (r"\( \)", r"\\( \\)"),
        (r"<code>\(x\)</code>", r"`\(x\)`"),
        (r"<b>\(x\)</b>", "**$x$**"),
        (r"<table><tr><td>\(|w|\)</td></tr></table>", "| $\\vert w\\vert$ |\n| --- |"),
        (r"<table><tr><td>\[x\]</td></tr></table>", "| $x$ |\n| --- |"),
    ],
)
def test_formulas_of_every_notation_become_ours(html, markdown):
    assert md(html) == markdown
    assert check(markdown) == []


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("It costs $5 or $$6", r"It costs \$5 or \$\$6"),
        ("2 * 3 and *x*", r"2 \* 3 and \*x\*"),
        ("snake_case but _x_", r"snake_case but \_x\_"),
        ("&lt;b&gt; &amp;amp; a &lt; b", r"\<b> \&amp; a < b"),
        ("- no list", r"\- no list"),
        ("a<br>1. no list", "a\\\n1\\. no list"),
        ("&gt; no quote", r"\> no quote"),
        ("[no](link) `no code`", r"[no\](link) \`no code\`"),
        ("~~~ no fence", r"\~~~ no fence"),
        ("a | b<br>--|--", "a | b\\\n\\--|--"),
        (r"C:\new \* x", r"C:\new \\\* x"),
        ("a\n  b\n\nc", "a b c"),
    ],
)
def test_plain_text_stays_plain(html, markdown):
    assert md(html) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("a<br>b<br><br>c<br>", "a\\\nb\n\nc"),
        ("<b>bold</b>, <i>slanted</i> and <u>under</u>", "**bold**, *slanted* and under"),
        ("so<b> bold </b>x", "so **bold** x"),
        ("<b>one</b><b>two</b>", "**onetwo**"),
        ("<b>a <strong>b</strong></b>", "a **b**"),
        ('a<b>"b"</b>c', 'a"b"c'),
        ("a<b>b</b>c", "a**b**c"),
        ("<b><div>a</div><div>b</div></b>", "a\n\nb"),
        ("<h2>Title</h2>text<hr>more", "**Title**\n\ntext\n\nmore"),
        ('see <a href="https://example.org">this</a>', "see this"),
        ("x<sup>2</sup>, x<sub>ij</sub>, e<sup>a+b</sup>", "x^2, x_ij, e^(a+b)"),
        ("<s>old</s> <kbd>Ctrl</kbd>", "old `Ctrl`"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("<blockquote>a<br>b</blockquote>", "> a\\\n> b"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "**a**\n\nb"),
        ("<table><tr><th>a</th><th>b|c</th></tr><tr><td>1<br>2</td><td></td></tr></table>", "| a | b\\|c |\n| --- | --- |\n| 1 2 |  |"),
        ("<style>b {}</style><script>alert(1)</script>x<!-- y -->", "x"),
        ("<?xml version='1.0'?><p>a</p>", "a"),
        ("&#65;&#xe000;0&#xe001;&#xd800;<b>&#0;</b>", "A\ufffd0\ufffd\ufffd**\ufffd**"),
        ("http://example.org/?a&amp;b", "http://example.org/?a&b"),
    ],
)  # fmt: skip
def test_html_becomes_the_decks_dialect(html, markdown):
    assert md(html) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<pre>a\n\n\n  b_$</pre>", "```text\na\n\n\n  b_$\n```"),
        ('<pre><code class="language-python">def f():<br>    return 1</code></pre>', "```python\ndef f():\n    return 1\n```"),
        ('<pre class="lang-cobol">x</pre>', "```text\nx\n```"),
        ("<pre><div>a:</div><div>&nbsp; b</div></pre>", "```text\na:\n  b\n```"),
        ("<pre>a ``` b</pre>", "````text\na ``` b\n````"),
        ("<code>a<br>b</code>", "```text\na\nb\n```"),
        ("the <code>a_b</code> and <code>`</code>", "the `a_b` and `` ` ``"),
        ("<pre><b>x</b><span>y</span></pre>", "```text\nxy\n```"),
        ("<ul><li>a<pre>b</pre></li></ul>", "- a\n\n  ```text\n  b\n  ```"),
        ("<table><tr><td><code>a|b</code></td></tr></table>", "| `a\\|b` |\n| --- |"),
        ("<pre></pre>x", "x"),
    ],
)  # fmt: skip
def test_code_stays_as_it_is(html, markdown):
    assert md(html) == markdown


def test_a_table_too_wide_to_be_shown_becomes_words():
    assert md("<table><tr>" + "<td>x" * 41 + "<td>\\(y\\)") == "x " * 41 + "`y`"


def test_pictures_and_sounds_are_counted_and_gone():
    text = to_markdown('a <img src="x.png"><IMG SRC=y> [sound:a b.mp3]')
    assert (text.markdown, text.images, text.sounds) == ("a", 2, 1)


@pytest.mark.parametrize(
    ("cloze", "question", "answer"),
    [
        ("{{c1::a}} b {{c2::c::hint}}", "[...] b [hint]", "<b>a</b> b <b>c</b>"),
        ("{{c1::a {{c2::b::inner}} c::outer}} d", "[outer] d", "<b>a b c</b> d"),
        ("{{c1,2::a}}", "[...]", "<b>a</b>"),
        ("{{c1::std::vector::x}}", "[vector::x]", "<b>std</b>"),
        ("no blank :: }} {{c::x}}", "no blank :: }} {{c::x}}", "no blank :: }} {{c::x}}"),
        ("{{c1::a}} {{c2::b", "[...] {{c2::b", "<b>a</b> {{c2::b"),
        ("{{c1::}}", "[...]", "<b></b>"),
    ],
)
def test_blanks_are_hidden_in_the_question_and_bold_in_the_answer(cloze, question, answer):
    assert blanks(cloze) == (question, answer)


def test_blanks_inside_a_formula_leave_a_formula():
    question, answer = map(md, blanks(r"\(\frac{ {{c1::a}} }{b}\)"))
    assert question == r"$\frac{ [...] }{b}$"
    assert answer == r"$\frac{ a }{b}$"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(BITS), max_size=40).map("".join))
def test_whatever_comes_out_can_be_shown_and_kept(html):
    for each in (html, *blanks(html)):
        text = md(each)
        assert check(text) == []
        text.encode()  # no half characters
        assert not set("\x00\ue000\ue001\ue003\ue004\ue005\ue006\ue007") & set(text)
        assert "<a " not in render(text)


@pytest.mark.parametrize(
    "html",
    ["<div>" * (MAX_TAGS + 1), "<div>" * MAX_TAGS, "x" * 20_001],
    ids=["tags", "depth", "length"],
)
def test_too_much_is_refused(html):
    with pytest.raises(ValueError, match=r"more tags|cannot be"):
        to_markdown(html)


@pytest.mark.parametrize(
    "unit", ["\\(", "\\[", "<br>", "{{c1::", "`", "<", "<!--", "[sound:", "<a ", "](", "<anki-mathjax>", "*", "|", "<ol><li>"]
)  # fmt: skip
def test_a_field_of_64_kib_takes_no_time_to_speak_of(unit):
    start = time.process_time()
    for each in blanks(unit * (65_536 // len(unit))):
        try:
            to_markdown(each)
        except ValueError:
            continue
    assert time.process_time() - start < 5
