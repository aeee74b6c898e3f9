"""How the pressure goes: one call a minute for every match in play."""

import asyncio
from datetime import timedelta

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import until_slot
from touchline.store import fixtures
from touchline.store.db import Database

EVERY_S, OFFSET_S, FLOOR_S = 60, 22, 5.0


class TrendSync:
    """The loop `trend_sync`."""

    name = "trend_sync"
    interval = "60 s, at :22"
    batch_size = 1

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._channel = Channel(Source.TREND_LIVE, f"trend-{node}")

    async def turn(self) -> timedelta:
        """Ask once, if there is a match in play."""
        if self._inbox.has_room and await self._anything_in_play():
            asked_at_ms = now_ms(self._clock)
            reading = await self._asking.ask("match/trend/live", self._asking.pull.trend_live())
            if reading is not None:
                self._inbox.put(self._channel.hear(reading.reports, asked_at_ms))
        return until_slot(self._clock, EVERY_S, OFFSET_S, FLOOR_S)

    async def _anything_in_play(self) -> bool:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return await fixtures.anything_in_play(tx)
