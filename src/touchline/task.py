"""Work that is done once and ends, as a job or by hand; what lasts for ever is a `Loop`."""

from typing import Protocol

from msgspec import Struct


class Run(Struct, frozen=True, kw_only=True):
    """What a task is told about one run of it."""

    run_id: str
    slot: int
    """The instant it was due for, football time in Unix seconds; two runs of one slot leave the same rows."""
    batch_size: int
    """How much it may take on."""


class Done(Struct, frozen=True, kw_only=True):
    """What came of a run that did not fail. A failure is an exception."""

    items: int = 0
    """Things it looked at and dealt with."""
    failed: int = 0
    """Things among others that could not be done; their cause is in the log."""


class Task(Protocol):
    """Something a job does. It may be cancelled at every await, and holds no database handle across I/O."""

    async def run(self, run: Run) -> Done:
        """Do it once. What can't be done at all raises."""
