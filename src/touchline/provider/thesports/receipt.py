"""When a message was received, for a process that may have stood still.

What lay in the socket while it was stopped came in that time, nobody knows when. Stamped with the moment of
reading, the past would be newer than what another listener has said meanwhile: a goal would be taken back.
So it is as old as it can be.
"""

from touchline.clock import Clock, now_ms

TICK_S = 1.0
STILL_S = 2.0
"""A tick that is so late tells of a process that stood still."""
CATCH_UP_S = 2.0
"""Within this time what lay in the socket has been read."""


class Receipt:
    """The stamps of one connection. `tick` is called every TICK_S real seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ticked, self._ticked_ms = clock.monotonic(), now_ms(clock)
        self._behind_until = float("-inf")
        self._behind_ms = 0

    def tick(self) -> None:
        """The process runs."""
        now = self._clock.monotonic()
        if now - self._ticked >= TICK_S + STILL_S:
            self._behind_until, self._behind_ms = now + CATCH_UP_S, self._ticked_ms
        self._ticked, self._ticked_ms = now, now_ms(self._clock)

    def at_ms(self) -> int:
        """Football time a message that is read now was received at, at the earliest; Unix milliseconds."""
        now = self._clock.monotonic()
        if now < self._behind_until:
            return self._behind_ms
        return self._ticked_ms if now - self._ticked >= TICK_S + STILL_S else now_ms(self._clock)

    async def run(self) -> None:
        """Tick for ever; ends with the connection."""
        while True:
            await self._clock.sleep(TICK_S)
            self.tick()
