"""Who follows the change stream: every change after a position, in order, each once.

A notification wakes the follower (feed/ears.py); polling behind it makes sure. A database that
is killed and comes back costs time, never a change: the position only moves past what was handed on.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple, Protocol

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.feed.ears import Ears
from touchline.ids import ChangeSeq
from touchline.store import changes, views
from touchline.store.changes import Change
from touchline.store.db import Database, Tx

POLL_S = 1.0
PAGE = 500
AT_ONCE = timedelta(0)

TakeIn = Callable[[], None]
"""Takes in what was read. Called once its transaction is over; must not fail."""


class Audience(Protocol):
    """Whom a follower reads for. What is read beside the changes belongs to the same snapshot as they."""

    async def begin(self, tx: Tx, epoch: str, newest: ChangeSeq) -> TakeIn:
        """The log begins, or is another one: everything is to be read anew, as it is after `newest`."""

    async def follow(self, tx: Tx, page: Sequence[Change]) -> TakeIn:
        """The next changes, in order; none where there is nothing new, once a second at least."""

    def lost(self) -> None:
        """The stream can't be read. Said once; the next word is of a page."""


class Told(NamedTuple):
    """An audience that only wants to be told. Neither function may fail."""

    on_changes: Callable[[Sequence[Change]], None]
    on_reset: Callable[[], None]

    async def begin(self, tx: Tx, epoch: str, newest: ChangeSeq) -> TakeIn:
        return self.on_reset

    async def follow(self, tx: Tx, page: Sequence[Change]) -> TakeIn:
        return partial(self.on_changes, page) if page else _nothing

    def lost(self) -> None:
        pass


class Follower:
    """The position of one process in the change stream."""

    name = "change-follower"
    interval = "notify"
    batch_size = PAGE

    def __init__(self, database: Database, ears: Ears, clock: Clock, audience: Audience) -> None:
        self._database = database
        self._ears = ears
        self._clock = clock
        self._audience = audience
        self._epoch: str | None = None
        self._seq = ChangeSeq(0)
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
            await self._ears.open()  # before looking, so that nothing falls between look and wait
            await self.catch_up()
        except (StoreUnavailable, StaleWrite) as error:
            await self._lost(error)
            return timedelta(seconds=POLL_S)
        self._found()
        await self._hear()
        return AT_ONCE

    async def catch_up(self) -> None:
        """Hand on everything there is now. Raises StoreUnavailable, StaleWrite; what was handed on stays so."""
        while await self._hand_on():
            pass

    async def close(self) -> None:
        """Stop listening."""
        await self._ears.close()

    async def _hand_on(self) -> bool:
        """Hand on one page, read in one snapshot; whether there may be more."""
        async with self._database.transaction(now_ms(self._clock)) as tx:
            await tx.execute(views.STEADY)
            epoch, newest = await changes.head(tx)
            goes_on = epoch == self._epoch and newest >= self._seq
            page = await changes.after(tx, self._seq, PAGE) if goes_on and newest > self._seq else []
            if not goes_on or await self._has_hole(tx, page):
                page, take_in = [], await self._audience.begin(tx, epoch, newest)
            else:
                newest = page[-1].seq if page else newest
                take_in = await self._audience.follow(tx, page)
        if epoch != self._epoch and self._epoch is not None:
            structlog.get_logger().warning("feed.stream.reset", before=self._epoch, after=epoch)
        take_in()
        self._epoch, self._seq = epoch, newest
        return len(page) == PAGE

    async def _has_hole(self, tx: Tx, page: Sequence[Change]) -> bool:
        """Whether changes between here and the end of `page` were pruned; numbers nobody got are no hole."""
        follows_on = not page or page[-1].seq - self._seq == len(page)
        return not follows_on and self._seq < await changes.floor(tx)

    async def _hear(self) -> None:
        """Wait for the database's wake-up or our own, at most the pace of polling, or for lost ears."""
        async with asyncio.TaskGroup() as group:
            told = group.create_task(self._ears.hear(POLL_S))
            woken = group.create_task(self.wake.wait())
            await asyncio.wait((told, woken), return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            woken.cancel()

    async def _lost(self, error: Exception) -> None:
        await self.close()
        if self._down_since is None:
            self._down_since = self._clock.real()
            structlog.get_logger().warning("feed.stream.lost", error=str(error), seq=self._seq)
            self._audience.lost()

    def _found(self) -> None:
        if self._down_since is not None:
            duration_s = round(self._clock.real() - self._down_since)
            structlog.get_logger().info("feed.stream.restored", duration_s=duration_s, seq=self._seq)
            self._down_since = None


def _nothing() -> None:
    pass
