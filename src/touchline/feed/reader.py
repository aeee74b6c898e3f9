"""One open stream: where its bytes go, and what waits for it while it lags."""

from collections.abc import Iterable
from typing import Protocol

from touchline.feed.event import Event, by_offset


class Sink(Protocol):
    """Where the bytes of one stream go. No method fails or waits; what is gone takes everything."""

    def write(self, data: bytes) -> None:
        """Send `data` after everything before it."""

    @property
    def waiting(self) -> int:
        """Bytes written that the kernel has not taken yet."""

    def abort(self) -> None:
        """End at once; what waits is lost."""

    def finish(self, last: bytes) -> None:
        """Send `last`, then end the answer and close."""


class Lag:
    """What a reader has not got yet: of each thing the newest state, and everything that lasts."""

    __slots__ = ("_lasting", "_states", "bytes", "since", "unsent")

    def __init__(self, unsent: int, since: float) -> None:
        self.bytes = 0
        """Of what waits here, beside what is sent already."""
        self.unsent = unsent
        """Bytes the kernel had not taken when it last took some."""
        self.since = since
        """Monotonic time of that."""
        self._states: dict[str, Event] = {}
        self._lasting: list[Event] = []

    def hold(self, events: Iterable[Event]) -> None:
        """Keep `events`, newer than all that is held."""
        for event in events:
            self.bytes += len(event.data)
            if event.lasting:
                self._lasting.append(event)
                continue
            older = self._states.pop(event.key, None)
            self._states[event.key] = event
            if older is not None:
                self.bytes -= len(older.data)

    def restart(self, world: Event) -> None:
        """Keep `world` in place of all that is held. All readers share its bytes, so they are not counted."""
        self._states, self._lasting, self.bytes = {}, [world], 0

    def joined(self) -> bytes:
        """Everything held, in order."""
        held = sorted((*self._states.values(), *self._lasting), key=by_offset)
        return b"".join(event.data for event in held)


class Host(Protocol):
    """Who serves the reader."""

    def leave(self, reader: "Reader") -> None: ...

    def drained(self, reader: "Reader") -> None: ...


class Circle:
    """The readers of the same topics: they are given the same bytes."""

    __slots__ = ("fresh", "host", "readers", "topics")

    def __init__(self, host: Host, topics: frozenset[str]) -> None:
        self.host = host
        self.topics = topics
        self.readers: dict[Reader, None] = {}
        self.fresh: dict[Reader, int] = {}
        """Who came since the last turn: how many of the gathered events their greeting has told already."""


class Reader:
    """One open stream, as the hub knows it."""

    __slots__ = ("circle", "gone", "lag", "sink", "slot")

    def __init__(self, sink: Sink, circle: Circle, slot: int) -> None:
        self.sink = sink
        self.circle = circle
        self.slot = slot
        self.lag: Lag | None = None
        self.gone = False

    def leave(self) -> None:
        """The stream is over, whoever ended it. May be said twice."""
        self.circle.host.leave(self)

    def drained(self) -> None:
        """The kernel took all that was written: what waits can go at once. Found out soon anyway."""
        self.circle.host.drained(self)
