"""What could not be read, on its way into the database: kept whole, written in batches.

Bounded: while the database is gone the newest stay, at most KEPT_MAX and BYTES_MAX of them; the rest
is only counted, as is one that is larger by itself.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

import structlog

from touchline.clock import Clock, now_ms
from touchline.metrics import Metrics
from touchline.provider.port import Unreadable
from touchline.store import raw
from touchline.store.db import Database

KEPT_MAX = 1_000
BYTES_MAX = 16 * 1024 * 1024
TURN_BYTES = 4 * 1024 * 1024
"""Of payloads written in one turn; a larger one goes alone."""
TURN_S = 1.0


class Unreadables:
    """The loop `raw_payload_keeper`, and where everybody puts what he could not read."""

    name = "raw_payload_keeper"
    interval = "1 s"
    batch_size = 200

    def __init__(self, db: Database, clock: Clock, metrics: Metrics) -> None:
        self.wake = asyncio.Event()
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(worker=self.name)
        self._kept: deque[Unreadable] = deque()
        self._bytes = 0

    def keep(self, unreadables: Iterable[Unreadable]) -> None:
        """Count `unreadables` and keep them."""
        for one in unreadables:
            self._metrics.unreadable.labels(kind=one.kind).inc()
            self._log.debug("payload.unreadable", kind=one.kind, reason=one.reason, match_id=one.match_id)
            if len(one.payload) <= BYTES_MAX:
                self._kept.append(one)
                self._bytes += len(one.payload)
            while len(self._kept) > KEPT_MAX or self._bytes > BYTES_MAX:
                self._drop_oldest()

    async def turn(self) -> timedelta:
        """Write what is kept."""
        batch = self._next_batch()
        if batch:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await raw.keep(tx, batch)
            written = set(map(id, batch))
            while self._kept and id(self._kept[0]) in written:  # some may have made room meanwhile
                self._drop_oldest()
        return timedelta(seconds=TURN_S)

    def _next_batch(self) -> list[Unreadable]:
        batch: list[Unreadable] = []
        size = 0
        for one in islice(self._kept, self.batch_size):
            size += len(one.payload)
            if batch and size > TURN_BYTES:
                break
            batch.append(one)
        return batch

    def _drop_oldest(self) -> None:
        self._bytes -= len(self._kept.popleft().payload)
