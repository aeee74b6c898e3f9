"""What is read from the database for one request, and the last good copy while it does not answer.

Only what the board does not hold is read here: other days, matches of other days.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import NotFound, StaleWrite, StoreUnavailable, TooManyRequests
from touchline.ids import MatchId, is_external_id
from touchline.store import views
from touchline.store.db import Database, Tx
from touchline.tenants.limits import Limits
from touchline.web.shelf import Copy, Shelf

READ_TIMEOUT_S = 2.0
REST_S = 1.0
"""After a failed read the database is left alone for so long; meanwhile the copies answer."""
DAYS_HELD = 64
MATCHES_HELD = 1_000

Span = tuple[int, int]
"""A half-open span of time in Unix seconds."""
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Reads:
    """The way to what is not on the board."""

    def __init__(self, database: Database, clock: Clock, limits: Limits) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._days: Shelf[Span, views.Sheet] = Shelf(clock, DAYS_HELD)
        self._matches: Shelf[str, views.WholeText] = Shelf(clock, MATCHES_HELD)
        self._rest_until = 0.0
        self._down_since: float | None = None

    @property
    def down_since(self) -> float | None:
        """Real time since which the database has not answered, or None."""
        return self._down_since

    def fresh_day(self, span: Span) -> Copy[views.Sheet] | None:
        """The fixtures of a span of time, where they were read just now."""
        return self._days.fresh(span)

    async def day(self, span: Span) -> Copy[views.Sheet]:
        """The fixtures of a span of time. Raises StoreUnavailable where no copy of it is held either."""
        return await self._copy(self._days, span, lambda: self._ask(lambda tx: views.between(tx, *span)))

    def fresh_match(self, match_id: str) -> Copy[views.WholeText] | None:
        """One match with its parts, where it was read just now."""
        return self._matches.fresh(match_id)

    async def match(self, match_id: str) -> Copy[views.WholeText]:
        """One match with its parts. Raises NotFound, and StoreUnavailable where no copy is held either."""
        if not is_external_id(match_id):
            raise NotFound("match", match_id)

        async def read() -> views.WholeText:
            found = await self.wholes([MatchId(match_id)])
            if not found:
                raise NotFound("match", match_id)
            return found[0]

        return await self._copy(self._matches, match_id, read)

    @property
    def allowed(self) -> bool:
        """Whether the request being answered may ask the database at all. Loops always may."""
        return self._limits.allows()

    async def wholes(self, ids: Sequence[MatchId]) -> list[views.WholeText]:
        """Those of `ids` that there are, with their parts; never a copy."""
        return await self._ask(lambda tx: views.wholes(tx, ids))

    async def providers(self) -> list[views.ProviderLine]:
        """How the provider's channels are doing; never a copy."""
        return await self._ask(views.providers)

    async def _copy(self, shelf: Shelf[K, T], key: K, read: Callable[[], Awaitable[T]]) -> Copy[T]:
        """A fresh copy; for who asks too often the last one. Raises TooManyRequests where there is none."""
        if self.allowed:
            return await shelf.get(key, read)
        held = shelf.last(key)
        if held is None:
            raise TooManyRequests(self._limits.retry_after_s)
        return held

    async def _ask(self, load: Callable[[Tx], Awaitable[T]]) -> T:
        if self._clock.monotonic() < self._rest_until:
            raise StoreUnavailable("the database does not answer")
        try:
            async with self._database.transaction(now_ms(self._clock), within_s=READ_TIMEOUT_S) as tx:
                value = await load(tx)
        except (StoreUnavailable, StaleWrite) as error:
            self._lost(error)
            raise StoreUnavailable("the database does not answer") from error
        self._found()
        return value

    def _lost(self, error: Exception) -> None:
        self._rest_until = self._clock.monotonic() + REST_S
        if self._down_since is None:
            self._down_since = self._clock.real()
            structlog.get_logger().warning("web.reads.stale", error=str(error))

    def _found(self) -> None:
        if self._down_since is not None:
            structlog.get_logger().info(
                "web.reads.fresh", duration_s=round(self._clock.real() - self._down_since)
            )
            self._down_since = None
