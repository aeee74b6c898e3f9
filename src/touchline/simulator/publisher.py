"""Pushes what is due, when football time reaches it. Nothing said before it began is said again."""

import asyncio
from collections.abc import Awaitable, Callable

from touchline.clock import Clock, real_until
from touchline.simulator.outlet import Outlet
from touchline.simulator.scene import Scene
from touchline.simulator.script import Frame

AHEAD_S = 2.0
"""Real seconds of play prepared at a time."""


async def publish(
    scene: Scene,
    clock: Clock,
    outlet: Outlet,
    send: Callable[[Frame], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Push the frames of `scene` from now on, until `stop` is set."""
    done = clock.now()
    while not stop.is_set():
        until = done + AHEAD_S * clock.speed
        for frame in scene.frames(done, until):
            if await _reached(frame.at, clock, stop):
                return
            for altered in await outlet.push(frame):
                await send(altered)
        if await _reached(until, clock, stop):
            return
        done = until


async def _reached(instant: float, clock: Clock, stop: asyncio.Event) -> bool:
    """Wait until football time reaches `instant`; whether it is time to stop instead."""
    wait_s = real_until(clock, instant)
    if wait_s > 0:
        return await clock.wait(stop, wait_s)
    return stop.is_set()
