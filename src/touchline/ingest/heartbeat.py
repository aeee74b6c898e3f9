"""What ingest says of the provider to those who show it: every change, and every 10 s that it still holds."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from touchline.clock import Clock, now_ms
from touchline.store import views
from touchline.store.db import Database

BEAT_S = 10.0
LOOK_S = 1.0


class Health(NamedTuple):
    """How one channel is doing: `ok`, `limited`, `refused`, `down` or `unknown`, and why."""

    state: str
    reason: str


class Heartbeat:
    """The loop `provider_heartbeat`. All its times are real: readers judge an ingest that died by them."""

    name = "provider_heartbeat"
    interval = "10 s"

    def __init__(self, channels: Mapping[str, Callable[[], Health]], db: Database, clock: Clock) -> None:
        self.batch_size = len(channels)
        self.wake = asyncio.Event()
        self._channels = channels
        self._db = db
        self._clock = clock
        self._said: dict[str, Health] = {}
        self._due = float("-inf")

    async def turn(self) -> timedelta:
        """Say how the channels are doing, if that is news or due."""
        healths = {channel: ask() for channel, ask in self._channels.items()}
        now = self._clock.monotonic()
        if healths != self._said or now >= self._due:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                for channel, health in sorted(healths.items()):
                    await views.say_provider(tx, channel, health.state, health.reason)
            self._said, self._due = healths, now + BEAT_S
        return timedelta(seconds=LOOK_S)
