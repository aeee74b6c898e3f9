"""The brush: it turns matches into HTML, in the same strokes for a page and for a fragment.

A row is painted once for each state of its match and kept; lists are joined from painted rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from touchline.feed.entry import Entry
from touchline.feed.items import SIDES
from touchline.feed.live import LiveView
from touchline.ids import MatchId
from touchline.web.incidents import Told
from touchline.web.pages import figures, telling
from touchline.web.pages.lists import Bundle, Listed, Row, painted
from touchline.web.pages.render import Renderer
from touchline.web.pages.rows import NO_MARKS, Marks
from touchline.web.shapes import MatchDetail, SideName
from touchline.web.shelf import Recent

ROWS_HELD = 5_000
NOBODY: frozenset[str] = frozenset()
"""What a visitor follows who follows nothing; and every fragment."""
PARTS = ("told", "stats", "momentum", "lineups")
ZONED_PARTS = ("score", "info")
"""Parts of a match that name times of day."""


class Seen(NamedTuple):
    """A match as its page shows it."""

    match: MatchDetail
    told: Sequence[Told]
    marks: Marks = NO_MARKS


class SideSeen(NamedTuple):
    """What the head of a match page says of one side."""

    scorers: Sequence[telling.Deed]
    sent_off: Sequence[telling.Deed]
    reds: int
    kicks: Sequence[telling.Kick]


def listed(entry: Entry) -> Listed:
    """A match of the board, as lists show it."""
    return Listed(entry.shown, marks_of(entry))


def marks_of(entry: Entry | None) -> Marks:
    """What a match flashes for; nothing where the board does not hold it."""
    if entry is None:
        return NO_MARKS
    side = None if entry.goal_side is None else SIDES[entry.goal_side]
    return Marks(entry.goal, entry.cancelled, entry.red, side)


class Brush:
    """Rows, groups and the parts of a match, as HTML."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._rows: Recent[MatchId, tuple[Listed, Markup]] = Recent(ROWS_HELD)

    def now(self, one: Listed) -> Markup:
        """The part of a row that moves."""
        held = self._rows.get(MatchId(one.match.id))
        if held is not None and held[0].match is one.match and held[0].marks == one.marks:
            return held[1]
        html = self._renderer.macro("row", "now", one.match, one.marks)
        self._rows.keep(MatchId(one.match.id), (one, html))
        return html

    def group(self, bundle: Bundle, zone: ZoneInfo, followed: frozenset[str] = NOBODY) -> Markup:
        """Matches of one competition; stars of those `followed` are lit."""
        return self._renderer.macro("row", "group", painted(bundle, self.now, followed), zone)

    def counts(self, live: LiveView) -> Markup:
        """The numbers of the tabs, and the sign that the data is old."""
        return self._renderer.macro("frame", "counts", live.in_play + live.expected, live.in_play, live.stale)

    def favourite(self, one: Listed) -> Row:
        """The copy of a row among the favourites."""
        now = str(self.now(one)).replace('id="row-', 'id="fav-', 1)
        return Row("fav", one.match, Markup(now), followed=True)  # noqa: S704 - was painted by `now`

    def parts(self, seen: Seen) -> dict[str, Markup]:
        """The parts of a match that are the same in every zone."""
        match = seen.match
        known: Mapping[str, Mapping[str, Any]] = {
            "told": {"chapters": telling.chapters(seen.told)},
            "stats": {"panels": figures.panels(match)},
            "momentum": {"curve": None if match.momentum is None else figures.curve(match.momentum)},
            "lineups": {"lineup": match.lineup, "spots": _spots(match)},
        }
        return {part: self._part(part, match=match, **known[part]) for part in PARTS}

    def zoned_parts(self, seen: Seen, zone: ZoneInfo) -> dict[str, Markup]:
        """The parts of a match that name times of day."""
        match = seen.match
        standing = [each.incident for each in seen.told if not each.withdrawn]
        sides = {
            side: SideSeen(
                telling.scorers(standing, side),
                telling.sent_off(standing, side),
                match.cards.red[place],
                telling.kicks(standing, side),
            )
            for place, side in enumerate((SideName.HOME, SideName.AWAY))
        }
        score = self._part("score", match=match, marks=seen.marks, zone=zone, stale=match.stale, **sides)
        return {"score": score, "info": self._part("info", match=match, zone=zone)}

    def _part(self, name: str, **context: Any) -> Markup:
        html = self._renderer.page(f"parts/match_{name}.html", **context).strip()
        return Markup(html)  # noqa: S704 - a template of ours escaped it


def _spots(match: MatchDetail) -> list[figures.Spot]:
    """Both teams on the pitch, or nobody where the places of one are not known."""
    if match.lineup is None:
        return []
    home = figures.spots(match.lineup.home, SideName.HOME)
    away = figures.spots(match.lineup.away, SideName.AWAY)
    return [*home, *away] if home and away else []
