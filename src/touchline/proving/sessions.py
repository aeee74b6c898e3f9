"""What the handles of a proving store stand on: transactions on a server that is not asked in real time."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from touchline.proving.store import Columns, RowChange
from touchline.store.db import Params, Row, Statement


class Answer(NamedTuple):
    """What a statement gave."""

    columns: Sequence[str]
    rows: list[Row]
    touched: int
    """Rows read or written, as a command tag counts them."""


class Committed(NamedTuple):
    """What a commit did."""

    changes: Sequence[RowChange]
    told: bool
    """Whether it sent a notification."""


class Session(Protocol):
    """One transaction on the server."""

    async def run(self, statement: Statement, params: Params) -> Answer:
        """Run `statement` at this instant; waits for locks in virtual time. Raises psycopg's errors."""

    def finish(self) -> Committed:
        """Commit: end it, with all it did. Nothing of it is kept where a statement of it failed."""

    def abort(self) -> None:
        """End it without a trace, whatever it waits for; does nothing where it has ended."""


class Server(Protocol):
    """Where transactions happen."""

    def begin(self, until: float) -> Session:
        """A transaction that waits for nothing past `until` (virtual monotonic seconds)."""

    def rows(self, table: str) -> Sequence[Columns]:
        """What is committed in `table`, in the order of its key."""
