"""Who keeps us waiting: one round over all connections instead of a timer for each.

A connection is told how much time has passed and ends by itself when its patience is over, so an
answer costs no timer and 10,000 idle connections cost one short loop a second.
"""

import asyncio
from datetime import timedelta
from typing import Protocol

from touchline.clock import Clock

EVERY = timedelta(seconds=1)
HEADERS_S = 10.0
"""From the first byte of a request (or the opening of the connection) to the end of its headers."""
BODY_S = 20.0
"""From the end of the headers to the end of the body."""
IDLE_S = 15.0
"""Between two requests."""
UNREAD_S = 20.0
"""Without the client taking a byte of its answer."""
LINGER_S = 2.0
"""From our last word to the client's: closing at once would take the word back (RFC 9112, 9.6)."""


class Swept(Protocol):
    """A connection that can lose its patience."""

    def age(self, elapsed_s: float) -> None:
        """So much time has passed since the last round."""


class Sweep:
    """The loop that goes round. A round that comes late counts for all of its time."""

    name = "connection-sweep"
    interval = f"{EVERY.seconds} s"
    batch_size = 1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before = clock.monotonic()
        self.connections: set[Swept] = set()
        self.wake = asyncio.Event()

    async def turn(self) -> timedelta:
        """Tell every connection what has passed."""
        now = self._clock.monotonic()
        elapsed_s, self._before = now - self._before, now
        for connection in tuple(self.connections):
            connection.age(elapsed_s)
        return EVERY
