"""Rows as the writer would leave them, for whoever reads them. Names are invented."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from touchline.football.model import NO_SLOTS, GoalScored, Happening, Incident, Side, Status, TextLine
from touchline.ids import MatchId
from touchline.store import changes
from touchline.store.db import Database, Tx

NOW = 1_770_486_101
"""Football time of these examples: 2026-02-07 17:41:41 UTC."""

MATCH = """
INSERT INTO ts_matches (
    external_id, competition_id, home_team_id, away_team_id, venue_id, referee_id, season_id, round_num,
    match_time, status_id, home_scores, away_scores, half_time_reached, home_score_extra_time,
    away_score_extra_time, phase_entered_ts, minute, last_minute_update_ts, last_event_ts, last_seen_ts,
    first_half_kickoff_ts, second_half_kickoff_ts, overtime_kickoff_ts, statistics, first_half_stats,
    deleted_at, version, updated_at, created_at
) VALUES (
    %(id)s, %(competition)s, %(home)s, %(away)s, %(venue)s, %(referee)s, %(season)s, %(round)s,
    %(match_time)s, %(status)s, %(home_scores)s, %(away_scores)s, %(half_time_reached)s, %(home_extra)s,
    %(away_extra)s, %(phase_entered_ts)s, %(minute)s, %(last_minute_update_ts)s, %(last_event_ts)s,
    %(last_seen_ts)s, %(first_half)s, %(second_half)s, %(overtime)s, %(statistics)s::jsonb,
    %(first_half_stats)s::jsonb, CASE WHEN %(deleted)s THEN to_timestamp(%(match_time)s) END, 1,
    to_timestamp(%(updated_ts)s), to_timestamp(%(match_time)s)
)
"""
SHOWN = """
SELECT status_id, minute, home_score_display, away_score_display, version
FROM ts_matches WHERE external_id = %(id)s
"""
NAME = """
INSERT INTO catalogue (kind, id, name, country_id, merged_into)
VALUES (%(kind)s, %(id)s, %(name)s, %(country)s, %(merged_into)s)
"""
INCIDENT = """
INSERT INTO match_incident (match_id, ordinal, position, withdrawn_ts, first_seen_ts, what)
VALUES (%(id)s, %(ordinal)s, %(position)s, %(withdrawn_ts)s, %(first_seen_ts)s, %(what)s::jsonb)
"""


class Fixture(Struct, kw_only=True):
    """A match row; a test names only what it is about."""

    id: str = "aaaaaaaaaaaaaa1"
    competition: str = "ccccccccccccc01"
    home: str = "hhhhhhhhhhhhh01"
    away: str = "aaaaaaaaaaaaa01"
    venue: str = ""
    referee: str = ""
    season: str = ""
    round: int = 0
    match_time: int = NOW - 4_000
    status: Status = Status.SECOND_HALF
    home_scores: Sequence[int] = NO_SLOTS
    away_scores: Sequence[int] = NO_SLOTS
    extra_time: tuple[int, int] | None = None
    minute: int | None = 67
    minute_of_phase: bool = True
    last_event_ts: int | None = NOW - 5
    last_seen_ts: int | None = NOW - 5
    first_half: int | None = None
    second_half: int | None = None
    overtime: int | None = None
    statistics: Sequence[Mapping[str, int]] = ()
    first_half_stats: Sequence[Mapping[str, int]] | None = None
    deleted: bool = False


async def put(tx: Tx, fixture: Fixture, *, at: int = NOW - 5, happened: Sequence[Happening] = ()) -> int:
    """Store a match and its change row; the number of the change."""
    phase_entered_ts = fixture.match_time + 10
    written_ts = phase_entered_ts + (5 if fixture.minute_of_phase else -5)
    extra = fixture.extra_time or (None, None)
    await tx.execute(
        MATCH,
        msgspec.structs.asdict(fixture)
        | {
            "status": int(fixture.status),
            "home_scores": list(fixture.home_scores),
            "away_scores": list(fixture.away_scores),
            "half_time_reached": fixture.status >= Status.HALF_TIME and fixture.status <= Status.ENDED,
            "home_extra": extra[0],
            "away_extra": extra[1],
            "phase_entered_ts": phase_entered_ts,
            "last_minute_update_ts": None if fixture.minute is None else written_ts,
            "statistics": _json(fixture.statistics),
            "first_half_stats": None if fixture.first_half_stats is None else _json(fixture.first_half_stats),
            "updated_ts": at,
        },
    )
    return await change(tx, fixture.id, at=at, happened=happened)


async def change(
    tx: Tx, match_id: str, *, at: int = NOW, kind: changes.Kind = "match", happened: Sequence[Happening] = ()
) -> int:
    """Append a change of the match as it stands; its number."""
    row = await tx.row(SHOWN, {"id": match_id})
    assert row is not None
    status_id, minute, home, away, version = row
    news = changes.NewChange(
        match_id=MatchId(match_id),
        kind=kind,
        status=Status(status_id),
        minute=minute,
        minute_text="-",
        score=(home, away),
        happened=tuple(happened),
        lock_version=version,
        at_ms=at * 1000,
    )
    await changes.append(tx, [news])
    return (await changes.head(tx))[1]


async def score(tx: Tx, match_id: str, home: int, away: int, *, side: Side = Side.HOME, at: int = NOW) -> int:
    """A goal: the score and its change row; the number of the change."""
    await tx.execute(
        "UPDATE ts_matches SET home_scores[1] = %(home)s, away_scores[1] = %(away)s, version = version + 1 "
        "WHERE external_id = %(id)s",
        {"id": match_id, "home": home, "away": away},
    )
    goal = GoalScored(side=side, score=(home, away), minute_text="68'")
    return await change(tx, match_id, at=at, happened=[goal])


async def name(tx: Tx, kind: str, id_: str, text: str, *, country: str = "", merged_into: str = "") -> None:
    """Store a name."""
    row = {"kind": kind, "id": id_, "name": text, "country": country, "merged_into": merged_into}
    await tx.execute(NAME, row)


async def tell(tx: Tx, match_id: str, incidents: Sequence[Incident], *, withdrawn: Sequence[int] = ()) -> None:
    """Store the incidents of a match, numbered from 1; those in `withdrawn` no longer stand."""
    for ordinal, what in enumerate(incidents, start=1):
        row = {
            "id": match_id,
            "ordinal": ordinal,
            "position": ordinal - 1,
            "withdrawn_ts": NOW if ordinal in withdrawn else None,
            "first_seen_ts": NOW - 100,
            "what": _json(what),
        }
        await tx.execute(INCIDENT, row)


async def comment(tx: Tx, match_id: str, lines: Sequence[TextLine]) -> None:
    """Store the commentary of a match."""
    await tx.execute(
        "INSERT INTO match_tlive (match_id, lines) VALUES (%(id)s, %(lines)s::jsonb)",
        {"id": match_id, "lines": _json(lines)},
    )


async def store(database: Database, *fixtures: Fixture) -> None:
    """Store matches in a transaction of their own."""
    async with database.transaction(NOW * 1000) as tx:
        for fixture in fixtures:
            await put(tx, fixture)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
