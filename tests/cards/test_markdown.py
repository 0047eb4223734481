import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards import markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><set onbegin=alert(1)></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)"></style>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=alert(1) src>">',
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div hx-get=/evil hx-trigger=load data-hx-post=/x hx-on:click=alert(1)>x</div>",
    "<a href=javascript:alert(1) id=x name=y class=z>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x) [y](//evil.example) [z](/admin/logout/)",
    "![x](http://evil.example/pixel.png)",
    '[x](https://ok.example "t\\" onmouseover=\\"alert(1)")',
    '<javascript:alert(1)> <https://ok.example/"onclick="x>',
    '```python" onload="alert(1)\nx\n```',
    "```<script>\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "$<script>alert(1)</script>$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\eqref{x}$ $$\begin{equation} a \label{\" onclick=x} \end{equation}$$",
    r"$\style{color:red}{x} \class{a}{x} \htmlData{hx-get=/x}{y}$",
    r"$\color{red} x$ $\textcolor{blue}{y}$",
    "| <script>x</script> | b |\n| --- | --- |\n| <img onerror=x src> | [x](javascript:1) |",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
    "<!-- --><script>alert(1)</script><![CDATA[<script>]]>",
]
TAG_NAMES = "p br ul ol li strong em code pre span div table thead tbody tr th td blockquote a"
TAGS = set(TAG_NAMES.split())
MATHS_TAG_NAMES = (
    "math mrow mi mo mn ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd"
    " mpadded mphantom menclose mmultiscripts mprescripts mstyle merror b i s u"
)
MATHS_TAGS = set(MATHS_TAG_NAMES.split())


class Seen(HTMLParser):
    """Collect every element and attribute of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl):
        raise AssertionError(f"a declaration: {decl}")


def assert_harmless(html):
    seen = Seen(html)
    assert set(seen.tags) <= TAGS | MATHS_TAGS
    for tag, name, value in seen.attributes:
        assert not name.startswith(("on", "hx-", "data-")), (tag, name)
        assert name not in ("id", "name", "style", "src", "srcdoc", "title", "xmlns", "xlink:href"), (
            tag,
            name,
        )
        if name == "href":
            assert tag == "a"
            assert value.startswith(("http://", "https://", "mailto:"))
    links = [name for tag, name, _ in seen.attributes if tag == "a"]
    assert links.count("rel") == seen.tags.count("a")


def seconds(call, text):
    """Return the processor's seconds, which other programs do not add to."""
    began = time.process_time()
    call(text)
    return time.process_time() - began


def test_the_dialect_is_rendered():
    html = markdown.render("**bold** *soft* `a<b`\n\n- one\n- two\n\n1. first")

    assert "<strong>bold</strong> <em>soft</em> <code>a&lt;b</code>" in html
    assert "<ul>\n<li>one</li>" in html
    assert "<ol>" in html


def test_a_fence_is_highlighted_with_classes_and_can_be_scrolled_by_keyboard():
    html = markdown.render("```python\ndef f():  # why\n    return 'x' + 1\n```")

    assert html.startswith('<pre tabindex="0"><code class="language-python"><span class="k">def</span>')
    assert '<span class="c"># why</span>' in html


def test_a_fence_in_an_unknown_language_stays_plain():
    assert markdown.render("```brainfuck\n<+>\n```") == '<pre tabindex="0"><code>&lt;+&gt;\n</code></pre>\n'


def test_a_table_lies_in_a_named_focusable_group():
    html = markdown.render("| a | b |\n| --- | ---: |\n| 1 | 2 |")

    assert html.startswith('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')
    assert '<td class="right">2</td>' in html
    assert "style" not in html


def test_display_maths_lies_in_a_focusable_group_even_right_after_a_list():
    html = markdown.render("- item\n$$a = b$$\nwith $a$")

    group = '<div class="scroll" tabindex="0" role="group" aria-label="Formula"><math display="block">'
    assert f"</ul>\n{group}" in html
    assert "<p>with <math><mi>a</mi></math></p>" in html


