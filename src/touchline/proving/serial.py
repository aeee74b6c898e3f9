"""The proving store on a real Postgres: one connection an open transaction, asked one statement at a time.

The loop stands still while Postgres works, so the order in which things happen is decided by virtual time
alone. A statement that would have to wait for a lock is taken back at once and tried again whenever another
transaction has ended, until the lock is free or the virtual time-out has passed.
"""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Self

import msgspec
import psycopg
from psycopg import Connection, Notify, errors, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads

from touchline.clock import Clock
from touchline.proving.fresh import make_ready
from touchline.proving.handles import Pace, VirtualStore
from touchline.proving.ledger import Ledger
from touchline.proving.sessions import Answer, Committed
from touchline.proving.store import Columns
from touchline.store import views
from touchline.store.changes import CHANNEL
from touchline.store.db import Params, Statement

RETRY_S = 0.004
"""Virtual seconds, at most, from the end of a transaction until those that waited try again."""
LOOK_S = 1.0
"""Virtual seconds after which who waits looks whether somebody has fallen silent since."""
IDLE = b"idle_in_transaction_session_timeout"
LISTEN = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))
STAMP = sql.SQL("SET LOCAL proving.real_now = {}")
SAVE = sql.SQL(
    "SAVEPOINT attempt; SET LOCAL lock_timeout = '1ms'; SET LOCAL idle_in_transaction_session_timeout = 0"
)
TAKE_BACK = b"ROLLBACK TO SAVEPOINT attempt"
TOUCHED = b"""
SELECT relname::text, n_tup_del > 0 FROM pg_stat_xact_user_tables
WHERE
    pg_current_xact_id_if_assigned() IS NOT NULL
    AND schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0
ORDER BY relname
"""
ASKED_FOR = b"SELECT setting::bigint FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
Line = Connection[TupleRow]


class SerialStore(VirtualStore):
    """A migrated database of the proving's own, emptied (proving/fresh.py). Close it when done.

    Raises NotOurs where somebody has kept matches in it.
    """

    def __init__(
        self, app_conninfo: str, owner_conninfo: str, clock: Clock, rng: Random, pace: Pace | None = None
    ) -> None:
        make_ready(owner_conninfo, rng)
        self._postgres = Postgres(app_conninfo, clock, rng)
        super().__init__(self._postgres, clock, rng, pace)

    def close(self) -> None:
        """Hang up."""
        self._postgres.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Postgres:
    """The server side: connections that are open, idle ones, and what was seen in the tables."""

    def __init__(self, conninfo: str, clock: Clock, rng: Random) -> None:
        self.clock = clock
        self.rng = rng
        self._conninfo = conninfo
        self._idle: list[Line] = []
        self._open: dict[Session, None] = {}
        self._waiting: dict[asyncio.Event, None] = {}
        self._ledger = Ledger(self._connect())

    def begin(self, until: float) -> "Session":
        session = Session(self, self._idle.pop() if self._idle else self._connect(), until)
        self._open[session] = None
        return session

    def rows(self, table: str) -> Sequence[Columns]:
        return self._ledger.rows(table)

    def ended(self, session: "Session", line: Line) -> None:
        """Its connection is free for the next, and so is what it had locked."""
        del self._open[session]
        self._idle.append(line)
        for event in self._waiting:
            event.set()

    async def until_one_ends(self, seconds: float) -> None:
        """Wait for the end of some transaction, at most so long."""
        now = self.clock.monotonic()
        silent = min((session.idle_until for session in self._open), default=float("inf"))
        event = asyncio.Event()
        self._waiting[event] = None
        try:
            await self.clock.wait(event, max(0.0, min(seconds, silent - now, LOOK_S)))
        finally:
            del self._waiting[event]
        await self.clock.sleep(self.rng.random() * RETRY_S)
        self._end_the_silent()

    def compare(self, touched: Sequence[tuple[str, bool]]) -> Committed:
        """What is different in the touched tables; (table, whether rows were taken away)."""
        return Committed(self._ledger.compare(touched), told=False)

    def _end_the_silent(self) -> None:
        """Transactions that have said nothing for longer than they asked for are over."""
        now = self.clock.monotonic()
        for session in [session for session in self._open if session.idle_until <= now]:
            session.abort()

    def close(self) -> None:
        for session in list(self._open):
            session.abort()
        for line in self._idle:
            line.close()
        self._ledger.close()

    def _connect(self) -> Line:
        line = psycopg.connect(self._conninfo, autocommit=True, application_name="touchline-proving")
        set_json_dumps(msgspec.json.encode, line)
        set_json_loads(msgspec.json.decode, line)
        line.execute(b"SET TimeZone = 'UTC'; SET synchronous_commit = off")
        line.execute(LISTEN)
        return line


