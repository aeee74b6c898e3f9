"""The way to Postgres: a bounded pool and the transaction everything happens in.

The transaction is opened at the edge; functions take `tx` and never commit. `tx.now` is football
time, given when it was opened. Whatever says that the database does not answer comes out as
`StoreUnavailable`, whatever says that somebody else was first (a lock that took too long, a deadlock)
as `StaleWrite`; errors in what was asked stay what they are. To catch one inside a transaction does not
mend it: the transaction then ends with `InFailedSqlTransaction`.
"""

import asyncio
import contextlib
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, LiteralString, TypeVar, cast

import msgspec
import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from touchline.errors import StaleWrite, StoreUnavailable

Statement = bytes | LiteralString
Params = Mapping[str, Any] | None
Row = tuple[Any, ...]
Kind = TypeVar("Kind")
Connection = psycopg.AsyncConnection[TupleRow]

SOMEBODY_ELSE = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    # We stood still or took so long with others waiting that the server took the transaction away.
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
)
NO_ANSWER = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # It lives, but for reading alone: its disk is full, or another one took its place. Who writes waits for it.
    errors.ReadOnlySqlTransaction,
)
PREPARE_AFTER = 2
"""A statement is prepared on its third run on a connection."""
QUEUE_PER_CONNECTION = 20
"""Callers that may wait for a connection, for each that the pool may open; more are refused at once."""
RECONNECT_S = 5.0
"""How long the pool itself tries to get a lost connection back, waiting twice as long each time. After that the
next caller asks for a new one: a database that was away for an hour is used again the moment it is back."""
TRANSACTION_S = 15.0
"""Real seconds a transaction may take: the longest wait for a lock and then some."""
TCP_SILENCE_MS = 15_000
"""How long what was sent to a host may go unconfirmed before the connection counts as dead."""
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


