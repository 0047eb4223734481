"""The benchmarks run, and what docs/scheduling.md says of exam mode holds in a small run."""

from datetime import timedelta
from statistics import mean

from benchmarks.exam_mode import TODAY, ExamMode, Plain, play
from scheduling.pacing import Week
from scheduling.simulation import Course


def test_exam_mode_gains_recall_over_plain_sm2_at_equal_minutes():
    week = Week((20,) * 7)
    course = Course(TODAY, TODAY + timedelta(days=60), TODAY, week, "text_1990 fuzz max365")
    exam, plain = ([play(way, seed, course, 300) for seed in range(4)] for way in (ExamMode, Plain))

    assert mean(row[0] for row in exam) > mean(row[0] for row in plain) + 0.05
    assert mean(row[2] for row in exam) <= mean(row[2] for row in plain) * 1.02
    assert play(ExamMode, 0, course, 300) == exam[0]  # seeded: the same again
