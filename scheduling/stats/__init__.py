"""Numbers for a learner's pages: reads only, each from the log or from the states.

`log`: the answers day by day. `recall`: how often a due card was recalled.
`deck`: how much of the deck is met and held, and what comes due. `points`: slow
cards and missed key points. `origin`: the rows that a figure is made of.
"""

from scheduling.stats.deck import coverage, forecast
from scheduling.stats.log import seconds_expected, streak, today_in_numbers

__all__ = ["coverage", "forecast", "seconds_expected", "streak", "today_in_numbers"]
