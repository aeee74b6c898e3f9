"""Who follows the change stream: every change after a position, in order, each once.

LISTEN on a connection of its own wakes the follower; polling behind it makes sure. A database that
is killed and comes back costs time, never a change: the position only moves past what was handed on.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import psycopg
import structlog
from psycopg import AsyncConnection, sql

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.ids import ChangeSeq
from touchline.store import changes
from touchline.store.changes import CHANNEL, Change
from touchline.store.db import Database

POLL_S = 1.0
PAGE = 500
CONNECT_TIMEOUT_S = 2
AT_ONCE = timedelta(0)
LISTEN = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))


class Follower:
    """The position of one process in the change stream.

    `on_changes` is given each page in order and must not fail; `on_reset` says that the log was
    made anew, so that everything known is to be read again.
    """

    name = "change-follower"
    interval = "notify"
    batch_size = PAGE

    def __init__(
        self,
        database: Database,
        conninfo: str,
        clock: Clock,
        on_changes: Callable[[Sequence[Change]], None],
        on_reset: Callable[[], None],
    ) -> None:
        self._database = database
        self._conninfo = conninfo
        self._clock = clock
        self._on_changes = on_changes
        self._on_reset = on_reset
        self._epoch: str | None = None
        self._seq = ChangeSeq(0)
        self._ears: AsyncConnection | None = None
        self._down_since: float | None = None
        self.wake = asyncio.Event()

    @property
    def position(self) -> tuple[str, ChangeSeq] | None:
        """Epoch and number of the last change handed on; None before the first look."""
        return None if self._epoch is None else (self._epoch, self._seq)

    @property
    def down_since(self) -> float | None:
        """Real time since which the stream can't be read, or None."""
        return self._down_since

    async def turn(self) -> timedelta:
        """Hand on what is new, then wait for a wake-up or the pace of polling."""
        try:
            await self._listen()
            while await self._hand_on():
                pass
        except (StoreUnavailable, StaleWrite) as error:
            await self._lost(error)
            return timedelta(seconds=POLL_S)
        self._found()
        await self._hear()
        return AT_ONCE

    async def close(self) -> None:
        """Stop listening."""
        if self._ears is not None:
            await self._ears.close()
            self._ears = None

    async def _hand_on(self) -> bool:
        """Hand on one page; whether there may be more."""
        async with self._database.transaction(now_ms(self._clock)) as tx:
            epoch, newest = await changes.head(tx)
            if epoch != self._epoch:
                self._begin(epoch, ChangeSeq(newest))
                return False
            page = await changes.after(tx, self._seq, PAGE) if newest > self._seq else []
        if page:
            self._on_changes(page)
            self._seq = page[-1].seq
        return len(page) == PAGE

    def _begin(self, epoch: str, newest: ChangeSeq) -> None:
        if self._epoch is not None:
            structlog.get_logger().warning("feed.stream.reset", before=self._epoch, after=epoch)
        self._epoch, self._seq = epoch, newest
        self._on_reset()

    async def _listen(self) -> None:
        """Open the ears before looking, so that nothing falls between look and wait."""
        if self._ears is not None and not self._ears.closed:
            return
        try:
            self._ears = await AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="touchline-follower",
            )
            await self._ears.execute(LISTEN)
        except psycopg.OperationalError as error:
            raise StoreUnavailable("the database does not answer") from error

    async def _hear(self) -> None:
        """Wait for a wake-up, at most the pace of polling. A lost connection ends the wait."""
        if self._ears is None:
            return
        try:
            async for _ in self._ears.notifies(timeout=POLL_S, stop_after=1):
                pass
        except psycopg.OperationalError:
            await self.close()

    async def _lost(self, error: Exception) -> None:
        await self.close()
        if self._down_since is None:
            self._down_since = self._clock.real()
            structlog.get_logger().warning("feed.stream.lost", error=str(error), seq=self._seq)

    def _found(self) -> None:
        if self._down_since is not None:
            duration_s = round(self._clock.real() - self._down_since)
            structlog.get_logger().info("feed.stream.restored", duration_s=duration_s, seq=self._seq)
            self._down_since = None
