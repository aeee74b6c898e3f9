"""The minute engine: each live match's minute, written at its own boundary.

It is the only writer of `minute` and `last_minute_update_ts` and writes nothing else. What it knows
of the matches it keeps in memory: refreshed from the change stream, and by a sweep over all
running matches that catches what slept. A row that was changed meanwhile is left out by the
UPDATE itself (its lock version moved) and worked out again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import structlog

from touchline.clock import Clock, real_until
from touchline.errors import StoreUnavailable
from touchline.feed.ears import Ears
from touchline.feed.stream import Follower, Told
from touchline.football.minute import counts_from, differs, minute_at, next_flip, warning
from touchline.football.text import is_of_second_period, minute_text
from touchline.ids import MatchId
from touchline.jobs.flips import Flips
from touchline.loop import Loop, Trouble
from touchline.metrics import Metrics
from touchline.settings.parts import MatchMinute
from touchline.store import changes, minutes
from touchline.store.db import Database
from touchline.store.minutes import Minute, Ticking, Written

SWEEP_S = 30.0
SWEEP_FLOOR_S = 2.0
LANES = 2
"""Transactions at a time when more is due than one may hold."""
STORE_RETRY_S = 1.0
RETRY_S = 0.05
"""Real seconds until a row that somebody else held is tried again."""


class MinuteEngine:
    """The loop `match_minute`. Any number of them may run: each minute is written once."""

    name = "match_minute"
    interval = "each match's minute; sweep 30 s"

    def __init__(self, db: Database, clock: Clock, metrics: Metrics, settings: MatchMinute) -> None:
        self.wake = asyncio.Event()
        self.batch_size = settings.batch_size
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._log = structlog.get_logger().bind(worker=self.name)
        self._matches: dict[MatchId, Ticking] = {}
        self._flips = Flips()
        self._warned: dict[MatchId, str] = {}
        self._moved: set[MatchId] = set()
        self._sweep_due = float("-inf")
        self._written = 0
        self._trouble = Trouble(self._log)
        # A line a minute costs more than the minute: only where somebody reads it.
        self._tells = logging.getLogger().isEnabledFor(logging.DEBUG)

    def hear(self, news: Sequence[changes.Change]) -> None:
        """The change stream tells: these matches are to be read again."""
        moved = {change.match_id for change in news if change.kind == "match"}
        if moved:
            self._moved |= moved
            self.wake.set()

    def start_over(self) -> None:
        """The change stream begins anew: everything is to be read again."""
        self._sweep_due = float("-inf")
        self.wake.set()

    async def turn(self) -> timedelta:
        """Take in what changed, write every minute that is due; the wait is until the next boundary."""
        try:
            async with asyncio.timeout(self._settings.timeout_ms / 1000):
                if self._clock.monotonic() >= self._sweep_due:
                    await self._sweep()
                await self._look()
                await self._write_due()
        except StoreUnavailable as error:
            # Every second counts when the database is back, so there is no longer back-off.
            self._trouble.begins(error)
            return timedelta(seconds=STORE_RETRY_S)
        self._trouble.ends()
        return timedelta(seconds=self._wait_s())

    def _wait_s(self) -> float:
        until = [self._sweep_due - self._clock.monotonic()]
        flip = self._flips.next()
        if flip is not None:
            until.append(real_until(self._clock, flip))
        return max(0.0, min(until))

    # ------------------------------------------------------------ what is known

    async def _look(self) -> None:
        """Read again what has moved."""
        if not self._moved:
            return
        asked, self._moved = self._moved, set()
        try:
            async with self._db.transaction(self._now_ms()) as tx:
                running = await minutes.some(tx, asked)
        except BaseException:
            self._moved |= asked
            raise
        self._take_in(asked, running)

    async def _sweep(self) -> None:
        """Read all running matches, page by page to the end; what is due is written between the pages."""
        began = self._clock.monotonic()
        self._sweep_due = began + max(SWEEP_FLOOR_S, SWEEP_S / self._clock.speed)
        try:
            found, pages = await self._read_all()
        except BaseException:
            # Without `wake`: who fails waits before he tries again, or nobody else gets a word in.
            self._sweep_due = float("-inf")
            raise
        self._take_in(self._matches.keys() - found, ())
        duration_ms = round((self._clock.monotonic() - began) * 1000)
        written, self._written = self._written, 0
        self._log.info(
            "match.minute.sweep", matches=len(found), pages=pages, written=written, duration_ms=duration_ms
        )

    async def _read_all(self) -> tuple[set[MatchId], int]:
        found: set[MatchId] = set()
        after, pages = "", 0
        while True:
            async with self._db.transaction(self._now_ms()) as tx:
                page = await minutes.page(tx, after, self.batch_size)
            self._take_in((), page)
            found.update(ticking.match_id for ticking in page)
            pages += 1
            if len(page) < self.batch_size:
                return found, pages
            after = page[-1].match_id
            await self._write_due()

    def _take_in(self, asked: Iterable[MatchId], running: Sequence[Ticking], rest_s: float = 0.0) -> None:
        """`running` is what the database has of `asked`; what it does not have no longer runs.

        What is due is due now, or after `rest_s` real seconds.
        """
        now = self._clock.now()
        for match_id in set(asked).difference(ticking.match_id for ticking in running):
            self._flips.put(match_id, None)
            self._matches.pop(match_id, None)
            self._warned.pop(match_id, None)
        for ticking in running:
            self._matches[ticking.match_id] = ticking
            self._warn(ticking, now)
            minute = minute_at(ticking.running, now)
            if minute is not None and differs(ticking.running, minute):
                self._flips.put(ticking.match_id, now + rest_s * self._clock.speed)
            else:
                self._flips.put(ticking.match_id, next_flip(ticking.running, now))

    def _warn(self, ticking: Ticking, now: float) -> None:
        event = warning(ticking.running, now)
        if event is None:
            self._warned.pop(ticking.match_id, None)
        elif self._warned.get(ticking.match_id) != event:
            self._warned[ticking.match_id] = event
            self._log.warning(event, match_id=ticking.match_id, status_id=ticking.running.status.value)

    # ------------------------------------------------------------ what is written

    async def _write_due(self) -> None:
        """Write everything that is due: while the database works for one lane, the other works here."""
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(self._lane())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _lane(self) -> None:
        while due := self._flips.take(self._clock.now(), self._settings.max_updates_per_tick):
            try:
                await self._tick(due)
            except BaseException:
                for at, match_id in due:
                    self._flips.put(match_id, at)
                raise

    async def _tick(self, due: Sequence[tuple[float, MatchId]]) -> None:
        """Write one transaction of due minutes."""
        now = self._clock.now()
        wanted = [minute for _, match_id in due if (minute := self._minute(match_id, now)) is not None]
        if not wanted:
            return
        written = await self._write(wanted)
        boundaries = {match_id: at for at, match_id in due}
        now = self._clock.now()
        for row in written:
            self._note(row, boundaries[row.match_id], now)
        self._written += len(written)
        self._metrics.minute_ticks.inc(len(written))
        await self._look_again({minute.id for minute in wanted} - {row.match_id for row in written})

    def _minute(self, match_id: MatchId, now: float) -> Minute | None:
        """The minute to write; None when there is nothing to write, and then the next flip is set."""
        ticking = self._matches.get(match_id)
        if ticking is None:
            return None
        minute = minute_at(ticking.running, now)
        if minute is not None and differs(ticking.running, minute):
            return Minute(match_id, ticking.version, minute, counts_from(ticking.running))
        self._warn(ticking, now)
        self._flips.put(match_id, next_flip(ticking.running, now))
        return None

    async def _write(self, wanted: Sequence[Minute]) -> list[Written]:
        async with self._db.transaction(self._now_ms()) as tx:
            written = await minutes.tick(tx, wanted)
            if written:
                await changes.append(tx, [self._change(row, tx.now_ms) for row in written])
        return written

    def _change(self, row: Written, at_ms: int) -> changes.NewChange:
        second_period = is_of_second_period(self._matches[row.match_id].running, row.last_minute_update_ts)
        text = minute_text(row.status, row.minute, of_phase=True, second_period=second_period)
        return changes.NewChange(
            match_id=row.match_id,
            kind="minute",
            status=row.status,
            minute=row.minute,
            minute_text=text,
            score=(row.home_score, row.away_score),
            lock_version=row.version,
            at_ms=at_ms,
        )

    def _note(self, row: Written, boundary: float, now: float) -> None:
        ticking = self._matches[row.match_id]
        running = msgspec.structs.replace(
            ticking.running, minute=row.minute, last_minute_update_ts=row.last_minute_update_ts
        )
        self._matches[row.match_id] = ticking._replace(running=running)
        self._flips.put(row.match_id, next_flip(running, now))
        self._metrics.minute_lag.observe(max(0.0, now - boundary))
        if self._tells:
            self._log.debug(
                "match.minute.tick",
                match_id=row.match_id,
                status_id=row.status.value,
                minute=row.minute,
                provider_update_time=row.provider_update_time,
            )

    async def _look_again(self, missed: set[MatchId]) -> None:
        """Rows that moved or were held by somebody else: read them and decide again."""
        if missed:
            async with self._db.transaction(self._now_ms()) as tx:
                running = await minutes.some(tx, missed)
            self._take_in(missed, running, RETRY_S)

    def _now_ms(self) -> int:
        return int(self._clock.now() * 1000)


@asynccontextmanager
async def minute_loops(
    db: Database, ears: Ears, clock: Clock, metrics: Metrics, settings: MatchMinute
) -> AsyncIterator[list[Loop]]:
    """The minute engine and the follower that wakes it, to be run."""
    engine = MinuteEngine(db, clock, metrics, settings)
    follower = Follower(db, ears, clock, Told(engine.hear, engine.start_over))
    try:
        yield [engine, follower]
    finally:
        await follower.close()
