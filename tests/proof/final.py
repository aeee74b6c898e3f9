"""What a match that was played to the end must have become, from its timeline alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from tests.proof.expect import Placement, red_cards, yellow_cards
from tests.proof.installation import Installation
from tests.proof.matchday import Matchday
from tests.proof.timelines import Timeline

TYPES = {
    "goal": 1,
    "penalty_goal": 8,
    "own_goal": 17,
    "penalty_missed": 16,
    "yellow": 3,
    "red": 4,
    "second_yellow": 15,
    "sub": 9,
}
KICK_SCORED, KICK_MISSED = 29, 30
HALF_TIME_WHISTLE, NINETY = 11, 12

INCIDENTS = """
SELECT type, side, count(*) FROM match_incident
WHERE match_id = %(id)s AND withdrawn_ts IS NULL GROUP BY type, side
"""


def incidents(match: Timeline) -> Counter[tuple[int, int]]:
    """How many incidents of each (type, side 0 neutral, 1 home, 2 away) the list must hold."""
    told = Counter((TYPES[event.type], event.side + 1) for event in match.events if event.type in TYPES)
    told += Counter((KICK_SCORED if scored else KICK_MISSED, side + 1) for side, scored in match.kicks)
    return told + Counter([(HALF_TIME_WHISTLE, 0), (NINETY, 0)])


def stored_incidents(connection: psycopg.Connection, match_id: str) -> Counter[tuple[int, int]]:
    """What the database holds of one match."""
    return Counter({(kind, side): n for kind, side, n in connection.execute(INCIDENTS, {"id": match_id})})


def mismatches(installation: Installation, day: Matchday) -> list[str]:
    """Where API and database differ from the timelines, a line each."""
    with psycopg.connect(installation.conninfo) as connection:
        return [
            f"{match.id} ({match_id}): {line}"
            for match_id, match in day.timelines.items()
            for line in (
                *shown_differently(match, day.placed[match_id], installation.get(f"/api/matches/{match_id}")),
                *held_differently(match, stored_incidents(connection, match_id)),
            )
        ]


def shown_differently(match: Timeline, placed: Placement, shown: Mapping[str, Any]) -> Iterator[str]:
    """Where what the API shows of an ended match differs from its timeline."""
    score, cards, kickoffs = shown["score"], shown["cards"], shown["kickoffs"]
    pairs = {
        "status": (shown["status_id"], 8),
        "text": (shown["minute_text"], "FT"),
        "score": ((score["home"], score["away"]), match.score.get("aet", match.score["ft"])),
        "half time": (_pair(score["half_time"]), match.score["ht"]),
        "90 minutes": (_pair(score["regular"]), match.score["ft"]),
        "shoot-out": (_pair(score["shootout"]), match.score.get("pens")),
        "red cards": (_pair(cards["red"]), red_cards(match)),
        "yellow cards": (_pair(cards["yellow"]), yellow_cards(match)),
        "first half": (kickoffs["first_half"], placed.starts["1H"]),
        "second half": (kickoffs["second_half"], placed.starts["2H"]),
        "extra time": (kickoffs["overtime"], placed.starts.get("E1")),
        "revisions": ([one["kickoff_ts"] for one in kickoffs["revisions"]], _second_stamps(placed)),
    }
    if "aet" in match.score and match.score["aet"] != (0, 0):
        pairs["120 minutes"] = (_pair(score["extra_time"]), match.score["aet"])
    if any(event.type == "corner" for event in match.events):
        pairs["corners"] = (_pair(shown["corners"]), (match.count(0, "corner"), match.count(1, "corner")))
    for what, (is_, should) in pairs.items():
        if is_ != should:
            yield f"{what} is {is_}, should be {should}"


def held_differently(match: Timeline, held: Counter[tuple[int, int]]) -> Iterator[str]:
    """Where the incidents the database holds differ from the timeline's."""
    due = incidents(match)
    for kind in sorted(due):
        if held[kind] != due[kind]:
            yield f"{held[kind]} incidents of (type, side) {kind}, should be {due[kind]}"


def _second_stamps(placed: Placement) -> list[float]:
    """The second period of extra time has a stamp of its own, and no stamp is revised."""
    return [placed.starts["E2"]] if "E2" in placed.starts else []


def _pair(value: Any) -> tuple[int, int] | None:
    return None if value is None else (value[0], value[1])
