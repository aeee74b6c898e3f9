"""What was read: fresh for a moment, then read again by one for all, kept while the database is away."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from touchline.clock import Clock
from touchline.errors import NotFound, StoreUnavailable

FRESH_S = 1.0
"""Real time for which a copy is as good as a read."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Copy(Generic[T]):
    """What was read, and whether it is an older copy because the database did not answer."""

    value: T
    stale: bool


class Recent(Generic[K, T]):
    """At most so many things; the one that was used the longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[K, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    def keep(self, key: K, thing: T) -> None:
        """Hold `thing` under `key`."""
        self._things[key] = thing
        self._things.move_to_end(key)
        if len(self._things) > self._most:
            self._things.popitem(last=False)

    def get(self, key: K) -> T | None:
        """The thing under `key`, which is used now, or None."""
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def drop(self, key: K) -> None:
        """Hold nothing under `key`."""
        self._things.pop(key, None)


class Flights(Generic[K]):
    """Work under way: who asks for the same joins in. A caller that leaves cancels nothing."""

    def __init__(self) -> None:
        self._under_way: dict[K, asyncio.Future[Any]] = {}

    async def join(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives, or raises, to everybody who asks before it is done."""
        flight = self._under_way.get(key)
        if flight is None:
            flight = self._under_way[key] = asyncio.ensure_future(work())
            flight.add_done_callback(partial(self._land, key))
        landed: T = await asyncio.shield(flight)
        return landed

    def _land(self, key: K, flight: asyncio.Future[Any]) -> None:
        del self._under_way[key]
        if not flight.cancelled():
            flight.exception()  # looked at here, for all who asked may have left


class Shelf(Generic[K, T]):
    """The newest good copy of each thing."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._copies: Recent[K, tuple[Copy[T], float]] = Recent(most)
        self._flights: Flights[K] = Flights()

    def fresh(self, key: K) -> Copy[T] | None:
        """The copy of `key` while it is as good as a read: a moment ago it was read, or could not be."""
        held = self._copies.get(key)
        return held[0] if held is not None and self._clock.monotonic() < held[1] else None

    def last(self, key: K) -> Copy[T] | None:
        """The copy of `key`, however old it is; marked where it is no longer fresh."""
        held = self._copies.get(key)
        return None if held is None else self.fresh(key) or Copy(held[0].value, stale=True)

    async def get(self, key: K, read: Callable[[], Awaitable[T]]) -> Copy[T]:
        """A fresh copy, by `read` if it must be; the last good one, marked, where the database does not answer.

        Raises what `read` does: NotFound, and StoreUnavailable where there never was a copy.
        """
        fresh = self.fresh(key)
        return await self._flights.join(key, partial(self._renew, key, read)) if fresh is None else fresh

    async def _renew(self, key: K, read: Callable[[], Awaitable[T]]) -> Copy[T]:
        try:
            copy = Copy(await read(), stale=False)
        except StoreUnavailable:
            held = self._copies.get(key)
            if held is None:
                raise
            copy = Copy(held[0].value, stale=True)
        except NotFound:
            self._copies.drop(key)
            raise
        self._copies.keep(key, (copy, self._clock.monotonic() + FRESH_S))
        return copy
