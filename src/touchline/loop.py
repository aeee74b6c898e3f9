"""Long-running loops: one `turn()` that says how long to wait, and the loop around it, written once."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from touchline.clock import Clock
from touchline.errors import TouchlineError

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 30.0


class Loop(Protocol):
    """Something that does one round of work again and again."""

    name: str
    interval: str
    """For the log and the docs: `10 s`, `queue`, `push`."""
    batch_size: int
    wake: asyncio.Event
    """Set by anybody who has work for the loop: it ends the wait early."""

    async def turn(self) -> timedelta:
        """Do one round of work; return how long (real time) to wait for the next."""


def backoff_s(failures: int, first_s: float = BACKOFF_FIRST_S, most_s: float = BACKOFF_MAX_S) -> float:
    """Full-jitter back-off: anything up to `first_s` doubled per failure, at most `most_s`."""
    ceiling = min(most_s, first_s * 2.0 ** min(failures - 1, 10))
    return random.uniform(0.05, 1.0) * ceiling  # noqa: S311 - jitter, not a secret


class Trouble:
    """A worker that fails: begin (`worker.failing`) and end (`worker.recovered`) of it are said, each once."""

    def __init__(self, log: structlog.stdlib.BoundLogger) -> None:
        self._log = log
        self.failures = 0

    def begins(self, error: Exception) -> None:
        """A round has failed; what nobody expected comes with its traceback."""
        self.failures += 1
        if self.failures == 1:
            known = isinstance(error, TouchlineError)
            self._log.error("worker.failing", error=str(error) or type(error).__name__, exc_info=not known)

    def ends(self) -> None:
        """A round has gone well."""
        if self.failures:
            self._log.info("worker.recovered", failures=self.failures)
        self.failures = 0


async def run_loop(loop: Loop, clock: Clock, stop: asyncio.Event) -> None:
    """Turn `loop` until `stop` is set.

    A turn that raises is said once (`worker.failing`), repeated with back-off, and its
    recovery is said once (`worker.recovered`). Only `stop` or cancellation ends the loop.
    """
    log = structlog.get_logger().bind(worker=loop.name)
    log.info("worker.started", interval=loop.interval, batch_size=loop.batch_size)
    trouble = Trouble(log)
    while not stop.is_set():
        loop.wake.clear()
        try:
            wait_s = (await loop.turn()).total_seconds()
        except Exception as error:
            trouble.begins(error)
            wait_s = backoff_s(trouble.failures)
        else:
            trouble.ends()
        if wait_s > 0 and not stop.is_set():
            await clock.wait(loop.wake, wait_s)
        else:
            await clock.sleep(0)
    log.info("worker.stopped")


async def run_all(
    loops: Sequence[Loop], clock: Clock, stop: asyncio.Event, on_stop: Callable[[], None] | None = None
) -> None:
    """Run `loops` side by side until `stop` is set; then wake them all so that they see it."""

    async def wake_on_stop() -> None:
        await stop.wait()
        if on_stop is not None:
            on_stop()
        for loop in loops:
            loop.wake.set()

    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(run_loop(loop, clock, stop), name=loop.name)
        group.create_task(wake_on_stop(), name="stop")
