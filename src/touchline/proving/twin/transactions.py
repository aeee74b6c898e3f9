"""One transaction in memory: what it sees, what it has written, what it holds."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import errors

from touchline.proving.sessions import Answer, Committed
from touchline.proving.twin.guard import KEY
from touchline.proving.twin.shelves import NO_ROWS, Snapshot, Writes
from touchline.proving.twin.values import Key, Row
from touchline.store.db import Params, Statement

if TYPE_CHECKING:
    from touchline.proving.twin.locks import Lock, Name
    from touchline.proving.twin.memory import Memory


class Conflict(NamedTuple):
    """A row that is in the way of another."""

    unique: str
    """The index by which it is."""
    key: Key
    row: Row


class Transaction:
    """Read committed: a statement sees what is committed when it begins, and what its own transaction wrote.

    Repeatable read once it says so (`steady`): then every statement sees what the first one saw.
    """

    def __init__(self, memory: "Memory", until: float) -> None:
        self.until = until
        self.held: list[Name] = []
        self.waits_for: Lock | None = None
        self.lock_timeout_s: float | None = None
        self.idle_timeout_s: float | None = None
        self.ended = False
        self.writes: Writes = {}
        self.told = False
        """Whether a notification goes out with its commit."""
        self._memory = memory
        self._snapshot: Snapshot | None = None
        self._steady = False
        self._asked = False
        """Whether a statement has run that asked something."""
        self._failed = False
        self._idle_since: float | None = None

    # ------------------------------------------------------------ the session

    async def run(self, statement: Statement, params: Params) -> Answer:
        self._is_there()
        if self._failed:
            raise errors.InFailedSqlTransaction("current transaction is aborted")
        answering = self._memory.answer_to(statement)
        self._idle_since = None
        try:
            if self._steady and answering.writes:
                raise errors.ReadOnlySqlTransaction("cannot execute it in a read-only transaction")
            if self._steady and self._snapshot is None:
                self._snapshot = self._memory.snapshot()
            if answering.at_once:
                answer: Answer = answering.run(self, params or {})
            else:
                with self._seen_as_it_is():
                    answer = await answering.run(self, params or {})
        except (psycopg.Error, asyncio.CancelledError):
            self._failed = True
            raise
        self._asked = self._asked or not self._steady or self._snapshot is not None
        self.served()
        return answer

    def finish(self) -> Committed:
        self._is_there()
        committed = Committed((), told=False) if self._failed else self._memory.take_over(self)
        self._end()
        return committed

    def abort(self) -> None:
        if not self.ended:
            self.writes = {}
            self._end()

    def _is_there(self) -> None:
        """Raises AdminShutdown where the server has given it up."""
        if self.idle_until <= self._memory.clock.monotonic():
            self.abort()
        if self.ended:
            raise errors.AdminShutdown("the connection is lost")

    def _end(self) -> None:
        self.ended = True
        self._forget(self._snapshot)
        self._memory.locks.give_back_all(self)
        self._memory.locks.wake(self)

    # ------------------------------------------------------------ as the locks see it

    @property
    def idle_until(self) -> float:
        if self._idle_since is None or self.idle_timeout_s is None:
            return float("inf")
        return self._idle_since + self.idle_timeout_s

    def served(self) -> None:
        if self.idle_timeout_s is not None:
            self._idle_since = self._memory.clock.monotonic()

    # ------------------------------------------------------------ what it sees

    def steady(self) -> None:
        """From the next statement on one snapshot, and nothing is written. Said before anything else."""
        if self._asked:
            raise errors.ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must be called before any query")
        self._steady = True

    def find(self, table: str, *key: Any) -> Row | None:
        """The row of that key, as this statement sees it."""
        own = self.writes.get(table)
        if own is not None and key in own:
            return own[key]
        if self._snapshot is not None:
            past = self._snapshot.past.get(table)
            if past is not None and key in past:
                return past[key]
        return self._memory.shelves[table].rows.get(key)

    def newest(self, table: str, key: Key) -> Row | None:
        """The row of that key as it is by now: what a statement looks at again after it waited."""
        own = self.writes.get(table)
        if own is not None and key in own:
            return own[key]
        return self._memory.shelves[table].rows.get(key)

    def of(self, table: str, group: Any) -> list[Row]:
        """The rows of `group`, in no order."""
        shelf = self._memory.shelves[table]
        rows = shelf.groups.get(group, NO_ROWS)
        own = self.writes.get(table, NO_ROWS)
        past = NO_ROWS if self._snapshot is None else self._snapshot.past.get(table, NO_ROWS)
        if not own and not past:
            return list(rows.values())
        column = shelf.table.group or ""
        seen = {**rows, **past, **own}
        return [row for row in seen.values() if row is not None and row[column] == group]

    def scan(self, table: str) -> list[Row]:
        """All rows, in no order."""
        rows = self._memory.shelves[table].rows
        own = self.writes.get(table, NO_ROWS)
        past = NO_ROWS if self._snapshot is None else self._snapshot.past.get(table, NO_ROWS)
        if not own and not past:
            return list(rows.values())
        return [row for row in {**rows, **past, **own}.values() if row is not None]

    def beyond(self, table: str, key: Key, limit: int) -> list[Row]:
        """The first rows of an ordered table beyond `key`, in order."""
        shelf = self._memory.shelves[table]
        rows: list[Row] = []
        for place in range(shelf.after(key), len(shelf.order)):
            row = self.find(table, *shelf.order[place])
            if row is not None:
                rows.append(row)
                if len(rows) == limit:
                    return rows
        own = self.writes.get(table, NO_ROWS)
        rows += [row for mine, row in own.items() if row is not None and mine > key and mine not in shelf.rows]
        return rows[:limit]

    def last(self, table: str) -> Row | None:
        """The row of an ordered table with the greatest key."""
        mine = max(self.writes.get(table, NO_ROWS), default=None)
        if mine is not None:
            return self.writes[table][mine]
        for key in reversed(self._memory.shelves[table].order):
            row = self.find(table, *key)
            if row is not None:
                return row
        return None

    def key(self, table: str, row: Row) -> Key:
        """What names a row of `table`."""
        return self._memory.guards[table].key(row)

    # ------------------------------------------------------------ what it holds

    def free(self, table: str, key: Key) -> bool:
        """Lock a row unless somebody else has it; whether it is ours."""
        return self._memory.locks.take_free((table, key), self)

    async def lock(self, table: str, key: Key) -> Row | None:
        """Lock a row, waiting for it; the row as it is by then."""
        await self._memory.locks.take((table, key), self)
        return self.newest(table, key)

    async def turn(self, number: int) -> None:
        """An advisory lock of this transaction."""
        await self._memory.locks.take(number, self)

    async def claim(self, table: str, row: Row) -> "Conflict | None":
        """The right to insert `row`: None and it is ours, or the row that is in its way.

        Whoever is writing such a row is waited for.
        """
        conflict = None
        for name, value in self._memory.guards[table].uniques(row):
            while conflict is None and (other := self._in_the_way(table, name, value)) is not None:
                if isinstance(other, Conflict):
                    conflict = other
                elif await self._memory.locks.take(other, self):
                    self._memory.locks.give_back(other, self)
        if conflict is None:
            for name, value in self._memory.guards[table].uniques(row):
                await self._memory.locks.take(_lock(table, name, value), self)
        return conflict

    def _in_the_way(self, table: str, name: str, value: Key) -> "Conflict | Name | None":
        """Who has that value of a unique index: a row, or a transaction that has to be waited for."""
        locks, writes_of = self._memory.locks, self._memory.writes_of
        key = value if name == KEY else self._holder_of(table, name, value)
        if key is not None:
            other = locks.other((table, key), self)
            if other is not None and key in writes_of(other).get(table, NO_ROWS):
                return (table, key)
            if (row := self.newest(table, key)) is not None:
                return Conflict(name, key, row)
        taken = _lock(table, name, value)
        return None if locks.other(taken, self) is None else taken

    def _holder_of(self, table: str, name: str, value: Key) -> Key | None:
        """The key of the row that has `value`, as it is by now."""
        value_of = self._memory.guards[table].table.uniques[name]
        own = self.writes.get(table, NO_ROWS)
        for key, row in own.items():
            if row is not None and value_of(row) == value:
                return key
        committed = self._memory.shelves[table].uniques[name].get(value)
        return None if committed in own else committed

    async def claim_new(self, table: str, row: Row) -> None:
        """The right to insert `row`. Raises UniqueViolation where its key is taken."""
        if (conflict := await self.claim(table, row)) is not None:
            raise _doubled(table, conflict.unique)

    async def claim_or_lock(self, table: str, row: Row) -> Row | None:
        """The right to insert `row`, or the row in its place, locked (ON CONFLICT DO UPDATE)."""
        while (conflict := await self.claim(table, row)) is not None:
            if conflict.unique != KEY:
                raise _doubled(table, conflict.unique)
            if (stored := await self.lock(table, conflict.key)) is not None:
                return stored
        return None

    # ------------------------------------------------------------ what it writes

    def number(self, table: str) -> int:
        """An identity number: given out now and never taken back."""
        return self._memory.number(table)

    def insert(self, table: str, values: Mapping[str, Any]) -> Row:
        """A new row; identity numbers are given out now and never taken back. The key has been claimed."""
        guard = self._memory.guards[table]
        if guard.table.identity is not None and guard.table.identity not in values:
            values = {**values, guard.table.identity: self._memory.number(table)}
        row = guard.made(values, self.real_now)
        self._is_referred_to(table, row)
        self._write(table, guard.key(row), row)
        return row

    def update(self, table: str, old: Row, values: Mapping[str, Any]) -> Row:
        """`old`, which is locked, with `values` in it."""
        guard = self._memory.guards[table]
        row = guard.changed(old, values)
        if row is not old:
            self._is_alone(table, old, row)
            self._write(table, guard.key(row), row)
        return row

    def delete(self, table: str, row: Row) -> None:
        """Take away a row, which is locked."""
        self._write(table, self._memory.guards[table].key(row), None)

    def _write(self, table: str, key: Key, row: Row | None) -> None:
        self.writes.setdefault(table, {})[key] = row

    def _is_referred_to(self, table: str, row: Row) -> None:
        for reference in self._memory.guards[table].table.references:
            if self.newest(reference.table, (row[reference.column],)) is None:
                raise errors.ForeignKeyViolation(
                    f'insert or update on table "{table}" violates foreign key constraint'
                )

    def _is_alone(self, table: str, old: Row, new: Row) -> None:
        """A change of a row takes no value of a unique index that another row has."""
        for name, value_of in self._memory.guards[table].table.uniques.items():
            value = value_of(new)
            if value is not None and value != value_of(old):
                if self._in_the_way(table, name, value) is not None:
                    raise _doubled(table, name)
                self._memory.locks.take_free(_lock(table, name, value), self)

    def real_now(self) -> datetime:
        """The function of that name."""
        return self._memory.real_now()

    @contextmanager
    def _seen_as_it_is(self) -> Iterator[None]:
        """For a statement that may wait: what others commit meanwhile, it does not see."""
        if self._snapshot is not None:
            yield
            return
        self._snapshot = self._memory.snapshot()
        try:
            yield
        finally:
            self._forget(self._snapshot)
            self._snapshot = None

    def _forget(self, snapshot: Snapshot | None) -> None:
        if snapshot is not None:
            self._memory.forget(snapshot)


def _lock(table: str, index: str, value: Key) -> "Name":
    """The lock that whoever writes that value holds: the key's is that of the row."""
    return (table, value) if index == KEY else (table, index, value)


def _doubled(table: str, index: str) -> errors.UniqueViolation:
    return errors.UniqueViolation(f'duplicate key value violates unique constraint "{index}" of "{table}"')


def rows_of(records: Sequence[Row], columns: Sequence[str]) -> Answer:
    """An answer of rows."""
    return Answer(columns, [tuple([record[column] for column in columns]) for record in records], len(records))
