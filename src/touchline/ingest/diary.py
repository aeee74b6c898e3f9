"""The fixtures of the days around today, and of those ahead.

The provider's day begins at 00:00 UTC+8, so a day D of any zone lies inside its D-1, D and D+1. Each day
is read to its end, one record an id is kept (the newest), and `match_time` alone decides to which day a
match belongs. Nothing is ever removed because a diary is short.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import structlog

from touchline.clock import now_ms
from touchline.football.model import Source
from touchline.ids import MatchId
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.provider.port import Reading, Report
from touchline.store import fixtures
from touchline.task import Done, Run

DAYS_MAX = 30
"""As far as the provider's diary goes."""
PAGES_MAX = 20
PROVIDER_ZONE = timezone(timedelta(hours=8))
ENDPOINT = "match/diary"


class DiarySync:
    """The jobs `diary_refresh`, `diary_refresh_ahead` and `daily_diary_sync`, each under its own `name`.

    As many days as the job's batch says, the first of them `first` days after today in `zone`.
    """

    def __init__(self, way: Way, name: str, zone: ZoneInfo, first: int) -> None:
        self._way = way
        self._zone = zone
        self._first = first
        self._log = structlog.get_logger().bind(job=name)
        self._channel = Channel(Source.DIARY, f"{name}-{way.node}")
        self._short: set[date] = set()

    async def run(self, run: Run) -> Done:
        """Read all the days, then hand everything over together. Raises ProviderError, StoreUnavailable."""
        asked_at_ms = now_ms(self._way.clock)
        wanted = days(self._way.clock.now(), self._zone, self._first, min(run.batch_size, DAYS_MAX))
        read = [await self._read(day) for day in wanted]
        await self._look_for_short(read)
        newest = newest_each(report for day in read for report in day.reports)
        done = await self._way.write(self._channel, Reading(reports=newest), asked_at_ms)
        return Done(items=done.items, failed=sum(day.failed for day in read))

    async def _read(self, date: date) -> "_Day":
        day = _Day(date)
        asking = self._way.asking
        while not day.done:
            reading = await asking.demand(ENDPOINT, asking.pull.diary(day.date, day.page))
            await self._way.names.keep(reading.catalogue)
            day.take(reading)
        if day.exceeded:
            self._log.error("diary.pages_exceeded", day=day.date.isoformat(), pages_max=PAGES_MAX)
        return day

    async def _look_for_short(self, read: Sequence["_Day"]) -> None:
        self._short &= {day.date for day in read}
        for day in read:
            start = int(datetime.combine(day.date, datetime.min.time(), PROVIDER_ZONE).timestamp())
            async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
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
        self._unreadable = 0
        self._reports: Records = {}

    @property
    def reports(self) -> list[Report]:
        """What the pages brought, one record an id."""
        return list(self._reports.values())

    @property
    def failed(self) -> int:
        """Rows that could not be read, and one more where pages did not end."""
        return self._unreadable + self.exceeded

    def take(self, page: Reading) -> None:
        """Take in a page. An empty one, or one without a new id, is the last, whatever `total` said."""
        before = len(self._reports)
        for report in newest_each([*self._reports.values(), *page.reports]):
            self._reports[report.match_id] = report
        self._unreadable += len(page.unreadable)
        self.done = len(self._reports) == before
        self.exceeded = not self.done and self.page >= PAGES_MAX
        self.done |= self.exceeded
        self.page += 1


def days(now: float, zone: ZoneInfo, first: int, count: int) -> list[date]:
    """`count` days of the provider, from `first` days after today in `zone` at football time `now`."""
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return [today + timedelta(days=first + ahead) for ahead in range(count)]


def newest_each(reports: Iterable[Report]) -> list[Report]:
    """One report an id, the one with the largest provider time; of equals the later one."""
    newest: Records = {}
    for report in reports:
        known = newest.get(report.match_id)
        if known is None or (report.provider_time or 0) >= (known.provider_time or 0):
            newest[report.match_id] = report
    return list(newest.values())
