"""Processes that share one Valkey, each with its limits and their loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from valkey.asyncio import Valkey

from touchline.clock import Clock, SystemClock
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings
from touchline.tenants.limits import Limits

HUNDRED = LimitSettings(public_capacity=100, public_refill_per_s=2, web_processes=2)
SYSTEM = SystemClock()


class Hasty(SystemClock):
    """Real time, but who waits a second or more waits a tenth of it."""

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        return await super().wait(event, seconds / 10 if seconds >= 1 else seconds)

    def monotonic(self) -> float:
        return super().monotonic() * 10


@contextlib.asynccontextmanager
async def processes(
    url: str,
    number: int = 1,
    settings: LimitSettings = HUNDRED,
    clock: Clock = SYSTEM,
    metrics: Metrics | None = None,
) -> AsyncIterator[Sequence[Limits]]:
    """The limits of so many processes, their loops turning."""
    stop, metrics = asyncio.Event(), metrics or Metrics()
    async with contextlib.AsyncExitStack() as open_:
        started = [
            Limits(settings, clock, metrics, await open_.enter_async_context(Valkey.from_url(url)))
            for _ in range(number)
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(run_all(started, clock, stop))
            yield started
            stop.set()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.005)
