"""How the plain match ends in every way of every course row, by hand."""

from collections.abc import Mapping
from types import MappingProxyType

from tests.faults.plain import NO_CORNERS, End

FOUR = {"score_regular": (2, 2), "score_half_time": (2, 1)}
"""A goal of each side more, both in the first half."""
GOALS = {(1, 1): 1, (1, 2): 1}
SIX = {"score_regular": (3, 3), "score_half_time": (3, 2)}
KICKS = {(29, 1): 6, (29, 2): 5, (30, 2): 1, (27, 0): 1}
"""Home 6, away 5 of six kicks each."""
PLAIN = End()
BOOKED = {"yellow_cards": (2, 1)}
REWRITTEN = End(pairs={**FOUR, "yellow_cards": (1, 1)}, more={**GOALS, (3, 1): 1}, goals=2, cards=1)
TWO_CANCELLED = End(goals=2, cancelled=2, more={(28, 1): 1, (28, 2): 1}, withdrawn=2)
AWARDED = End(pairs={"score_regular": (3, 0)}, goals=2, cancelled=1, corrected=1, fields={"loss": True})


def _tie(*, path: tuple[int, ...] = (2, 3, 4, 5, 8)) -> End:
    """A goal of home in extra time."""
    return End(path=path, pairs={"score_extra_time": (2, 1)}, more={(1, 1): 1, (26, 0): 1}, goals=1)


def _stamped(end: End, **more: object) -> End:
    return End(**{name: getattr(end, name) for name in end.__dataclass_fields__} | more)


