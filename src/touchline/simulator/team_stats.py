"""Statistics by team and by half of the matches that changed lately, as the lists of them tell."""

from collections.abc import Iterator

from touchline.simulator.half_stats import halves
from touchline.simulator.script import Kind, Script
from touchline.simulator.stats import (
    CORNERS,
    OFF_TARGET,
    ON_TARGET,
    PENALTIES,
    POSSESSION,
    REDS,
    YELLOWS,
)
from touchline.simulator.wire import Json, Record

CHANGED_S = 120
"""The lists tell what changed within it."""
NAMES = {
    CORNERS: "corner_kicks",
    YELLOWS: "yellow_cards",
    REDS: "red_cards",
    PENALTIES: "penalty",
    ON_TARGET: "shots_on_target",
    POSSESSION: "ball_possession",
}


def of_teams(scripts: Iterator[Script], now: float) -> Iterator[Record]:
    """Both teams of every match whose statistics moved; the visitors come first, as they well may."""
    for script in scripts:
        message = script.newest(Kind.STATS, now)
        if message is None or now - message.at > CHANGED_S:
            continue
        rows = [row for row in message.body if isinstance(row, dict)]
        fixture = script.course.fixture
        teams: list[Json] = [_team(fixture.away_id, "away", rows), _team(fixture.home_id, "home", rows)]
        yield {"id": script.id, "stats": teams}


def of_halves(scripts: Iterator[Script], now: float) -> Iterator[Record]:
    """The periods of every match whose statistics moved and that has one behind it."""
    for script in scripts:
        message = script.newest(Kind.STATS, now)
        told = halves(script, now) if message is not None and now - message.at <= CHANGED_S else None
        if told is not None:
            yield {"id": script.id, **told}


def _team(team_id: str, side: str, rows: list[Record]) -> Record:
    counted = {row["type"]: row[side] for row in rows}
    shots = [value for kind in (ON_TARGET, OFF_TARGET) if isinstance(value := counted.get(kind), int)]
    named: Record = {name: counted[kind] for kind, name in NAMES.items() if kind in counted}
    return {"team_id": team_id, **named, "shots": sum(shots), "blocked_shots": 0}
