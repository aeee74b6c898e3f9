"""Statistics of teams, as the wire has them: two objects a match, each with the id of its team.

Their counters have names; what has no code in a match's statistics is not read.
"""

from collections.abc import Mapping
from functools import partial

from touchline.ids import MatchId
from touchline.provider.port import TeamCounters
from touchline.provider.thesports.shapes import Findings, Misread, entries, external_id, whole_or

MARKS = frozenset({"stats"})
VALUE_MAX = 100_000
CODES: Mapping[str, int] = {
    "corner_kicks": 2,
    "yellow_cards": 3,
    "red_cards": 4,
    "offsides": 5,
    "penalty": 8,
    "shots_on_target": 21,
    "ball_possession": 25,
}
"""Names on the wire and their codes in a match's statistics."""
SHOTS, ON_TARGET, BLOCKED = "shots", "shots_on_target", "blocked_shots"
OFF_TARGET_CODE = 22


def read_team_stats(results: object, found: Findings) -> list[TeamCounters]:
    """Every team of an answer, match by match; a match that can't be read is set aside."""
    read: list[TeamCounters] = []
    for match_id, part in found.parts(results, MARKS, "", "bad_team_stats"):
        teams = found.group("bad_team_stats", part, match_id, partial(_teams, match_id, part))
        read += teams or ()
    return read


def _teams(match_id: str, part: Mapping[str, object]) -> list[TeamCounters]:
    teams = [_team(match_id, one) for one in entries(part.get("stats"), "stats", "team_id")]
    if len({team.team_id for team in teams}) != len(teams) or len(teams) > 2:
        raise Misread("a match has two different teams")
    return teams


def _team(match_id: str, part: object) -> TeamCounters:
    if not isinstance(part, dict):
        raise Misread("no object of a team")
    team_id = external_id(part.get("team_id"), "team_id")
    counted = {name: value for name in (*CODES, SHOTS, BLOCKED) if (value := _value(part, name)) is not None}
    counters = {code: counted[name] for name, code in CODES.items() if name in counted}
    if SHOTS in counted and ON_TARGET in counted and BLOCKED in counted:
        counters[OFF_TARGET_CODE] = max(0, counted[SHOTS] - counted[ON_TARGET] - counted[BLOCKED])
    return TeamCounters(match_id=MatchId(match_id), team_id=team_id, counters=counters)


def _value(part: Mapping[str, object], name: str) -> int | None:
    return whole_or(None, part.get(name), name, 0, VALUE_MAX)
