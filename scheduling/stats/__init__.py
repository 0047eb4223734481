"""Numbers for a learner's pages: reads only, each from the log or from the states.

`log`: the answers day by day. `recall`: how often a due card was recalled.
`deck`: how much of the deck is met and held, and what comes due. `points`: slow
cards and missed key points. `ready`: the chance to recall on the interview day.
`share`: so many of so many. `origin`: the rows that a figure is made of.
"""

from scheduling.stats.deck import due_ahead, met
from scheduling.stats.log import seconds_expected, streak

__all__ = ["due_ahead", "met", "seconds_expected", "streak"]
