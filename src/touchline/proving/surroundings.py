"""What the processes of one simulation are put into: their store, provider, clocks and lines."""

from random import Random

from msgspec import Struct

from touchline.feed.board import Board
from touchline.jobs.timetable import Timetable
from touchline.proving.clock import VirtualClock
from touchline.proving.line import Line, Way
from touchline.proving.loop import VirtualLoop
from touchline.proving.provider import Provider
from touchline.proving.referee import Referee
from touchline.proving.store import ProvingStore
from touchline.proving.trace import Trace
from touchline.settings.parts import Settings


class Surroundings(Struct, kw_only=True):
    """Everything a process meets that is not itself."""

    loop: VirtualLoop
    start: float
    """Football time at the beginning."""
    speed: float
    settings: Settings
    timetable: Timetable
    store: ProvingStore
    provider: Provider
    referee: Referee
    trace: Trace
    rng: Random
    way: Way
    slowness_s: float = 0.0
    """How much longer the database may take at this moment, before it begins and before it commits."""
    clocks: dict[str, VirtualClock] = {}
    lines: dict[str, Line] = {}
    """The push channel of each process that has one, by its name."""
    boards: dict[str, Board] = {}
    """What each reader shows, by its name."""

    def clock(self, process: str) -> VirtualClock:
        """The clock of a process."""
        if process not in self.clocks:
            self.clocks[process] = VirtualClock(self.loop, self.start, self.speed)
        return self.clocks[process]

    def slowed_s(self) -> float:
        """How much longer the database takes this time."""
        return self.slowness_s * self.rng.random() ** 3 if self.slowness_s else 0.0
