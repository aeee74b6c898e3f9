"""What a fault of an answer or of a push looks like from the outlet, which composes them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from touchline.simulator.outlet import Reply
from touchline.simulator.script import Frame


class Question(Struct, frozen=True):
    """What was asked: the path below the root (`/match/diary`), its parameters, football time."""

    path: str
    query: Mapping[str, str]
    now: float


class AnswerFault(Protocol):
    """Alters answers while its code is on. It is given what the faults before it have left."""

    code: str

    def alter(self, question: Question, reply: Reply) -> Reply:
        """What is answered instead."""


class PushFault(Protocol):
    """Alters pushes while its code is on. It is given what the faults before it have left."""

    code: str

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        """What is pushed instead; a frame may be kept and come out later."""

    def leave(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        """What is pushed while its code is off: as it is, after whatever was kept until then."""
        return frames
