"""The NOTIFY of the change stream, heard on a connection of its own.

It only wakes: whoever is woken reads the stream. While the connection is gone nobody is woken, and
the polling of those who listen carries on alone.
"""

import asyncio
from datetime import timedelta

import psycopg
import structlog

from touchline.clock import Clock
from touchline.loop import backoff_s
from touchline.store.changes import CHANNEL

HEAR_S = 1.0
CONNECT_MAX_S = 5


class Doorbell:
    """The loop `change_doorbell`: sets `rings` when something was appended."""

    name = "change_doorbell"
    interval = "NOTIFY"
    batch_size = 1

    def __init__(self, conninfo: str, rings: asyncio.Event, clock: Clock) -> None:
        self.wake = asyncio.Event()
        self._conninfo = conninfo
        self._rings = rings
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=self.name)
        self._connection: psycopg.AsyncConnection | None = None
        self._failures = 0

    async def turn(self) -> timedelta:
        """Listen for a moment; back-off while there is nothing to listen to."""
        try:
            connection = self._connection or await self._connect()
            async for _ in connection.notifies(timeout=HEAR_S, stop_after=1):
                self._rings.set()
        except (psycopg.OperationalError, OSError):
            await self.close()
            self._failures += 1
            if self._failures == 1:
                self._log.warning("doorbell.lost")
            return timedelta(seconds=backoff_s(self._failures, 0.2, 2.0))
        return timedelta(0)

    async def close(self) -> None:
        """Let the connection go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> psycopg.AsyncConnection:
        self._connection = connection = await psycopg.AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=CONNECT_MAX_S,
            application_name="touchline-doorbell",
        )
        await connection.execute(b"LISTEN " + CHANNEL.encode())
        if self._failures:
            self._log.info("doorbell.back", failures=self._failures)
        self._failures = 0
        self._rings.set()  # whatever rang meanwhile was not heard
        return connection
