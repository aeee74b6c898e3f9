"""What ingest says of the provider to those who show it: every change, and every 10 s that it still holds."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from touchline.clock import Clock, now_ms
from touchline.provider.port import ProviderState
from touchline.store import views
from touchline.store.db import Database

BEAT_S = 10.0
LOOK_S = 1.0


class Heartbeat:
    """The loop `provider_heartbeat`. All its times are real: readers judge an ingest that died by them."""

    name = "provider_heartbeat"
    interval = "10 s"
    batch_size = 2

    def __init__(self, db: Database, clock: Clock) -> None:
        self.wake = asyncio.Event()
        self._channels: dict[str, Callable[[], ProviderState]] = {}
        self._db = db
        self._clock = clock
        self._said: dict[str, ProviderState] = {}
        self._due = float("-inf")

    def follow(self, channel: str, state: Callable[[], ProviderState]) -> None:
        """Say from now on how `channel` is doing."""
        self._channels[channel] = state

    async def turn(self) -> timedelta:
        """Say how the channels are doing, if that is news or due."""
        states = {channel: state() for channel, state in sorted(self._channels.items())}
        now = self._clock.monotonic()
        if states != self._said or now >= self._due:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                for channel, state in states.items():
                    await views.say_provider(tx, channel, state.health, state.reason)
            self._said, self._due = states, now + BEAT_S
        return timedelta(seconds=LOOK_S)
