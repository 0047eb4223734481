"""Made-up card records, as odd as the format allows."""

import datetime

from hypothesis import strategies as st

from cards.records import Bar, CardRecord, Child, Claim, Mistake, Point

SLUG = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
TEXT = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1, max_size=60
    )
    .map(lambda text: text.strip("\n").rstrip())
    .filter(str.strip)
)
NUMBER = st.integers(-(10**9), 10**9) | st.floats(-1e12, 1e12, allow_subnormal=False)
DAY = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1))


def children():
    return st.lists(
        st.builds(Child, id=SLUG, question=TEXT, answer=TEXT), max_size=2, unique_by=lambda c: c.id
    ).map(tuple)


CARDS = st.builds(
    CardRecord,
    id=SLUG,
    kind=st.sampled_from(["concept", "design"]),
    level=st.integers(1, 4),
    status=st.sampled_from(["draft", "published", "retired"]),
    question=TEXT,
    answer=TEXT,
    hint=st.just("") | TEXT,
    details=st.just("") | TEXT,
    roles=st.lists(SLUG, max_size=3).map(tuple),
    bar=st.none() | st.builds(Bar, mid=TEXT, senior=TEXT, staff=TEXT),
    mistakes=st.lists(st.builds(Mistake, wrong=TEXT, fix=TEXT), max_size=2).map(tuple),
    rubric=st.lists(
        st.builds(Point, id=SLUG, must=st.booleans(), point=TEXT), max_size=2, unique_by=lambda p: p.id
    ).map(tuple),
    followups=children(),
    claims=st.lists(st.builds(Claim, text=TEXT, expr=TEXT, equals=NUMBER, tol=NUMBER), max_size=2).map(tuple),
    as_of=st.none() | DAY,
    topic=st.just("t"),
)
