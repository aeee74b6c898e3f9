"""What the API and the pages read: the database, and the last good copy while it does not answer."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import NotFound, StaleWrite, StoreUnavailable
from touchline.ids import MatchId, is_external_id
from touchline.store import views
from touchline.store.db import Database, Tx

READ_TIMEOUT_S = 2.0
REST_S = 1.0
"""After a failed read the database is left alone for so long; meanwhile the copies answer."""
DAYS_HELD = 64
MATCHES_HELD = 1_000
NOTHING = views.Sheet(head=views.Head(epoch="0", seq=0, at_ms=0, status_seq=0, status_at_ms=0), items=[])

T = TypeVar("T")


class Copy(NamedTuple, Generic[T]):
    """What was read, and whether it is an older copy because the database did not answer."""

    value: T
    stale: bool


class Shelf(Generic[T]):
    """The newest good copy of each thing, at most so many; the least recently used goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._copies: OrderedDict[Hashable, T] = OrderedDict()

    def keep(self, key: Hashable, value: T) -> None:
        """Put the newest copy on the shelf."""
        self._copies[key] = value
        self._copies.move_to_end(key)
        if len(self._copies) > self._most:
            self._copies.popitem(last=False)

    def held(self, key: Hashable) -> T | None:
        """The copy of `key`, or None."""
        if key in self._copies:
            self._copies.move_to_end(key)
        return self._copies.get(key)

    def drop(self, key: Hashable) -> None:
        """Forget the copy of `key`: it is no longer true."""
        self._copies.pop(key, None)


class Reads:
    """The way to what is shown. A match raises StoreUnavailable only where no copy of it is held either."""

    def __init__(self, database: Database, clock: Clock, window_s: int) -> None:
        self._database = database
        self._clock = clock
        self._window_s = window_s
        self._live: Shelf[views.Sheet] = Shelf(1)
        self._days: Shelf[views.Sheet] = Shelf(DAYS_HELD)
        self._matches: Shelf[views.Whole] = Shelf(MATCHES_HELD)
        self._rest_until = 0.0
        self._down_since: float | None = None

    @property
    def down_since(self) -> float | None:
        """Real time since which the database has not answered, or None."""
        return self._down_since

    async def live(self) -> Copy[views.Sheet]:
        """The live window; empty and stale where there never was a copy."""
        return await self._sheet(self._live, "live", lambda tx: views.live(tx, self._window_s))

    async def day(self, from_ts: int, until_ts: int) -> Copy[views.Sheet]:
        """The fixtures of a span of time; none and stale where there never was a copy."""
        return await self._sheet(
            self._days, (from_ts, until_ts), lambda tx: views.between(tx, from_ts, until_ts)
        )

    async def match(self, match_id: str) -> Copy[views.Whole]:
        """One match with its parts. Raises NotFound."""
        if not is_external_id(match_id):
            raise NotFound("match", match_id)

        async def load(tx: Tx) -> views.Whole:
            found = await views.wholes(tx, [MatchId(match_id)])
            if not found:
                self._matches.drop(match_id)
                raise NotFound("match", match_id)
            return found[0].read()

        return await self._read(self._matches, match_id, load)

    async def some(self, ids: Sequence[MatchId]) -> list[views.Item]:
        """Those of `ids` that lists may show; never a copy."""
        return await self._ask(lambda tx: views.some(tx, ids))

    async def providers(self) -> list[views.ProviderLine]:
        """How the provider's channels are doing; never a copy."""
        return await self._ask(views.providers)

    def holds_live(self) -> bool:
        """Whether the live window could be served without the database."""
        return self._live.held("live") is not None

    async def _sheet(
        self, shelf: Shelf[views.Sheet], key: Hashable, load: Callable[[Tx], Awaitable[views.Sheet]]
    ) -> Copy[views.Sheet]:
        try:
            return await self._read(shelf, key, load)
        except StoreUnavailable:
            return Copy(NOTHING, stale=True)

    async def _read(self, shelf: Shelf[T], key: Hashable, load: Callable[[Tx], Awaitable[T]]) -> Copy[T]:
        try:
            value = await self._ask(load)
        except StoreUnavailable:
            held = shelf.held(key)
            if held is None:
                raise
            return Copy(held, stale=True)
        shelf.keep(key, value)
        return Copy(value, stale=False)

    async def _ask(self, load: Callable[[Tx], Awaitable[T]]) -> T:
        if self._clock.monotonic() < self._rest_until:
            raise StoreUnavailable("the database does not answer")
        try:
            async with asyncio.timeout(READ_TIMEOUT_S), self._database.transaction(now_ms(self._clock)) as tx:
                value = await load(tx)
        except (StoreUnavailable, StaleWrite, TimeoutError) as error:
            self._lost(error)
            raise StoreUnavailable("the database does not answer") from error
        self._found()
        return value

    def _lost(self, error: Exception) -> None:
        self._rest_until = self._clock.monotonic() + REST_S
        if self._down_since is None:
            self._down_since = self._clock.real()
            structlog.get_logger().warning("web.reads.stale", error=str(error) or "no answer in time")

    def _found(self) -> None:
        if self._down_since is not None:
            structlog.get_logger().info(
                "web.reads.fresh", duration_s=round(self._clock.real() - self._down_since)
            )
            self._down_since = None
