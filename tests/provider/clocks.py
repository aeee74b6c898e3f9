"""Clocks that save a test its waiting."""

import asyncio

from touchline.clock import SystemClock


class JumpingClock:
    """Time moves only by sleeping and by `jump`: a sleeper wakes at once, and it is that much later."""

    speed = 1.0

    def __init__(self, start: float = 1_770_000_000.0) -> None:
        self.slept: list[float] = []
        self._now = start

    def now(self) -> float:
        return self._now

    def real(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds
        await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        await self.sleep(0 if event.is_set() else seconds)
        return event.is_set()


class HurriedClock:
    """Real time, `times` as fast: half a minute of back-off is over in no time."""

    speed = 1.0

    def __init__(self, times: float = 100.0) -> None:
        self.slept: list[float] = []
        self._times = times
        self._system = SystemClock()

    def now(self) -> float:
        return self._system.now()

    def real(self) -> float:
        return self._system.real()

    def monotonic(self) -> float:
        return self._system.monotonic() * self._times

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._system.sleep(seconds / self._times)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        return await self._system.wait(event, seconds / self._times)
