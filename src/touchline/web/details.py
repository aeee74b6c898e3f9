"""The matches of the board with their parts, held in memory: asking for one costs no query.

After the start all are read in the background, page by page; then each that changed, at once and
together with the others of that moment. A minute that moved is no reason to read: the board knows
it already.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from touchline.clock import Clock
from touchline.errors import NotFound, StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.entry import Entry
from touchline.feed.news import News
from touchline.ids import MatchId
from touchline.store.views import Whole, WholeText
from touchline.web.reads import Reads
from touchline.web.shelf import Flights

PAGE = 100
"""Matches read with one question."""
PACE_S = 0.2
"""Real time between two questions."""
AGAIN = timedelta(seconds=1)
"""Until the next try, while the database does not answer."""
REST = timedelta(seconds=60)
AT_ONCE = timedelta(0)
SWEEP_S = 600.0
"""After so long all are read again: that a venue has got its name is no change of a match."""
HELD_BYTES_MAX = 96 * 1024 * 1024
"""Beyond it, what was read the longest ago is forgotten, and read when somebody asks for it."""


class Detail(NamedTuple):
    """One match as this process knows it."""

    entry: Entry | None
    """Its board, where that is newer than what was read."""
    text: WholeText
    stale: bool

    def read(self) -> Whole:
        """The match with its parts."""
        whole = self.text.read()
        return whole if self.entry is None else replace(whole, item=self.entry.item)


class _Kept(NamedTuple):
    text: WholeText
    through: int
    """Number of the last change that left the parts as they are."""


class Details:
    """The loop that reads the parts, and what it holds of them."""

    name = "match-details"
    interval = f"{round(PACE_S * 1000)} ms"
    batch_size = PAGE

    def __init__(self, board: Board, reads: Reads, clock: Clock) -> None:
        self._board = board
        self._reads = reads
        self._clock = clock
        self._kept: OrderedDict[MatchId, _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._wanted: OrderedDict[MatchId, None] = OrderedDict()
        self._next_at = clock.monotonic()
        self._sweep_at = self._next_at + SWEEP_S
        self._flights: Flights[tuple[MatchId, int]] = Flights()
        self.wake = asyncio.Event()
        board.listeners.append(self.hear)

    def held(self, match_id: str) -> Detail | None:
        """What memory alone knows of a match; None where that is behind, or nothing, and it could be read."""
        entry = self._board.entries.get(MatchId(match_id))
        if entry is None:
            copy = self._reads.fresh_match(match_id)
            return None if copy is None else Detail(None, copy.value, copy.stale)
        kept = self._kept.get(entry.item.id)
        if kept is None or (entry.item.seq > kept.through and not self._board.stale):
            return None
        return Detail(_newer(entry, kept.text), kept.text, self._board.stale)

    async def get(self, match_id: str) -> Detail:
        """What is known of a match, not behind the board; read where it must be, once for all who ask.

        Raises NotFound, and StoreUnavailable where nothing is known and the database does not answer.
        """
        held = self.held(match_id)
        if held is not None:
            return held
        entry = self._board.entries.get(MatchId(match_id))
        if entry is None:
            copy = await self._reads.match(match_id)
            return Detail(None, copy.value, copy.stale)
        return await self._catch_up(entry)

    def hear(self, news: News) -> None:
        """Note what is to be read, the changed before the merely unknown."""
        if news.reset:
            self._want(self._board.entries)
        elif news.membership:
            self._want(match_id for match_id in self._board.entries if match_id not in self._kept)
        content = {change.match_id for change in news.happened if change.kind == "match"}
        for entry in news.changed:
            self._follow(entry.item.id, entry.item.seq, content=entry.item.id in content)
        for match_id in news.gone:
            self._forget(match_id)
        if self._wanted:
            self.wake.set()

    async def turn(self) -> timedelta:
        """Read a page of what is wanted; rest where nothing is."""
        now = self._clock.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_S
            self._want(self._board.entries)
        if not self._wanted:
            return REST
        if now < self._next_at:
            return timedelta(seconds=self._next_at - now)
        self._next_at = now + PACE_S
        return await self._read(list(islice(self._wanted, PAGE)))

    async def _catch_up(self, entry: Entry) -> Detail:
        match_id, seq = entry.item.id, entry.item.seq
        if not self._reads.allowed:
            return self._known(entry)
        try:
            found = await self._flights.join((match_id, seq), partial(self._reads.wholes, [match_id]))
        except StoreUnavailable:
            return self._known(entry)
        if not found:
            raise NotFound("match", match_id)
        self._keep(found[0])
        return Detail(None, found[0], stale=False)

    async def _read(self, page: Sequence[MatchId]) -> timedelta:
        try:
            found = await self._reads.wholes(page)
        except StoreUnavailable:
            return AGAIN
        for match_id in set(page).difference(text.id for text in found):
            self._forget(match_id)
        for text in found:
            self._keep(text)
        return AT_ONCE

    def _known(self, entry: Entry) -> Detail:
        """What can be said of a match without asking."""
        kept = self._kept.get(entry.item.id)
        text = WholeText.of(entry.item) if kept is None else kept.text
        return Detail(_newer(entry, text), text, stale=True)

    def _want(self, ids: Iterable[MatchId]) -> None:
        for match_id in ids:
            self._wanted[match_id] = None

    def _follow(self, match_id: MatchId, seq: int, *, content: bool) -> None:
        kept = self._kept.get(match_id)
        if kept is not None and not content and match_id not in self._wanted:
            self._kept[match_id] = kept._replace(through=max(kept.through, seq))
        elif kept is None or seq > kept.text.seq:
            self._wanted[match_id] = None
            self._wanted.move_to_end(match_id, last=False)

    def _keep(self, text: WholeText) -> None:
        """Hold what was read. It is wanted still where the board has heard of a newer change."""
        entry = self._board.entries.get(text.id)
        if entry is None:
            self._forget(text.id)
            return
        if entry.item.seq <= text.seq:
            self._wanted.pop(text.id, None)
        self._drop(text.id)
        self._kept[text.id] = _Kept(text, text.seq)
        self._kept_bytes += len(text.json)
        while self._kept_bytes > HELD_BYTES_MAX:
            self._drop(next(iter(self._kept)))

    def _forget(self, match_id: MatchId) -> None:
        self._wanted.pop(match_id, None)
        self._drop(match_id)

    def _drop(self, match_id: MatchId) -> None:
        kept = self._kept.pop(match_id, None)
        if kept is not None:
            self._kept_bytes -= len(kept.text.json)


def _newer(entry: Entry, text: WholeText) -> Entry | None:
    """The board of a match, unless the read was faster than the change stream."""
    return entry if entry.item.seq >= text.seq else None
