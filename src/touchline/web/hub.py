"""Fan-out of rendered fragments: rendered once, given to every reader, no reader waited for.

A fragment is the newest state of one thing (a row, a list), so a reader that lags gets the newest
only. What a reader may have waiting is bounded; one that does not read is cut off and comes back
for a fresh start.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from touchline.metrics import Metrics

WAITING_MAX = 2_000
"""Things one reader may have waiting. The bytes are shared by all readers."""


class Reader:
    """One open stream: the newest fragment of each thing since it last took."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.cut_off = False
        self._waiting: OrderedDict[str, bytes] = OrderedDict()
        self._news = asyncio.Event()

    def offer(self, key: str, fragment: bytes) -> bool:
        """Leave the newest state of `key`; False when this was too much and the reader is cut off now."""
        if self.cut_off:
            return True
        self._waiting.pop(key, None)
        self._waiting[key] = fragment
        self._news.set()
        if len(self._waiting) <= WAITING_MAX:
            return True
        self.cut()
        return False

    def cut(self) -> None:
        """End the stream: nothing more is kept for this reader."""
        self.cut_off = True
        self._waiting.clear()
        self._news.set()

    @property
    def news(self) -> asyncio.Event:
        """Set while there is something to take, or the stream is over."""
        return self._news

    def take(self) -> list[bytes]:
        """What is waiting, oldest first."""
        fragments = list(self._waiting.values())
        self._waiting.clear()
        if not self.cut_off:
            self._news.clear()
        return fragments


class Hub:
    """All open streams of this process, by topic."""

    def __init__(self, metrics: Metrics, streams_max: int) -> None:
        self._metrics = metrics
        self._streams_max = streams_max
        self._readers: dict[str, set[Reader]] = {}
        self._count = 0
        self._closed = False

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return self._count

    @property
    def full(self) -> bool:
        """Whether one more stream is one too many (or the hub is closed)."""
        return self._closed or self._count >= self._streams_max

    @property
    def topics(self) -> frozenset[str]:
        """What somebody listens to."""
        return frozenset(self._readers)

    @contextmanager
    def reader(self, topics: Iterable[str]) -> Iterator[Reader]:
        """A reader of `topics` for as long as the block runs."""
        reader = Reader(frozenset(topics))
        for topic in reader.topics:
            self._readers.setdefault(topic, set()).add(reader)
        self._count += 1
        self._metrics.streams.set(self._count)
        try:
            yield reader
        finally:
            self._forget(reader)

    def publish(self, topic: str, key: str, fragment: bytes) -> None:
        """Give `fragment`, the newest state of `key`, to every reader of `topic`."""
        for reader in self._readers.get(topic, ()):
            if not reader.offer(key, fragment):
                self.count_cut()

    def count_cut(self) -> None:
        """Note that a reader was cut off because it was too slow."""
        self._metrics.streams_cut.inc()

    def close(self) -> None:
        """End all streams and accept no more."""
        self._closed = True
        for readers in self._readers.values():
            for reader in readers:
                reader.cut()

    def _forget(self, reader: Reader) -> None:
        for topic in reader.topics:
            readers = self._readers[topic]
            readers.discard(reader)
            if not readers:
                del self._readers[topic]
        self._count -= 1
        self._metrics.streams.set(self._count)
