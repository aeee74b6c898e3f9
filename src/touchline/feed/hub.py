"""The fan-out: every event once, the same bytes for every reader, nobody waited for.

What is published is gathered and given out in turns: one write a reader, a slice of readers at a time
so that the process does other things in between. A reader whose bytes are not taken gets a bounded
memory of his own; beyond it, or when nothing moves for SLOW_S, he is cut off and comes back.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from touchline.clock import Clock
from touchline.feed.event import Event, sse
from touchline.feed.reader import Circle, Lag, Reader, Sink
from touchline.metrics import Metrics

WAITING_MAX_BYTES = 64 * 1024
"""What one reader may have waiting beside what was written to it."""
SLOW_S = 10.0
"""A reader that takes nothing for so long is cut off."""
ALIVE_SLOTS = 10
"""Seconds between two `alive` of one reader; each second has its share of them."""
SLICE = 500
"""Readers served without letting anybody else run: about a millisecond."""
SWEEP_S = 0.05
"""How often those who lag are looked at."""
CLOSE_S = 4.0
"""Who has not taken the farewell by then is cut off: all are gone within 5 s."""
PACE = timedelta(seconds=1)
BYE = sse("bye", b"{}")
BEFORE_ALL = -1
"""Offset of what replaces everything before it."""
_OVER = object()


class Seats:
    """How many streams may be open in this process, whatever they tell."""

    def __init__(self, metrics: Metrics, most: int) -> None:
        self._gauge = metrics.streams
        self._most = most
        self.taken = 0

    @property
    def full(self) -> bool:
        """Whether one more is one too many."""
        return self.taken >= self._most

    def take(self, count: int) -> None:
        """One more (1), one fewer (-1)."""
        self.taken += count
        self._gauge.inc(count)


class Hub:
    """The readers of one kind of stream. A loop for `alive` and for those who are slow."""

    interval = "1 s"
    batch_size = SLICE

    def __init__(
        self, name: str, clock: Clock, metrics: Metrics, seats: Seats, alive: Callable[[], bytes]
    ) -> None:
        self.name = name
        self.wake = asyncio.Event()
        self._clock = clock
        self._metrics = metrics
        self._seats = seats
        self._alive = alive
        self._circles: dict[frozenset[str], Circle] = {}
        self._by_topic: dict[str, dict[Circle, None]] = {}
        self._slots: tuple[dict[Reader, None], ...] = tuple({} for _ in range(ALIVE_SLOTS))
        self._lagging: dict[Reader, None] = {}
        self._gathered: list[Event] = []
        self._turn: Iterator[None] | None = None
        self._due = False
        self._sweeping = False
        self._second = int(clock.monotonic())
        self._closed = False

    # ------------------------------------------------------------ who listens

    @property
    def open_streams(self) -> int:
        """How many readers there are."""
        return sum(len(slot) for slot in self._slots)

    @property
    def full(self) -> bool:
        """Whether one more reader is one too many, or the hub is closed."""
        return self._closed or self._seats.full

    @property
    def topics(self) -> frozenset[str]:
        """What somebody listens to."""
        return frozenset(self._by_topic)

    def join(self, sink: Sink, topics: Iterable[str], greeting: Iterable[bytes]) -> Reader:
        """A new reader of `topics`, greeted. The greeting must tell everything published before this call."""
        circle = self._circle(frozenset(topics))
        reader = Reader(sink, circle, self._emptiest())
        for piece in greeting:
            sink.write(piece)
        sink.write(self._alive())
        circle.fresh[reader] = len(self._gathered)
        self._slots[reader.slot][reader] = None
        self._seats.take(1)
        if self._closed:
            sink.finish(BYE)
        return reader

    def leave(self, reader: Reader) -> None:
        """See `Reader.leave`."""
        if reader.gone:
            return
        reader.gone = True
        reader.lag = Lag(0, 0.0)  # a turn under way passes by
        circle = reader.circle
        circle.readers.pop(reader, None)
        circle.fresh.pop(reader, None)
        self._lagging.pop(reader, None)
        del self._slots[reader.slot][reader]
        self._seats.take(-1)
        if not circle.readers and not circle.fresh:
            self._dissolve(circle)

    def _circle(self, topics: frozenset[str]) -> Circle:
        circle = self._circles.get(topics)
        if circle is None:
            circle = self._circles[topics] = Circle(self, topics)
            for topic in topics:
                self._by_topic.setdefault(topic, {})[circle] = None
        return circle

    def _dissolve(self, circle: Circle) -> None:
        del self._circles[circle.topics]
        for topic in circle.topics:
            circles = self._by_topic[topic]
            del circles[circle]
            if not circles:
                del self._by_topic[topic]

    def _emptiest(self) -> int:
        return min(range(ALIVE_SLOTS), key=lambda slot: len(self._slots[slot]))

    # ------------------------------------------------------------ what is told

    def publish(self, events: Sequence[Event]) -> None:
        """Tell `events` to the readers of their topics, in the next turn: offsets rise from call to call."""
        if events and not self._closed:
            self._gathered += events
            self._call()

    def restart(self, greet: Callable[[frozenset[str]], Iterable[bytes]]) -> None:
        """Tell every reader the world anew, in place of all that is not told yet."""
        self._turn, self._gathered = None, []
        for circle in list(self._circles.values()):
            world = Event(BEFORE_ALL, "", True, (), b"".join(greet(circle.topics)))
            circle.readers.update(dict.fromkeys(circle.fresh))
            circle.fresh.clear()
            for reader in list(circle.readers):
                if reader.lag is None and not reader.sink.waiting:
                    reader.sink.write(world.data)
                else:
                    self._hold(reader, (), world)

    def close(self, within_s: float = CLOSE_S) -> None:
        """Say what is gathered, then goodbye, and let nobody in any more. Who is left then is cut off."""
        while self._turn is not None or self._gathered:
            self._step()
        self._closed = True
        readers = [reader for slot in self._slots for reader in slot]
        for reader in readers:
            reader.sink.finish(BYE)
        if readers:
            asyncio.get_running_loop().call_later(within_s, self._abort, readers)

    def _abort(self, readers: Sequence[Reader]) -> None:
        for reader in readers:
            if not reader.gone:
                self._cut(reader)

    # ------------------------------------------------------------ a turn

    def _call(self) -> None:
        """A turn, or the rest of the one that runs, when the process has come round."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._called)

    def _called(self) -> None:
        self._due = False
        self._step()
        if self._turn is not None or self._gathered:
            self._call()

    def _step(self) -> None:
        """Serve the next slice of readers."""
        if self._turn is None and self._gathered:
            events, self._gathered = self._gathered, []
            self._turn = self._deliver(events)
        if self._turn is not None and next(self._turn, _OVER) is _OVER:
            self._turn = None

    def _deliver(self, events: Sequence[Event]) -> Iterator[None]:
        """Give `events` to whoever reads them and was there, or is told by then, when they were published.

        Who joins while this goes on is greeted with these events and has his first turn with the next.
        """
        began = self._clock.monotonic()
        served = given_bytes = 0
        for readers, batch in self._shares(events):
            data = b"".join(event.data for event in batch)
            given_bytes += len(data) * len(readers)
            for reader in readers:
                if reader.lag is None and not reader.sink.waiting:
                    reader.sink.write(data)
                else:
                    self._hold(reader, batch)
                served += 1
                if served % SLICE == 0:
                    yield
        self._metrics.deliveries.inc()
        self._metrics.delivered_bytes.inc(given_bytes)
        self._metrics.delivery_seconds.observe(self._clock.monotonic() - began)

    def _shares(self, events: Sequence[Event]) -> list[tuple[list[Reader], list[Event]]]:
        """Who is to be given the same events. Settled before the first is served."""
        topics = {topic: None for event in events for topic in event.topics}
        circles = {circle: None for topic in topics for circle in self._by_topic.get(topic, ())}
        shares = []
        for circle in circles:
            batch = _conflated(events, circle.topics)
            shares.append((list(circle.readers), batch))
            late: dict[int, list[Reader]] = {}
            for reader, told in circle.fresh.items():
                late.setdefault(told, []).append(reader)
            for told, readers in late.items():
                rest = _conflated(events[told:], circle.topics)
                shares.append((readers, rest))
            circle.readers.update(dict.fromkeys(circle.fresh))
            circle.fresh.clear()
        return [(readers, batch) for readers, batch in shares if readers and batch]

    # ------------------------------------------------------------ who is slow

    def drained(self, reader: Reader) -> None:
        """See `Reader.drained`."""
        if reader.lag is not None and not reader.gone and not reader.sink.waiting:
            data = reader.lag.joined()
            reader.lag = None
            del self._lagging[reader]
            if data:
                reader.sink.write(data)

    async def turn(self) -> timedelta:
        """Say that we are alive to those whose second it is; cut off who does not move."""
        alive, second = self._alive(), int(self._clock.monotonic())
        for slot in range(max(self._second, second - ALIVE_SLOTS) + 1, second + 1):
            for reader in list(self._slots[slot % ALIVE_SLOTS]):
                if reader.lag is None and not reader.sink.waiting:
                    reader.sink.write(alive)
                else:
                    self._hold(reader, ())
        self._second = second
        self._look()
        return PACE

    def _hold(self, reader: Reader, events: Sequence[Event], world: Event | None = None) -> None:
        if reader.gone:
            return
        if reader.lag is None:
            reader.lag = Lag(reader.sink.waiting, self._clock.monotonic())
            self._lagging[reader] = None
        if world is not None:
            reader.lag.restart(world)
        reader.lag.hold(events)
        if reader.lag.bytes > WAITING_MAX_BYTES:
            self._cut(reader)
        elif not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        self._look()
        self._sweeping = bool(self._lagging)
        if self._sweeping:
            asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def _look(self) -> None:
        """See who of those that lag has caught up, who moves, and who does not."""
        now = self._clock.monotonic()
        for reader in list(self._lagging):
            unsent, lag = reader.sink.waiting, reader.lag
            if not unsent:
                self.drained(reader)
            elif lag is not None and unsent < lag.unsent:
                lag.unsent, lag.since = unsent, now
            elif lag is not None and now - lag.since >= SLOW_S:
                self._cut(reader)

    def _cut(self, reader: Reader) -> None:
        self._metrics.streams_cut.inc()
        reader.sink.abort()
        self.leave(reader)


def _conflated(events: Sequence[Event], topics: frozenset[str]) -> list[Event]:
    """Those of `topics`, of each thing the newest state only."""
    batch: dict[object, Event] = {}
    for place, event in enumerate(events):
        if not topics.isdisjoint(event.topics):
            key: object = place if event.lasting else event.key
            batch.pop(key, None)
            batch[key] = event
    return list(batch.values())
