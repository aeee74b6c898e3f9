"""Tables of seasons, and the seasons whose tables are wanted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("standings")
AROUND_S = 10 * 86_400
"""A season is being played while it has a match so near."""


class StoredTable(Struct, frozen=True, kw_only=True):
    """One table as it is kept. `teams` and `promotions` are JSON of the provider's port."""

    season_id: str
    table_id: str
    stage_id: str = ""
    conference: str = ""
    group_num: int = 0
    teams: Sequence[Any] = ()
    promotions: Sequence[Any] = ()
    provider_ts: int = 0
    """When the newest of its rows changed, by the provider; 0 where it does not say."""


async def save(tx: Tx, tables: Sequence[StoredTable]) -> int:
    """Keep `tables` where they say something new and are not older; how many were written."""
    rows = await tx.rows(SQL["save"], {"rows": as_json(tables), "now": tx.now})
    return len(rows)


async def of_season(tx: Tx, season_id: str) -> list[StoredTable]:
    """The tables of a season, by group."""
    return [
        StoredTable(
            season_id=season_id,
            table_id=table_id,
            stage_id=stage_id,
            conference=conference,
            group_num=group_num,
            teams=msgspec.json.decode(teams),
            promotions=msgspec.json.decode(promotions),
            provider_ts=provider_ts,
        )
        for table_id, stage_id, conference, group_num, teams, promotions, provider_ts in await tx.rows(
            SQL["of_season"], {"season_id": season_id}
        )
    ]


async def played(tx: Tx, season_ids: Collection[str]) -> set[str]:
    """Those of `season_ids` that have a match around now."""
    ids = {"ids": sorted(season_ids), "now": tx.now, "around_s": AROUND_S}
    return {row[0] for row in await tx.rows(SQL["played"], ids)}


async def want(tx: Tx, season_ids: Collection[str]) -> None:
    """The tables of these seasons have moved: they are to be asked for."""
    await tx.execute(SQL["want"], {"ids": sorted(season_ids), "now": tx.now})


async def wanted(tx: Tx, most: int) -> Mapping[str, int]:
    """The seasons to ask for, the longest wanted first, each with the instant it was last wanted at."""
    return dict(await tx.rows(SQL["wanted"], {"most": most}))


async def got(tx: Tx, season_id: str, wanted_ts: int) -> None:
    """The season's tables have come, as they were at `wanted_ts`."""
    await tx.execute(SQL["got"], {"season_id": season_id, "wanted_ts": wanted_ts})
