"""Frames of the push channel that wait to be read: bounded, and what happens at the bound.

When the queue is full, the oldest statistics frame of a match that has a newer one waiting makes
room: every statistics frame carries all counters, so nothing is lost. Frames with a score,
incidents or commentary are never given up; with nothing but those, `put` says that it is full.
"""

import asyncio
import re
from collections import OrderedDict, deque

from msgspec import Struct

BYTES_MAX = 64 * 1024 * 1024
"""Of all frames that wait; the largest ever seen had 11 kB."""
MATCH_ID = re.compile(rb'"id"\s*:\s*"([a-z0-9]{6,32})"')


class Frame(Struct, frozen=True):
    """One message as it came. `seq` counts from 1 within its connection, `received_at_ms` is football time."""

    payload: bytes
    topic: str
    connection_id: str
    seq: int
    received_at_ms: int


class FrameQueue:
    """Frames in the order they came, at most `most` of them and `bytes_max` of their payloads."""

    def __init__(self, most: int, bytes_max: int = BYTES_MAX) -> None:
        self._most = most
        self._bytes_max = bytes_max
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._bytes = 0
        self._count = 0
        self._newest_stats: dict[bytes, int] = {}
        """Match → number of its newest waiting statistics frame."""
        self._superseded: deque[int] = deque()
        """Numbers of statistics frames that have a newer one behind them, oldest first."""
        self._arrived = asyncio.Event()
        self.conflated = 0
        """How many frames have made room so far."""

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_half_empty(self) -> bool:
        """Whether what comes next finds room."""
        return len(self._frames) <= self._most // 2 and self._bytes <= self._bytes_max // 2

    def put(self, frame: Frame) -> bool:
        """Take a frame; False if there is no room and none can be made."""
        match = stats_of(frame.payload)
        self._supersede(match)
        while not self._fits(frame):
            if not self._make_room():
                return False
        self._count += 1
        self._frames[self._count] = frame
        self._bytes += len(frame.payload)
        if match is not None:
            self._newest_stats[match] = self._count
        self._arrived.set()
        return True

    async def take(self, most: int) -> list[Frame]:
        """Wait for at least one frame; the oldest, at most so many."""
        while not self._frames:
            self._arrived.clear()
            await self._arrived.wait()
        taken = [self._pop() for _ in range(min(most, len(self._frames)))]
        self._forget_taken()
        return taken

    def _pop(self) -> Frame:
        number, frame = self._frames.popitem(last=False)
        self._bytes -= len(frame.payload)
        match = stats_of(frame.payload)
        if match is not None and self._newest_stats.get(match) == number:
            del self._newest_stats[match]
        return frame

    def _supersede(self, match: bytes | None) -> None:
        older = None if match is None else self._newest_stats.pop(match, None)
        if older is not None:
            self._superseded.append(older)

    def _fits(self, frame: Frame) -> bool:
        return len(self._frames) < self._most and self._bytes + len(frame.payload) <= self._bytes_max

    def _make_room(self) -> bool:
        while self._superseded:
            given_up = self._frames.pop(self._superseded.popleft(), None)
            if given_up is not None:
                self._bytes -= len(given_up.payload)
                self.conflated += 1
                return True
        return False

    def _forget_taken(self) -> None:
        first = next(iter(self._frames), self._count + 1)
        while self._superseded and self._superseded[0] < first:
            self._superseded.popleft()


def stats_of(payload: bytes) -> bytes | None:
    """The match a frame is about if it holds that match's statistics and nothing else.

    Found without parsing: this runs for every frame.
    """
    if b'"stats"' not in payload or any(kind in payload for kind in (b'"score"', b'"incidents"', b'"tlive"')):
        return None
    ids = MATCH_ID.findall(payload)
    return bytes(ids[0]) if len(ids) == 1 and payload.count(b'"id"') == 1 else None
