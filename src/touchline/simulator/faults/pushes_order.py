"""F21: messages that come twice, in another order, or again."""

from collections import deque
from collections.abc import Sequence

from touchline.simulator.faults.seams import PushFault
from touchline.simulator.script import Frame

DOUBLED_EVERY = 3
SWAPPED_EVERY = 8
REPLAYED_EVERY = 45
REPLAYED = 100


class Disorder(PushFault):
    """Some frames come twice, some after the one behind them, and now and then the last hundred again."""

    code = "F21"

    def __init__(self) -> None:
        self._past: deque[Frame] = deque(maxlen=REPLAYED)
        self._held: Frame | None = None
        self._count = 0

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        return [other for frame in frames for other in self._altered(frame)]

    def leave(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        self._past.clear()
        return [*self._released(), *frames]

    def _altered(self, frame: Frame) -> list[Frame]:
        self._count += 1
        if self._count % SWAPPED_EVERY == 0 and self._held is None:
            self._held = frame
            return []
        sent = [frame, *self._released()]
        self._past += sent
        if self._count % DOUBLED_EVERY == 0:
            sent.append(sent[-1])
        if self._count % REPLAYED_EVERY == 0:
            sent += self._past
        return sent

    def _released(self) -> list[Frame]:
        held, self._held = self._held, None
        return [held] if held else []
