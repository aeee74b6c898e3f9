"""The faults of HTTP answers, in the order in which they alter one.

First who is told of, then what the rows say, then which rows there are and in which form, and last
whether the answer arrives. Some have a side in the push channel too: it would be no fault of the
provider's if one channel told what the other can't know.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from touchline.clock import Clock
from touchline.simulator.faults.bodies import each_object
from touchline.simulator.faults.failing import Broken, Limited, Refused, Slow
from touchline.simulator.faults.forms import Foreign, Forms, Names, Paging, Tables
from touchline.simulator.faults.hidden import Silence, Unlisted
from touchline.simulator.faults.seams import AnswerFault, PushFault
from touchline.simulator.faults.switches import Switches
from touchline.simulator.faults.values import Arrays, Numbers, Statuses
from touchline.simulator.script import Frame
from touchline.simulator.wire import Record


class PushSide(PushFault):
    """The side of an answer's fault that shows in the push channel."""

    def __init__(self, code: str, change: Callable[[Record], Record | None]) -> None:
        self.code = code
        self._change = change

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        """Frames with every object changed."""
        return each_object(frames, self._change)


class AnswerFaults(Struct, frozen=True):
    """All of them, for one outlet."""

    answers: Sequence[AnswerFault]
    pushes: Sequence[PushFault]
    slow: Slow


def answer_faults(switches: Switches, clock: Clock) -> AnswerFaults:
    """Every fault of an answer."""
    silence, arrays, statuses = Silence(switches), Arrays(switches), Statuses(switches)
    slow = Slow(switches)
    who: Sequence[AnswerFault] = (Unlisted(switches), silence)
    what: Sequence[AnswerFault] = (arrays, statuses, Numbers(), Names(switches), Tables())
    form: Sequence[AnswerFault] = (Foreign(), Paging(), Forms(switches))
    arriving: Sequence[AnswerFault] = (slow, Limited(switches, clock), Refused(switches), Broken(switches))
    return AnswerFaults(
        answers=(*who, *what, *form, *arriving),
        pushes=(
            PushSide(silence.code, silence.told),
            PushSide(arrays.code, arrays.pushed),
            PushSide(statuses.code, statuses.pushed),
        ),
        slow=slow,
    )
