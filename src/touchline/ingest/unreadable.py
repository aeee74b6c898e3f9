"""What could not be read, on its way into the database: kept whole, written in batches.

Bounded: while the database is gone the newest KEPT_MAX stay and the rest is only counted.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.metrics import Metrics
from touchline.provider.port import Unreadable
from touchline.store import raw
from touchline.store.db import Database

KEPT_MAX = 1_000
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
        self._kept: deque[Unreadable] = deque(maxlen=KEPT_MAX)

    def keep(self, unreadables: Iterable[Unreadable]) -> None:
        """Count `unreadables` and keep them."""
        for one in unreadables:
            self._metrics.unreadable.labels(kind=one.kind).inc()
            self._log.debug("payload.unreadable", kind=one.kind, reason=one.reason, match_id=one.match_id)
            self._kept.append(one)

    async def turn(self) -> timedelta:
        """Write what is kept."""
        batch = list(self._kept)[: self.batch_size]
        if batch:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await raw.keep(tx, batch)
            written = set(map(id, batch))
            self._kept = deque((one for one in self._kept if id(one) not in written), maxlen=KEPT_MAX)
        return timedelta(seconds=TURN_S)
