"""The board: today's matches in memory, each encoded once a change.

It holds every live match and every fixture within HELD_S of now, so the calendar day of any zone. It
is read together with the changes it belongs to, in one snapshot, and outlives the database: what is
known stays, marked stale. Whoever shows matches listens to it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType

import structlog

from touchline.clock import Clock
from touchline.feed.entry import Entry, by_time, by_window
from touchline.feed.live import LiveView, counted
from touchline.feed.news import Listener, News
from touchline.feed.position import NOWHERE, Position
from touchline.feed.refresh import Refresh
from touchline.feed.span import Span
from touchline.feed.stock import Everything, Page, Stock
from touchline.ids import ChangeSeq, MatchId
from touchline.metrics import Metrics
from touchline.store import changes, views, watch
from touchline.store.changes import Change
from touchline.store.db import Tx

MATCHES_MAX = 10_000
"""Matches held; where there are more, days are read from the database again (`covers` says no)."""
RECENT = 5_000
"""Changes told again when the log is first read, so that who comes back after a restart misses nothing."""
PACE = timedelta(seconds=1)
STALE_AFTER_S = 5.0
"""Real seconds without a word from the database after which the board is stale."""


class Board:
    """What this process knows of today. A loop for what time alone changes; never fails with the database."""

    name = "board"
    interval = "1 s"
    batch_size = MATCHES_MAX

    def __init__(self, clock: Clock, metrics: Metrics, window_s: int, matches_max: int = MATCHES_MAX) -> None:
        self.wake = asyncio.Event()
        self.listeners: list[Listener] = []
        """Told of every difference, in their order."""
        self.generation = 0
        """Rises with every difference a reader could see."""
        self.stale = True
        """Whether the database can't be read: what is held may be behind."""
        self.newest_ts = 0
        """Football time of the newest change, Unix seconds; 0 before the first."""
        self._clock = clock
        self._metrics = metrics
        self._position: Position | None = None
        self._stock = Stock(Span.around(clock.now()), window_s, matches_max)
        self._matches_max = matches_max
        self._refresh = Refresh(clock)
        self._fresh_at = clock.monotonic()
        self._awake = False
        self._view: tuple[int, LiveView] | None = None

    # ------------------------------------------------------------ what it says

    @property
    def entries(self) -> Mapping[MatchId, Entry]:
        """Every match held."""
        return MappingProxyType(self._stock.entries)

    @property
    def position(self) -> Position | None:
        """The place in the change stream up to which it is valid; None before the first look."""
        return self._position

    def live(self) -> LiveView:
        """The live window; empty and stale before the first look."""
        if self._view is None or self._view[0] != self.generation:
            self._view = (self.generation, self._window())
        return self._view[1]

    def covers(self, from_ts: int, until_ts: int) -> bool:
        """Whether every fixture of that span of time is held."""
        held = self._position is not None and not self._stock.full
        return held and self._stock.span.covers(Span(from_ts, until_ts))

    def between(self, from_ts: int, until_ts: int) -> list[Entry] | None:
        """The fixtures with `from_ts <= match_time < until_ts` by time; None where not all are held."""
        if not self.covers(from_ts, until_ts):
            return None
        found = [each for each in self._stock.entries.values() if from_ts <= each.item.match_time < until_ts]
        return sorted(found, key=by_time)

    def _window(self) -> LiveView:
        live = [each for each in self._stock.entries.values() if each.shown.live_state is not None]
        entries = tuple(sorted(live, key=by_window))
        seq, at_ms = max([(each.item.seq, each.item.at_ms) for each in entries] + [self._stock.left])
        in_play, expected = counted(entries)
        cursor = Position.at((self._position or NOWHERE).epoch, seq)
        return LiveView(at_ms // 1000, str(cursor), self.stale, in_play, expected, entries)

    # ------------------------------------------------------------ what it hears

    async def begin(self, tx: Tx, epoch: str, newest: ChangeSeq) -> Callable[[], None]:
        """Read everything as it is after `newest`."""
        span = Span.around(self._clock.now())
        items = await views.board(tx, span.from_ts, span.until_ts, self._matches_max)
        whole_after = await changes.floor(tx)
        recent = await changes.after(tx, ChangeSeq(max(whole_after, newest - RECENT)), RECENT)
        far = {change.match_id for change in recent}.difference(item.id for item in items)
        beyond = await views.some(tx, list(far)) if far else []
        head = await views.head(tx)
        return partial(self._fill, Everything(Position.at(epoch, newest), head, span, items, recent, beyond))

    async def follow(self, tx: Tx, page: Sequence[Change]) -> Callable[[], None]:
        """Read the matches of `page`, and those whose turn it is to be looked at again."""
        asked = frozenset(change.match_id for change in page) | self._refresh.take(self._stock.entries)
        found = await views.some(tx, list(asked)) if asked else []
        before, span = self._stock.span, self._stock.span.moved(self._clock.now())
        if span.until_ts > before.until_ts:
            entering = await views.board(tx, before.until_ts, span.until_ts, self._matches_max)
            known = {item.id for item in found}
            found += [item for item in entering if item.id not in known]
        here = self._position or NOWHERE
        position = Position.at(here.epoch, page[-1].seq) if page else here
        awake = await watch.awake(tx)
        return partial(self._take, Page(position, page, asked, found, span, awake))

    def lost(self) -> None:
        """The database can't be read: what is held may be behind from now on."""
        self._mark(stale=True)

    async def turn(self) -> timedelta:
        """Look at what time alone changes, where nobody tells it with a change of its own."""
        if self._clock.monotonic() - self._fresh_at > STALE_AFTER_S:
            self._mark(stale=True)
        if self._position is not None and (self.stale or not self._awake):
            self._tell(self._stock.retime(self._position, self._clock.now(), self._doubt))
        return PACE

    def _fill(self, read: Everything) -> None:
        self._position = read.position
        self.newest_ts = read.head.at_ms // 1000
        self._fresh_at = self._clock.monotonic()
        news = self._stock.fill(read, self._clock.now())
        self.stale = False
        self._tell(news)

    def _take(self, page: Page) -> None:
        self._position = page.position
        if page.changes:
            self.newest_ts = max(self.newest_ts, page.changes[-1].at_ms // 1000)
        self._fresh_at = self._clock.monotonic()
        self._awake = page.awake
        self._mark(stale=False)
        self._tell(self._stock.take(page, self._clock.now()))

    def _doubt(self, match_id: MatchId) -> bool:
        """Whether a match that looks stale is to be read once more before that is said."""
        if not self.stale:
            self._refresh.doubt(match_id)
        return not self.stale

    def _mark(self, *, stale: bool) -> None:
        if stale != self.stale:
            self.stale = stale
            self.generation += 1
            self._say(News(position=self._position or NOWHERE))

    def _tell(self, news: News) -> None:
        if news.visible:
            self.generation += 1
        if news.visible or news.happened:
            self._metrics.board_matches.set(len(self._stock.entries))
            self._say(news)

    def _say(self, news: News) -> None:
        for listener in self.listeners:
            try:
                listener(news)
            except Exception:  # one that fails shall not keep the others from hearing, nor the page from ending
                structlog.get_logger().exception("feed.listener.failed", position=str(news.position))
