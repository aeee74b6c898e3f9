"""The schedule's incremental arm: `recent/list` by time, from where the cursor stands.

The first load goes by pages; then the cursor advances to the largest `updated_at` seen, after
everything up to it is written. Records at the border come again and change nothing.
"""

import asyncio
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.pace import pace
from touchline.ingest.round import PAGES_MAX, Round
from touchline.provider.port import Reading
from touchline.store import cursors
from touchline.store.db import Database

CURSOR = "recent_list"
PACE_S, FLOOR_S = 60.0, 4.0
ENDPOINT = "match/recent/list"


class RecentList:
    """The loop `recent_list_sync`. One page a turn, so that a stop never waits for a sync."""

    name = "recent_list_sync"
    interval = "60 s"
    batch_size = 1_000

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=self.name)
        self._channel = Channel(Source.RECENT_LIST, f"recent-{node}")
        self._round: Round | None = None
        self._last: Round | None = None

    async def turn(self) -> timedelta:
        """One page; the next at once while there is more."""
        round_ = self._round = self._round or await self._begin()
        asked_at_ms = now_ms(self._clock)
        reading = await self._asking.ask(ENDPOINT, self._ask(round_))
        if reading is None:
            self._round = None
            return pace(self._clock, PACE_S, FLOOR_S)
        await self._inbox.deliver(self._channel.hear(reading.reports, asked_at_ms))
        if round_.goes_on((report.match_id, report.provider_time or 0) for report in reading.reports):
            return timedelta(0)
        await self._end(round_)
        return pace(self._clock, PACE_S, FLOOR_S)

    async def _begin(self) -> Round:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            since = await cursors.read(tx, CURSOR)
        border = self._last.border if self._last and self._last.cursor == since else frozenset()
        return Round(since, border, now=now_ms(self._clock) // 1000)

    async def _ask(self, round_: Round) -> Reading:
        if round_.time is None:
            return await self._asking.pull.recent_page(round_.page)
        return await self._asking.pull.recent_since(round_.time, round_.page)

    async def _end(self, round_: Round) -> None:
        if round_.exceeded:
            self._log.error("recent.pages_exceeded", pages_max=PAGES_MAX)
        if round_.cursor:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await cursors.write(tx, CURSOR, round_.cursor)
        self._round, self._last = None, round_
