"""The first channel: messages of the push feed, each turned into claims as it comes."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta

from touchline.clock import Clock
from touchline.football.model import Source
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.ports import Push, PushFrame, ReadPush
from touchline.ingest.replays import Replays
from touchline.ingest.unreadable import Unreadables
from touchline.provider.port import Health

BATCH = 500
CONNECTIONS_MAX = 4
"""Connections remembered: frames of the last one may still be queued when the next speaks."""
WAIT_S = 1.0


class PushSigns:
    """Signs of life of the push channel, for those who poll harder when it is down or silent."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stream: Push | None = None
        self._heard_at = float("-inf")

    def watch(self, stream: Push) -> None:
        """The channel whose signs these are."""
        self._stream = stream

    def heard(self) -> None:
        """Something came, just now."""
        self._heard_at = self._clock.monotonic()

    def speaks(self, silence_s: float) -> bool:
        """Whether it is connected and something came within the last `silence_s` real seconds."""
        stands = self._stream is not None and self._stream.state.health is Health.OK
        return stands and self._clock.monotonic() - self._heard_at <= silence_s


class PushFeed:
    """The loop `mqtt_stream`: frames in, claims out."""

    name = "mqtt_stream"
    interval = "push"
    batch_size = BATCH

    def __init__(
        self, stream: Push, read: ReadPush, inbox: Inbox, unreadables: Unreadables, signs: PushSigns
    ) -> None:
        self.wake = asyncio.Event()
        self._stream = stream
        self._read = read
        self._inbox = inbox
        self._unreadables = unreadables
        self._signs = signs
        self._channels: OrderedDict[str, Channel] = OrderedDict()
        self._replays = Replays()
        signs.watch(stream)

    async def turn(self) -> timedelta:
        """Take what came; waits for it a while, so that a stop is seen."""
        try:
            async with asyncio.timeout(WAIT_S):
                frames = await self._stream.batch(BATCH)
        except TimeoutError:
            self._hear_each(self._replays.waited())
            return timedelta(0)
        self._signs.heard()
        self._hear_each(self._replays.unheard(frames))
        return timedelta(0)

    def _hear_each(self, frames: Iterable[PushFrame]) -> None:
        for frame in frames:
            self._hear(frame)

    def _hear(self, frame: PushFrame) -> None:
        reading = self._read(frame.payload)
        self._unreadables.keep(reading.unreadable)
        channel = self._channel(frame.connection_id, frame.received_at_ms)
        self._inbox.put(channel.hear(reading.reports, frame.received_at_ms))

    def _channel(self, connection_id: str, at_ms: int) -> Channel:
        """The channel of a connection; a new one takes the place of the one before: there is one at a time."""
        if connection_id not in self._channels:
            closed = next(reversed(self._channels.values()), None)
            self._channels[connection_id] = (
                Channel(Source.MQTT, connection_id)
                if closed is None
                else closed.reconnected(connection_id, at_ms)
            )
            while len(self._channels) > CONNECTIONS_MAX:
                self._channels.popitem(last=False)
        return self._channels[connection_id]
