"""What ingest asks about the rows the schedule has made."""

from collections.abc import Collection
from typing import NamedTuple

from touchline.football.model import Group
from touchline.ids import MatchId
from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("fixtures")
LATE_S = 7_200
"""A match that has not begun so long after its time is not about to."""
LONGEST_S = 6 * 3_600
"""From the scheduled time to the end, at most; it keeps a look at what has ended short."""

SOON_S = 86_400
"""A match further ahead is not followed yet."""


class Sides(NamedTuple):
    """Who plays: the ids of both teams."""

    home: str
    away: str


async def count(tx: Tx, start: int, end: int) -> int:
    """How many matches begin in [start, end)."""
    row = await tx.row(SQL["count"], {"start": start, "end": end})
    return int(row[0]) if row else 0


async def unsettled(tx: Tx, most: int) -> list[MatchId]:
    """The last days' matches that want their `live/history` and have not got its word, newest first."""
    rows = await tx.rows(SQL["unsettled"], {"now": tx.now, "most": most})
    return [MatchId(row[0]) for row in rows]


async def unnamed(tx: Tx, most: int) -> list[tuple[str, str]]:
    """(kind, id) of competitions and teams around today that the catalogue does not have."""
    rows = await tx.rows(SQL["unnamed"], {"now": tx.now, "most": most})
    return [(str(kind), str(id_)) for kind, id_ in rows]


async def anything_in_play(tx: Tx) -> bool:
    """Whether any match is in play."""
    row = await tx.row(SQL["anything_in_play"])
    return row is not None and bool(row[0])


async def want_lineup(tx: Tx, ahead_s: int) -> list[MatchId]:
    """Covered matches in play, and those that begin within `ahead_s` and have no confirmed line-up.

    Those without any come first, then by time.
    """
    rows = await tx.rows(SQL["want_lineup"], {"now": tx.now, "ahead_s": ahead_s, "late_s": LATE_S})
    return [MatchId(row[0]) for row in rows]


async def want_last_word(tx: Tx, after_s: int, back_s: int) -> list[tuple[Group, MatchId]]:
    """What matches that ended between `back_s` and `after_s` ago have not been told since: the oldest first."""
    span = {"from_ts": tx.now - back_s, "until_ts": tx.now - after_s, "longest_s": LONGEST_S}
    return [(Group(group), MatchId(match_id)) for group, match_id in await tx.rows(SQL["want_last_word"], span)]


async def followed(tx: Tx, match_ids: Collection[MatchId]) -> set[MatchId]:
    """Those of `match_ids` that are played, were lately or will be soon."""
    span = {"from_ts": tx.now - LONGEST_S, "until_ts": tx.now + SOON_S}
    rows = await tx.rows(SQL["followed"], {"ids": sorted(match_ids), **span})
    return {MatchId(row[0]) for row in rows}


async def sides(tx: Tx, match_ids: Collection[MatchId]) -> dict[MatchId, Sides]:
    """Who plays in those of `match_ids` that have a row."""
    rows = await tx.rows(SQL["sides"], {"ids": sorted(match_ids)})
    return {MatchId(match_id): Sides(home, away) for match_id, home, away in rows}
