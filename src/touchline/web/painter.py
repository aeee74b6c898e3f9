"""Who turns news of the board into ready HTML for open pages: painted once a change, for every reader.

Each fragment is the newest state of one element (docs/adr/0012-pages.md). What is in a list is painted
as the board tells it; the parts of a match are read from the database, for matches that somebody has open.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from touchline.errors import NotFound, StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.event import Event, sse
from touchline.feed.greeting import Greeting, retry
from touchline.feed.hub import Hub
from touchline.feed.news import News
from touchline.feed.position import NOWHERE, Position, parse
from touchline.web.newest import Newest
from touchline.web.pages.brush import Brush, listed
from touchline.web.pages.lists import SECTIONS, Bundle, live_bundles
from touchline.web.pages.open_matches import Opened, OpenMatches, Part

ROWS = "rows"
"""The topic of rows and counts; every page listens to it."""
STATES_MAX = 10_000
"""Rows, and groups, whose last word is kept for who comes back; who was away for longer is told everything."""
PACE = timedelta(seconds=1)
AGAIN = timedelta(milliseconds=200)


def groups_topic(zone: str) -> str:
    """The topic of the groups of the live page in one zone."""
    return f"groups {zone}"


def match_topic(match_id: str, zone: str | None = None) -> str:
    """The topic of a match's page; with a zone, of its parts that name times of day."""
    return f"match {match_id}" if zone is None else f"match {match_id} {zone}"


