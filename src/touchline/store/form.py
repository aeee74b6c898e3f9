"""What came before a match: meetings, last matches, counts. Kept whole, as JSON of the provider's port."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from touchline.ids import MatchId
from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("form")


class Form(NamedTuple):
    """What is known; None is nothing yet."""

    analysis: Any | None
    tally: Any | None


async def want(tx: Tx, ahead_s: int, again_s: int, most: int) -> list[MatchId]:
    """Matches that begin within `ahead_s` whose analysis was not asked for within `again_s`, next first."""
    span = {"now": tx.now, "ahead_s": ahead_s, "again_s": again_s, "most": most}
    return [MatchId(row[0]) for row in await tx.rows(SQL["want"], span)]


async def save_analysis(tx: Tx, match_id: MatchId, analysis: object | None) -> None:
    """The analysis of `match_id` was asked for; None where the provider has none."""
    told = None if analysis is None else msgspec.json.encode(analysis).decode()
    await tx.execute(SQL["save_analysis"], {"match_id": match_id, "analysis": told, "now": tx.now})


async def save_tallies(tx: Tx, tallies: Sequence[tuple[MatchId, object]]) -> int:
    """Keep the counts of matches that have a row; how many were new."""
    rows = [{"match_id": match_id, "tally": tally} for match_id, tally in tallies]
    return len(await tx.rows(SQL["save_tallies"], {"rows": as_json(rows)}))


async def of_match(tx: Tx, match_id: MatchId) -> Form:
    """What came before `match_id`."""
    row = await tx.row(SQL["of_match"], {"match_id": match_id})
    return Form(None, None) if row is None else Form(*(part and msgspec.json.decode(part) for part in row))
