"""The judge itself: it must see each kind of mistake."""

from dataclasses import replace

import pytest
from tests.proof.expect import Board, Placement, expect
from tests.proof.judge import Limits, Row, judge
from tests.proof.test_expect import a_line, an_event
from tests.proof.timelines import parse

K1, K2 = 1_000_000.0, 1_001_000.0
LIMITS = Limits(late_s=30, early_s=1, flight_s=9, list_s=41)
EXPECTED = expect(
    parse(
        a_line(
            periods={"1H": 100, "2H": 100},
            events=[an_event("1H", 70, "goal", "away"), an_event("2H", 10, "yellow", "home")],
        )
    ),
    Placement({"1H": K1, "2H": K2}, ended=K2 + 100),
)
GOAL = {"event": "match.goal", "side": 2, "score": [0, 1], "minute_text": "2'"}
CARD = {"event": "match.card", "side": 1, "type": 3, "incident": 2}


def played():
    """The rows of a match that went right."""
    said = [
        (K1 + 5, "match", Board(2, 0, 0), "1H", ()),
        (K1 + 6, "minute", Board(2, 0, 0), "1'", ()),
        (K1 + 61, "minute", Board(2, 0, 0), "2'", ()),
        (K1 + 74, "match", Board(2, 0, 1), "2'", (GOAL,)),
        (K1 + 104, "match", Board(3, 0, 1), "HT", ()),
        (K2 + 3, "match", Board(4, 0, 1), "2H", ()),
        (K2 + 4, "minute", Board(4, 0, 1), "46'", ()),
        (K2 + 40, "match", Board(4, 0, 1), "46'", (CARD,)),
        (K2 + 61, "minute", Board(4, 0, 1), "47'", ()),
        (K2 + 105, "match", Board(8, 0, 1), "FT", ()),
    ]
    return [
        Row(number, "abcdef", kind, board, text, happened, seen)
        for number, (seen, kind, board, text, happened) in enumerate(said, start=1)
    ]


def test_what_went_right_has_no_mismatch():
    verdict = judge(EXPECTED, played(), LIMITS)

    assert verdict.mismatches == ()
    assert len(verdict.lags_s) == 5 + 4 + 1


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({2: {"text": "1'"}, 3: {"text": "1'"}}, "minute 2' of 1000060 was never shown"),
        ({2: {"seen": K1 + 95}}, "minute 2' came +35.0 s"),
        ({2: {"text": "1'"}}, "minute row without a change"),
        ({3: {"board": Board(2, 1, 0)}}, "is on no way to the end"),
        ({3: {"seen": K1 + 101}}, "came +31.0 s from 1000070"),
        ({3: {"happened": ()}}, "goal 1 of side 2 was announced too seldom"),
        ({4: {"happened": (GOAL,)}}, "goal 1 of side 2 was announced too often"),
        ({7: {"happened": ()}}, "cards of type 3, side 1: 0 told, 1 shown"),
        ({7: {"seen": K2 + 82}}, "card (3, 0) came +72.0 s"),
        ({6: {"text": "2'"}}, "2' at 1001004"),
        ({8: {"text": "2H"}}, "back to the label 2H"),
        ({9: {"board": Board(4, 0, 1)}}, "ends on Board(status=4"),
        ({5: {"board": Board(8, 0, 1)}}, "was never shown"),
        ({8: {"seq": 7}}, "change 7 after 8"),
    ],
)
def test_a_mistake_is_named(broken, said):
    rows = [replace(row, **broken.get(index, {})) for index, row in enumerate(played())]

    assert any(said in line for line in judge(EXPECTED, rows, LIMITS).mismatches)
