"""The one queue in front of the writer: claims of all channels in the order they came.

It is bounded. When it is full, statistics and commentary are conflated to the newest of each
match first, then every group to the newest each connection said (each change of status stays).
Only if that makes no room the oldest claims are let go: said once, with its end. To look through the
whole queue is dear, so each time a share of it is freed, not a single place.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

import structlog

from touchline.clock import Clock
from touchline.errors import StoreUnavailable
from touchline.football.model import Observation
from touchline.ingest.conflation import ALL_GROUPS, CHATTER, conflate, spoken
from touchline.metrics import Metrics

DELIVERY_MAX_S = 15.0
"""Real seconds a polled page may wait to be written before its round counts as failed."""
CHUNK = 200
FREED_SHARE = 10
"""One place in so many is free after room was made."""


class Inbox:
    """Claims that wait for the writer. `put` never waits, `deliver` does."""

    def __init__(self, most: int, batch_size: int, clock: Clock, metrics: Metrics) -> None:
        self.batch_size = batch_size
        self._most = most
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(part="inbox")
        self._queue: deque[tuple[int, Observation]] = deque()
        self._put = 0
        self._in_hand: list[tuple[int, Observation]] = []
        self._awaited: set[int] = set()
        """Numbers somebody waits for in `deliver`."""
        self._lost: set[int] = set()
        """Those of them that were let go."""
        self._overflowing = False
        self._moved = asyncio.Event()
        self.filled = asyncio.Event()
        """Set whenever there is something to take: the wake-up of the writing loop."""

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def has_room(self) -> bool:
        """Whether a source that can be asked again should be asked now."""
        return len(self._queue) < self._most // 2

    def put(self, claims: Iterable[Observation]) -> range:
        """Queue what can't be asked for again; the numbers it got."""
        first = self._put + 1
        for seen in claims:
            self._put += 1
            self._queue.append((self._put, seen))
        if len(self._queue) > self._most:
            self._make_room()
        elif self._overflowing and self.has_room:
            self._overflowing = False
            self._log.info("inbox.recovered")
        if self._queue:
            self.filled.set()
        return range(first, self._put + 1)

    async def deliver(self, claims: Sequence[Observation]) -> None:
        """Queue what was polled, as room allows, and wait until each of it has its final answer.

        So a cursor never runs ahead of what it stands for. Raises StoreUnavailable when that takes
        longer than DELIVERY_MAX_S or something had to be let go: ask again later.
        """
        rest = deque(claims)
        mine: set[int] = set()
        try:
            while rest:
                await self._until(lambda: self.has_room)
                numbers = self.put([rest.popleft() for _ in range(min(CHUNK, len(rest)))])
                mine.update(numbers)
                self._awaited.update(numbers)
            await self._until(lambda: mine.isdisjoint(self._unanswered()))
            if not mine.isdisjoint(self._lost):
                raise StoreUnavailable("The inbox overflows.")
        finally:
            self._awaited -= mine
            self._lost -= mine

    def take(self) -> list[Observation]:
        """The oldest claims, at most `batch_size`; they count as unanswered until `settled`."""
        taken = [self._queue.popleft() for _ in range(min(self.batch_size, len(self._queue)))]
        self._in_hand += taken
        return [seen for _, seen in taken]

    def settled(self, held: Iterable[Observation] = ()) -> None:
        """Everything taken so far has its final answer, but for what is `held` to be tried again."""
        kept = set(map(_identity, held))
        self._in_hand = [entry for entry in self._in_hand if _identity(entry[1]) in kept]
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _unanswered(self) -> Iterator[int]:
        return (number for number, _ in chain(self._in_hand, self._queue))

    async def _until(self, condition: Callable[[], bool]) -> None:
        deadline = self._clock.monotonic() + DELIVERY_MAX_S
        while not condition():
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise StoreUnavailable("The writer takes no more claims for now.")
            await self._clock.wait(self._moved, left)

    def _make_room(self) -> None:
        before = len(self._queue)
        enough = self._most - self._most // FREED_SHARE
        for groups in (CHATTER, ALL_GROUPS):
            thinned = conflate([seen for _, seen in self._queue], groups)
            pairs = zip(self._queue, thinned, strict=True)
            self._queue = deque((number, seen) for (number, _), seen in pairs if seen is not None)
            if len(self._queue) <= enough:
                break
        else:
            self._let_go(len(self._queue) - enough)
        self._metrics.push_dropped.inc(before - len(self._queue))

    def _let_go(self, surplus: int) -> None:
        """Last resort: more matches and connections than places. Chatter goes first, then the oldest."""
        chatter = (number for number, seen in self._queue if CHATTER.issuperset(spoken(seen)))
        dropped = set(islice(chatter, surplus))
        rest = (number for number, _ in self._queue if number not in dropped)
        dropped.update(islice(rest, surplus - len(dropped)))
        self._queue = deque(entry for entry in self._queue if entry[0] not in dropped)
        self._lost |= dropped & self._awaited
        if not self._overflowing:
            self._overflowing = True
            self._log.error("inbox.overflow", queue_max=self._most)


def _identity(seen: Observation) -> tuple[str, str, str, int]:
    """What stays the same when a claim is thinned out."""
    return seen.match_id, seen.source, seen.channel, seen.seq
