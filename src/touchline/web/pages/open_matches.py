"""Matches that somebody has open: their parts as last painted, so that only what differs is told.

A page and the fragments that keep it whole are painted here alike, from one read of the match.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.position import NOWHERE, Position
from touchline.ids import MatchId
from touchline.web import answers
from touchline.web.desk import Desk
from touchline.web.incidents import told
from touchline.web.pages.brush import Brush, Seen, marks_of
from touchline.web.shelf import Recent

HELD_MAX = 500
"""Matches whose last painting is kept; of one that was forgotten all parts are told anew."""

Place = tuple[str, str | None]
"""The name of a part, and its zone where it names times of day."""


class Part(NamedTuple):
    """One part of a match as it is shown."""

    match_id: str
    name: str
    zone: str | None
    html: Markup
    offset: int
    """Since when it looks like this."""

    @property
    def key(self) -> str:
        """Its element."""
        return f"match-{self.match_id}-{self.name}"


class Opened(NamedTuple):
    """A match as its page shows it."""

    seen: Seen
    parts: Mapping[str, Markup]
    """By name, in the zone of the page."""
    changed: Sequence[Part]
    """What is other than when it was last painted."""
    after: Position
    """Valid up to here at least."""


class Painting:
    """A match as last painted, in every zone it was asked for in."""

    __slots__ = ("parts", "version")

    def __init__(self) -> None:
        self.version = -1
        self.parts: dict[Place, Part] = {}


class OpenMatches:
    """Reads a match, paints it, and says what differs."""

    def __init__(self, desk: Desk, board: Board, brush: Brush, clock: Clock) -> None:
        self._desk = desk
        self._board = board
        self._brush = brush
        self._clock = clock
        self._paintings: Recent[str, Painting] = Recent(HELD_MAX)

    async def paint(self, match_id: str, zones: Iterable[ZoneInfo], shown: ZoneInfo | None = None) -> Opened:
        """The match as it is now, in `zones`, and in the zone its page is `shown` in.

        Raises NotFound and StoreUnavailable.
        """
        after = self._board.position or NOWHERE
        seen = await self._see(match_id)
        parts: dict[Place, Markup] = {(name, None): html for name, html in self._brush.parts(seen).items()}
        for zone in {*zones, *([shown] if shown else [])}:
            for name, html in self._brush.zoned_parts(seen, zone).items():
                parts[name, zone.key] = html
        own = {None, shown.key if shown else None}
        of_page = {name: html for (name, zone_key), html in parts.items() if zone_key in own}
        # A page that is the first to show the match has these parts: it need not be told them again.
        known = shown is not None and self._paintings.get(match_id) is None
        offset = after.offset - 1 if known else (self._board.position or NOWHERE).offset
        return Opened(seen, of_page, self._changed(seen, parts, offset), after)

    def holds(self, match_id: str, zone: ZoneInfo) -> bool:
        """Whether the last painting is of that zone too, and nothing newer is known."""
        painting = self._paintings.get(match_id)
        return painting is not None and ("info", zone.key) in painting.parts and not self.is_behind(match_id)

    def is_behind(self, match_id: str) -> bool:
        """Whether the board knows of a newer change than the last painting shows."""
        entry, painting = self._board.entries.get(MatchId(match_id)), self._paintings.get(match_id)
        return entry is not None and (painting is None or painting.version < entry.item.seq)

    def since(self, offset: int, match_ids: Iterable[str], zone: ZoneInfo) -> Iterator[Part]:
        """Parts of these matches that are not older than `offset`, as a page in `zone` shows them."""
        for match_id in match_ids:
            painting = self._paintings.get(match_id)
            for part in painting.parts.values() if painting else ():
                if part.offset >= offset and part.zone in {None, zone.key}:
                    yield part

    async def _see(self, match_id: str) -> Seen:
        copy = await self._desk.whole(match_id)
        now, window_s = self._clock.now(), self._desk.window_s
        detail = answers.match_detail(copy.value, now=now, window_s=window_s, stale=copy.stale)
        entry = self._board.entries.get(MatchId(match_id))
        return Seen(detail, told(copy.value.incidents), marks_of(entry))

    def _changed(self, seen: Seen, parts: Mapping[Place, Markup], offset: int) -> list[Part]:
        """Keep what was painted, unless a newer read was faster; what of it differs from before."""
        match = seen.match
        painting = self._paintings.get(match.id) or Painting()
        if match.version < painting.version:
            return []
        painting.version = match.version
        changed = []
        for (name, zone), html in parts.items():
            before = painting.parts.get((name, zone))
            if before is None or before.html != html:
                part = painting.parts[name, zone] = Part(match.id, name, zone, html, offset)
                changed.append(part)
        # A zone nobody asked for this time is not kept up: who asks for it is told all of it.
        painting.parts = {place: part for place, part in painting.parts.items() if place in parts}
        self._paintings.keep(match.id, painting)
        return changed
