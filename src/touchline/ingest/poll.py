"""The second channel: `detail_live`, and the snapshot after every (re)connect of the first."""

import asyncio
from datetime import timedelta

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import LIVE_FLOOR_S, pace, real_s
from touchline.ingest.push import PushSigns

CALM_S, CALM_FLOOR_S = 10.0, 2.0
"""Football seconds between two polls while push speaks, and the floor in real seconds."""
ALERT_S, ALERT_FLOOR_S = 2.0, LIVE_FLOOR_S
"""The same while push is down or silent."""
SILENCE_S, SILENCE_FLOOR_S = 30.0, 5.0
"""How long push says nothing before it counts as silent."""


class DetailLivePoll:
    """The loop `detail_live_poll`. Setting `wake` asks for a snapshot as soon as the floor allows."""

    name = "detail_live_poll"
    interval = "10 s; 2 s without push"
    batch_size = 1

    def __init__(self, asking: Asking, inbox: Inbox, push: PushSigns, clock: Clock, node: str) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._push = push
        self._clock = clock
        self._channel = Channel(Source.DETAIL_LIVE, f"poll-{node}")
        self._next = float("-inf")

    async def turn(self) -> timedelta:
        """Ask once, if the last time is long enough ago."""
        early_s = self._next - self._clock.monotonic()
        if early_s > 0:
            return timedelta(seconds=early_s)
        self._next = self._clock.monotonic() + LIVE_FLOOR_S
        if self._inbox.has_room:
            await self._ask()
        return self._pace()

    async def _ask(self) -> None:
        asked_at_ms = now_ms(self._clock)
        reading = await self._asking.ask("match/detail_live", self._asking.pull.detail_live())
        if reading is not None:
            self._inbox.put(self._channel.hear(reading.reports, asked_at_ms))

    def _pace(self) -> timedelta:
        if self._push.speaks(real_s(self._clock, SILENCE_S, SILENCE_FLOOR_S)):
            return pace(self._clock, CALM_S, CALM_FLOOR_S)
        return pace(self._clock, ALERT_S, ALERT_FLOOR_S)
