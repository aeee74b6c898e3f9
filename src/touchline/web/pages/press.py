"""The press: whole pages out of painted parts. What many ask for alike is made once a state of the board."""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar.di import NamedDependency
from markupsafe import Markup

from touchline.feed.board import Board
from touchline.ids import MatchId
from touchline.web import zones
from touchline.web.desk import Desk
from touchline.web.pages.brush import Brush, listed, marks_of
from touchline.web.pages.lists import (
    DAY_SHOWN,
    LIVE_SHOWS,
    SECTIONS,
    Bundle,
    Listed,
    Section,
    Show,
    by_competition,
    competitions,
    days_around,
    of_day,
)
from touchline.web.pages.render import Renderer
from touchline.web.pages.sheet import Sheet
from touchline.web.pages.visit import Visit
from touchline.web.painter import Painter
from touchline.web.shelf import Recent

SHEETS_MAX = 200
"""Pages held, each in the encodings that were asked for: about 200 kB at the busiest hour."""
TITLES = {
    Show.ALL: "All",
    Show.IN_PLAY: "In play",
    Show.FAVOURITES: "Favourites",
    Show.LIVE: "Live",
    Show.FINISHED: "Finished",
    Show.SCHEDULED: "Scheduled",
}


class Tab(NamedTuple):
    """A link of the tabs; `count_id` names the element of its `number`."""

    show: Show
    title: str
    href: str
    number: int | None = None
    count_id: str = ""


class Stream(NamedTuple):
    """What the script of a page is told."""

    page: str
    after: str
    match: str | None = None


class Press:
    """The live page, a day, a match. Raises NotFound and StoreUnavailable for a match."""

    def __init__(self, board: Board, painter: Painter, brush: Brush, desk: Desk, renderer: Renderer) -> None:
        self._board = board
        self._painter = painter
        self._brush = brush
        self._desk = desk
        self._renderer = renderer
        self._sheets: Recent[Hashable, tuple[int, Sheet]] = Recent(SHEETS_MAX)

    def live(self, visit: Visit, show: Show, competition: str | None) -> Sheet:
        """What is being played now."""
        if visit.favourites or show is Show.FAVOURITES:
            return self._print_live(visit, show, competition)
        key = ("live", visit.zone.key, show, competition, self._desk.today(visit.zone))
        held = self._sheets.get(key)
        if held is None or held[0] != self._board.generation:
            held = (self._board.generation, self._print_live(visit, show, competition))
            self._sheets.keep(key, held)
        return held[1]

    async def day(self, visit: Visit, day: date, show: Show, competition: str | None) -> Sheet:
        """The fixtures of one calendar day."""
        after = str(self._painter.position)
        found, stale = await self._fixtures(day, visit)
        shown = [each for each in of_day(found, show) if competition in {None, each.match.competition.id}]
        groups = [self._brush.group(each, visit.zone, visit.followed) for each in by_competition("day", shown)]
        path = f"/day/{day}"
        return self._print(
            "day.html",
            visit,
            path=path,
            stream=Stream("day", after),
            stale=stale,
            unread=stale and not found,
            groups=groups,
            day=day,
            week=days_around(day),
            competitions=competitions(found),
            competition=competition,
            here=_address(path, show),
            show=show,
            links=[Tab(each, TITLES[each], _address(path, each, competition)) for each in DAY_SHOWN],
        )

    async def match(self, visit: Visit, match_id: str) -> Sheet:
        """One match."""
        opened = await self._painter.open(match_id, visit.zone)
        match = opened.seen.match
        return self._print(
            "match.html",
            visit,
            path=f"/match/{match_id}",
            stream=Stream("match", str(opened.after), match_id),
            match=match,
            parts=opened.parts,
            followed=match_id in visit.followed,
            day=zones.at(match.match_time, visit.zone).date(),
        )

    def unable(self, visit: Visit, path: str) -> Sheet:
        """A match that can't be shown just now."""
        return self._print("unable.html", visit, path=path, stream=None)

    def _print_live(self, visit: Visit, show: Show, competition: str | None) -> Sheet:
        view = self._board.live()
        bundles = list(self._painter.bundles.values()) if show is not Show.FAVOURITES else []
        today = self._desk.today(visit.zone)
        return self._print(
            "live.html",
            visit,
            path="/",
            stream=Stream("live", str(self._painter.position)),
            stale=view.stale,
            unread=view.stale and not view.entries,
            sections=self._sections(bundles, visit, show, competition),
            favourites=[self._brush.favourite(each) for each in self._followed(visit, today)],
            week=days_around(today),
            competitions=competitions(each for bundle in bundles for each in bundle.listed),
            competition=competition,
            here=_address("/", show),
            show=show,
            links=self._live_tabs(competition, in_play=view.in_play, expected=view.expected),
        )

    def _sections(
        self, bundles: Sequence[Bundle], visit: Visit, show: Show, competition: str | None
    ) -> list[Section]:
        shown = {Show.ALL: 2, Show.IN_PLAY: 1}.get(show, 0)
        return [
            Section(key, title, empty, self._groups(key, bundles, visit, competition))
            for key, title, empty in list(SECTIONS.values())[:shown]
        ]

    def _groups(
        self, section: str, bundles: Sequence[Bundle], visit: Visit, competition: str | None
    ) -> list[Markup]:
        return [
            self._brush.group(bundle, visit.zone, visit.followed)
            for bundle in bundles
            if bundle.section == section and competition in {None, bundle.competition.id}
        ]

    def _live_tabs(self, competition: str | None, *, in_play: int, expected: int) -> list[Tab]:
        counted = {Show.ALL: (in_play + expected, "all"), Show.IN_PLAY: (in_play, "in-play")}
        return [
            Tab(each, TITLES[each], _address("/", each, competition), *counted.get(each, (None, "")))
            for each in LIVE_SHOWS
        ]

    def _followed(self, visit: Visit, today: date) -> list[Listed]:
        """The favourites that are live, or of this calendar day, by time."""
        from_ts, until_ts = zones.span(today, visit.zone)
        held = (self._board.entries.get(MatchId(each)) for each in visit.favourites)
        found = [
            listed(entry)
            for entry in held
            if entry is not None and (entry.shown.live_state or from_ts <= entry.shown.match_time < until_ts)
        ]
        return sorted(found, key=lambda one: (one.match.match_time, one.match.competition.name, one.match.id))

    async def _fixtures(self, day: date, visit: Visit) -> tuple[list[Listed], bool]:
        """Of one local day, from the board where it holds them all; and whether they may be behind."""
        entries = self._board.between(*zones.span(day, visit.zone))
        if entries is not None:
            return [listed(entry) for entry in entries], self._board.stale
        diary = await self._desk.diary(day, visit.zone)
        held = self._board.entries
        return [Listed(each, marks_of(held.get(MatchId(each.id)))) for each in diary.matches], diary.stale

    def _print(self, template: str, visit: Visit, **context: Any) -> Sheet:
        today = self._desk.today(visit.zone)
        return Sheet(self._renderer.page(template, zone=visit.zone, today=today, **context))


ThePress = NamedDependency[Press]
"""How a route asks for it."""


def _address(path: str, show: Show, competition: str | None = None) -> str:
    query = {"show": show.value} if show is not Show.ALL else {}
    query |= {"competition": competition} if competition else {}
    return f"{path}?{urlencode(query)}" if query else path
