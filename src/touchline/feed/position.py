"""A place in the change stream: what `id:` of an event, `cursor` of a view and `after=` name alike."""

import re
from typing import NamedTuple, Self

STEPS = 256
"""Offsets of one change: its own `seq * STEPS`, and before it one for each thing that happened in it."""
HAPPENINGS_MAX = STEPS - 1

_TEXT = re.compile(r"([0-9a-f]{1,8})-(0|[1-9][0-9]{0,18})", re.ASCII)


class Position(NamedTuple):
    """Everything up to and including `offset` in the log called `epoch`, written `<epoch>-<offset>`.

    Equal in all processes and over restarts: both come from the database.
    """

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.offset}"

    @classmethod
    def at(cls, epoch: str, seq: int) -> Self:
        """Right after the change with the number `seq`."""
        return cls(epoch, seq * STEPS)

    @property
    def seq(self) -> int:
        """The newest change that lies wholly before this place."""
        return self.offset // STEPS


NOWHERE = Position("0", 0)
"""Before anything was read."""


def parse(text: str) -> Position | None:
    """The place that `text` names, or None where it names none."""
    found = _TEXT.fullmatch(text)
    return None if found is None else Position(found[1], int(found[2]))


def offset_of(seq: int, place: int, count: int) -> int:
    """The offset of the `place`-th (from 0) of `count` things that happened in the change `seq`."""
    return seq * STEPS - count + place