class Session:
    """One transaction on a connection of its own."""

    def __init__(self, postgres: Postgres, line: Line, until: float) -> None:
        self._postgres = postgres
        self._line = line
        self._until = until
        self._lock_timeout_s = float("inf")
        self._idle_timeout_s: float | None = None
        self._idle_since = float("inf")
        self._steady = False
        self._ended = False
        self._told = False
        line.execute(b"BEGIN")
        line.add_notify_handler(self._hear)

    @property
    def idle_until(self) -> float:
        """When the server gives it up, unless it says something."""
        return float("inf") if self._idle_timeout_s is None else self._idle_since + self._idle_timeout_s

    async def run(self, statement: Statement, params: Params) -> Answer:
        self._is_there()
        params = self._bounded(params)
        self._idle_since = float("inf")
        begun = self._postgres.clock.monotonic()
        while True:
            self._is_there()
            try:
                answer = self._attempt(statement, params)
            except errors.LockNotAvailable:
                await self._wait(begun)
            else:
                self._idle_since = self._postgres.clock.monotonic()
                return answer

    def finish(self) -> Committed:
        self._is_there()
        if self._line.info.transaction_status is TransactionStatus.INERROR:
            self.abort()
            return Committed((), told=False)
        touched = [] if self._steady else self._line.execute(TOUCHED).fetchall()
        self._line.execute(b"COMMIT")
        self._end()
        return self._postgres.compare(touched)._replace(told=self._told)

    def abort(self) -> None:
        if not self._ended:
            self._line.execute(b"ROLLBACK")
            self._end()

    def _is_there(self) -> None:
        """Raises AdminShutdown where the server has given it up."""
        if self.idle_until <= self._postgres.clock.monotonic():
            self.abort()
        if self._ended:
            raise errors.AdminShutdown("the connection is lost")

    def _end(self) -> None:
        self._ended = True
        self._line.remove_notify_handler(self._hear)
        self._postgres.ended(self, self._line)

    def _hear(self, notify: Notify) -> None:
        self._told = self._told or notify.pid == self._line.info.backend_pid

    def _bounded(self, params: Params) -> Params:
        """A wait for a lock is ours to bound, in virtual time."""
        if params is None or "wait_ms" not in params:
            return params
        self._lock_timeout_s = int(params["wait_ms"]) / 1000
        return {**params, "wait_ms": "1"}

    def _attempt(self, statement: Statement, params: Params) -> Answer:
        stamp = STAMP.format(sql.Literal(repr(self._postgres.clock.real())))
        if statement == views.STEADY:
            self._steady = True
        self._line.execute(stamp if self._steady else sql.SQL("; ").join((stamp, SAVE)))
        try:
            cursor = self._line.execute(statement, params)
        except errors.LockNotAvailable:
            self._line.execute(TAKE_BACK)
            raise
        if isinstance(statement, bytes) and IDLE in statement:
            self._idle_timeout_s = self._asked_for()
        columns = [column.name for column in cursor.description or ()]
        return Answer(columns, cursor.fetchall() if columns else [], cursor.rowcount)

    def _asked_for(self) -> float:
        """How long the transaction may be silent; Postgres, who goes by real time, is told nothing of it."""
        [(ms,)] = self._line.execute(ASKED_FOR).fetchall()
        self._line.execute(b"SET LOCAL idle_in_transaction_session_timeout = 0")
        return float(ms) / 1000

    async def _wait(self, begun: float) -> None:
        """Wait for the next attempt. Raises LockNotAvailable, AdminShutdown when there is no time left."""
        clock = self._postgres.clock
        late = begun + self._lock_timeout_s
        left = min(late, self._until) - clock.monotonic()
        if left <= 0 and late <= self._until:
            raise errors.LockNotAvailable("canceling statement due to lock timeout")
        if left <= 0:
            raise errors.AdminShutdown("the transaction took too long")
        await self._postgres.until_one_ends(left)
