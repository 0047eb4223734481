"""The numbers in docs/scheduling.md are those of the code."""

import re
from pathlib import Path

from scheduling import readiness
from scheduling.sm2 import PUBLISHED_SOURCE, TEXT_1990, Memory, early, granted, review

PAGE = (Path(__file__).parents[2] / "docs" / "scheduling.md").read_text(encoding="utf-8")


def table(header):
    """Return the numbers of each row of the table under a header line."""
    body = PAGE.split(header)[1].split("\n\n")[0]
    return [[int(number) for number in re.findall(r"[-+]?\d+", row)] for row in body.splitlines()[2:]]


def test_the_worked_example_is_what_the_code_does():
    text = source = Memory()
    example = table("| grade | `TEXT_1990` | `PUBLISHED_SOURCE` |")

    for grade, *numbers in example:
        text, source = review(text, grade, TEXT_1990), review(source, grade, PUBLISHED_SOURCE)
        assert [text, source] == [Memory(*numbers[:3]), Memory(*numbers[3:])]
    assert [row[0] for row in example] == [2, 5, 1, 5, 1, 3, 2, 3, 2, 2, 3, 4, 5]


def test_the_changes_of_the_easiness_are_those_of_the_code():
    (changes,) = table("| grade | 0 | 1 | 2 | 3 | 4 | 5 |")

    assert changes == [review(Memory(), grade, PUBLISHED_SOURCE).easiness - 250 for grade in range(6)]


def test_the_fuzz_windows_are_those_of_the_code():
    for interval, margin in table("| interval | days to either side |"):
        given = {
            granted(Memory(3, interval), 0, passed=True, slug=slug, count=1, fuzz=True, max_interval=999)
            for slug in map(str, range(5000))
        }
        assert (min(given), max(given)) == (interval - margin, interval + margin)


def test_the_early_example_is_what_the_code_does():
    assert "So (3, 30, 250) passed after 10 days stays 30" in PAGE
    assert early(Memory(3, 30, 250), 4, 10) == Memory(3, 30, 250)
    assert "after 25 days it becomes 63" in PAGE
    assert early(Memory(3, 30, 250), 4, 25) == Memory(3, 63, 250)


def test_the_switches_are_those_of_the_code():
    for name in ("rounding", "ef_on_fail", "interval_ef", "fail_counts_as_first"):
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}`"))
        _, _, text, source, _ = row.split("|")
        assert f"`{getattr(TEXT_1990, name)}`" in text
        assert f"`{getattr(PUBLISHED_SOURCE, name)}`" in source


def test_the_forgetting_curve_is_that_of_the_code():
    decay = float(re.search(r"D = ([\d.]+),", PAGE)[1])

    assert -decay == readiness.DECAY
    assert (1 + (0.9 ** (-1 / decay) - 1) * 3 / 7) ** -decay == readiness.chance(7, 3)
