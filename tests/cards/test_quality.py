import datetime
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cards import code_runner, deckfile, deckfolder, quality
from cards.gates import duplicates
from cards.gates import text as prose
from cards.gates.finding import Context
from cards.records import Bar, Claim, Mistake, Source

DECK = Path(__file__).parent.parent / "fixtures" / "deck-small"
TODAY = datetime.date(2026, 11, 21)


def small_deck():
    texts, _ = deckfolder.read_texts(deckfolder.topic_files([DECK]))
    return deckfile.load_deck(texts).cards


def context(**changes):
    taxonomy, _ = deckfolder.read_taxonomy(DECK)
    bibliography, _ = deckfolder.read_bibliography([DECK / "bibliography.yaml"])
    coverage = deckfolder.read_coverage(DECK / "coverage.json")
    known = {
        "taxonomy": taxonomy,
        "bibliography": bibliography,
        "coverage": coverage,
        "today": TODAY,
        "whole": True,
    }
    return Context(**known | changes)


def good():
    return next(card for card in small_deck() if card.id == "kv-cache-memory")


def said(card, **changes):
    """Return what the gates say of one card alone, as "severity gate field message"."""
    found = quality.check([card], context(whole=False, **changes))
    return [f"{f.severity} {f.gate} {f.field.removeprefix(card.id + '.')} {f.message}" for f in found]


def first(items, **changes):
    return (replace(items[0], **changes), *items[1:])


def test_the_small_deck_is_clean():
    assert quality.check(small_deck(), context(misspellings=deckfolder.read_misspellings())) == []


