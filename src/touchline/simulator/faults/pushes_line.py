"""F23: the connections themselves: they flap, fall silent, are refused, and nobody is there for an hour."""

import asyncio
from typing import Protocol

import structlog

from touchline.clock import Clock
from touchline.simulator.faults.switches import Switches

CODE = "F23"
CUTS = 6
HELD_S = 20.0
"""How long a connection is left alone before it is cut."""
SILENT_S = 600.0
REFUSED_S = 300.0
GONE_S = 3_600.0
REST_S = 600.0
"""Football seconds, like all above."""
LOOK_S = 0.2
"""Real seconds between two looks at the switch and at who is connected."""


class Door(Protocol):
    """What of a broker can be troubled."""

    muted: bool
    """Nothing is published."""
    refuses: bool
    """Nobody may subscribe."""

    @property
    def connected(self) -> int:
        """How many are connected."""

    def cut(self) -> None:
        """End every connection."""

    async def leave(self) -> None:
        """End every connection and take none."""

    async def come_back(self) -> None:
        """Take connections again."""


class Line:
    """Troubles a broker while the fault is on, one way after the other; then all is well, then anew."""

    def __init__(self, door: Door, switches: Switches, clock: Clock, stop: asyncio.Event) -> None:
        self._door = door
        self._switches = switches
        self._clock = clock
        self._stop = stop
        self._log = structlog.get_logger()

    async def run(self) -> None:
        """Until it is told to stop."""
        while not self._stop.is_set():
            if await self._goes_on():
                for trouble in (self._flap, self._fall_silent, self._refuse, self._go_away):
                    self._log.info("simulator.line.troubled", trouble=trouble.__name__.lstrip("_"))
                    await trouble()
                    self._door.muted = self._door.refuses = False
                await self._lasts(REST_S)

    async def _flap(self) -> None:
        """Whoever is connected is cut off, again and again."""
        for _ in range(CUTS):
            while not self._door.connected:
                if not await self._goes_on():
                    return
            if not await self._lasts(HELD_S):
                return
            self._door.cut()
            while self._door.connected:
                await self._goes_on()

    async def _fall_silent(self) -> None:
        self._door.muted = True
        await self._lasts(SILENT_S)

    async def _refuse(self) -> None:
        self._door.refuses = True
        self._door.cut()
        await self._lasts(REFUSED_S)

    async def _go_away(self) -> None:
        await self._door.leave()
        await self._lasts(GONE_S)
        await self._door.come_back()

    async def _lasts(self, football_s: float) -> bool:
        """Wait so long; whether the fault was on all the time."""
        until = self._clock.now() + football_s
        while (left_s := (until - self._clock.now()) / self._clock.speed) > 0:
            if not await self._goes_on(min(left_s, LOOK_S)):
                return False
        return True

    async def _goes_on(self, wait_s: float = LOOK_S) -> bool:
        """Look again after a while."""
        stops = await self._clock.wait(self._stop, wait_s)
        return not stops and self._switches.is_on(CODE)
