"""How matches are arranged for reading: sections, groups of one competition, rows, and what a visitor picks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from markupsafe import Markup

from touchline.feed.shapes import Competition, LiveState, MatchItem
from touchline.web.pages.rows import NO_MARKS, Marks, state
from touchline.web.zones import FIRST_DAY, LAST_DAY

DAYS_BEFORE, DAYS_AFTER = 3, 3
"""Days around the one shown, in the strip of days."""


class Show(StrEnum):
    """Which matches of a list are shown (`?show=`)."""

    ALL = "all"
    IN_PLAY = "in_play"
    FAVOURITES = "favourites"
    LIVE = "live"
    FINISHED = "finished"
    SCHEDULED = "scheduled"


LIVE_SHOWS = (Show.ALL, Show.IN_PLAY, Show.FAVOURITES)
DAY_SHOWN: dict[Show, frozenset[str]] = {
    Show.ALL: frozenset({"running", "break", "expected", "before", "over", "off"}),
    Show.LIVE: frozenset({"running", "break"}),
    Show.FINISHED: frozenset({"over"}),
    Show.SCHEDULED: frozenset({"expected", "before"}),
}
"""What each choice of a day page shows, by the state of the row."""


class Listed(NamedTuple):
    """A match, and the changes its row flashes for."""

    match: MatchItem
    marks: Marks = NO_MARKS


class Bundle(NamedTuple):
    """Matches of one competition in one section, one after another."""

    section: str
    competition: Competition
    listed: Sequence[Listed]

    @property
    def id(self) -> str:
        """Its element."""
        return f"group-{self.section}-{self.competition.id}"

    @property
    def order(self) -> str:
        """Its place in the section: groups stand in the order of their first match, compared as text."""
        return f"{self.listed[0].match.match_time:010} {self.competition.name} {self.competition.id}"

    @property
    def shape(self) -> object:
        """What a page shows of it beside its moving rows."""
        rows = [(one.id, one.match_time, one.home.name, one.away.name) for one, _ in self.listed]
        return (self.order, self.competition, rows)


class Row(NamedTuple):
    """A row of a page: `place` is `row`, or `fav` for the copy among the favourites."""

    place: str
    match: MatchItem
    now: Markup
    followed: bool


class Group(NamedTuple):
    """A bundle with its rows painted."""

    id: str
    section: str
    order: str
    competition: Competition
    rows: Sequence[Row]


class Section(NamedTuple):
    """Groups under one heading."""

    key: str
    title: str
    empty: str
    groups: Sequence[Markup]


class DayLink(NamedTuple):
    """A day in the strip."""

    day: date
    shown: bool


SECTIONS = {
    LiveState.IN_PLAY: ("in-play", "In play", "No match is in play right now."),
    LiveState.EXPECTED: ("expected", "Expected to start", "No match is waiting to start."),
}
"""Key, heading, and what stands where there is none."""


def live_bundles(listed: Sequence[Listed]) -> list[Bundle]:
    """The live window: in play, then expected; each by competition, in the order in which they began."""
    found: list[Bundle] = []
    for live_state, (key, _, _) in SECTIONS.items():
        found += by_competition(key, (each for each in listed if each.match.live_state is live_state))
    return found


def by_competition(section: str, listed: Iterable[Listed]) -> list[Bundle]:
    """Bundles in their order."""
    found: dict[str, list[Listed]] = {}
    for each in listed:
        found.setdefault(each.match.competition.id, []).append(each)
    bundles = [Bundle(section, group[0].match.competition, group) for group in found.values()]
    return sorted(bundles, key=lambda bundle: bundle.order)


def of_day(listed: Iterable[Listed], show: Show) -> list[Listed]:
    """Those of a day that `show` asks for."""
    return [each for each in listed if state(each.match) in DAY_SHOWN[show]]


def competitions(listed: Iterable[Listed]) -> list[Competition]:
    """Every competition once: those of no country, then country by country, each by name."""
    found = {each.match.competition.id: each.match.competition for each in listed}
    return sorted(found.values(), key=lambda one: (one.country or "", one.name.casefold(), one.id))


def painted(bundle: Bundle, paint: Callable[[Listed], Markup], followed: frozenset[str]) -> Group:
    """`bundle` with its rows, each painted by `paint`; stars of those `followed` are lit."""
    rows = [Row("row", each.match, paint(each), each.match.id in followed) for each in bundle.listed]
    return Group(bundle.id, bundle.section, bundle.order, bundle.competition, rows)


def days_around(day: date) -> list[DayLink]:
    """The days around `day`."""
    around = [day + timedelta(days=offset) for offset in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    return [DayLink(each, each == day) for each in around if FIRST_DAY <= each <= LAST_DAY]
