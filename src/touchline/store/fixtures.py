"""What ingest asks about the rows the schedule has made."""

from touchline.ids import MatchId
from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("fixtures")


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
