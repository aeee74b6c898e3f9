"""Time on a virtual loop: football time laid over it, and what is wrong with a process's idea of it."""

import asyncio
import contextlib

from touchline.proving.loop import TICK_S, VirtualLoop

REAL_EPOCH = 1_770_000_000.0
"""Wall time at the beginning of every simulation, Unix seconds."""


class VirtualClock:
    """What every part of one process asks for the time. `skew_s` is how far its football time is off."""

    def __init__(self, loop: VirtualLoop, start: float, speed: float = 1.0) -> None:
        self.skew_s = 0.0
        self._loop = loop
        self._start = start
        self._speed = speed

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        return self._start + self._loop.time() * self._speed + self.skew_s

    def real(self) -> float:
        return REAL_EPOCH + self._loop.time()

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await self._loop.pass_by(max(seconds, TICK_S))  # even to step aside takes time

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()