ENDS: Mapping[str, Mapping[str, End]] = MappingProxyType(
    {
        "F22": {
            "within seconds": End(
                pairs={**FOUR, "yellow_cards": (1, 1)}, more={**GOALS, (3, 1): 1}, goals=2, cards=1
            )
        },
        "F24": {
            "by -1 s": End(kickoffs={"second_half": 1}, revisions=[("second_half", 0, "revision")]),
            "by -5 s": End(kickoffs={"first_half": 5}, revisions=[("first_half", 0, "revision")]),
            "by -48, -54, -62 s": End(
                kickoffs={"first_half": 62},
                revisions=[("first_half", off, "revision") for off in (14, 8, 0)],
            ),
            "by -61 s": End(kickoffs={"second_half": 61}, revisions=[("second_half", 0, "revision")]),
            "by +30 s": End(kickoffs={"second_half": -30}, revisions=[("second_half", 0, "revision")]),
            "by +400 s": End(revisions=[("first_half", 400, "out_of_window")]),
            "0 at first": PLAIN,
            "0 later": PLAIN,
            "90 s ahead": End(kickoffs={"first_half": 90}, revisions=[("first_half", 0, "revision")]),
            "600 s ahead": End(kickoffs={"first_half": 600}),
        },
        "F25": {
            "for three minutes": PLAIN,
            "for the whole half": End(kickoffs={"second_half": None}),
            "at half-time": PLAIN,
        },
        "F26": {
            "up and down": End(
                pairs=FOUR, more={**GOALS, (28, 1): 1, (28, 2): 1}, goals=4, cancelled=2, withdrawn=2
            )
        },
        "F27": {
            "corners": PLAIN,
            "yellow cards": End(pairs={"yellow_cards": (1, 1)}, more={(3, 1): 1}, cards=1),
            "statistics": PLAIN,
        },
        "F28": {
            "mirrored": End(pairs=BOOKED, more={(3, 1): 2}, cards=2),
            "a card corrected": End(pairs={"yellow_cards": (2, 2)}, more={(3, 1): 2, (3, 2): 1}, cards=3),
            "goals corrected": End(
                pairs=BOOKED,
                more={(3, 1): 2, (28, 1): 1, (28, 2): 1},
                cards=2,
                goals=2,
                cancelled=2,
                corrected=2,
                withdrawn=2,
            ),
        },
        "F29": {
            name: End(pairs=SIX, more={(1, 1): 2, (1, 2): 2}, goals=4)
            for name in ("the score first", "the incident first", "a score that jumps by two")
        },
        "F30": {
            "goals cancelled": TWO_CANCELLED,
            "goals given again": End(pairs=FOUR, more={**GOALS, (28, 1): 1, (28, 2): 1}, goals=4, cancelled=2),
            "red card cancelled": End(more={(28, 1): 1}, cards=1, withdrawn=1),
        },
        "F31": {
            "players added": REWRITTEN,
            "minutes moved": REWRITTEN,
            "goals into own goals": _stamped(REWRITTEN, more={(17, 1): 1, (17, 2): 1, (3, 1): 1}),
            "sides exchanged": REWRITTEN,
            "shorter": REWRITTEN,
            "half-time twice": PLAIN,
            "half-time moved": PLAIN,
        },
        "F32": {
            "two goals in a minute": End(pairs=SIX, more={(1, 1): 2, (1, 2): 2}, goals=4),
            "own goals": End(pairs=FOUR, more={(17, 1): 1, (17, 2): 1}, goals=2),
            "four substitutions": End(more={(9, 1): 4}),
        },
        "F33": {
            name: End(pairs=FOUR, more={**GOALS, (9, 1): 1, (9, 2): 1}, goals=2)
            for name in ("with added time", "without")
        },
        "F34": {
            "second yellow alone": End(
                pairs={"red_cards": (0, 1), "yellow_cards": (0, 2)}, more={(15, 2): 1}, cards=1
            ),
            "direct red": End(pairs={"red_cards": (0, 1)}, more={(4, 2): 1}, cards=1),
            "rescinded": End(cards=2, withdrawn=2),
        },
        "F35": {
            "4>8>5>8>7>8": End(
                path=(2, 3, 4, 8, 5, 8, 7, 8),
                pairs={"score_extra_time": (1, 1), "score_shoot_out": (6, 5)},
                more={**KICKS, (26, 0): 1},
                revisions=[("overtime", 1_050, "et_second_period")],
            ),
            "4>8>4": End(path=(2, 3, 4, 8, 4, 8)),
            "4>8, then kicks": End(pairs={"score_shoot_out": (6, 5)}, more=KICKS),
            "1>9>1": End(path=(9, 1, 2, 3, 4, 8)),
            "13>2": End(path=(13, 2, 3, 4, 8)),
            "3>13": End(
                status=13,
                path=(2, 3, 13),
                pairs={"score_regular": (1, 0)},
                goals=-1,
                more={(1, 2): -1, (9, 2): -1, (12, 0): -1},
                kickoffs={"second_half": None},
            ),
            "2>10>2": End(
                path=(2, 10, 2, 3, 4, 8), pairs=NO_CORNERS, revisions=[("first_half", 900, "resume")]
            ),
            "10>11": End(status=11, path=(2, 3, 4, 10, 11), pairs=NO_CORNERS, more={(12, 0): -1}),
            "12>1": End(path=(12, 1, 2, 3, 4, 8)),
        },
        "F36": {
            "no second half": End(path=(2, 3, 8), kickoffs={"second_half": None}),
            "no half-time": End(path=(2, 4, 8)),
            "no end": End(more={(12, 0): -1}),
        },
        "F37": {
            "no stamp": _stamped(_tie(), kickoffs={"overtime": None}),
            "one stamp": _tie(),
            "two stamps": _stamped(_tie(), revisions=[("overtime", 1_050, "et_second_period")]),
            "more than 120 minutes": _stamped(_tie(), revisions=[("overtime", 1_290, "et_second_period")]),
            "eighteen kicks": End(
                path=(2, 3, 4, 5, 7, 8),
                pairs={"score_extra_time": (1, 1), "score_shoot_out": (9, 8)},
                more={(29, 1): 9, (29, 2): 8, (30, 2): 1, (26, 0): 1, (27, 0): 1},
                revisions=[("overtime", 1_050, "et_second_period")],
            ),
        },
        "F38": {
            "a new stamp": End(
                path=(2, 3, 4, 10, 4, 8), pairs=NO_CORNERS, revisions=[("second_half", 7_200, "resume")]
            ),
            "the old stamp": End(path=(2, 3, 4, 10, 4, 8), pairs=NO_CORNERS),
        },
        "F39": {f"{minutes} minutes": PLAIN for minutes in (15, 18, 21, 40)},
        "F40": {
            "twenty minutes": End(
                pairs={"yellow_cards": (0, 0), **NO_CORNERS}, cards=-1, more={(3, 2): -1, (9, 2): -1}
            )
        },
        "F45": {
            "45+6, then 46": End(
                pairs={"score_regular": (2, 2), "score_half_time": (2, 0)}, more=GOALS, goals=2
            )
        },
        "F46": {
            "forfeit": AWARDED,
            "replaced a day later": AWARDED,
            "sides exchanged": End(fields={"team_reverse": True}),
        },
    }
)
