"""A database in memory: committed rows, locks, numbers, and the moment of a commit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from touchline.clock import Clock
from touchline.proving.sessions import Committed
from touchline.proving.store import Columns, RowChange
from touchline.proving.twin.answers import Answering, answer_to
from touchline.proving.twin.guard import Guard
from touchline.proving.twin.locks import Holder, Locks
from touchline.proving.twin.schema import TABLES
from touchline.proving.twin.shelves import Shelf, Snapshot, Writes
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, held, instant
from touchline.store.db import Statement

JSONB = {
    name: frozenset(column.name for column in table.columns.values() if column.type == "jsonb")
    for name, table in TABLES.items()
}
"""The columns of each table that hold documents."""


class Memory:
    """The server side of the twin."""

    def __init__(self, clock: Clock, rng: Random) -> None:
        self.clock = clock
        self.locks = Locks(clock)
        self.shelves = {name: Shelf(table) for name, table in TABLES.items()}
        self.guards = {name: Guard(table) for name, table in TABLES.items()}
        for name, table in TABLES.items():
            for row in table.first_rows:
                self.shelves[name].put(self.guards[name].key(row), row)
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._snapshots: dict[Snapshot, None] = {}
        epoch = {"only_row": True, "epoch": f"{rng.getrandbits(32):08x}", "pruned_through": 0}
        self.shelves["change_log"].put((True,), epoch)

    # ------------------------------------------------------------ as a server

    def begin(self, until: float) -> Transaction:
        return Transaction(self, until)

    def rows(self, table: str) -> Sequence[Columns]:
        shelf = self.shelves[table]
        return [Seen(TABLES[table].name, row) for _, row in sorted(shelf.rows.items(), key=_key)]

    # ------------------------------------------------------------ what transactions ask

    def answer_to(self, statement: Statement) -> Answering:
        """How `statement` is answered. Raises NoTwin."""
        return answer_to(statement)

    def number(self, table: str) -> int:
        """The next of the identity numbers of `table`."""
        self._numbers[table] += 1
        return self._numbers[table]

    def real_now(self) -> datetime:
        return instant(self.clock.real())

    def snapshot(self) -> Snapshot:
        """What is committed now, for as long as it is not forgotten."""
        snapshot = Snapshot()
        self._snapshots[snapshot] = None
        return snapshot

    def forget(self, snapshot: Snapshot) -> None:
        self._snapshots.pop(snapshot, None)

    def writes_of(self, holder: Holder) -> Writes:
        """What a transaction has written and not committed."""
        return holder.writes if isinstance(holder, Transaction) else {}

    def take_over(self, transaction: Transaction) -> Committed:
        """Commit: everything it wrote at once."""
        changes = []
        for table, written in transaction.writes.items():
            shelf = self.shelves[table]
            for key, row in written.items():
                before = shelf.rows.get(key)
                if before == row:  # made and taken away, or changed and changed back
                    continue
                for snapshot in self._snapshots:
                    snapshot.keep(table, key, before)
                shelf.put(key, row)
                changes.append(RowChange(table, key, _seen(table, before), _seen(table, row)))
        return Committed(changes, transaction.told)


class Seen(Mapping[str, Any]):
    """A row as the outside sees it: jsonb as what it holds, read when it is asked for."""

    __slots__ = ("_row", "_table")

    def __init__(self, table: str, row: Row) -> None:
        self._table = table
        self._row = row

    @property
    def raw(self) -> Row:
        """As it is kept, jsonb as its text: to compare two of them without reading what they hold."""
        return self._row

    def __getitem__(self, column: str) -> Any:
        value = self._row[column]
        return held(value) if value is not None and column in JSONB[self._table] else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)

    def __repr__(self) -> str:
        return f"Seen({dict(self)!r})"


def _seen(table: str, row: Row | None) -> Seen | None:
    return None if row is None else Seen(table, row)


def _key(item: tuple[Any, Any]) -> Any:
    return item[0]
