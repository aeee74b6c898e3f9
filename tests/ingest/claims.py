"""Claims for the tests of ingest, made from nothing."""

from typing import Any

from touchline.football.model import (
    Counts,
    Goals,
    Observation,
    Says,
    Schedule,
    Source,
    Stat,
    Status,
    StatusClaim,
)
from touchline.ids import MatchId
from touchline.provider.port import Report

T = 1_770_000_000
"""A football instant the tests play at."""

A = MatchId("aaaaaaaaaaaaaaa")
B = MatchId("bbbbbbbbbbbbbbb")


def score(home: int = 0, away: int = 0, status: Status = Status.FIRST_HALF, kickoff: int | None = T) -> Says:
    """What a score tuple says."""
    return Says(
        status=StatusClaim(status, kickoff),
        goals=Goals((home, home, 0, 0), (away, away, 0, 0)),
        counts=Counts((0, 0, 0), (0, 0, 0)),
    )


def stats(home: int = 50) -> Says:
    """What a statistics message says."""
    return Says(stats=(Stat(25, home, 100 - home),))


def record(at: int = T, *, status: Status = Status.NOT_STARTED, home: str = "home", away: str = "away") -> Says:
    """What a match record says."""
    return Says(
        status=StatusClaim(status),
        goals=Goals((0, 0, 0, 0), (0, 0, 0, 0)),
        counts=Counts((0, 0, 0), (0, 0, 0)),
        schedule=Schedule(match_time=at, home_team_id=home, away_team_id=away, competition_id="league"),
    )


def report(match_id: MatchId = A, says: Says | None = None, provider_time: int | None = None) -> Report:
    """One match as the wire tells it."""
    return Report(match_id=match_id, says=says or score(), provider_time=provider_time)


def claim(match_id: MatchId = A, says: Says | None = None, **changes: Any) -> Observation:
    """A claim of the push channel."""
    values: dict[str, Any] = {
        "match_id": match_id,
        "source": Source.MQTT,
        "channel": "one",
        "observed_at_ms": T * 1000,
        "seq": 1,
        "says": says or score(),
    }
    return Observation(**(values | changes))
