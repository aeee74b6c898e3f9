"""The provider's codes by the names the API and the pages use.

Codes that are not here are kept in the database and not shown (provider documentation, incidents and
statistics of a match).
"""

INCIDENTS = {
    1: "goal",
    3: "yellow_card",
    4: "red_card",
    8: "penalty_goal",
    9: "substitution",
    11: "half_time",
    12: "full_time",
    15: "second_yellow",
    16: "penalty_missed",
    17: "own_goal",
    19: "added_time",
    26: "extra_time_over",
    27: "shootout_over",
    28: "video_review",
    29: "shootout_scored",
    30: "shootout_missed",
    38: "hydration_break",
}

GOALS = frozenset({"goal", "penalty_goal", "own_goal"})
KICKS = frozenset({"shootout_scored", "shootout_missed"})
MARKERS = frozenset({"half_time", "full_time", "extra_time_over", "shootout_over"})
"""What ends a period: shown as a line across, not as somebody's deed."""

STATISTICS = {
    25: "possession",
    21: "shots_on_target",
    22: "shots_off_target",
    37: "blocked_shots",
    23: "attacks",
    24: "dangerous_attacks",
    2: "corners",
    5: "offsides",
    6: "free_kicks",
    7: "goal_kicks",
    8: "penalties",
    3: "yellow_cards",
    4: "red_cards",
    9: "substitutions",
    34: "woodwork",
    43: "saves",
}
"""In the order they are shown."""

HALF_STATISTICS = {
    **{code: name for code, name in STATISTICS.items() if code not in {34, 43}},
    83: "shots",
    51: "fouls",
    52: "saves",
    69: "woodwork",
    40: "passes",
    41: "accurate_passes",
    39: "tackles",
    36: "clearances",
    38: "interceptions",
    32: "throw_ins",
}
"""The halves have a table of their own: 34, 37 and 38 differ."""

VAR_REASONS = {
    0: "other",
    1: "goal awarded",
    2: "goal not awarded",
    3: "penalty awarded",
    4: "penalty not awarded",
    5: "red card given",
    6: "card upgrade",
    7: "mistaken identity",
    8: "corner awarded",
    9: "corner not awarded",
}
VAR_RESULTS = {
    0: "unknown",
    1: "goal confirmed",
    2: "goal cancelled",
    3: "penalty confirmed",
    4: "penalty cancelled",
    5: "red card confirmed",
    6: "red card cancelled",
    7: "upgrade confirmed",
    8: "upgrade cancelled",
    9: "original decision stands",
    10: "original decision changed",
    11: "corner confirmed",
    12: "corner cancelled",
}
