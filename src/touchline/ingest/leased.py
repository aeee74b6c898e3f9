"""A loop of which one in the cluster turns: the one whose process holds its lease.

The others look now and then whether it is free. A process that died is followed within `ttl_s` real seconds;
one that stopped in order has given its leases back. While the database does not answer nobody can be told
anything, and whoever turned goes on; a loop that failed for it has not recovered before it answers.
"""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.loop import Loop
from touchline.store import leases
from touchline.store.db import Database

GIVE_BACK_S = 1.0
"""Real seconds for giving back what one process of all does."""
TTL_S = 10.0
LOOKS_PER_TTL = 4
"""The others look so often, and a lease lasts so much less than `ttl_s` that one of them comes within it."""
MARGIN_S = 0.002
"""Timers are that coarse. Asked to wait so much longer, an early turn is always somebody who woke the loop."""


async def give_back(db: Database, clock: Clock, holder: str) -> None:
    """Let others turn at once, now that the loops have ended; a lease that can't be given back runs out."""
    with contextlib.suppress(StoreUnavailable, StaleWrite):
        async with db.transaction(now_ms(clock), within_s=GIVE_BACK_S) as tx:
            await leases.release(tx, holder)


class Leased:
    """The loop `loop`, turned only while its lease is this process's, which is `holder`."""

    def __init__(self, loop: Loop, db: Database, clock: Clock, holder: str, *, ttl_s: float = TTL_S) -> None:
        self.name = loop.name
        self.interval = f"{loop.interval}, one a cluster"
        self.batch_size = loop.batch_size
        self.wake = loop.wake
        self._loop = loop
        self._db = db
        self._clock = clock
        self._holder = holder
        self._look_s = ttl_s / LOOKS_PER_TTL
        self._lease_s = ttl_s - self._look_s
        self._log = structlog.get_logger().bind(worker=loop.name)
        self._holds = False
        self._insisted = False
        self._hurt = False
        """Whether the loop failed for want of the database, and that has not answered since."""
        self._look_at = self._due = self._until = float("-inf")
        """When to look after the lease, when the loop wants its next turn, and until when we said we'd wait."""

    def insist(self) -> None:
        """Turn the loop once and soon, whoever has the lease."""
        self._insisted = True
        self.wake.set()

    async def turn(self) -> timedelta:
        """Look after the lease; turn the loop if that is ours, and it is time or somebody woke it.

        A loop may have its next round without the database. Where it failed for want of it that is no recovery.
        """
        now = self._clock.monotonic()
        woken = now < self._until
        if now >= self._look_at or self._hurt:
            await self._look()
        if self._insisted or (self._holds and (woken or now >= self._due)):
            self._insisted = False
            wait = await self._turn_inside()
            self._due = self._clock.monotonic() + wait.total_seconds()
        if self._hurt:
            raise StoreUnavailable("the database does not answer")
        return self._rest()

    async def _look(self) -> None:
        """Keep the lease, or take it if it is free."""
        self._look_at = self._clock.monotonic() + self._look_s
        try:
            async with self._db.transaction(now_ms(self._clock), within_s=self._look_s) as tx:
                holds = await leases.take(tx, self.name, self._holder, self._lease_s)
        except StoreUnavailable:
            return
        except StaleWrite:
            self._hurt = False
            return
        self._hurt = False
        if holds and not self._holds:
            self._due = float("-inf")
            self._log.info("lease.taken", holder=self._holder)
        elif self._holds and not holds:
            self._log.warning("lease.lost", holder=self._holder)
        self._holds = holds

    async def _turn_inside(self) -> timedelta:
        """Turn the loop, and keep the lease however long that takes. A turn that has begun is not cut short."""
        over = asyncio.Event()
        turned, kept = await asyncio.gather(self._turn(over), self._keep(over), return_exceptions=True)
        if isinstance(kept, BaseException):
            raise kept
        if isinstance(turned, StoreUnavailable):
            self._hurt = True
        if isinstance(turned, BaseException):
            raise turned
        return turned

    async def _turn(self, over: asyncio.Event) -> timedelta:
        try:
            return await self._loop.turn()
        finally:
            over.set()

    async def _keep(self, over: asyncio.Event) -> None:
        while not await self._clock.wait(over, max(0.0, self._look_at - self._clock.monotonic())):
            await self._look()

    def _rest(self) -> timedelta:
        now = self._clock.monotonic()
        self._until = min(self._look_at, self._due) if self._holds else self._look_at
        return timedelta(seconds=self._until - now + MARGIN_S if self._until > now else 0.0)
