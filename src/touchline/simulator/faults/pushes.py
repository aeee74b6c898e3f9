"""The faults of the push channel, in the order in which they alter a frame."""

from touchline.clock import Clock
from touchline.simulator.faults.seams import PushFault
from touchline.simulator.faults.switches import Switches


def push_faults(switches: Switches, clock: Clock) -> tuple[PushFault, ...]:
    """Every one of them, for one outlet."""
    return ()
