"""Answers that are ready in memory, found by the raw bytes of their address.

An address is read and checked once, by the framework's route; from then on its bytes are known and
mean the same. An answer is made anew only when what it is made of is another, and keeps its
encodings while its bytes stay the same.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial
from operator import is_
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

import msgspec

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.live import LiveView, live_json
from touchline.web import answers, zones
from touchline.web.days import Days, Source
from touchline.web.details import Detail, Details
from touchline.web.shelf import Recent
from touchline.web.snapshots import Representation
from touchline.web.zones import Day

TARGETS_MAX = 10_000
"""Addresses known by their bytes; the one asked for the longest ago is read again."""
DAYS_MAX = 64
"""Days held ready, of any zone: up to 1 MB each with their encodings."""
MATCHES_MAX = 2_000
"""Matches and parts held ready: about 20 kB each with their encodings."""
LIVE = "/api/matches/live"
DIARY = "/api/matches/diary"

encode = msgspec.json.Encoder().encode


class Window(NamedTuple):
    """The live window."""


class Today(NamedTuple):
    """The fixtures of whatever day it is in a zone."""

    zone: ZoneInfo


class Part(Enum):
    """What of a match: the route that gives it."""

    ALL = "/api/matches/{match_id}"
    INCIDENTS = "/api/matches/{match_id}/incidents"
    STATS = "/api/matches/{match_id}/stats"
    TIMELINE = "/api/matches/{match_id}/timeline"


class OfMatch(NamedTuple):
    """A match or a part of it."""

    match_id: str
    part: Part


View = Window | Today | Day | OfMatch
"""What can be asked for."""


class _Made(NamedTuple):
    representation: Representation
    of: tuple[object, ...]
    """What it was made of: the very objects."""


class Hot:
    """The answers this process has ready, and how others are made."""

    def __init__(self, board: Board, days: Days, details: Details, clock: Clock, window_s: int) -> None:
        self._board = board
        self._days = days
        self._details = details
        self._clock = clock
        self._window_s = window_s
        self._targets: Recent[tuple[bytes, bytes], View] = Recent(TARGETS_MAX)
        self._today: dict[str, Day] = {}
        self._lists: Recent[View, _Made] = Recent(DAYS_MAX)
        self._matches: Recent[View, _Made] = Recent(MATCHES_MAX)

    def lookup(self, path: bytes, query: bytes) -> Representation | None:
        """The answer to an address as it came, where memory alone can give it."""
        view = self._targets.get((path, query))
        return None if view is None else self.ready(view)

    def learn(self, path: bytes, query: bytes, view: View) -> None:
        """From now on these bytes mean `view`: an address that was read, and found good."""
        self._targets.keep((path, query), view)

    def ready(self, view: View) -> Representation | None:
        """The answer, where memory alone can give it."""
        match view:
            case Window():
                return self._window(self._board.live())
            case Today(zone):
                return self.ready(self._day_in(zone))
            case Day():
                source = self._days.held(view)
                return None if source is None else self._day(view, source)
            case OfMatch(match_id):
                detail = self._details.held(match_id)
                return None if detail is None else self._match(view, detail)
            case _:
                assert_never(view)

    async def answer(self, view: View) -> Representation:
        """The answer, read where it must be. Raises NotFound, and StoreUnavailable where nothing is known."""
        match view:
            case Window():
                return self._window(self._board.live())
            case Today(zone):
                return await self.answer(self._day_in(zone))
            case Day():
                return self._day(view, await self._days.get(view))
            case OfMatch(match_id):
                return self._match(view, await self._details.get(match_id))
            case _:
                assert_never(view)

    def _day_in(self, zone: ZoneInfo) -> Day:
        """Today there; another one from its midnight on."""
        now = self._clock.now()
        day = self._today.get(zone.key)
        if day is None or not day.has(now):
            day = self._today[zone.key] = Day.of(zones.today(now, zone), zone)
        return day

    def _window(self, seen: LiveView) -> Representation:
        return _kept(self._lists, Window(), LIVE, (seen,), partial(live_json, seen))

    def _day(self, day: Day, source: Source) -> Representation:
        def write() -> bytes:
            return encode(self._days.written(day, source))

        return _kept(self._lists, day, DIARY, (source,), write)

    def _match(self, view: OfMatch, detail: Detail) -> Representation:
        return _kept(self._matches, view, view.part.value, detail, partial(self._write, view.part, detail))

    def _write(self, part: Part, detail: Detail) -> bytes:
        whole, stale = detail.read(), detail.stale
        match part:
            case Part.ALL:
                now = self._clock.now()
                return encode(answers.match_detail(whole, now=now, window_s=self._window_s, stale=stale))
            case Part.INCIDENTS:
                return encode(answers.incidents(whole, stale=stale))
            case Part.STATS:
                return encode(answers.stats(whole, stale=stale))
            case Part.TIMELINE:
                return encode(answers.timeline(whole, stale=stale))
            case _:
                assert_never(part)


def _kept(
    held: Recent[View, _Made], view: View, route: str, of: tuple[object, ...], write: Callable[[], bytes]
) -> Representation:
    """What is held while it is made of the same; its bytes decide whether it is another representation."""
    made = held.get(view)
    if made is not None and all(map(is_, made.of, of)):
        return made.representation
    body = write()
    if made is None or made.representation.body != body:
        made = _Made(Representation(route, body), of)
    held.keep(view, made._replace(of=of))
    return made.representation
