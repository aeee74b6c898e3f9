"""The fixtures of local days: what the board holds, else what is read."""

from collections.abc import Sequence
from typing import cast

from msgspec import Raw

from touchline.clock import Clock
from touchline.errors import StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.entry import Entry, by_time
from touchline.feed.items import match_item
from touchline.feed.live import LiveView
from touchline.feed.position import NOWHERE, Position
from touchline.feed.shapes import MatchItem
from touchline.store.views import Item, Sheet
from touchline.web import shapes
from touchline.web.reads import Reads
from touchline.web.shelf import Copy
from touchline.web.zones import Day

Source = LiveView | Copy[Sheet]
"""What a day is made of: the board as it is, or what was read. The same object makes the same day."""


class Days:
    """The days this process knows or can read."""

    def __init__(self, board: Board, reads: Reads, clock: Clock, window_s: int) -> None:
        self._board = board
        self._reads = reads
        self._clock = clock
        self._window_s = window_s

    def held(self, day: Day) -> Source | None:
        """What memory alone knows of a day, or None where it must be read."""
        return self._board.live() if self._board.covers(*day.span) else self._reads.fresh_day(day.span)

    async def get(self, day: Day) -> Source:
        """What is known of a day, read where it must be. Of a day that can't be read, what the board has."""
        held = self.held(day)
        if held is not None:
            return held
        try:
            return await self._reads.day(day.span)
        except StoreUnavailable:
            items = [entry.item for entry in self._entries(day)]
            return Copy(Sheet(epoch=self._epoch, items=items), stale=True)

    def told(self, day: Day, source: Source) -> shapes.Diary:
        """The day, for a page to read."""
        if isinstance(source, Copy):
            return self._of_copy(day, source)
        entries = self._entries(day)
        return self._of_board(day, entries, [entry.shown for entry in entries])

    def written(self, day: Day, source: Source) -> shapes.Diary:
        """The day, to be encoded: what the board has encoded already is taken as it is."""
        if isinstance(source, Copy):
            return self._of_copy(day, source)
        entries = self._entries(day)
        raw = cast("list[MatchItem]", [Raw(entry.json) for entry in entries])
        return self._of_board(day, entries, raw)

    def _of_copy(self, day: Day, copy: Copy[Sheet]) -> shapes.Diary:
        now, items = self._clock.now(), copy.value.items
        matches = [match_item(item, now, self._window_s) for item in items]
        return _diary(day, copy.value.epoch, items, matches, stale=copy.stale)

    def _of_board(self, day: Day, entries: Sequence[Entry], matches: list[MatchItem]) -> shapes.Diary:
        return _diary(day, self._epoch, [entry.item for entry in entries], matches, stale=self._board.stale)

    @property
    def _epoch(self) -> str:
        return (self._board.position or NOWHERE).epoch

    def _entries(self, day: Day) -> list[Entry]:
        """Those of the day that the board holds: all of them, or (of a day that can't be read) what it has."""
        from_ts, until_ts = day.span
        found = [each for each in self._board.entries.values() if from_ts <= each.item.match_time < until_ts]
        return sorted(found, key=by_time)


def _diary(
    day: Day, epoch: str, items: Sequence[Item], matches: list[MatchItem], *, stale: bool
) -> shapes.Diary:
    """`items`, shown as `matches`. `as_of` and `cursor` belong to the newest change among them."""
    seq, at_ms = max([(item.seq, item.at_ms) for item in items], default=(0, 0))
    from_ts, until_ts = day.span
    return shapes.Diary(
        date=day.local.isoformat(),
        tz=day.zone.key,
        from_ts=from_ts,
        until_ts=until_ts,
        as_of=at_ms // 1000,
        cursor=str(Position.at(epoch, seq)),
        stale=stale,
        count=len(matches),
        matches=matches,
    )
