"""Who turns changes into ready HTML for open pages: once a change, for every reader.

Changes only mark what is to be painted again; the paint is of what the database says now. A list
is painted whole when its order, its members or their trust changed, else row by row.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from touchline.clock import Clock
from touchline.errors import NotFound, StoreUnavailable
from touchline.feed.items import SIDES, match_item
from touchline.football.model import GoalScored, Side
from touchline.ids import MatchId
from touchline.store.changes import Change
from touchline.web import shapes
from touchline.web.desk import Desk
from touchline.web.hub import Hub
from touchline.web.pages import views
from touchline.web.pages.render import Renderer
from touchline.web.reads import Reads

ROWS = "rows"
"""The topic of single rows; live and day pages listen to it."""
LIST = "list"
RESET = b"event: reset\ndata: {}\n\n"
"""Tells a page of single rows to read itself anew."""
PACE = timedelta(seconds=1)
GATHER_S = 0.1
"""Changes of so long are painted together."""
MARKED_MAX = 5_000
"""Matches that may wait for their paint; when more changed, lists are painted whole."""


def list_topic(zone: ZoneInfo) -> str:
    """The topic of the live list in one zone."""
    return f"list {zone.key}"


def match_topic(match_id: str) -> str:
    """The topic of one match's page."""
    return f"match {match_id}"


class Painter:
    """The loop that paints what changed. Without readers it rests."""

    name = "fragments"
    interval = "1 s"
    batch_size = MARKED_MAX

    def __init__(self, reads: Reads, desk: Desk, renderer: Renderer, hub: Hub, clock: Clock) -> None:
        self._reads = reads
        self._desk = desk
        self._renderer = renderer
        self._hub = hub
        self._clock = clock
        self._marked: dict[MatchId, Side | None] = {}
        self._shape: object = None
        self._live: shapes.Live | None = None
        self._lists: dict[str, bytes] = {}
        self._newest_ms = 0
        self.wake = asyncio.Event()

    @property
    def newest_ts(self) -> int:
        """Football time of the newest change heard of; 0 before the first."""
        return self._newest_ms // 1000

    def mark(self, changes: Sequence[Change]) -> None:
        """Note what changed, and who scored."""
        for change in changes:
            goal = next((what.side for what in change.happened if isinstance(what, GoalScored)), None)
            self._marked[change.match_id] = goal or self._marked.get(change.match_id)
        if changes:
            self._newest_ms = changes[-1].at_ms
        if len(self._marked) > MARKED_MAX:
            self.repaint()
        self.wake.set()

    def repaint(self) -> None:
        """Paint every open list and match anew: what was heard may have holes."""
        opened = (topic.partition(" ")[2] for topic in self._hub.topics if topic.startswith("match "))
        self._marked = dict.fromkeys(map(MatchId, opened))
        self._shape = None
        self._hub.publish(ROWS, "reset", RESET)
        self.wake.set()

    def mark_match(self, match_id: str) -> None:
        """Paint this match's page for who just opened it."""
        self._marked.setdefault(MatchId(match_id), None)
        self.wake.set()

    def live_list(self, zone: ZoneInfo) -> bytes | None:
        """The live list as last read, or None before the first look; painted once for all who come."""
        if self._live is None:
            return None
        if zone.key not in self._lists:
            html = self._renderer.page(
                "parts/live_list.html",
                live=self._live,
                sections=views.live_sections(self._live.matches),
                zone=zone,
            )
            self._lists[zone.key] = event(html)
        return self._lists[zone.key]

    async def turn(self) -> timedelta:
        """Paint what is marked, and the lists where they took another shape."""
        if not self._hub.topics:
            self._marked.clear()
            self._forget_lists()
            return PACE
        await self._clock.sleep(GATHER_S)
        marked, self._marked = self._marked, {}
        try:
            await self._paint_lists()
            await self._paint_rows(marked)
            await self._paint_matches(marked)
        except StoreUnavailable:
            self._marked = marked | self._marked
        return PACE

    async def _paint_lists(self) -> None:
        """Read the live window; paint it whole if its shape changed."""
        zones = [ZoneInfo(topic.partition(" ")[2]) for topic in self._hub.topics if topic.startswith("list ")]
        if not zones:
            self._forget_lists()
            return
        self._live = live = await self._desk.live()
        self._lists.clear()
        shape = (live.stale, [(match.id, match.live_state, match.stale_reason) for match in live.matches])
        if shape == self._shape:
            return
        self._shape = shape
        for zone in zones:
            painted = self.live_list(zone)
            if painted is not None:
                self._hub.publish(list_topic(zone), LIST, painted)

    async def _paint_rows(self, marked: dict[MatchId, Side | None]) -> None:
        if not marked or ROWS not in self._hub.topics:
            return
        for item in await self._reads.some(list(marked)):
            match = match_item(item, self._clock.now(), self._desk.window_s)
            html = self._renderer.page("parts/row_now.html", match=match, goal=_name(marked[item.id]))
            self._hub.publish(ROWS, item.id, event(html))

    async def _paint_matches(self, marked: dict[MatchId, Side | None]) -> None:
        for match_id, goal in marked.items():
            topic = match_topic(match_id)
            if topic not in self._hub.topics:
                continue
            try:
                match = await self._desk.match(match_id)
            except NotFound:
                continue
            html = self._renderer.page(
                "parts/match_now.html",
                match=match,
                goal=_name(goal),
                **views.match_parts(match),
            )
            self._hub.publish(topic, match_id, event(html))

    def _forget_lists(self) -> None:
        self._live = self._shape = None
        self._lists.clear()


def event(html: str) -> bytes:
    """HTML as one event of a stream."""
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"event: fragment\n{lines}\n".encode()


def _name(side: Side | None) -> shapes.SideName | None:
    return None if side is None else SIDES[side]
