"""The body of a run: what a task does, while the run is alive and in time.

A run is alive as long as its heartbeat was confirmed within a lease. A body whose lease has run out makes not
one more step: whoever was stopped for a minute wakes to find that others have taken over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Literal, cast

from touchline.clock import Clock
from touchline.errors import TouchlineError
from touchline.task import Done

HEARTBEAT_S = 5.0
STUBBORN_S = 10.0
"""Real seconds in which a body that was cancelled must have stopped."""

Cut = Literal["timeout", "cancelled", "lost"]


class Lease:
    """How long a run counts as alive by this process's monotonic clock: never longer than by the database's."""

    def __init__(self, clock: Clock, length_s: float) -> None:
        self._clock = clock
        self._length_s = length_s
        self._until = clock.monotonic() + length_s

    def holds(self) -> bool:
        """Whether it has not run out."""
        return self._clock.monotonic() < self._until

    def extend(self, asked_at: float) -> None:
        """It was confirmed by somebody who was asked at that instant, monotonic."""
        self._until = asked_at + self._length_s


class Body:
    """A task's run under way."""

    def __init__(self, steps: Coroutine[Any, Any, Done], clock: Clock, lease: Lease) -> None:
        self._clock = clock
        self._lease = lease
        self._nudge = asyncio.Event()
        self._stopped = False
        self.task: asyncio.Task[Done] = asyncio.ensure_future(Fenced(steps, lease.holds).all())
        self.task.add_done_callback(lambda _: self._over(steps))

    def stop(self) -> None:
        """Let it be cut off at once."""
        self._stopped = True
        self._nudge.set()

    async def watch(self, timeout_s: float, beat: Callable[[], Awaitable[bool]]) -> Cut | None:
        """Wait until it ends by itself, or is to be cut off and why. `beat` says whether the run is ours."""
        deadline = self._clock.monotonic() + timeout_s
        beat_at = self._clock.monotonic() + HEARTBEAT_S
        while not self.task.done():
            now = self._clock.monotonic()
            if self._stopped:
                return "cancelled"
            if now >= deadline:
                return "timeout"
            if now >= beat_at:
                beat_at = now + HEARTBEAT_S
                if not (await self._still_ours(beat) and self._lease.holds()):
                    return "lost"
                continue
            self._nudge.clear()
            await self._clock.wait(self._nudge, min(deadline, beat_at) - now)
        return None

    async def end(self, within_s: float = STUBBORN_S) -> bool:
        """Cancel it and wait until it has stopped, at most so many real seconds; whether it has."""
        self.task.cancel()
        deadline = self._clock.monotonic() + within_s
        while not self.task.done() and (left := deadline - self._clock.monotonic()) > 0:
            self._nudge.clear()
            await self._clock.wait(self._nudge, left)
        return self.task.done()

    def _over(self, steps: Coroutine[Any, Any, Done]) -> None:
        steps.close()  # one that was cut off before its first step was never begun
        self._nudge.set()

    async def _still_ours(self, beat: Callable[[], Awaitable[bool]]) -> bool:
        """What `beat` says; while the database is away the lease alone decides."""
        asked_at = self._clock.monotonic()
        try:
            if not await beat():
                return False
        except TouchlineError:
            return True
        self._lease.extend(asked_at)
        return True


class Fenced:
    """Steps that are made only while `holds()`; past that they are cancelled once, and then only clean up."""

    def __init__(self, steps: Coroutine[Any, Any, Done], holds: Callable[[], bool]) -> None:
        self._steps = steps
        self._holds = holds

    async def all(self) -> Done:
        """Make them to the end."""
        return await self

    def __await__(self) -> Generator[Any, Any, Done]:
        fenced_off = False
        answer: Any = None
        error: BaseException | None = None
        while True:
            if not fenced_off and not self._holds():
                fenced_off, asked = True, None
                # The task itself: it knows of it even where the error is swallowed. That comes with the yield.
                cast("asyncio.Task[Done]", asyncio.current_task()).cancel()
            else:
                try:
                    asked = self._steps.send(answer) if error is None else self._steps.throw(error)
                except StopIteration as done:
                    return done.value  # type: ignore[no-any-return]
            answer, error = None, None
            try:
                answer = yield asked
            except BaseException as thrown:
                error = thrown
