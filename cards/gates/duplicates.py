"""Gate 5: questions that ask the same thing, by TF-IDF over words and word pairs.

Weights are (1 + ln tf) (1 + ln((1 + n) / (1 + df))), stop words left out, each
question scaled to length 1; so the cosine is a sum over shared terms. Source:
Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 6.2-6.4,
with the smoothed idf of scikit-learn.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cards.gates import text as prose
from cards.gates.finding import Finding, Gate
from cards.records import CardRecord

SAME = 0.80
CLOSE = 0.60

_GATE = Gate("duplicates")
Vector = dict[str, float]


@dataclass(frozen=True)
class _Question:
    card: CardRecord
    where: str
    slug: str
    text: str
    line: int


def check(cards: Sequence[CardRecord], rest: Sequence[CardRecord] = ()) -> Iterator[Finding]:
    """Yield pairs of near-equal questions, one of them at least in `cards`.

    Children count too, but a card is not compared with its own family.
    """
    asked = [question for card in (*rest, *cards) for question in _questions(card)]
    checked = {id(card) for card in cards}
    for first, second, cosine in similar([question.text for question in asked], CLOSE):
        one, other = asked[first], asked[second]
        if one.card is other.card or id(other.card) not in checked:
            continue
        say = _GATE.fail if cosine >= SAME else _GATE.warn
        message = f"is close ({cosine:.2f}) to {one.slug} in {one.card.file}"
        yield say(other.card, other.where, message, other.text, other.line)


def _questions(card: CardRecord) -> Iterator[_Question]:
    yield _Question(card, "question", card.id, card.question, card.line("question"))
    for slug, part, child in card.children():
        where = f"{part}({child.id}).question"
        yield _Question(card, where, slug, child.question, child.line("question"))


def similar(texts: Sequence[str], least: float) -> Iterator[tuple[int, int, float]]:
    """Yield (i, j, cosine) with i < j for each pair that reaches `least`, j rising.

    Cost: a pass over the terms that two texts share; 4,000 questions take a second.
    """
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(_vectors(texts)):
        cosines: defaultdict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for other, other_weight in postings[term]:
                cosines[other] += weight * other_weight
            postings[term].append((at, weight))
        for other, cosine in sorted(cosines.items()):
            if cosine >= least:
                yield other, at, min(cosine, 1.0)


def _vectors(texts: Sequence[str]) -> list[Vector]:
    counts = [Counter(_terms(text)) for text in texts]
    found_in = Counter(term for count in counts for term in count)
    size = len(texts)
    vectors = []
    for count in counts:
        vector = {
            term: (1 + math.log(times)) * (1 + math.log((1 + size) / (1 + found_in[term])))
            for term, times in count.items()
        }
        length = math.hypot(*vector.values()) or 1.0
        vectors.append({term: weight / length for term, weight in vector.items()})
    return vectors


def _terms(text: str) -> list[str]:
    found = [word for word in prose.words(text) if word not in prose.STOP_WORDS]
    return found + [f"{one} {two}" for one, two in zip(found, found[1:], strict=False)]
