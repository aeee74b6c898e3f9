"""The catalogue: names, logos and where things belong, a job for each kind.

Short lists come whole. Of a long one only what changed since the last time is asked for, but for the first time
and on days when it is read from its beginning, so that what an increment missed is found.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from touchline.clock import now_ms
from touchline.ingest.round import Round
from touchline.ingest.way import Way
from touchline.provider.port import CatalogueRecord, Kind, Reading
from touchline.store import cursors
from touchline.task import Done, Run

PAGES_MAX = 2_000
"""Two million records: more than there are players."""
WHOLE = frozenset({Kind.CATEGORY, Kind.COUNTRY})
"""Kinds that come in one answer, without pages."""


class CatalogueSync:
    """The jobs `category_sync`, `country_sync` … `player_sync`.

    `full_on` is the day of the week (UTC, as `calendar` counts) on which the list is read from its beginning.
    """

    def __init__(self, way: Way, kind: Kind, full_on: int | None = None) -> None:
        self._way = way
        self._kind = kind
        self._full_on = full_on
        self._log = structlog.get_logger().bind(job=f"{kind.value}_sync")

    async def run(self, run: Run) -> Done:
        """Read the list to its end; the cursor moves when all of it is written.

        Raises ProviderError, StoreUnavailable.
        """
        round_ = await self._begin(run)
        items = failed = 0
        goes_on = True
        while goes_on:
            page = await self._ask(round_)
            await self._keep(page.catalogue, run.batch_size)
            items, failed = items + len(page.catalogue), failed + len(page.unreadable)
            more = round_.goes_on((record.id, record.updated_at) for record in page.catalogue)
            goes_on = more and self._kind not in WHOLE
        await self._end(round_)
        return Done(items=items, failed=failed + round_.exceeded)

    async def _begin(self, run: Run) -> Round:
        async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
            since = None if self._is_full(run) else await cursors.read(tx, self._cursor)
        return Round(since, now=now_ms(self._way.clock) // 1000, pages_max=PAGES_MAX)

    def _is_full(self, run: Run) -> bool:
        return self._kind in WHOLE or datetime.fromtimestamp(run.slot, UTC).weekday() == self._full_on

    async def _ask(self, round_: Round) -> Reading:
        pull = self._way.asking.pull
        if self._kind in WHOLE:
            call = pull.catalogue(self._kind)
        elif round_.time is None:
            call = pull.catalogue(self._kind, page=round_.page)
        else:
            call = pull.catalogue(self._kind, time=round_.time, page=round_.page)
        return await self._way.asking.demand(f"{self._kind}/list", call)

    async def _keep(self, records: Sequence[CatalogueRecord], batch_size: int) -> None:
        for first in range(0, len(records), batch_size):
            await self._way.names.keep(records[first : first + batch_size])

    async def _end(self, round_: Round) -> None:
        if round_.exceeded:
            self._log.error("catalogue.pages_exceeded", kind=self._kind.value, pages_max=PAGES_MAX)
        if round_.cursor and self._kind not in WHOLE:
            async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
                await cursors.write(tx, self._cursor, round_.cursor)

    @property
    def _cursor(self) -> str:
        return f"catalogue.{self._kind.value}"
