"""The fixtures of the days around today.

The provider's day begins at 00:00 UTC+8, so a day D of any zone lies inside its D-1, D and D+1.
All three are read to their end, one record an id is kept (the newest), and `match_time` alone decides
to which day a match belongs. Nothing is ever removed because a diary is short.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import structlog

from touchline.clock import Clock, now_ms
from touchline.football.model import Source
from touchline.ids import MatchId
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.ingest.names import Names
from touchline.ingest.pace import pace
from touchline.provider.port import Report
from touchline.store import fixtures
from touchline.store.db import Database

PACE_S, RETRY_S, FLOOR_S = 600.0, 60.0, 15.0
PAGES_MAX = 20
PROVIDER_ZONE = timezone(timedelta(hours=8))
ENDPOINT = "match/diary"


class Diary:
    """The loop `diary_sync`. One page a turn, so that a stop never waits for a sync."""

    name = "diary_sync"
    interval = "600 s"
    batch_size = 1_000

    def __init__(
        self,
        asking: Asking,
        inbox: Inbox,
        names: Names,
        db: Database,
        clock: Clock,
        zone: ZoneInfo,
        node: str,
    ) -> None:
        self.wake = asyncio.Event()
        self._asking = asking
        self._inbox = inbox
        self._names = names
        self._db = db
        self._clock = clock
        self._zone = zone
        self._log = structlog.get_logger().bind(worker=self.name)
        self._channel = Channel(Source.DIARY, f"diary-{node}")
        self._days: list[_Day] = []
        self._asked_at_ms = 0
        self._short: set[date] = set()

    async def turn(self) -> timedelta:
        """One page of one day; after the last one everything is handed over together."""
        if not self._days:
            self._asked_at_ms = now_ms(self._clock)
            self._days = [_Day(day) for day in days_around(self._clock.now(), self._zone)]
        day = next(day for day in self._days if not day.done)
        reading = await self._asking.ask(ENDPOINT, self._asking.pull.diary(day.date, day.page))
        if reading is None:
            self._days = []
            return pace(self._clock, RETRY_S, FLOOR_S)
        await self._names.keep(reading.catalogue)
        day.take(reading.reports)
        if day.exceeded:
            self._log.error("diary.pages_exceeded", day=day.date.isoformat(), pages_max=PAGES_MAX)
        if all(day.done for day in self._days):
            await self._hand_over()
            return pace(self._clock, PACE_S, FLOOR_S)
        return timedelta(0)

    async def _hand_over(self) -> None:
        days, self._days = self._days, []
        await self._look_for_short(days)
        newest = newest_each(report for day in days for report in day.reports)
        await self._inbox.deliver(self._channel.hear(newest, self._asked_at_ms))

    async def _look_for_short(self, days: Iterable["_Day"]) -> None:
        for day in days:
            start = int(datetime.combine(day.date, datetime.min.time(), PROVIDER_ZONE).timestamp())
            async with self._db.transaction(now_ms(self._clock)) as tx:
                stored = await fixtures.count(tx, start, start + 86_400)
            got = len(day.reports)
            if got * 2 >= stored:
                self._short.discard(day.date)
            elif day.date not in self._short:
                self._short.add(day.date)
                self._log.warning("diary.short", day=day.date.isoformat(), got=got, stored=stored)


Records = dict[MatchId, Report]


class _Day:
    """One day of the provider, page by page."""

    def __init__(self, day: date) -> None:
        self.date = day
        self.page = 1
        self.done = False
        self.exceeded = False
        self._reports: Records = {}

    @property
    def reports(self) -> list[Report]:
        """What the pages brought, one record an id."""
        return list(self._reports.values())

    def take(self, reports: Iterable[Report]) -> None:
        """Take in a page. An empty one, or one without a new id, is the last, whatever `total` said."""
        before = len(self._reports)
        for report in newest_each([*self._reports.values(), *reports]):
            self._reports[report.match_id] = report
        self.done = len(self._reports) == before
        self.exceeded = not self.done and self.page >= PAGES_MAX
        self.done |= self.exceeded
        self.page += 1


def days_around(now: float, zone: ZoneInfo) -> list[date]:
    """Yesterday, today and tomorrow as days of the provider, for today in `zone` at football time `now`."""
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return [today - timedelta(days=1), today, today + timedelta(days=1)]


def newest_each(reports: Iterable[Report]) -> list[Report]:
    """One report an id, the one with the largest provider time; of equals the later one."""
    newest: Records = {}
    for report in reports:
        known = newest.get(report.match_id)
        if known is None or (report.provider_time or 0) >= (known.provider_time or 0):
            newest[report.match_id] = report
    return list(newest.values())
