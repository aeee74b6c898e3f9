"""The faults of the push channel, in the order in which they alter a frame."""

from touchline.simulator.faults.pushes_bursts import Changes, Storm
from touchline.simulator.faults.pushes_forms import Forms
from touchline.simulator.faults.pushes_order import Disorder
from touchline.simulator.faults.pushes_said import Said
from touchline.simulator.faults.seams import PushFault


def push_faults(said: Said) -> tuple[PushFault, ...]:
    """Every one of them, for one outlet: what says more, what says it otherwise, what says that again."""
    return Changes(), Storm(said), Forms(said), Disorder()
