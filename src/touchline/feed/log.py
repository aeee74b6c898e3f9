"""The last events, for readers who come back."""

from bisect import bisect_right
from collections.abc import Sequence

from touchline.feed.event import Event, by_offset
from touchline.feed.position import Position

EVENTS_MAX = 20_000
BYTES_MAX = 24 * 1024 * 1024
"""Of all events together; beyond either limit the oldest are forgotten, and who stood there begins afresh."""


class EventLog:
    """Every event after one position, up to another. A reader in between can be told what he missed."""

    def __init__(self, events_max: int = EVENTS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._events_max = events_max
        self._bytes_max = bytes_max
        self._epoch = ""
        self._floor = self._newest = 0
        self._events: list[Event] = []
        self._first = 0
        self._bytes = 0

    def begin(self, after: Position) -> None:
        """Forget everything: from here on each event is kept that comes after that position."""
        self._epoch = after.epoch
        self._floor = self._newest = after.offset
        self._events, self._first, self._bytes = [], 0, 0

    def append(self, events: Sequence[Event], newest: int) -> None:
        """Keep `events`, in order; with them, everything up to `newest` is told."""
        self._events += events
        self._bytes += sum(len(event.data) for event in events)
        self._newest = newest
        while len(self._events) - self._first > self._events_max or self._bytes > self._bytes_max:
            oldest = self._events[self._first]
            self._floor = oldest.offset
            self._bytes -= len(oldest.data)
            self._first += 1
        if self._first > len(self._events) // 2:
            del self._events[: self._first]
            self._first = 0

    def after(self, position: Position) -> Sequence[Event] | None:
        """The events after `position`; None where it is forgotten, of another log, or not reached yet."""
        if position.epoch != self._epoch or not self._floor <= position.offset <= self._newest:
            return None
        begin = bisect_right(self._events, position.offset, lo=self._first, key=by_offset)
        return self._events[begin:]