@pytest.mark.parametrize("text", ["$5 and $10", r"\$x\$", "costs $ 5 $ now", "US$5 to US$6"])
def test_dollars_are_no_maths(text):
    assert "<math" not in markdown.render(text)


def test_headings_images_and_html_are_not_active():
    html = markdown.render("# big\n\n![a cat](http://x.example/cat.png)\n\n<b>raw</b>\n\ntitle\n===")

    assert "<p># big</p>" in html
    assert "<p>a cat</p>" in html
    assert "&lt;b&gt;raw&lt;/b&gt;" in html


def test_a_link_leads_out_and_says_so():
    html = markdown.render("[paper](https://arxiv.example/abs/1)")

    assert (
        html == '<p><a href="https://arxiv.example/abs/1" rel="noopener noreferrer nofollow">paper</a></p>\n'
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_harmless(text):
    assert_harmless(markdown.render(text))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(HOSTILE), st.text(max_size=30), st.sampled_from(["$", "$$", "`", "|", "\n"])
        )
    )
)
@example(["$<", "script>", "$"])
def test_no_text_ever_gives_a_handler_a_script_or_a_style(parts):
    text = "".join(parts)

    assert_harmless(markdown.render(text))
    assert_harmless(markdown.render(text.replace("\n", " ")))


@pytest.mark.parametrize(
    "forged", ["<samp>0</samp>", "&lt;samp&gt;0&lt;/samp&gt;", "`<samp>0</samp>`", r"\<samp>0</samp>"]
)
def test_a_forged_marker_stays_text(forged):
    assert markdown.render(f"$x$ {forged}").count("<math") == 1


def test_nul_and_lone_surrogates_do_not_break_the_page():
    assert markdown.render("a\x00b\ud800c") == "<p>a\ufffdb\ufffdc</p>\n"


@pytest.mark.parametrize(
    "bomb",
    [
        ">" * 20_000,
        "- " * 10_000,
        "[" * 20_000,
        "*a_ " * 5_000,
        "".join("`" * n + " " for n in range(190)),
        "$a " * 6_000,
        "$$\n" * 6_000,
        "|a" * 3_000 + "\n" + "|-" * 3_000,
        "$" + "{" * 900 + "}" * 900 + "$",
        "$" + r"\sqrt" * 390 + "$",
        "$" + "x^" * 900 + "$",
        "$" + r"\left( " * 280 + "$",
        "```python\n" + "(" * 19_000,
        "```sql\n" + "'" * 9_000,
        "x" * 60_000,
    ],
    ids=lambda bomb: repr(bomb[:12]),
)
def test_a_bomb_is_answered_quickly(bomb):
    assert seconds(markdown.render.__wrapped__, bomb) < 1
    assert seconds(markdown.check, bomb) < 1
    assert_harmless(markdown.render(bomb))


def test_an_error_names_the_formula_and_the_place():
    assert markdown.check(r"good $x$, bad $\frobnicate{x}$") == [
        r'formula $\frobnicate{x}$: Unknown command "\frobnicate" (character 1)'
    ]


def test_a_bad_formula_is_shown_as_its_tex():
    assert markdown.render(r"$\frobnicate<b>$") == "<p><code>$\\frobnicate&lt;b&gt;$</code></p>\n"


@pytest.mark.parametrize("text", ["a $x without end", "$$x$$ and more", "price $5 and $10"])
def test_a_stray_dollar_is_reported(text):
    assert len(markdown.check(text)) == 1


@pytest.mark.parametrize("text", [r"\$5 and \$10", "`a $ b`", "```\n$x\n```", "$a$, $b$"])
def test_a_dollar_in_its_place_is_not(text):
    assert markdown.check(text) == []


def test_plain_text_has_no_markup():
    text = "What is **the** $\\frac{\\sigma^2}{n}$ of `x` and $H_{kv}$?\n\n- one\n- two"

    assert markdown.plain(text) == "What is the σ^2/n of x and H_kv? one two"
