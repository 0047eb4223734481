"""What has been learnt so far, and how sure that is; each figure leads to what it is made of."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scheduling import charts
from scheduling.charts import Point
from scheduling.models import Learner
from scheduling.stats import deck, log, points, ready, recall
from scheduling.stats.log import Day
from scheduling.stats.share import ENOUGH, Share
from scheduling.turns import LABELS

AHEAD = (30, 90)
RECENT = 90
Context = dict[str, object]


@require_safe
@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """Show everything that can be said from the learner's log. Nine statements, or eleven for a year's streak."""
    learner = Learner.of(request.user)
    today = learner.today(timezone.now())
    days = log.year(learner, today)
    context: Context = {
        "learner": learner,
        "today": today,
        "enough": ENOUGH,
        "latest": log.LATEST,
        **rhythm(learner, days, today),
        **knowledge(learner, days, today),
        "slow": points.slow(learner, today),
        "missed": points.missed(learner, today),
    }
    return render(request, "scheduling/progress.html", context)


def rhythm(learner: Learner, days: Sequence[Day], today: date) -> Context:
    """Return what the days say: the heat map, the streak, minutes, cards and grades. One to three statements."""
    off = log.days_off(learner)
    by_day = {day.day: day for day in days}
    recent = [
        by_day.get(date_, Day(date_))
        for date_ in (today - timedelta(days=n) for n in range(RECENT - 1, -1, -1))
    ]
    row = log.in_a_row((day.day for day in reversed(days)), off, today)
    if days and row >= len(days):  # it may go on before the year began
        row = log.streak(learner, today)
    return {
        "streak": row,
        "off_today": today in off,
        "now": by_day.get(today, Day(today)),
        "days": days,
        "answers": sum(day.answers for day in days),
        "untimed": sum(day.untimed for day in recent),
        "heatmap": charts.heatmap({day.day: day.answers for day in days}, off, today),
        "minutes": charts.bars([minutes_point(day) for day in recent]),
        "cards": charts.bars([cards_point(day) for day in recent]),
        "grades": charts.bars(grade_points(days)),
    }


def knowledge(learner: Learner, days: Sequence[Day], today: date) -> Context:
    """Return what is held, what comes due, how much was recalled and will be. Five statements."""
    interview = ready.interview(learner, today)
    found, names = deck.rows(learner, interview.scope), deck.names()
    topics = deck.by_topic(names, found, interview.on)
    scoped = [row for row in found if row.inside]
    inside = topics if len(scoped) == len(found) else deck.by_topic(names, scoped, interview.on)
    tested = recall.tested(learner)
    return {
        "interview": interview,
        **readiness(inside, tested),
        **coverage(topics, tested),
        "due": due_charts(deck.due_days(found, today, max(AHEAD))),
        "by_month": share_chart(log.months(days)),
        "by_interval": share_chart(recall.by_interval(learner)),
        "calibration": recall.calibration(tested),
    }


def coverage(topics: Sequence[deck.Part], tested: Sequence[recall.Tested]) -> Context:
    """Return the whole deck by area and topic: stages, and recall. No statement."""
    areas = deck.by_area(topics)
    whole = deck.whole(areas)
    by_topic = recall.by_part(topics, tested)
    return {
        "topics": topics,
        "areas": areas,
        "whole": whole,
        "stages": charts.stack([(key, label, whole.stages[key]) for key, label in deck.STAGES.items()]),
        "by_area": recall.summed(areas, topics, by_topic),
        "by_topic": by_topic,
        "weakest": recall.weakest(by_topic),
    }


def readiness(topics: Sequence[deck.Part], tested: Sequence[recall.Tested]) -> Context:
    """Return the readiness of each area in the scope, and of the scope. No statement."""
    areas = deck.by_area(topics)
    ids = {topic.topic for topic in topics}
    return {
        "scope_areas": areas,
        "scope_topics": topics,
        "ready": ready.estimates(areas, topics, tested),
        "ready_all": ready.estimate(deck.whole(areas), [row for row in tested if row.topic in ids]),
    }


def minutes_point(day: Day) -> Point:
    text = f"{day.minutes:.0f} min" if day.minutes >= 1 or not day.ms else "under a minute"
    return Point(f"{day.day}", f"{day.day:%-d %b}", day.minutes, text)


def cards_point(day: Day) -> Point:
    text = f"{day.cards} card{'' if day.cards == 1 else 's'}, {day.answers} answer{'' if day.answers == 1 else 's'}"
    return Point(f"{day.day}", f"{day.day:%-d %b}", day.cards, text)


def grade_points(days: Sequence[Day]) -> list[Point]:
    counts = log.grades(days)
    total = sum(counts) or 1
    return [
        Point(str(grade), f"{grade} {LABELS[grade]}", count, f"{count} ({100 * count / total:.0f} %)")
        for grade, count in enumerate(counts)
    ]


def due_charts(loads: Sequence[deck.DayLoad]) -> list[tuple[int, charts.Chart]]:
    """Return a chart for each length that is looked ahead."""
    return [(length, charts.bars([due_point(load) for load in loads[:length]])) for length in AHEAD]


def due_point(load: deck.DayLoad) -> Point:
    return Point(
        f"{load.day}", f"{load.day:%-d %b}", load.due, f"{load.due} card{'' if load.due == 1 else 's'}"
    )


def share_chart(shares: Sequence[Share]) -> charts.Chart:
    """Return a chart of percentages; a group without enough data is a gap that its table explains."""
    return charts.bars([share_point(share) for share in shares], top=100)


def share_point(share: Share) -> Point:
    if share.percent is None:
        return Point(
            share.key,
            share.label,
            None,
            f"not enough data ({share.tried} review{'' if share.tried == 1 else 's'})",
        )
    return Point(share.key, share.label, share.percent, f"{share.percent:.0f} % of {share.tried} reviews")
