"""The catalogue: names, logos and where things belong, kind by kind, incrementally.

Each kind is read to its end, then rests for an hour; one that fails goes to the back, so that it never
holds up the others. Competitions and teams that matches name and nobody has introduced are asked for
one by one; pages have every other call, since one page may introduce a thousand.
"""

import asyncio
from collections import OrderedDict
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.ingest.asking import Asking
from touchline.ingest.names import Names
from touchline.ingest.pace import FLOOR_S, real_s
from touchline.ingest.round import PAGES_MAX, Round
from touchline.provider.port import Kind, Reading
from touchline.store import cursors, fixtures
from touchline.store.db import Database

PACE_S, PACE_FLOOR_S = 3_600.0, 60.0
RETRY_S = 60.0
"""Football seconds without pages after one that failed."""
LOOK_S = 10.0
"""Football seconds between two looks for unknown ids."""
ASKED_AGAIN_S = 3_600.0
"""Real seconds before an id the provider did not know is asked for again."""
ASKED_MAX = 10_000
MISSING_MAX = 20
WHOLE = frozenset({Kind.CATEGORY, Kind.COUNTRY})
"""Kinds that come in one answer, without pages."""


class CatalogueSync:
    """The loop `catalogue_sync`. One call a turn."""

    name = "catalogue_sync"
    interval = "3600 s"
    batch_size = 1_000

    def __init__(self, asking: Asking, names: Names, db: Database, clock: Clock) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._names = names
        self._db = db
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=self.name)
        self._round: Round | None = None
        self._due = dict.fromkeys(Kind, float("-inf"))
        self._pages_due = float("-inf")
        self._missing: list[tuple[Kind, str]] = []
        self._look_due = float("-inf")
        self._page_is_next = False
        self._asked: OrderedDict[tuple[Kind, str], float] = OrderedDict()

    async def turn(self) -> timedelta:
        """Ask for one unknown id, or for the next page of the round."""
        now = self._clock.monotonic()
        if now >= self._look_due:
            self._look_due = now + real_s(self._clock, LOOK_S)
            await self._look()
        page_is_due = now >= self._next_page()
        if self._missing and not (self._page_is_next and page_is_due):
            self._page_is_next = True
            await self._ask_missing()
        elif page_is_due:
            self._page_is_next = False
            await self._ask_page()
        rest_s = 0.0 if self._missing else min(self._next_page(), self._look_due) - self._clock.monotonic()
        return timedelta(seconds=max(FLOOR_S, rest_s))

    # ------------------------------------------------------------ rounds

    def _next_page(self) -> float:
        """When the next page may be asked for."""
        return max(self._pages_due, min(self._due.values()))

    async def _ask_page(self) -> None:
        kind = min(self._due, key=self._due.__getitem__)
        round_ = self._round = self._round or await self._begin(kind)
        reading = await self._asking.ask(f"{kind}/list", self._page(kind, round_))
        if reading is None:
            self._round = None
            self._due[kind] = self._pages_due = self._clock.monotonic() + real_s(self._clock, RETRY_S)
            return
        await self._names.keep(reading.catalogue)
        goes_on = round_.goes_on((record.id, record.updated_at) for record in reading.catalogue)
        if not goes_on or kind in WHOLE:
            await self._end(kind, round_)

    async def _begin(self, kind: Kind) -> Round:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            since = None if kind in WHOLE else await cursors.read(tx, _cursor(kind))
        return Round(since, now=now_ms(self._clock) // 1000)

    async def _page(self, kind: Kind, round_: Round) -> Reading:
        if kind in WHOLE:
            return await self._asking.pull.catalogue(kind)
        if round_.time is None:
            return await self._asking.pull.catalogue(kind, page=round_.page)
        return await self._asking.pull.catalogue(kind, time=round_.time, page=round_.page)

    async def _end(self, kind: Kind, round_: Round) -> None:
        if round_.exceeded:
            self._log.error("catalogue.pages_exceeded", kind=kind.value, pages_max=PAGES_MAX)
        if round_.cursor and kind not in WHOLE:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await cursors.write(tx, _cursor(kind), round_.cursor)
        self._round = None
        self._due[kind] = self._clock.monotonic() + real_s(self._clock, PACE_S, PACE_FLOOR_S)

    # ------------------------------------------------------------ unknown ids

    async def _look(self) -> None:
        self._forget()
        async with self._db.transaction(now_ms(self._clock)) as tx:
            unnamed = await fixtures.unnamed(tx, MISSING_MAX + len(self._asked))
        wanted = [(Kind(kind), id_) for kind, id_ in unnamed]
        self._missing = [pair for pair in wanted if pair not in self._asked][:MISSING_MAX]

    async def _ask_missing(self) -> None:
        kind, id_ = pair = self._missing[0]
        reading = await self._asking.ask(f"{kind}/list", self._asking.pull.catalogue(kind, id=id_))
        if reading is None:
            self._missing = [other for other in self._missing if other[0] is not kind]
            return
        self._missing = self._missing[1:]
        self._asked[pair] = self._clock.monotonic()
        found = [record for record in reading.catalogue if record.id == id_]
        if not found:
            self._log.info("catalogue.absent", kind=kind.value, id=id_)
        await self._names.keep(found)

    def _forget(self) -> None:
        latest = self._clock.monotonic() - ASKED_AGAIN_S
        while self._asked and (next(iter(self._asked.values())) <= latest or len(self._asked) > ASKED_MAX):
            self._asked.popitem(last=False)


def _cursor(kind: Kind) -> str:
    return f"catalogue.{kind.value}"
