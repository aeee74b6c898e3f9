"""Figures of a match page: bars of the statistics, the curve of momentum, players on the pitch.

Everything is a whole number in the units of its drawing, so a template only writes it down.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from touchline.web.shapes import (
    HalfStatItem,
    LineupPlayer,
    LineupSide,
    MatchDetail,
    Momentum,
    SideName,
    StatItem,
)

WORDS = {"half_time": "Half-time", "shootout_scored": "Scored", "shootout_missed": "Missed"}
"""Names that are not read as they are spelt."""
BAR_STEP, BAR_WIDTH, HALF_GAP = 6, 4, 10
"""Of the momentum drawing: from minute to minute, of a minute, between halves."""
PEAK = 40
"""Height of the strongest minute, above and below the line."""
PITCH_WIDTH, PITCH_HEIGHT = 680, 1050
"""The pitch in tenths of a metre, home above."""
FIRST_ROW, FIELD = 42, 440
"""From the own goal line: where who stays furthest back is drawn, and how far ahead of that the rest may be."""
NAME_MAX = 14
"""Characters of a player's name that fit beside his neighbour's."""


class Bar(NamedTuple):
    """One counter as two bars. Shares are whole hundredths; an unknown counter shows a dash."""

    title: str
    home: str
    away: str
    home_share: int
    away_share: int
    leads: SideName | None


class Panel(NamedTuple):
    """One part of the match with its counters."""

    key: str
    title: str
    bars: Sequence[Bar]


class Beat(NamedTuple):
    """One minute of momentum: a rectangle above the line (home) or below it (away)."""

    side: SideName
    x: int
    y: int
    height: int


class Curve(NamedTuple):
    """The momentum drawing."""

    beats: Sequence[Beat]
    width: int
    breaks: Sequence[int]
    """Where one half ends and the next begins."""


class Spot(NamedTuple):
    """A player on the pitch, in tenths of a metre."""

    player: LineupPlayer
    side: SideName
    x: int
    y: int
    short: str


def panels(match: MatchDetail) -> list[Panel]:
    """The statistics of the match and of its halves; those nobody told us of are left out."""
    statistics = match.statistics
    found = [
        Panel("full", "Match", bars(statistics.full)),
        Panel("first", "1st half", bars(statistics.first_half or ())),
        Panel("second", "2nd half", bars(statistics.second_half or ())),
    ]
    return [panel for panel in found if panel.bars]


def bars(statistics: Iterable[StatItem | HalfStatItem]) -> list[Bar]:
    """Counters as bars; each side's share of the sum."""
    return [_bar(each) for each in statistics]


def curve(momentum: Momentum) -> Curve:
    """One rectangle a minute, the halves side by side."""
    beats: list[Beat] = []
    breaks: list[int] = []
    x = 0
    peak = max(momentum.peak, 1)
    for half in momentum.halves:
        if beats:
            breaks.append(x + HALF_GAP // 2)
            x += HALF_GAP
        for value in half:
            height = min(PEAK, round(abs(value) * PEAK / peak))
            side = SideName.HOME if value > 0 else SideName.AWAY
            beats.append(Beat(side, x, PEAK - height if value > 0 else PEAK, height))
            x += BAR_STEP
    return Curve([beat for beat in beats if beat.height], max(x, BAR_STEP), breaks)


def spots(side: LineupSide, name: SideName) -> list[Spot]:
    """The starters on one pitch, home above; empty where the place of one is unknown."""
    if not side.starters or any(player.x is None or player.y is None for player in side.starters):
        return []
    return [_spot(player, name, player.x or 0, player.y or 0) for player in side.starters]


def words(name: str) -> str:
    """`shots_on_target` as it is read."""
    return WORDS.get(name) or name.replace("_", " ").capitalize()


def _spot(player: LineupPlayer, side: SideName, across: int, forward: int) -> Spot:
    x, y = across * PITCH_WIDTH // 100, FIRST_ROW + forward * FIELD // 100
    if side is SideName.AWAY:
        x, y = PITCH_WIDTH - x, PITCH_HEIGHT - y
    return Spot(player, side, x, y, _short(player.name))


def _short(name: str) -> str:
    last = name.rpartition(" ")[2] or name
    return last if len(last) <= NAME_MAX else last[: NAME_MAX - 1] + "…"


def _bar(each: StatItem | HalfStatItem) -> Bar:
    title, sign = words(each.name), "%" if each.name == "possession" else ""
    if each.home is None or each.away is None:
        return Bar(title, "–", "–", 0, 0, None)
    home, away = each.home, each.away
    leads = None if home == away else SideName.HOME if home > away else SideName.AWAY
    share = [0 if home + away == 0 else round(100 * part / (home + away)) for part in (home, away)]
    return Bar(title, f"{home}{sign}", f"{away}{sign}", share[0], share[1], leads)
