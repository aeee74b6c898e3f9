"""The push channel of one process, without a network: connects for ever, into the real bounded queue.

It stands where `provider/thesports/stream.py` does. What it leaves out is MQTT itself.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from random import Random
from typing import NamedTuple

from msgspec import Struct

from touchline.clock import Clock
from touchline.loop import backoff_s
from touchline.provider.port import Health, ProviderState
from touchline.provider.thesports.frames import Frame, FrameQueue
from touchline.provider.thesports.receipt import TICK_S, Receipt
from touchline.proving.provider import Provider
from touchline.simulator.wire import TOPIC

WAY_S = (0.005, 0.2)
"""How long a frame is on its way, real seconds; frames of one connection never overtake each other."""
CONNECT_S = (0.05, 0.5)


class Way(Struct):
    """What the way to a process is like."""

    rng: Random
    lost: float = 0.0
    """Share of the frames that never arrive."""
    doubled: float = 0.0
    """Share of those that arrive twice."""


class _Connection(NamedTuple):
    """One connection; its frames are received in the context of the process that made it."""

    id: str
    loop: asyncio.AbstractEventLoop
    context: Context
    lost: asyncio.Event
    receipt: Receipt


class Line:
    """One process's connection to the push channel. `cut` ends it, `refused` keeps it from coming back."""

    def __init__(
        self,
        provider: Provider,
        process: str,
        clock: Clock,
        on_connected: Callable[[str], None],
        queue_max: int,
        way: Way,
    ) -> None:
        self.refused = False
        self.stands = False
        self._provider = provider
        self._process = process
        self._clock = clock
        self._on_connected = on_connected
        self._queue = FrameQueue(queue_max)
        self._way = way
        self._state = ProviderState(health=Health.UNKNOWN, since_ts=int(clock.real()))
        self._lost = asyncio.Event()
        self._arrives = 0.0
        self._connections = 0
        self._frames = 0

    @property
    def state(self) -> ProviderState:
        """How the channel is doing."""
        return self._state

    async def batch(self, most: int) -> list[Frame]:
        """Wait for at least one frame; the oldest, at most `most`."""
        return await self._queue.take(most)

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop` is set."""
        failures = 0
        while not stop.is_set():
            await self._clock.sleep(self._way.rng.uniform(*CONNECT_S))
            if self._provider.dead or self.refused:
                failures += 1
                self._enter(Health.DOWN)
                await self._clock.wait(stop, backoff_s(failures))
                continue
            failures = 1
            await self._stay(stop)
            await self._clock.wait(stop, backoff_s(failures))

    def cut(self) -> None:
        """The connection is lost; what is on its way is lost with it."""
        self._lost.set()

    async def _stay(self, stop: asyncio.Event) -> None:
        self._connections += 1
        connection_id = f"{self._process}-{self._connections}"
        self._lost = lost = asyncio.Event()
        receipt = Receipt(self._clock)
        connection = _Connection(connection_id, asyncio.get_running_loop(), copy_context(), lost, receipt)
        self._provider.connect(self._process, partial(self._send, connection))
        self._enter(Health.OK)
        self.stands = True
        self._on_connected(connection_id)
        try:
            while not lost.is_set() and not stop.is_set():
                await self._clock.wait(lost, TICK_S)
                receipt.tick()
        finally:
            self.stands = False
            self._provider.disconnect(self._process)
        self._enter(Health.DOWN)

    def _send(self, to: _Connection, payload: bytes) -> None:
        """The provider pushes. On the way frames may be lost or doubled; they arrive when the process reads."""
        times = 1 if self._way.rng.random() >= self._way.lost else 0
        times += self._way.rng.random() < self._way.doubled
        for _ in range(times):
            self._arrives = max(self._arrives, to.loop.time() + self._way.rng.uniform(*WAY_S))
            to.loop.call_at(self._arrives, self._receive, to, payload, context=to.context)

    def _receive(self, to: _Connection, payload: bytes) -> None:
        if to.lost.is_set():
            return
        self._frames += 1
        frame = Frame(payload, TOPIC, to.id, self._frames, to.receipt.at_ms())
        if not self._queue.put(frame):
            self.cut()

    def _enter(self, health: Health) -> None:
        if health is not self._state.health:
            self._state = ProviderState(health=health, since_ts=int(self._clock.real()))
