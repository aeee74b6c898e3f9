"""What was asked for lately: not again too soon, and not for ever."""

from collections import OrderedDict
from collections.abc import Hashable

from touchline.clock import Clock
from touchline.ingest.pace import real_s

REMEMBERED_MAX = 20_000
"""Things remembered; the longest unasked are forgotten first."""


class Asked:
    """Remembers when each thing was last asked for, and how often it was answered."""

    def __init__(self, clock: Clock, again_s: float, *, floor_s: float, times_max: int | None = None) -> None:
        self._clock = clock
        self._again_s = again_s
        self._floor_s = floor_s
        self._times_max = times_max
        self._last: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def is_due(self, thing: Hashable) -> bool:
        """Whether `thing` may be asked for: never was, or `again_s` football seconds ago and not too often."""
        if thing not in self._last:
            return True
        at, times = self._last[thing]
        if self._times_max is not None and times >= self._times_max:
            return False
        return self._clock.monotonic() - at >= real_s(self._clock, self._again_s, self._floor_s)

    def when(self, thing: Hashable) -> float:
        """The instant `thing` was last asked for, monotonic; before all others if it never was."""
        return self._last[thing][0] if thing in self._last else float("-inf")

    def note(self, thing: Hashable, *, answered: bool) -> None:
        """`thing` was asked for now. Without an answer it waits for its turn as well, so that it never holds up
        the others, but that doesn't count."""
        _, times = self._last.pop(thing, (0.0, 0))
        self._last[thing] = (self._clock.monotonic(), times + answered)
        while len(self._last) > REMEMBERED_MAX:
            self._last.popitem(last=False)
