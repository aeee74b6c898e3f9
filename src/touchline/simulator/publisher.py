"""Pushes what is due, when football time reaches it. Nothing said before it began is said again.

What is asked meanwhile is answered from what was pushed: a provider that is behind with its pushes, on a
machine that has other things to do, is behind with its answers as well.
"""

import asyncio
from collections.abc import Awaitable, Callable

from touchline.clock import Clock, real_until
from touchline.simulator.outlet import Outlet
from touchline.simulator.scene import Scene
from touchline.simulator.script import Frame

AHEAD_S = 2.0
"""Real seconds of play prepared at a time."""
TICK_S = 0.1
"""Frames are due at tenths of a football second."""


class Progress:
    """How far the pushes have come."""

    def __init__(self) -> None:
        self.next_at = float("inf")
        """When the first frame is due that was not pushed yet, as far as that is known."""

    def told(self, now: float) -> float:
        """The instant whose state may be told at `now`."""
        return min(now, self.next_at - TICK_S)


async def publish(
    scene: Scene,
    clock: Clock,
    outlet: Outlet,
    send: Callable[[Frame], Awaitable[None]],
    stop: asyncio.Event,
    progress: Progress | None = None,
) -> None:
    """Push the frames of `scene` from now on, until `stop` is set; `progress` says how far that is."""
    progress = progress or Progress()
    done = clock.now()
    while not stop.is_set():
        until = done + AHEAD_S * clock.speed
        for frame in scene.frames(done, until):
            progress.next_at = frame.at
            if await _reached(frame.at, clock, stop):
                return
            for altered in await outlet.push(frame):
                await send(altered)
        progress.next_at = until + TICK_S
        if await _reached(until, clock, stop):
            return
        done = until


async def _reached(instant: float, clock: Clock, stop: asyncio.Event) -> bool:
    """Wait until football time reaches `instant`; whether it is time to stop instead."""
    wait_s = real_until(clock, instant)
    if wait_s > 0:
        return await clock.wait(stop, wait_s)
    return stop.is_set()
