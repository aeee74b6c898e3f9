"""The proving store that needs no database."""

from random import Random

from touchline.clock import Clock
from touchline.proving.handles import Pace, VirtualStore
from touchline.proving.twin.memory import Memory


class TwinStore(VirtualStore):
    """A fresh store in memory. Its waits take the time of `clock`, whose real time is `real_now()`."""

    def __init__(self, clock: Clock, rng: Random, pace: Pace | None = None) -> None:
        super().__init__(Memory(clock, rng), clock, rng, pace)
