"""The outlet of a provider with faults: those that are on, one after the other, in a fixed order."""

from collections.abc import Mapping, Sequence

from touchline.clock import Clock
from touchline.simulator.faults.answers import answer_faults
from touchline.simulator.faults.pushes import push_faults
from touchline.simulator.faults.pushes_said import Said
from touchline.simulator.faults.seams import PushFault, Question
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply
from touchline.simulator.script import Frame

ROOT = "/v1/football"


class Faulty:
    """Passes everything on as the switches say; with all of them off, as it is."""

    def __init__(self, switches: Switches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        own = answer_faults(switches, clock)
        self._slow = own.slow
        self._answers = own.answers
        self._said = Said()
        self._pushes: Sequence[PushFault] = (*own.pushes, *push_faults(self._said))

    def instant(self, path: str, now: float) -> float:
        return self._slow.instant(path, now) if self._switches.is_on(self._slow.code) else now

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        if not path.startswith(ROOT):
            return reply
        question = Question(path.removeprefix(ROOT), query, self._clock.now())
        for fault in self._answers:
            if self._switches.is_on(fault.code):
                reply = fault.alter(question, reply)
        return reply

    async def push(self, frame: Frame) -> Sequence[Frame]:
        frames: Sequence[Frame] = (frame,)
        for fault in self._pushes:
            frames = fault.alter(frames) if self._switches.is_on(fault.code) else fault.leave(frames)
        self._said.take(frame)
        return frames