BAD = {
    "short answer": ({"answer": "It keeps keys. And values. That is all."}, "fail schema answer has 8 words"),
    "one sentence": ({"answer": "word " * 50 + "end."}, "fail schema answer has 1 sentences"),
    "formulas in the answer": (
        {"answer": "It has $a$, $b$ and $c$. " * 9},
        "fail schema answer has 27 inline formulas",
    ),
    "code in the answer": ({"answer": "A.\n```\nx\n```"}, "fail schema answer holds a block"),
    "long details": ({"details": "word " * 221}, "fail schema details has 221 words"),
    "many bullets": ({"details": "- a b\n" * 8}, "fail schema details has 8 bullets"),
    "two tables": (
        {"details": "| a |\n| --- |\n| b |\n\n| a |\n| --- |\n"},
        "fail schema details has 2 tables",
    ),
    "no mistakes": ({"mistakes": ()}, "fail schema mistakes has 0"),
    "no follow-ups": ({"followups": ()}, "fail schema followups has 0"),
    "no role": ({"roles": ()}, "fail schema roles is empty"),
    "unknown role": ({"roles": ("mlee",)}, 'fail schema roles is unknown; did you mean "mle"?'),
    "unknown company": ({"companies": ("initech",)}, "fail schema companies is unknown"),
    "unknown coverage": ({"covers": ("t9-99",)}, "fail schema covers is unknown"),
    "twice the same": ({"roles": ("mle", "mle")}, "fail schema roles stands twice"),
    "unknown topic": (
        {"topic": "inferense"},
        'fail schema topic is not in the taxonomy; did you mean "inference"?',
    ),
    "wrong folder": ({"file": "eval/inference.yaml"}, "fail schema topic belongs in llm/inference.yaml"),
    "design without a bar": ({"kind": "design"}, "fail schema bar is missing"),
    "bar without design": (
        {"bar": Bar(mid="a", senior="b", staff="c")},
        "fail schema bar is for cards of kind design",
    ),
    "half a date": ({"as_of": TODAY}, "fail schema review_by is missing"),
    "late review": (
        {"as_of": TODAY, "review_by": TODAY + datetime.timedelta(300)},
        "fail schema review_by is not within 9 months",
    ),
    "from the future": (
        {"as_of": datetime.date(2027, 1, 1), "review_by": datetime.date(2027, 2, 1)},
        "fail schema as_of is in the future",
    ),
    "placeholder": ({"hint": "TODO: a hint"}, "fail schema hint holds a placeholder"),
    "dots": ({"hint": "..."}, "fail schema hint holds a placeholder"),
    "heading": ({"details": "# Big"}, "fail schema details holds a heading"),
    "html": ({"hint": "a <b>bold</b> hint"}, "fail schema hint holds HTML"),
    "link": ({"hint": "see [this](http://a.b)"}, "fail schema hint holds a link"),
    "bad formula": (
        {"hint": r"Think of $\frac{a}$."},
        r"fail maths hint formula $\frac{a}$: Expected argument",
    ),
    "stray dollar": ({"hint": "It costs $5."}, "fail maths hint a $ that closes no formula"),
    "no source": ({"sources": ()}, "fail sources sources is empty"),
    "unknown source": (
        {"sources": ("pope-2023-inferences",)},
        "fail sources sources not in the bibliography; did you",
    ),
    "overdue": (
        {"as_of": datetime.date(2026, 1, 1), "review_by": datetime.date(2026, 9, 1)},
        "warn sources review_by has passed",
    ),
    "two questions": (
        {"question": "What is held? How much is it?"},
        "warn question question asks more than one",
    ),
    "yes or no": ({"question": "Is the cache large?"}, "warn question question opens like a yes/no"),
    "list": ({"question": "List all parts of the cache."}, "warn question question asks for a list"),
    "dash": ({"hint": "Think \u2014 hard."}, "warn language hint holds U+2014"),
    "long sentence": ({"hint": "word " * 36 + "."}, "warn language hint has a sentence of 36 words"),
    "figure without a claim": ({"hint": "", "details": "It takes 7 GiB."}, "warn claims details is a figure"),
    "multiplier without a claim": ({"details": "It is 3x faster."}, "warn claims details is a figure"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_gate_fails_on_a_bad_card(name):
    changes, message = BAD[name]

    assert any(line.startswith(message) for line in said(replace(good(), **changes))), said(
        replace(good(), **changes)
    )


@pytest.mark.parametrize("count", [2, 6])
def test_a_rubric_has_three_to_five_points(count):
    rubric = tuple(replace(good().rubric[at % 2], must=at < 2) for at in range(count))

    assert f"fail rubric rubric has {count} points; allowed: 3 to 5" in said(replace(good(), rubric=rubric))


def test_a_rubric_has_two_or_three_musts():
    card = good()

    one = first(card.rubric, must=False)
    assert "fail rubric rubric has 1 musts; allowed: 2 or 3" in said(replace(card, rubric=one))


def test_a_point_is_short_and_a_must_is_in_the_answer():
    card = good()
    long = said(replace(card, rubric=first(card.rubric, point="keys and values " * 7)))
    foreign = said(replace(card, rubric=first(card.rubric, point="Mentions photosynthesis of plants")))

    assert any("rubric[0].point has 21 words; allowed: 18" in line for line in long)
    assert any("shares fewer than two content words" in line for line in foreign)


def test_a_finding_stands_on_the_line_of_its_field():
    card = good()
    (finding,) = quality.check([replace(card, followups=card.followups[:1])], context(whole=False))

    assert finding.line == card.line("followups")
    assert str(finding).endswith("kv-cache-memory.followups: has 1; allowed: 2 to 4")


def test_a_short_answer_in_the_question_is_noticed():
    recall = first(
        good().recall, question="Which rate does precision use, the prevalence?", answer="The prevalence."
    )

    assert any(
        "recall(bytes).question holds its own answer" in line for line in said(replace(good(), recall=recall))
    )


def test_a_misspelling_is_noticed_but_not_in_code():
    card = replace(good(), mistakes=(Mistake(wrong="It is seperate.", fix="Call `seperate`."),))

    assert said(card, misspellings={"seperate": "separate"}) == [
        "warn language mistakes[0].wrong may be misspelled; separate?"
    ]


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (Claim(text="half", expr="1/2", equals=0.6), "fail claims claims[0].expr is 0.5, not 0.6"),
        (Claim(text="half", expr="half", equals=0.5), "fail claims claims[0].expr names 'half'"),
        (Claim(text="half", expr="1/2", equals=0.5, tol=-1), "fail claims claims[0].tol is -1"),
    ],
)
def test_a_claim_that_does_not_hold_fails(claim, message):
    assert any(line.startswith(message) for line in said(replace(good(), claims=(claim,))))


def test_without_numpy_a_claim_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    card = replace(good(), claims=(Claim(text="mean", expr="np.mean([1, 2])", equals=1.5),))

    assert said(card) == ["fail claims claims[0].expr needs NumPy: install requirements/dev.txt"]


def test_a_figure_that_a_claim_computes_is_no_finding():
    card = replace(good(), details="It takes 2.5 GiB, or 94 % of it, for 8,192 tokens.")
    claims = (*card.claims, Claim(text="share", expr="0.94", equals=0.94))

    assert said(replace(card, claims=claims)) == []


