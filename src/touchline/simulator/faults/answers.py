"""The faults of HTTP answers, in the order in which they alter one."""

from touchline.clock import Clock
from touchline.simulator.faults.seams import AnswerFault
from touchline.simulator.faults.switches import Switches


def answer_faults(switches: Switches, clock: Clock) -> tuple[AnswerFault, ...]:
    """Every one of them, for one outlet."""
    return ()
