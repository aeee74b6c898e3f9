"""The one place that knows what time it is.

Football time (`now`) is what matches live in: `match_time`, minutes, staleness, windows,
job slots. It may run faster than the wall:

    virtual = virtual_epoch + (real - real_epoch) * speed

Real time (`real`, `monotonic`, `sleep`) is for time-outs, back-off, leases, the breaker.
All instants are Unix seconds UTC; all durations are seconds.
"""

import asyncio
import contextlib
import heapq
import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What every part asks for the time."""

    @property
    def speed(self) -> float:
        """Football seconds that pass in one real second."""

    def now(self) -> float:
        """Football time, Unix seconds UTC."""

    def real(self) -> float:
        """Wall time, Unix seconds UTC."""

    def monotonic(self) -> float:
        """Real seconds that never step back; only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many real seconds."""

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for `event`, at most so many real seconds; whether it was set."""


def now_ms(clock: Clock) -> int:
    """Football time in whole milliseconds."""
    return int(clock.now() * 1000)


def real_until(clock: Clock, instant: float) -> float:
    """Real seconds until football time reaches `instant`; 0 when it has passed."""
    return max(0.0, (instant - clock.now()) / clock.speed)


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, with football time laid over it. Without arguments both are the same."""

    real_epoch: float = 0.0
    virtual_epoch: float = 0.0
    speed: float = 1.0

    def now(self) -> float:
        return self.virtual_epoch + (time.time() - self.real_epoch) * self.speed

    def real(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()


class SteppedClock:
    """A clock that stands still until it is told to move; real and football time are one.

    `advance` wakes every sleeper whose time has come, in order of time.
    """

    speed = 1.0

    def __init__(self, start: float = 1_770_000_000.0) -> None:
        self._now = start
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._order = 0

    def now(self) -> float:
        return self._now

    def real(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def _wake_at(self, seconds: float, event: asyncio.Event) -> None:
        self._order += 1
        heapq.heappush(self._sleepers, (self._now + seconds, self._order, event))

    async def sleep(self, seconds: float) -> None:
        done = asyncio.Event()
        if seconds > 0:
            self._wake_at(seconds, done)
            await done.wait()
        else:
            await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        late = asyncio.Event()
        self._wake_at(seconds, late)
        waiters = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(late.wait())]
        try:
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
        return event.is_set()

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass, waking sleepers on the way and letting them run."""
        end = self._now + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            self._now, _, event = heapq.heappop(self._sleepers)
            event.set()
            await self._settle()
        self._now = end
        await self._settle()

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
