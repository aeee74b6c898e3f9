"""Asking the provider. A loop gets an answer or no data, never an exception; a task is told why there is none.

When a source begins to fail it is said once (`ingest.source.lost`), and once when it is back.
"""

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from touchline.clock import Clock
from touchline.errors import ProviderError
from touchline.ingest.ports import Pull
from touchline.ingest.unreadable import Unreadables
from touchline.provider.port import Reading

R = TypeVar("R", bound=Reading)


class Asking:
    """What everybody here asks through. What can't be read of an answer is kept on the way."""

    def __init__(self, pull: Pull, clock: Clock, unreadables: Unreadables) -> None:
        self.pull = pull
        self._clock = clock
        self._unreadables = unreadables
        self._log = structlog.get_logger().bind(part="asking")
        self._lost: dict[str, float] = {}

    async def ask(self, endpoint: str, call: Awaitable[R]) -> R | None:
        """What `call` answers; None when the provider gives no answer, whatever the cause."""
        try:
            return await self.demand(endpoint, call)
        except ProviderError:
            return None

    async def demand(self, endpoint: str, call: Awaitable[R]) -> R:
        """What `call` answers. Raises ProviderError when the provider gives no answer."""
        try:
            reading = await call
        except ProviderError as error:
            self._failed(endpoint, error)
            raise
        self._answered(endpoint)
        self._unreadables.keep(reading.unreadable)
        return reading

    def _failed(self, endpoint: str, error: ProviderError) -> None:
        if endpoint not in self._lost:
            self._lost[endpoint] = self._clock.monotonic()
            self._log.warning("ingest.source.lost", endpoint=endpoint, error_code=error.code)

    def _answered(self, endpoint: str) -> None:
        since = self._lost.pop(endpoint, None)
        if since is not None:
            seconds = round(self._clock.monotonic() - since, 1)
            self._log.info("ingest.source.back", endpoint=endpoint, seconds=seconds)
