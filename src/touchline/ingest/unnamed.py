"""Competitions and teams that matches name and nobody has introduced, asked for one by one.

Until one has a name its id is shown, so this does not wait for a list that is read a few times a day.
"""

import asyncio
from collections import OrderedDict
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.ingest.asking import Asking
from touchline.ingest.names import Names
from touchline.ingest.pace import FLOOR_S, real_s
from touchline.provider.port import Kind, Reading
from touchline.store import fixtures
from touchline.store.db import Database

LOOK_S = 10.0
"""Football seconds between two looks for unknown ids."""
ASKED_AGAIN_S = 3_600.0
"""Real seconds before an id the provider did not know is asked for again."""
ASKED_MAX = 10_000
MISSING_MAX = 20


class UnnamedLookup:
    """The loop `unnamed_lookup`. One call a turn."""

    name = "unnamed_lookup"
    interval = "10 s"
    batch_size = MISSING_MAX

    def __init__(self, asking: Asking, names: Names, db: Database, clock: Clock) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._names = names
        self._db = db
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=self.name)
        self._missing: list[tuple[Kind, str]] = []
        self._look_due = float("-inf")
        self._asked: OrderedDict[tuple[Kind, str], float] = OrderedDict()

    async def turn(self) -> timedelta:
        """Look for unknown ids, if it is time, and ask for one."""
        now = self._clock.monotonic()
        if now >= self._look_due:
            self._look_due = now + real_s(self._clock, LOOK_S)
            await self._look()
        if self._missing:
            await self._ask()
        rest_s = 0.0 if self._missing else self._look_due - self._clock.monotonic()
        return timedelta(seconds=max(FLOOR_S, rest_s))

    async def _look(self) -> None:
        self._forget()
        async with self._db.transaction(now_ms(self._clock)) as tx:
            unnamed = await fixtures.unnamed(tx, MISSING_MAX + len(self._asked))
        wanted = [(Kind(kind), id_) for kind, id_ in unnamed]
        self._missing = [pair for pair in wanted if pair not in self._asked][:MISSING_MAX]

    async def _ask(self) -> None:
        """Ask for the first; without an answer its whole kind is left for the next look.

        An answer that is none is about this id alone.
        """
        kind, id_ = pair = self._missing[0]
        try:
            reading = await self._asking.demand(f"{kind}/list", self._asking.pull.catalogue(kind, id=id_))
        except ProviderAnswer:
            reading = Reading()
        except ProviderError:
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