class Tx(ABC):
    """One transaction. It ends where it was opened; nobody else commits."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    @property
    def now(self) -> int:
        """Football time of this transaction in whole Unix seconds."""
        return self.now_ms // 1000

    @abstractmethod
    async def execute(self, statement: Statement, params: Params = None) -> int:
        """Run `statement`; how many rows it touched. Inside a pipeline the answer is waited for."""

    @abstractmethod
    async def send(self, statement: Statement, params: Params = None) -> None:
        """Run `statement` without asking what came of it: inside a pipeline nothing is waited for."""

    @abstractmethod
    async def rows(self, statement: Statement, params: Params = None) -> list[Row]:
        """The rows of `statement`, as tuples in the order of its columns."""

    @abstractmethod
    async def rows_later(
        self, statement: Statement, params: Params = None
    ) -> Callable[[], Awaitable[list[Row]]]:
        """Like `rows`, but what comes back is called when the rows are wanted: for use inside a pipeline."""

    @abstractmethod
    async def rows_as(self, kind: type[Kind], statement: Statement, params: Params = None) -> list[Kind]:
        """The rows of `statement`, each as `kind(**columns)`."""

    @abstractmethod
    async def row(self, statement: Statement, params: Params = None) -> Row | None:
        """The first row of `statement`, or None."""

    @abstractmethod
    def pipeline(self) -> AbstractAsyncContextManager[None]:
        """Send what is run inside without waiting for the answers of what was sent before."""


class Database(ABC):
    """Where transactions are opened."""

    @staticmethod
    def open(
        conninfo: str,
        *,
        name: str,
        min_size: int,
        max_size: int,
        timeout_s: float,
        transaction_s: float = TRANSACTION_S,
        prepare_threshold: int | None = PREPARE_AFTER,
    ) -> "AbstractAsyncContextManager[PostgresDatabase]":
        """A pool at `conninfo`, called `name` in the database's own lists.

        Opens even while the database is down. `timeout_s` bounds the wait for a connection and the
        attempt to connect, `transaction_s` a whole transaction. `prepare_threshold` must be None behind
        a pooler in transaction mode.
        """
        options = {
            "application_name": f"touchline-{name}",
            "autocommit": True,
            "prepare_threshold": prepare_threshold,
            "connect_timeout": max(2, round(timeout_s)),
            "tcp_user_timeout": TCP_SILENCE_MS,
            **KEEPALIVE,
        }
        pool = AsyncConnectionPool(
            conninfo,
            connection_class=Connection,
            kwargs=options,
            min_size=min_size,
            max_size=max_size,
            max_waiting=max_size * QUEUE_PER_CONNECTION,
            timeout=timeout_s,
            reconnect_timeout=RECONNECT_S,
            name=name,
            configure=_configure,
            open=False,
        )
        return _opened(pool, transaction_s)

    @abstractmethod
    def transaction(self, now_ms: int, *, within_s: float | None = None) -> AbstractAsyncContextManager[Tx]:
        """A read-committed transaction at football time `now_ms`: commits at the end, rolls back on any error.

        `within_s` bounds the wait for a connection and the transaction together; what cancels a
        transaction waits for the server. Raises StoreUnavailable when the database does not answer,
        StaleWrite when somebody else was first.
        """

    @abstractmethod
    def stats(self) -> Mapping[str, int]:
        """Figures of the connections: size, available, waiting …"""


class PostgresTx(Tx):
    """A transaction on a connection of the pool."""

    def __init__(self, connection: Connection, now_ms: int) -> None:
        super().__init__(now_ms)
        self._connection = connection

    async def execute(self, statement: Statement, params: Params = None) -> int:
        cursor = await self._connection.execute(statement, params)
        return cursor.rowcount

    async def send(self, statement: Statement, params: Params = None) -> None:
        await self._connection.execute(statement, params)

    async def rows(self, statement: Statement, params: Params = None) -> list[Row]:
        cursor = await self._connection.execute(statement, params)
        return await cursor.fetchall()

    async def rows_later(
        self, statement: Statement, params: Params = None
    ) -> Callable[[], Awaitable[list[Row]]]:
        cursor = await self._connection.execute(statement, params)
        return cursor.fetchall

    async def rows_as(self, kind: type[Kind], statement: Statement, params: Params = None) -> list[Kind]:
        async with self._connection.cursor(row_factory=class_row(kind)) as cursor:
            await cursor.execute(statement, params)
            return await cursor.fetchall()

    async def row(self, statement: Statement, params: Params = None) -> Row | None:
        cursor = await self._connection.execute(statement, params)
        return await cursor.fetchone()

    @contextlib.asynccontextmanager
    async def pipeline(self) -> AsyncIterator[None]:
        async with self._connection.pipeline():
            yield


class PostgresDatabase(Database):
    """A bounded pool of connections. Open it with `async with Database.open(…)`."""

    def __init__(self, pool: AsyncConnectionPool[Connection], transaction_s: float) -> None:
        self._pool = pool
        self._floor = pool.min_size
        self._transaction_s = transaction_s

    @contextlib.asynccontextmanager
    async def transaction(self, now_ms: int, *, within_s: float | None = None) -> AsyncIterator[Tx]:
        loop = asyncio.get_running_loop()
        until = None if within_s is None else loop.time() + within_s
        cancellations = _cancellations()
        try:
            async with self._pool.connection(within_s) as connection:
                if _cancellations() > cancellations:
                    # Python 3.11 loses one that comes together with the connection (python/cpython#86296).
                    raise asyncio.CancelledError
                with _bounded(connection, loop.time() + self._transaction_s if until is None else until):
                    async with connection.transaction():
                        yield PostgresTx(connection, now_ms)
                        _refuse_failed(connection)
        except SOMEBODY_ELSE as error:
            raise StaleWrite("somebody else holds or wrote the same rows") from error
        except (PoolTimeout, TooManyRequests) as error:
            if isinstance(error, TooManyRequests):
                await self._knock()
            raise StoreUnavailable("the database has no connection to spare") from error
        except NO_ANSWER as error:
            # The next callers shall not find, one by one, the connections that died with this one.
            await self._pool.drain()
            raise StoreUnavailable("the database does not answer") from error

    async def _knock(self) -> None:
        """Have the pool try for a connection where it has none and tries for none.

        Callers that gave up long ago count among those that wait until the next connection is there, and where
        too many wait the pool refuses the next one before it would try: after a long outage it never would.
        """
        if self._pool.get_stats()["pool_size"] == 0:
            await self._pool.resize(0, self._pool.max_size)
            await self._pool.resize(max(1, self._floor), self._pool.max_size)

    def stats(self) -> Mapping[str, int]:
        return self._pool.get_stats()


@contextlib.asynccontextmanager
async def _opened(
    pool: AsyncConnectionPool[Connection], transaction_s: float
) -> AsyncIterator[PostgresDatabase]:
    async with pool:
        yield PostgresDatabase(pool, transaction_s)


def _cancellations() -> int:
    """How often the task that is running was cancelled."""
    return cast("asyncio.Task[Any]", asyncio.current_task()).cancelling()


def _refuse_failed(connection: Connection) -> None:
    """Of a transaction in which a statement failed nothing is kept, and the commit would not say so."""
    if connection.info.transaction_status is TransactionStatus.INERROR:
        raise errors.InFailedSqlTransaction("a statement failed and its error was caught: nothing is kept")


@contextlib.contextmanager
def _bounded(connection: Connection, until: float) -> Iterator[None]:
    """Hang up on a server that takes longer, by the time of the loop: whatever waits for it then fails at once.

    Cancelling would not do: the driver first asks the server, frozen as it is, to cancel.
    """
    late = asyncio.get_running_loop().call_at(until, _hang_up, connection)
    try:
        yield
    finally:
        late.cancel()


def _hang_up(connection: Connection) -> None:
    if connection.closed:
        return
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


async def _configure(connection: Connection) -> None:
    """jsonb goes in and out through msgspec."""
    set_json_dumps(msgspec.json.encode, connection)
    set_json_loads(msgspec.json.decode, connection)


def as_json(rows: Sequence[Any]) -> str:
    """Rows as one parameter: PostgreSQL turns a JSON array into typed columns in one pass."""
    return msgspec.json.encode(rows).decode()
