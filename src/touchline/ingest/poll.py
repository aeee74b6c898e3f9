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

CALM_FLOOR_S = 2.0
"""Real seconds between two polls while push speaks, at least; how long it may be is a setting."""
ALERT_S, ALERT_FLOOR_S = 2.0, LIVE_FLOOR_S
"""Football seconds between two polls while push is down or silent, and the floor in real seconds."""
SILENCE_S, SILENCE_FLOOR_S = 30.0, 5.0
"""How long push says nothing before it counts as silent."""


class DetailLivePoll:
    """The loop `detail_live_poll`. Setting `wake` asks for a snapshot as soon as the floor allows."""

    name = "detail_live_poll"
    batch_size = 1

    def __init__(
        self, asking: Asking, inbox: Inbox, push: PushSigns, clock: Clock, node: str, calm_s: float
    ) -> None:
        self.interval = f"{calm_s:g} s; {ALERT_S:g} s without push"
        self.wake = asyncio.Event()
        self._calm_s = calm_s
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
            return pace(self._clock, self._calm_s, CALM_FLOOR_S)
        return pace(self._clock, ALERT_S, ALERT_FLOOR_S)
