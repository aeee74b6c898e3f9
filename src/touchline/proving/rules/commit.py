"""One commit as the rules see it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Columns = Mapping[str, Any]


class Changed(NamedTuple):
    """What a commit did to one row: made it (no `before`), took it away (no `after`) or changed it."""

    table: str
    key: tuple[Any, ...]
    before: Columns | None
    after: Columns | None
    moved: frozenset[str]
    """The columns that are not as they were; of a new row all of them."""


class Commit(NamedTuple):
    """What one transaction did, and when: real and football time as nobody misreads them, Unix seconds."""

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


def seconds(instant: Any) -> float:
    """A timestamptz as Unix seconds."""
    return float(instant.timestamp() if hasattr(instant, "timestamp") else instant)


def differing(before: Columns | None, after: Columns | None) -> frozenset[str]:
    """The columns of `after` that are not as they were."""
    if after is None:
        return frozenset()
    old, new = getattr(before, "raw", before), getattr(after, "raw", after)
    if old is None:
        return frozenset(new)
    return frozenset(name for name, value in new.items() if old[name] is not value and old[name] != value)
