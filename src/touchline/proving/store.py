"""What the proving asks of a store: databases that can be killed and cut off, and who tell each commit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from touchline.feed.ears import Ears
from touchline.store.db import Database

Columns = Mapping[str, Any]
"""One row by the names of its columns, generated ones included; jsonb as what it holds."""


class RowChange(NamedTuple):
    """What a commit did to one row. `before` is None where it made it, `after` where it took it away."""

    table: str
    key: tuple[Any, ...]
    """What names the row: of a match its external_id, else its primary key."""
    before: Columns | None
    after: Columns | None


OnCommit = Callable[[Sequence[RowChange]], None]
"""Called after each commit with the rows it left different, in a fixed order; must not wait."""


class ProvingStore(Protocol):
    """One database and the processes that use it. Statements and commits take virtual time, seeded."""

    down: bool
    """While True every call raises StoreUnavailable; what was open when it was set is rolled back."""
    lost_answers: float
    """The share of commits whose answer is lost: StoreUnavailable, committed or not by even chance."""
    on_commit: OnCommit

    def database(self, process: str) -> Database:
        """What `process` opens; all its handles share the connections it may have."""

    def ears(self, process: str) -> Ears:
        """Ears of `process`, not open yet."""

    def kill(self, process: str) -> None:
        """Its open transactions roll back at once; every later call of its handles raises StoreUnavailable.

        A process that is started again is asked for under another name.
        """

    def rows(self, table: str) -> Sequence[Columns]:
        """What is committed in `table`, in the order of its key."""
