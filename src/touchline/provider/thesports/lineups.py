"""Line-ups, as the wire has them: both sides whole, each player with what he did.

Injuries come beside them in a shape nobody has shown us; they are not read.
"""

import re
from collections.abc import Mapping
from functools import partial

from touchline.football.model import Lineup, LineupPlayer, LineupSide, Mark, Says
from touchline.ids import MatchId
from touchline.provider.port import Report
from touchline.provider.thesports.shapes import (
    Findings,
    Misread,
    entries,
    flag,
    mapping,
    text,
    whole,
    whole_or,
)

MARKS = frozenset({"lineup", "confirmed", "home_formation", "away_formation"})
PLAYERS_MAX = 60
"""Of one side."""
DEEDS_MAX = 50
"""Of one player."""
CODE_MAX = 9_999
MINUTE_MAX = 999
NUMBER_MAX = 999
WORD_MAX = 40
"""Characters of a formation, a position or a rating."""

RATING = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
MINUTE = re.compile(r"([0-9]{1,3})'?(?:\+([0-9]{1,3}))?'?")


def read_lineups(results: object, match_id: str, found: Findings) -> None:
    """The line-up of an answer; one without an id is taken for that of `match_id`."""
    for named, part in found.parts(results, MARKS, match_id, "bad_lineup"):
        lineup = found.group("bad_lineup", part, named, partial(_lineup, part))
        if lineup is not None:
            found.reports.append(Report(match_id=MatchId(named), says=Says(lineup=lineup)))


def _lineup(record: Mapping[str, object]) -> Lineup | None:
    """Both sides; None where neither has a player yet."""
    sides = mapping(record.get("lineup"), "lineup")
    coaches = mapping(record.get("coach_id"), "coach_id")
    home, away = (
        LineupSide(
            formation=_word(record.get(f"{side}_formation"), "formation"),
            coach_id=_word(coaches.get(side), "coach_id"),
            players=_players(sides.get(side)),
        )
        for side in ("home", "away")
    )
    if not home.players and not away.players:
        return None
    return Lineup(confirmed=flag(record.get("confirmed"), "confirmed"), home=home, away=away)


def _players(value: object) -> tuple[LineupPlayer, ...]:
    listed = entries(value, "players", mark="name")
    if len(listed) > PLAYERS_MAX:
        raise Misread(f"a side has more than {PLAYERS_MAX} players")
    return tuple(_player(mapping(each, "player")) for each in listed)


def _player(record: Mapping[str, object]) -> LineupPlayer:
    starts = flag(record.get("first"), "first")
    x, y = _place(record) if starts else (None, None)
    deeds = entries(record.get("incidents"), "incidents", mark="type")
    if len(deeds) > DEEDS_MAX:
        raise Misread(f"a player did more than {DEEDS_MAX} things")
    return LineupPlayer(
        id=text(record.get("id"), "id"),
        name=text(record.get("name"), "name"),
        number=whole_or(None, record.get("shirt_number"), "shirt_number", 0, NUMBER_MAX) or None,
        position=_word(record.get("position"), "position"),
        starts=starts,
        captain=flag(record.get("captain"), "captain"),
        x=x,
        y=y,
        rating=_rating(record.get("rating")),
        marks=tuple(_mark(mapping(each, "incident of a player")) for each in deeds),
    )


def _place(record: Mapping[str, object]) -> tuple[int, int] | tuple[None, None]:
    """Where a player stands; the very corner is where those stand of whom nothing is known."""
    x = whole_or(None, record.get("x"), "x", 0, 100)
    y = whole_or(None, record.get("y"), "y", 0, 100)
    return (None, None) if x is None or y is None or x == y == 0 else (x, y)


def _rating(value: object) -> str:
    """As it is said; a rating of nought is none."""
    said = _word(value, "rating").strip()
    if not said:
        return ""
    if not RATING.fullmatch(said):
        raise Misread("rating is no number")
    return said if float(said) else ""


def _mark(record: Mapping[str, object]) -> Mark:
    """The minute comes as a number, or as `45+2` alone."""
    code = whole(record.get("type"), "type", 0, CODE_MAX)
    minute = whole_or(None, record.get("minute"), "minute", 0, MINUTE_MAX)
    added = whole_or(None, record.get("addtime", record.get("add_time")), "addtime", 0, MINUTE_MAX)
    if minute is None:
        told = MINUTE.fullmatch(text(record.get("time"), "time").strip())
        if told is None:
            raise Misread("time is no minute")
        minute, added = int(told[1]), int(told[2] or 0) or added
    return Mark(code, minute, added or None)


def _word(value: object, name: str) -> str:
    word = text(value, name)
    if len(word) > WORD_MAX:
        raise Misread(f"{name} is longer than {WORD_MAX} characters")
    return word