class Painter:
    """Listens to the board, and is the loop that paints open matches. Without readers that rests."""

    name = "fragments"
    interval = "1 s"
    batch_size = 1

    def __init__(self, board: Board, brush: Brush, matches: OpenMatches, hub: Hub) -> None:
        self.wake = asyncio.Event()
        self._board = board
        self._brush = brush
        self._matches = matches
        self._hub = hub
        self._rows: Newest[Markup] = Newest(STATES_MAX)
        self._groups: Newest[object] = Newest(STATES_MAX)
        self._counts: Newest[Markup] = Newest(1)
        self._listed: frozenset[str] = frozenset()
        self._dirty: dict[str, None] = {}
        self._bundles: tuple[int, dict[str, Bundle]] = (-1, {})
        self._whole: dict[str, tuple[int, bytes]] = {}
        board.listeners.append(self.hear)

    @property
    def position(self) -> Position:
        """What is painted is valid up to here."""
        return self._board.position or NOWHERE

    @property
    def bundles(self) -> dict[str, Bundle]:
        """The groups of the live page by their elements, in their order."""
        if self._bundles[0] != self._board.generation:
            entries = [listed(entry) for entry in self._board.live().entries]
            self._bundles = (self._board.generation, {each.id: each for each in live_bundles(entries)})
        return self._bundles[1]

    # ------------------------------------------------------------ news

    def hear(self, news: News) -> None:
        """Paint what is different, and give it to who listens."""
        events = [*self._begin(news.position)] if news.reset else []
        events += self._paint_rows(news)
        if news.membership or news.retimed or news.reset:
            events += self._paint_groups(news.position)
        events += self._paint_counts(news.position)
        if events:
            self._hub.publish(events)
        self._mark(news)

    def _begin(self, position: Position) -> Iterator[Event]:
        """Everything was read anew: who listens reads his page anew as well."""
        for log in (self._rows, self._groups, self._counts):
            log.begin(position.offset)
        self._listed = frozenset()
        yield Event(position.offset, "reset", False, (ROWS,), _reset(position))

    def _paint_rows(self, news: News) -> Iterator[Event]:
        for entry in (*news.changed, *news.beyond, *news.retimed):
            key, html = f"row-{entry.item.id}-now", self._brush.now(listed(entry))
            if self._rows.get(key) != html:
                self._rows.put(key, html, news.position.offset)
                yield _event(key, html, news.position, ROWS)
        for match_id in {change.match_id for change in news.happened}.intersection(news.gone).difference(
            entry.item.id for entry in news.beyond
        ):
            key = f"row-{match_id}-now"
            self._rows.put(key, None, news.position.offset)
            yield _event(key, _gone(key), news.position, ROWS)

    def _paint_groups(self, position: Position) -> Iterator[Event]:
        for key in self._listed.difference(self.bundles):
            self._groups.put(key, None, position.offset)
            yield _event(key, _gone(key), position, ROWS)
        self._listed = frozenset(self.bundles)
        zones = [topic.partition(" ")[2] for topic in self._hub.topics if topic.startswith("groups ")]
        for key, bundle in self.bundles.items():
            if self._groups.get(key) == bundle.shape:
                continue
            self._groups.put(key, bundle.shape, position.offset)
            for zone in zones:
                html = self._brush.group(bundle, ZoneInfo(zone))
                yield _event(key, html, position, groups_topic(zone))

    def _paint_counts(self, position: Position) -> Iterator[Event]:
        html = self._brush.counts(self._board.live())
        if self._counts.get("counts") != html:
            self._counts.put("counts", html, position.offset)
            yield _event("counts", html, position, ROWS)

    # ------------------------------------------------------------ who comes

    def greet(self, zone: ZoneInfo, match_ids: Sequence[str], after: str | None) -> Greeting:
        """What a page in `zone` with these matches open is told first, that was painted at `after`."""
        asked, here = parse(after) if after else None, self.position
        topics = {ROWS, groups_topic(zone.key)}
        for match_id in match_ids:
            topics |= {match_topic(match_id), match_topic(match_id, zone.key)}
            if not self._matches.holds(match_id, zone):
                self._dirty[match_id] = None
                self.wake.set()
        if asked is not None and (asked.epoch != here.epoch or asked.offset > here.offset):
            return Greeting("reset", (retry(), _reset(here)), frozenset(topics))
        if asked is None or asked.offset < max(self._rows.floor, self._groups.floor):
            return Greeting("fresh", (retry(), self._everything(zone)), frozenset(topics))
        missed = self._missed(asked, zone, match_ids)
        return Greeting("replayed", (retry(), *missed), frozenset(topics))

    def _missed(self, asked: Position, zone: ZoneInfo, match_ids: Sequence[str]) -> list[bytes]:
        """Every fragment that is not older than the page, in order."""
        found: list[tuple[int, str, Markup]] = []
        for offset, key, html in [*self._rows.since(asked.offset), *self._counts.since(asked.offset)]:
            found.append((offset, key, _gone(key) if html is None else html))
        for offset, key, shape in self._groups.since(asked.offset):
            bundle = self.bundles.get(key)
            if bundle is not None or shape is None:
                html = _gone(key) if bundle is None else self._brush.group(bundle, zone)
                found.append((offset, key, html))
        parts = self._matches.since(asked.offset, match_ids, zone)
        found += [(part.offset, part.name, part.html) for part in parts]
        found.sort(key=lambda each: each[0])
        return [_sse(html, Position(asked.epoch, offset)) for offset, _, html in found]

    def _everything(self, zone: ZoneInfo) -> bytes:
        """The live window whole, for who was away for too long; the same bytes for all in a zone.

        One event: it is heard whole or not at all, so nobody stands at its position with half of it.
        """
        held = self._whole.get(zone.key)
        if held is None or held[0] != self._board.generation:
            here, bundles = self.position, self.bundles
            html = [self._brush.now(listed(entry)) for entry in self._board.live().entries]
            html += [self._brush.group(bundle, zone) for bundle in bundles.values()]
            html += [_kept(key, bundles) for key, _, _ in SECTIONS.values()]
            html += [self._brush.counts(self._board.live())]
            held = (self._board.generation, _sse(Markup("\n\n").join(html), here))
            self._whole = {key: one for key, one in self._whole.items() if one[0] == held[0]}
            self._whole[zone.key] = held
        return held[1]

    # ------------------------------------------------------------ matches

    async def open(self, match_id: str, zone: ZoneInfo) -> Opened:
        """A match for its page. Raises NotFound and StoreUnavailable."""
        opened = await self._matches.paint(match_id, self._zones(match_id), zone)
        self._tell(opened.changed)
        return opened

    async def turn(self) -> timedelta:
        """Paint the matches that changed, of those somebody has open."""
        if not self._dirty:
            return PACE
        dirty, self._dirty = self._dirty, {}
        for match_id in dirty:
            if match_topic(match_id) in self._hub.topics:
                await self._repaint(match_id)
        return AGAIN if self._dirty else PACE

    async def _repaint(self, match_id: str) -> None:
        try:
            opened = await self._matches.paint(match_id, self._zones(match_id))
        except NotFound:
            return
        except StoreUnavailable:
            self._dirty[match_id] = None
            return
        self._tell(opened.changed)
        if self._matches.is_behind(match_id):
            self._dirty[match_id] = None

    def _tell(self, parts: Iterable[Part]) -> None:
        events = [
            _event(part.key, part.html, self.position, match_topic(part.match_id, part.zone)) for part in parts
        ]
        if events:
            self._hub.publish(events)

    def _mark(self, news: News) -> None:
        """Matches somebody has open whose page may look otherwise now."""
        opened = {topic.split(" ")[1] for topic in self._hub.topics if topic.startswith("match ")}
        if not opened:
            return
        touched = {change.match_id for change in news.happened} | {entry.item.id for entry in news.retimed}
        all_of_them = news.reset or not (news.visible or news.happened)
        for match_id in opened if all_of_them else opened.intersection(touched):
            self._dirty[match_id] = None
            self.wake.set()

    def _zones(self, match_id: str) -> list[ZoneInfo]:
        prefix = match_topic(match_id) + " "
        return [ZoneInfo(topic.removeprefix(prefix)) for topic in self._hub.topics if topic.startswith(prefix)]


def _event(key: str, html: Markup, position: Position, topic: str) -> Event:
    return Event(position.offset, f"{topic} {key}", False, (topic,), _sse(html, position))


def _sse(html: Markup, position: Position) -> bytes:
    """HTML as one event, line for line as it stands in a page."""
    lines = "".join(f"data: {line}\n" for line in html.split("\n"))
    return f"event: fragment\nid: {position}\n{lines}\n".encode()


def _reset(position: Position) -> bytes:
    return sse("reset", b"{}", position)


def _gone(key: str) -> Markup:
    return Markup('<i id="{}" data-gone></i>').format(key)


def _kept(section: str, bundles: Iterable[str]) -> Markup:
    """The groups of a section, all others are gone."""
    kept = " ".join(key for key in bundles if key.startswith(f"group-{section}-"))
    return Markup('<i id="keep-{0}" data-in="groups-{0}" data-keep="{1}"></i>').format(section, kept)
