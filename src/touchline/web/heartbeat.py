"""The sign of life of every stream: `alive`."""

import msgspec
from msgspec import Struct

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.event import sse
from touchline.web.health import Health, State


class Beat(Struct, frozen=True):
    """Football time, the provider's state, seconds since the newest change."""

    now: int
    provider: State
    age_s: int


class Heartbeat:
    """Says `alive` for whoever asks."""

    def __init__(self, clock: Clock, board: Board, health: Health) -> None:
        self._clock = clock
        self._board = board
        self._health = health

    def say(self) -> bytes:
        """One event."""
        now, newest = self._clock.now(), self._board.newest_ts
        age_s = max(0, int(now - newest)) if newest else 0
        return sse("alive", msgspec.json.encode(Beat(int(now), self._health.provider, age_s)))
