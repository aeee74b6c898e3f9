"""The provider's incident codes, as far as the core acts on them (football data, codes)."""

GOALS = frozenset({1, 8, 17})
"""Goal, penalty, own goal: one class, for a goal may turn from one into another."""
CARDS = frozenset({3, 4, 15})
"""Yellow, red, second yellow; the last is a dismissal by itself."""
SECOND_YELLOW = 15
KICK_SCORED = 29
KICKS = frozenset({KICK_SCORED, 30})
"""A kick of the shoot-out, scored or missed."""
MIDFIELD, END, KICKS_ENDED = 11, 12, 27
MARKERS = frozenset({MIDFIELD, END, KICKS_ENDED})
"""Ends of half, of 90 minutes and of the shoot-out; each once in a match."""
ADDED_TIME = 19
"""The board is shown: `add_time` is the announced time, not a part of `time`."""
VAR = 28
GOAL_CANCELLED = 2
"""The review result that takes a goal back."""
POSSESSION = 25
"""A share of 100, not a counter."""
SAME_IN_HALVES = frozenset({*range(1, 10), *range(15, 18), *range(21, 26), 37})
"""Statistics that have one code in the table of the match and in that of its halves; others differ (34, 38)."""
