"""What is played on the stage: short matches, told as real ones, and how each must end.

A match is a line of timelines (`simulator/timelines.py`); the judge reads the same line by itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from tests.proof.expect import red_cards, yellow_cards
from tests.proof.final import TYPES, incidents
from tests.proof.timelines import Timeline, parse

from touchline.simulator import timelines
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme
from touchline.simulator.script import Script
from touchline.simulator.telling import punctual, tell

STATS_EVERY_S = 60
PERIOD_S = 600
LEAD_S = 600
"""From the beginning of a world to the beginning of its matches; a busy machine may need it to be ready."""


def event(period: str, s: float, type_: str, team: str, player: str, **more: Any) -> dict[str, Any]:
    """One event of a timeline, at its right minute."""
    minute = {"1H": 1, "2H": 46, "E1": 91, "E2": 106}[period] + int(s) // 60
    return {"period": period, "s": s, "min": minute, "type": type_, "team": team, "player": player, **more}


EVENTS = (
    event("1H", 90, "goal", "home", "A. Left", assist="B. Left"),
    event("1H", 200, "yellow", "away", "A. Right"),
    event("1H", 260, "corner", "home", ""),
    event("1H", 420, "own_goal", "home", "B. Right"),
    event("2H", 30, "sub", "away", "C. Right", player_off="D. Right"),
    event("2H", 31, "sub", "away", "E. Right", player_off="F. Right"),
    event("2H", 150, "penalty_goal", "away", "C. Right"),
    event("2H", 300, "red", "home", "C. Left"),
    event("2H", 420, "goal", "away", "E. Right"),
    event("2H", 500, "goal", "home", "B. Left"),
)


def a_timeline(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A match of two short halves that ends 3-2; `changes` replace whole fields."""
    match = {
        "id": f"stage-{number}",
        "competition": "Stage Cup",
        "season": "2026",
        "home": f"Left {number}",
        "away": f"Right {number}",
        "score": {"ht": [2, 0], "ft": [3, 2]},
        "periods": [{"period": one, "duration_s": PERIOD_S} for one in ("1H", "2H")],
        "events": list(EVENTS),
        "decided_by": "regular",
    }
    return match | changes


def match_id(number: int = 1) -> str:
    """The id under which `a_timeline(number)` is played."""
    return timelines.match_id(f"stage-{number}")


def scripts(lines: Sequence[Mapping[str, Any]], start: float) -> list[Script]:
    """The matches as they are told, from `start` on."""
    read = [msgspec.convert(line, timelines.Timeline) for line in lines]
    courses = [timelines.course(line, number, start=start, seed=1) for number, line in enumerate(read)]
    return [tell(course, punctual(STATS_EVERY_S), 1) for course in courses]


def programme(lines: Sequence[Mapping[str, Any]], start: float, _switches: Switches) -> Programme:
    """The scene of these matches, who are known a while before they begin."""
    return Programme(scripts(lines, start + LEAD_S))


def differences(
    line: Mapping[str, Any], row: Mapping[str, Any] | None, held: Counter[tuple[int, int]]
) -> list[str]:
    """Where a stored match differs from what its timeline says it ended as; `held` counts (type, side)."""
    if row is None:
        return ["there is no row"]
    match = parse(dict(line))
    due = incidents(match)
    return [
        *(f"{what} is {is_}, should be {should}" for what, is_, should in _pairs(match, row) if is_ != should),
        *(f"{held[one]} of {one}, should be {due[one]}" for one in sorted(due | held) if held[one] != due[one]),
    ]


def is_counted(type_: int) -> bool:
    """Whether incidents of a type are compared: those a timeline knows, and the whistles."""
    return type_ in {*TYPES.values(), 11, 12, 29, 30}


def _pairs(match: Timeline, row: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    yield "status", row["status_id"], 8
    yield "90 minutes", _both(row, "score_regular"), match.score["ft"]
    yield "half-time", _both(row, "score_half_time"), match.score["ht"]
    yield "shown", _both(row, "score_display"), match.score.get("aet", match.score["ft"])
    yield "kicks", _both(row, "score_shoot_out"), match.score.get("pens", (None, None))
    yield "red cards", _both(row, "red_cards"), red_cards(match)
    yield "yellow cards", _both(row, "yellow_cards"), yellow_cards(match)
    if any(event.type == "corner" for event in match.events):
        yield "corners", _both(row, "corners"), (match.count(0, "corner"), match.count(1, "corner"))


def _both(row: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    return row[f"home_{name}"], row[f"away_{name}"]
