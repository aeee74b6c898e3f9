"""What the minute engine reads, and its one UPDATE."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from touchline.football.minute import Running
from touchline.football.model import KickoffRevision, Pause, Period, Source, Status
from touchline.ids import MatchId
from touchline.store.db import Row, Tx
from touchline.store.sql import load

SQL = load("minutes")
STATUS = {status.value: status for status in Status}


class Ticking(NamedTuple):
    """A match in which the clock runs, and the lock version it was read at."""

    match_id: MatchId
    version: int
    running: Running


class Minute(Struct):
    """A minute to be written, if the match is still as it was read."""

    id: MatchId
    version: int
    minute: int
    counts_from: int
    """A minute stored before this belongs to an earlier period."""


class Written(NamedTuple):
    """A row whose minute was written, and what a change row tells of it."""

    match_id: MatchId
    version: int
    status: Status
    minute: int
    last_minute_update_ts: int
    provider_update_time: int | None
    home_score: int
    away_score: int


async def page(tx: Tx, after: str, limit: int) -> list[Ticking]:
    """Up to `limit` matches in which the clock runs, by id, after the id `after`."""
    return await _read(tx, await tx.rows(SQL["page"], {"after": after, "limit": limit}))


async def some(tx: Tx, match_ids: Iterable[MatchId]) -> list[Ticking]:
    """Those of `match_ids` in which the clock runs."""
    return await _read(tx, await tx.rows(SQL["some"], {"ids": sorted(match_ids)}))


async def tick(tx: Tx, minutes: Sequence[Minute]) -> list[Written]:
    """Write `minutes` where they differ; what was written. Rows that moved or are locked are left out."""
    rows = await tx.rows(SQL["tick"], {"minutes": msgspec.json.encode(minutes).decode(), "now": tx.now})
    return [_written(row) for row in rows]


async def _read(tx: Tx, rows: Sequence[Row]) -> list[Ticking]:
    if not rows:
        return []
    ids = {"ids": [row[0] for row in rows]}
    revisions: defaultdict[str, list[KickoffRevision]] = defaultdict(list)
    for row in await tx.rows(SQL["revisions"], ids):
        revisions[row[0]].append(_revision(row))
    pauses: defaultdict[str, list[Pause]] = defaultdict(list)
    for match_id, started_ts, ended_ts in await tx.rows(SQL["pauses"], ids):
        pauses[match_id].append(Pause(started_ts, ended_ts))
    return [_ticking(row, tuple(revisions.get(row[0], ())), tuple(pauses.get(row[0], ()))) for row in rows]


def _ticking(row: Row, revisions: tuple[KickoffRevision, ...], pauses: tuple[Pause, ...]) -> Ticking:
    running = Running(
        status=STATUS[row[2]],
        phase_entered_ts=row[3],
        phase_seen_live=row[4],
        first_half_kickoff_ts=row[5],
        second_half_kickoff_ts=row[6],
        overtime_kickoff_ts=row[7],
        revisions=revisions,
        pauses=pauses,
        minute=row[8],
        last_minute_update_ts=row[9],
    )
    return Ticking(row[0], row[1], running)


def _revision(row: Row) -> KickoffRevision:
    return KickoffRevision(
        period=Period(row[1]),
        seq=row[2],
        kickoff_ts=row[3],
        delta_s=row[4],
        source=Source(row[5]),
        observed_at_ms=row[6],
        followed=row[7],
        reason=row[8],
    )


def _written(row: Row) -> Written:
    match_id, version, status_id, *rest = row
    return Written(match_id, version, STATUS[status_id], *rest)
