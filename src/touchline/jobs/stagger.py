"""How starts are kept apart: arithmetic on minutes, offsets and durations. Pure.

A job starts at slot + offset. The slot is the minute of its cron; the offset never enters the cron.
"""

from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct

DAY_MIN = 1_440
OFFSETS = range(60)
EVERY_MONTH = frozenset(range(1, 13))
EVERY_MONTH_DAY = frozenset(range(1, 32))
EVERY_WEEK_DAY = frozenset(range(7))


class Grid(Struct, frozen=True):
    """On which minutes of a day (0 to 1,439), and on which days, a cron can come true.

    It may be too wide, never too narrow: what can't be excluded is possible.
    """

    minutes: frozenset[int]
    months: frozenset[int] = EVERY_MONTH
    month_days: frozenset[int] = EVERY_MONTH_DAY
    week_days: frozenset[int] = EVERY_WEEK_DAY


class Start(Struct, frozen=True):
    """Where a job starts: its minutes, and so many seconds later."""

    name: str
    grid: Grid
    offset_s: int


class Reach(Struct, frozen=True):
    """A job that may still run when another one starts."""

    name: str
    p95_s: float
    into: str
    """The first that starts meanwhile."""
    after_s: int
    """So long after its own start."""


def starts_at(slot: int, offset_s: int, *, on: bool) -> int:
    """When the job of `slot` starts: at its offset, or at once where starts are not staggered."""
    return slot + offset_s if on else slot


def effective(cron: str, offset_s: int) -> str:
    """The cron with its offset, for people to read."""
    return f"{cron} +{offset_s}s" if offset_s else cron


def can_meet(one: Grid, other: Grid, minutes_later: int = 0) -> bool:
    """Whether `other` can come true so many minutes after `one`."""
    if minutes_later:
        moved = frozenset((minute + minutes_later) % DAY_MIN for minute in one.minutes)
        return not moved.isdisjoint(other.minutes)
    return not (
        one.minutes.isdisjoint(other.minutes)
        or one.months.isdisjoint(other.months)
        or one.month_days.isdisjoint(other.month_days)
        or one.week_days.isdisjoint(other.week_days)
    )


def conflicts(starts: Sequence[Start]) -> list[tuple[Start, Start]]:
    """Pairs that can start in the same second."""
    return [
        (one, other)
        for one, other in combinations(starts, 2)
        if one.offset_s == other.offset_s and can_meet(one.grid, other.grid)
    ]


def reaches(one: Start, p95_s: float, others: Sequence[Start]) -> Reach | None:
    """The first other job that starts while `one` still runs, if it runs as long as `p95_s`."""
    found: list[tuple[int, str]] = []
    for other in others:
        for later in range(int(one.offset_s + p95_s) // 60 + 1):
            after_s = later * 60 + other.offset_s - one.offset_s
            if other.name != one.name and 0 < after_s < p95_s and can_meet(one.grid, other.grid, later):
                found.append((after_s, other.name))
                break
    if not found:
        return None
    after_s, into = min(found)
    return Reach(one.name, p95_s, into, after_s)


def error_s(started_at: float, slot: int, offset_s: int) -> float:
    """How far a start was from slot + offset, in football seconds; below 0: early."""
    return started_at - (slot + offset_s)
