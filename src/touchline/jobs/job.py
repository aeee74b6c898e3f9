"""What a job is: a name, when it is due, and how it is run."""

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from touchline.store.jobs import Lane


SHORT_S = 60
"""What must end within so many real seconds is short."""


class Missed(StrEnum):
    """What becomes of slots that nobody could hand over in time."""

    SKIP = "skip"
    """Nothing: the next slot does the same."""
    LATEST = "latest"
    """The latest is made up for, once."""
    ALL = "all"
    """Each is made up for."""


class Job(Struct, frozen=True, kw_only=True):
    """One row of the table. It is due at every minute of `cron`, and starts `offset_s` after that."""

    name: str
    """As it is logged."""
    cron: str
    """Five fields. Read in UTC, or in the operator's zone (`local`)."""
    offset_s: int
    """0 to 59. No two jobs that can be due in the same minute have the same."""
    timeout_s: float
    """Real seconds; then it is cancelled."""
    batch_size: int
    """How much one run may take on."""
    missed: Missed
    local: bool = False
    lock: str = ""
    """Jobs with the same lock never run at the same time, anywhere; default: the job's own key."""
    part_failures: bool = False
    """Whether a run is a success although single items failed."""

    @property
    def key(self) -> str:
        """`trend_sync` for `Trend Sync`: how tasks, settings and commands call it."""
        return key_of(self.name)

    @property
    def lane(self) -> "Lane":
        """Among which jobs it waits for its turn, should many be due."""
        return "short" if self.timeout_s <= SHORT_S else "long"

    @property
    def locks(self) -> str:
        """What a run of it holds while it runs."""
        return self.lock or self.key


def key_of(name: str) -> str:
    """`name` in snake case: `trend_sync` for `Trend Sync` or `Trend-Sync`."""
    return name.lower().replace(" ", "_").replace("-", "_")