def test_an_id_taken_elsewhere_fails():
    card = good()
    found = quality.check(
        [card],
        context(
            whole=False, rest=(replace(card, file="other.yaml", question="Else?", followups=(), recall=()),)
        ),
    )

    assert [f.message for f in found] == ["is taken in other.yaml"]


def test_the_whole_deck_covers_the_checklist_and_cites_its_bibliography():
    cards = [card for card in small_deck() if card.id != "waiting-hh-ht"]
    found = {(f.severity, f.gate, f.field) for f in quality.check(cards, context())}

    assert found == {("fail", "coverage", "t0-02"), ("warn", "sources", "li-1980-martingale")}


def test_a_draft_covers_nothing():
    cards = [replace(card, status="draft") if card.covers else card for card in small_deck()]

    assert [f.field for f in quality.check(cards, context()) if f.gate == "coverage"] == ["t0-01", "t0-02"]


def test_prerequisites_are_known_published_and_lead_nowhere_back():
    cards = {card.id: card for card in small_deck()}
    cards["kv-cache-memory"] = replace(
        cards["kv-cache-memory"], prerequisites=("causal-attention-numpy", "no-such-card")
    )
    messages = [f.message for f in quality.check(list(cards.values()), context())]

    assert messages.count("lead back to the card itself") == 2
    assert "is no card of the deck" in messages


def test_a_source_from_the_future_fails():
    later = Source(authors="A", year=2027, title="T", kind="paper")
    bibliography = {**context().bibliography, "a-2027-t": later}

    found = quality.check(small_deck(), context(bibliography=bibliography, whole=False))
    assert [(f.severity, f.field, f.value) for f in found] == [("fail", "a-2027-t", "2027")]


def test_a_work_entered_twice_fails():
    key, source = next(iter(context().bibliography.items()))
    again = {**context().bibliography, "zz-again": replace(source, title=source.title.upper())}

    found = quality.check(small_deck(), context(bibliography=again, whole=False))

    assert [(f.severity, f.field, f.message) for f in found] == [
        ("fail", "zz-again", f"is the same work as {key}")
    ]


def test_a_retired_card_is_not_judged():
    assert said(replace(good(), status="retired", answer="x")) == []


def test_problems_of_the_reader_become_failures():
    _, problems = deckfile.load_topic("llm/x.yaml", "topic: x\ncards: 3\n")
    (finding,) = quality.from_problems(problems)

    assert str(finding) == "llm/x.yaml:2: fail [schema] cards: is 3; allowed: a list"
    assert finding.severity == "fail"


def test_prose_is_counted_without_code_bars_and_rules():
    assert prose.word_count("one $a + b$ `c d` | --- | two\n```\nthree four\n```") == 4
    assert prose.sentences("It is e.g. 0.5 here. Then more! `Code.` ends.") == [
        "It is e.g 0.5 here.",
        "Then more!",
        "Code ends.",
    ]
    assert prose.fences("- a\n  ```python\n  x = 1\n  ```\n```sql\nSELECT 1\n```", "python") == ["x = 1\n"]


def test_the_same_question_twice_fails_and_a_near_one_warns():
    card = good()
    same = replace(
        card,
        id="other",
        question="What does a KV cache hold during autoregressive decoding? How large does it get?",
    )
    near = replace(
        card, id="other", question="How large does the KV cache get during autoregressive decoding?"
    )

    assert [f.severity for f in duplicates.check([card, same]) if f.field == "other.question"] == ["fail"]
    assert [f.severity for f in duplicates.check([card, near]) if f.field == "other.question"] == ["warn"]


def test_only_the_cards_under_check_are_reported():
    card = good()

    assert list(duplicates.check([], [card, replace(card, id="other")])) == []
    assert {f.field.partition(".")[0] for f in duplicates.check([replace(card, id="new")], [card])} == {"new"}


def test_cosines_agree_with_the_definition():
    pairs = list(duplicates.similar(["red apple", "red apple", "blue sky"], 0.5))

    assert pairs == [(0, 1, pytest.approx(1.0))]


def test_the_card_of_the_manual_is_clean_and_its_code_runs():
    manual = (DECK.parent.parent.parent / "docs" / "deck.md").read_text()
    cards, problems = deckfile.load_topic(
        "prob/puzzles.yaml", manual.partition("```yaml\n")[2].partition("\n```\n\nWhat")[0]
    )
    check = manual.partition("define:\n\n```python\n")[2].partition("\n```\n")[0]

    assert problems == []
    assert quality.check(cards, context(whole=False)) == []
    assert code_runner.check(cards, {cards[0].id: ("check.py", check)}) == []
