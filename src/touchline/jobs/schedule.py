"""When a job is due: the minutes of its cron, in UTC or in a zone.

A slot is an instant. In a zone it is the minute the clock on the wall shows: in the night in which an hour
comes twice it counts the first time, in the night in which one is missing it comes when that is over. So every
slot of a day comes once, whatever the clocks do.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter

from touchline.errors import BadInput
from touchline.jobs.stagger import EVERY_MONTH, EVERY_MONTH_DAY, EVERY_WEEK_DAY, Grid

DAY_S = 86_400
KNOWN_MAX = 64
"""Slots in a row that are remembered: asking the library is dear."""
MONTHS_TO_COME = range(56 * 12, 70 * 12)
"""Since 1970, and about: the offsets a zone has in them are those it may have."""
ALLOWED = "five fields (minute, hour, day, month, weekday) that come true some day"
NAMES = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
EVEN = re.compile(r"\*(?:/(2|3|4|5|6|10|12|15|20|30))? \* \* \* \*")
"""So many minutes apart, all day long: the next one is arithmetic, which is much faster than the library."""
FIELD = re.compile(rf"(\d|[*/,-]|{NAMES})+", re.IGNORECASE)


class Schedule:
    """The slots of one cron, each a whole number of Unix seconds."""

    def __init__(self, cron: str, zone: ZoneInfo | None = None) -> None:
        """`zone`: whose wall clock the cron means; default UTC. Raises BadInput."""
        fields = cron.split()
        if len(fields) != 5 or not all(map(FIELD.fullmatch, fields)):
            raise BadInput("cron", cron, ALLOWED)
        try:
            self._cron = croniter(cron, 0)
            self._cron.get_next(float)
        except CroniterError as error:
            raise BadInput("cron", cron, ALLOWED) from error
        self._zone = zone
        even = EVEN.fullmatch(cron)
        self._step_s = 60 * int(even[1] or 1) if even else 0
        self._known: list[int] = []
        """From its first instant on, every slot up to its last, rising."""

    def after(self, instant: float) -> int:
        """The first slot after `instant`."""
        if self._zone is None:
            return self._next(int(instant // 1))
        return next(slot for slot in self._in_zone(int(instant // 1), self._zone) if slot > instant)

    def between(self, after: float, until: float, most: int) -> list[int]:
        """The slots after `after` up to and including `until`, at most the first `most` of them."""
        found: list[int] = []
        while len(found) < most and (slot := self.after(found[-1] if found else after)) <= until:
            found.append(slot)
        return found

    def latest(self, instant: float, not_before: float) -> int | None:
        """The last slot at or before `instant`; None when there is none after `not_before`."""
        reach, since = 60.0, instant
        while since > not_before:
            since = max(not_before, instant - reach)
            if (slot := self.after(since)) <= instant:
                while (later := self.after(slot)) <= instant:
                    slot = later
                return slot
            reach *= 2
        return None

    def grid(self) -> Grid:
        """The minutes of a day, and the days, it can fall on, in UTC."""
        minutes, hours, month_days, months, week_days = self._cron.expanded
        of_day = frozenset(
            hour * 60 + minute
            for hour in _values(hours, frozenset(range(24)))
            for minute in _values(minutes, frozenset(range(60)))
        )
        if self._zone is not None:
            offsets = {_offset_s(self._zone, month * 30 * DAY_S) // 60 for month in MONTHS_TO_COME}
            return Grid(frozenset((minute - offset) % 1_440 for minute in of_day for offset in offsets))
        if "*" not in month_days and "*" not in week_days:  # a cron comes true on either
            month_days = week_days = ["*"]
        return Grid(
            of_day,
            _values(months, EVERY_MONTH),
            _values(month_days, EVERY_MONTH_DAY),
            _values(week_days, EVERY_WEEK_DAY),
        )

    def _next(self, wall: int) -> int:
        if self._step_s:
            return (wall // self._step_s + 1) * self._step_s
        place = bisect_right(self._known, wall)
        if 0 < place < len(self._known):
            return self._known[place]
        slot = int(self._cron.get_next(float, start_time=wall))
        self._keep(wall, slot)
        return slot

    def _keep(self, wall: int, slot: int) -> None:
        """There is no slot between these two."""
        known = self._known
        if known and known[-1] == wall:
            known.append(slot)
            del known[:-KNOWN_MAX]
        elif known and wall < known[0] and slot == known[1]:
            known[0] = wall
        else:
            known[:] = wall, slot

    def _in_zone(self, instant: int, zone: ZoneInfo) -> Iterator[int]:
        """Slots in their order: those of which the wall does not show at `instant` that they are over.

        What it shows, or has shown, came first at `instant` or before it; so nothing later is left out.
        """
        wall = instant + _offset_s(zone, instant)
        while True:
            wall = self._next(wall)
            yield _instant(zone, wall)


def _instant(zone: ZoneInfo, wall: int) -> int:
    """When the clock on the wall of `zone` shows `wall` for the first time, or skips it."""
    shown = datetime.fromtimestamp(wall, UTC).replace(tzinfo=zone)
    instant = int(shown.timestamp())
    if instant + _offset_s(zone, instant) == wall:
        return instant
    early, late = int(shown.replace(fold=1).timestamp()), instant
    after = _offset_s(zone, late)
    while early < late:
        middle = (early + late) // 2
        if _offset_s(zone, middle) == after:
            late = middle
        else:
            early = middle + 1
    return late


def _offset_s(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _values(field: Sequence[int | str], all_of_them: frozenset[int]) -> frozenset[int]:
    return all_of_them if "*" in field else frozenset(int(value) for value in field)
