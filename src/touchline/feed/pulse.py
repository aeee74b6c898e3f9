"""The heartbeat of all streams: what time it is, how the provider is doing, how old the newest fact is."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.event import sse

_encode = msgspec.json.Encoder().encode


class Alive(Struct, frozen=True):
    """The data of `alive`."""

    now: int
    """Football time, Unix seconds UTC."""
    provider: str
    """The worst state of its channels."""
    age_s: int
    """Football seconds since the newest change; 0 before the first."""


class Pulse:
    """`alive` as all readers of one second are told it."""

    def __init__(self, clock: Clock, board: Board, provider: Callable[[], str]) -> None:
        self._clock = clock
        self._board = board
        self._provider = provider
        self._second = -1
        self._text = b""

    def text(self) -> bytes:
        """The event of this second."""
        second = int(self._clock.monotonic())
        if second != self._second:
            now = self._clock.now()
            newest = self._board.newest_ts
            alive = Alive(int(now), self._provider(), max(0, int(now - newest)) if newest else 0)
            self._second, self._text = second, sse("alive", _encode(alive))
        return self._text
