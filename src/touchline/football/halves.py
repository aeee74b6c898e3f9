"""Which half an incident belongs to, and the minute shown beside it.

List order is the truth about halves, not `time` (football data, incidents on the wire): what stands
before the half-time marker is the first half, whatever its minute.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from enum import StrEnum

from touchline.football.codes import ADDED_TIME, END, GOALS, KICK_SCORED, KICKS, KICKS_ENDED, MIDFIELD
from touchline.football.model import Incident, Pair, Side
from touchline.football.text import capped


class Half(StrEnum):
    """A part of the match as the list of incidents divides it."""

    FIRST = "first"
    SECOND = "second"
    EXTRA_TIME = "extra_time"
    SHOOT_OUT = "shoot_out"


_LAST = {Half.FIRST: 45, Half.SECOND: 90, Half.EXTRA_TIME: 120, Half.SHOOT_OUT: 120}


def halves(entries: Sequence[Incident]) -> list[Half]:
    """The half of each entry of a list in the provider's order; a marker belongs to the half it ends."""
    halved = any(entry.type == MIDFIELD for entry in entries)
    half = Half.FIRST
    found = []
    for entry in entries:
        if entry.type in KICKS or entry.type == KICKS_ENDED:
            half = Half.SHOOT_OUT
        elif not halved and half in (Half.FIRST, Half.SECOND):
            half = Half.FIRST if entry.time - _added(entry) <= 45 else Half.SECOND
        if entry.type == END and half is Half.FIRST:
            half = Half.SECOND
        found.append(half)
        if entry.type == MIDFIELD and half is Half.FIRST:
            half = Half.SECOND
        elif entry.type == END and half is Half.SECOND:
            half = Half.EXTRA_TIME
    return found


def shown_minute(entry: Incident, half: Half) -> str:
    """The minute as a fan reads it: `23'`, `45+2'`. `time` includes the added minutes."""
    if entry.add_time and entry.type != ADDED_TIME:
        return f"{entry.time - entry.add_time}+{entry.add_time}'"
    return capped(entry.time, _LAST[half])


def split(entries: Sequence[Incident]) -> Mapping[Half, tuple[Incident, ...]]:
    """The list half by half, each in its order; nothing is left out and nothing is told twice."""
    parts: dict[Half, list[Incident]] = {half: [] for half in Half}
    for entry, half in zip(entries, halves(entries), strict=True):
        parts[half].append(entry)
    return {half: tuple(part) for half, part in parts.items()}


def first_half_goals(entries: Sequence[Incident]) -> Pair:
    """Goals of the first half by the list."""
    return goals_among(split(entries)[Half.FIRST])


def goals_among(entries: Iterable[Incident]) -> Pair:
    """Goals of both sides among `entries`."""
    return _counted(entries, GOALS)


def kicks_scored(entries: Iterable[Incident]) -> Pair:
    """Kicks of the shoot-out that went in, of both sides."""
    return _counted(entries, frozenset({KICK_SCORED}))


def has_midfield(entries: Sequence[Incident]) -> bool:
    """Whether the list says where half-time was."""
    return any(entry.type == MIDFIELD for entry in entries)


def _counted(entries: Iterable[Incident], types: Set[int]) -> Pair:
    sides = [entry.side for entry in entries if entry.type in types]
    return sides.count(Side.HOME), sides.count(Side.AWAY)


def _added(entry: Incident) -> int:
    return 0 if entry.type == ADDED_TIME else entry.add_time or 0
