"""One commit as the rules see it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Columns = Mapping[str, Any]


class Changed(Protocol):
    """What a commit did to one row; see proving/store.py."""

    @property
    def table(self) -> str: ...
    @property
    def key(self) -> tuple[Any, ...]: ...
    @property
    def before(self) -> Columns | None: ...
    @property
    def after(self) -> Columns | None: ...


class Commit(NamedTuple):
    """What one transaction did, and when: real seconds and football time as nobody misreads them."""

    at: float
    now: float
    rows: Sequence[Changed]

    def of(self, table: str) -> Iterator[Changed]:
        """The rows of `table`, in the order in which they were written."""
        return (row for row in self.rows if row.table == table)


class Rule(Protocol):
    """Something that must hold. It may remember what it saw before."""

    def broken(self, commit: Commit) -> Iterator[str]:
        """A sentence for each way in which `commit` breaks it, beginning with the invariant's name."""


def differing(before: Columns, after: Columns) -> set[str]:
    """The columns that are not as they were."""
    return {name for name, value in after.items() if before.get(name) != value}
