"""Answers that are ready in memory, found by the raw bytes of their address.

An address is read and checked once, by the framework's route; from then on its bytes are known and
mean the same. An answer is made anew only when what it is made of is another, and keeps its
encodings while its bytes stay the same.
"""

from enum import Enum
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

import msgspec

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.live import LiveView, live_json
from touchline.store.views import Sheet
from touchline.web import answers, zones
from touchline.web.days import Days
from touchline.web.details import Detail, Details
from touchline.web.shelf import Copy, Recent
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


Asked = Window | Day | OfMatch
"""A view on which no clock has a say."""
Source = LiveView | Copy[Sheet] | Detail
"""What an answer is made of."""


class _Made(NamedTuple):
    of: Source
    representation: Representation


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
        self._lists: Recent[Asked, _Made] = Recent(DAYS_MAX)
        self._matches: Recent[Asked, _Made] = Recent(MATCHES_MAX)

    def lookup(self, path: bytes, query: bytes) -> Representation | None:
        """The answer to an address as it came, where memory alone can give it."""
        view = self._targets.get((path, query))
        return None if view is None else self.ready(view)

    def learn(self, path: bytes, query: bytes, view: View) -> None:
        """From now on these bytes mean `view`: an address that was read, and found good."""
        self._targets.keep((path, query), view)

    def ready(self, view: View) -> Representation | None:
        """The answer, where memory alone can give it."""
        asked = self._day_in(view.zone) if isinstance(view, Today) else view
        source = self._held(asked)
        return None if source is None else self._of(asked, source)

    async def answer(self, view: View) -> Representation:
        """The answer, read where it must be. Raises NotFound, and StoreUnavailable where nothing is known."""
        asked = self._day_in(view.zone) if isinstance(view, Today) else view
        match asked:
            case Window():
                return self._of(asked, self._board.live())
            case Day():
                return self._of(asked, await self._days.get(asked))
            case OfMatch():
                return self._of(asked, await self._details.get(asked.match_id))
            case _:
                assert_never(asked)

    def _held(self, asked: Asked) -> Source | None:
        match asked:
            case Window():
                return self._board.live()
            case Day():
                return self._days.held(asked)
            case OfMatch():
                return self._details.held(asked.match_id)
            case _:
                assert_never(asked)

    def _day_in(self, zone: ZoneInfo) -> Day:
        """Today there; another one from its midnight on."""
        now = self._clock.now()
        day = self._today.get(zone.key)
        if day is None or not day.has(now):
            day = self._today[zone.key] = Day.of(zones.today(now, zone), zone)
        return day

    def _of(self, asked: Asked, source: Source) -> Representation:
        """What is held, where it is made of that; its bytes decide whether it is another representation."""
        shelf = self._matches if isinstance(asked, OfMatch) else self._lists
        made = shelf.get(asked)
        if made is not None and _same(made.of, source):
            return made.representation
        route, body = self._write(asked, source)
        if made is None or made.representation.body != body:
            made = _Made(source, Representation(route, body))
        shelf.keep(asked, made._replace(of=source))
        return made.representation

    def _write(self, asked: Asked, source: Source) -> tuple[str, bytes]:
        """The route of an answer, and its body."""
        match asked, source:
            case Window(), LiveView():
                return LIVE, live_json(source)
            case Day(), LiveView() | Copy():
                return DIARY, encode(self._days.written(asked, source))
            case OfMatch(), Detail():
                return asked.part.value, encode(self._part(asked.part, source))
            case _:
                raise AssertionError(f"{asked} is not made of {source}")

    def _part(self, part: Part, detail: Detail) -> object:
        whole, stale = detail.read(), detail.stale
        match part:
            case Part.ALL:
                now = self._clock.now()
                return answers.match_detail(whole, now=now, window_s=self._window_s, stale=stale)
            case Part.INCIDENTS:
                return answers.incidents(whole, stale=stale)
            case Part.STATS:
                return answers.stats(whole, stale=stale)
            case Part.TIMELINE:
                return answers.timeline(whole, stale=stale)
            case _:
                assert_never(part)


def _same(before: Source, after: Source) -> bool:
    """Whether both make the same answer. A board stands for more than it lists, so it must be the very one."""
    return before is after or (isinstance(after, Detail) and before == after)
