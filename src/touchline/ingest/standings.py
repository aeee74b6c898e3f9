"""How the leagues stand: the tables that moved, and those of the seasons somebody wants.

A table of a season in which nobody plays around now is refused: it would be yesterday's. A season's
tables come together, one a group.
"""

from collections.abc import Sequence

import msgspec
import structlog

from touchline.clock import now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.ingest.way import Way
from touchline.provider.port import Table
from touchline.store import standings
from touchline.store.standings import StoredTable
from touchline.task import Done, Run

SEASONS_SAID_MAX = 10
"""Refused seasons a line names."""


class StandingsSync:
    """The job `live_standings_sync`: one call for all that moved, then the wanted seasons one by one."""

    def __init__(self, way: Way) -> None:
        self._asking = way.asking
        self._db = way.db
        self._clock = way.clock
        self._log = structlog.get_logger().bind(part="standings")

    async def run(self, run: Run) -> Done:
        """Keep what moved. Raises ProviderError when that has no answer; a wanted season without one stays
        wanted and counts as failed, one whose answer is none behind all others."""
        moved = await self._asking.demand("table/live", self._asking.pull.tables_live())
        done = await self._keep(moved.tables)
        failed = 0
        for season_id, wanted_ts in (await self._wanted(run.batch_size)).items():
            try:
                found = await self._asking.demand(
                    "season/recent/table/detail", self._asking.pull.season_tables(season_id)
                )
            except ProviderAnswer:
                failed += 1
                await self._want_again(season_id)
                continue
            except ProviderError:
                failed += 1
                break
            done += await self._keep(found.tables)
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await standings.got(tx, season_id, wanted_ts)
        return Done(items=done, failed=failed)

    async def _wanted(self, most: int) -> dict[str, int]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return dict(await standings.wanted(tx, most))

    async def _want_again(self, season_id: str) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            await standings.want(tx, [season_id])

    async def _keep(self, tables: Sequence[Table]) -> int:
        """Keep the tables of seasons that are being played; how many there were of them."""
        if not tables:
            return 0
        seasons = {table.season_id for table in tables}
        async with self._db.transaction(now_ms(self._clock)) as tx:
            played = await standings.played(tx, seasons)
            kept = [_stored(table) for table in tables if table.season_id in played]
            await standings.save(tx, kept)
        if refused := sorted(seasons - played):
            self._log.warning("standings.refused", seasons=len(refused), season_ids=refused[:SEASONS_SAID_MAX])
        return len(kept)


def _stored(table: Table) -> StoredTable:
    return StoredTable(
        season_id=table.season_id,
        table_id=table.id,
        stage_id=table.stage_id,
        conference=table.conference,
        group_num=table.group,
        teams=msgspec.to_builtins(table.rows),
        promotions=msgspec.to_builtins(table.promotions),
        provider_ts=table.updated_at,
    )
