"""The proving store on a real Postgres: one connection an open transaction, asked one statement at a time.

The loop stands still while Postgres works, so the order in which things happen is decided by virtual time
alone. A statement that would have to wait for a lock is taken back at once and tried again at later
virtual instants, until the lock is free or the virtual time-out has passed.
"""

from collections.abc import Sequence
from random import Random
from typing import Self

import msgspec
import psycopg
from psycopg import Connection, Notify, errors, sql
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads

from touchline.clock import Clock
from touchline.proving.handles import Pace, VirtualStore
from touchline.proving.ledger import Ledger
from touchline.proving.sessions import Answer, Committed
from touchline.proving.store import Columns
from touchline.store import views
from touchline.store.changes import CHANNEL
from touchline.store.db import Params, Statement

RETRY_S = 0.004
"""Virtual seconds, more or less, until a statement that would wait is tried again."""
IDLE = b"idle_in_transaction_session_timeout"
LISTEN = sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL))
STAMP = sql.SQL("SET LOCAL proving.real_now = {}")
SAVE = sql.SQL(
    "SAVEPOINT attempt; SET LOCAL lock_timeout = '1ms'; SET LOCAL idle_in_transaction_session_timeout = 0"
)
TAKE_BACK = b"ROLLBACK TO SAVEPOINT attempt"
REAL_NOW = b"""
CREATE OR REPLACE FUNCTION real_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
SELECT coalesce(
    to_timestamp(nullif(current_setting('proving.real_now', TRUE), '')::float8), clock_timestamp()
)
$$
"""
CLOCKS = b"""
SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND column_default LIKE '%clock_timestamp()%' AND table_name <> 'schema_migration'
"""
TABLES = b"""
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
TOUCHED = b"""
SELECT relname::text, n_tup_del > 0 FROM pg_stat_xact_user_tables
WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0
ORDER BY relname
"""
ASKED_FOR = b"SELECT setting::bigint FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
Line = Connection[TupleRow]


class SerialStore(VirtualStore):
    """A migrated database of the proving's own, which nobody else uses. Close it when done."""

    def __init__(
        self, app_conninfo: str, owner_conninfo: str, clock: Clock, rng: Random, pace: Pace | None = None
    ) -> None:
        _prepare(owner_conninfo, rng)
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
        self._ledger = Ledger(self._connect())

    def begin(self, until: float) -> "Session":
        session = Session(self, self._idle.pop() if self._idle else self._connect(), until)
        self._open[session] = None
        return session

    def rows(self, table: str) -> Sequence[Columns]:
        return self._ledger.rows(table)

    def ended(self, session: "Session", line: Line) -> None:
        """Its connection is free for the next."""
        del self._open[session]
        self._idle.append(line)

    def compare(self, touched: Sequence[tuple[str, bool]]) -> Committed:
        """What is different in the touched tables; (table, whether rows were taken away)."""
        return Committed(self._ledger.compare(touched), told=False)

    def end_the_silent(self) -> None:
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
        line.execute(b"SET TimeZone = 'UTC'")
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
        params = self._bounded(params)
        self._idle_since = float("inf")
        begun = self._postgres.clock.monotonic()
        while True:
            if self._ended:
                raise errors.AdminShutdown("the connection is lost")
            try:
                answer = self._attempt(statement, params)
            except errors.LockNotAvailable:
                await self._wait(begun)
            else:
                self._idle_since = self._postgres.clock.monotonic()
                return answer

    def finish(self) -> Committed:
        if self._ended:
            raise errors.AdminShutdown("the connection is lost")
        touched = [] if self._steady else self._line.execute(TOUCHED).fetchall()
        self._line.execute(b"COMMIT")
        self._end()
        return self._postgres.compare(touched)._replace(told=self._told)

    def abort(self) -> None:
        if not self._ended:
            self._line.execute(b"ROLLBACK")
            self._end()

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
        """Let some time pass before the next attempt. Raises LockNotAvailable when there is none left."""
        clock = self._postgres.clock
        left = min(begun + self._lock_timeout_s, self._until) - clock.monotonic()
        if left <= 0:
            raise errors.LockNotAvailable("canceling statement due to lock timeout")
        await clock.sleep(min(left, RETRY_S * (0.5 + self._postgres.rng.random())))
        self._postgres.end_the_silent()


def _prepare(owner_conninfo: str, rng: Random) -> None:
    """Real time is what the virtual clock says, and nothing happens but what is asked for."""
    epoch = f"{rng.getrandbits(32):08x}"
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        owner.execute(REAL_NOW)
        owner.execute(b"UPDATE change_log SET epoch = %(epoch)s", {"epoch": epoch})
        for table, column in owner.execute(CLOCKS).fetchall():
            alter = "ALTER TABLE {} ALTER COLUMN {} SET DEFAULT real_now()"
            owner.execute(sql.SQL(alter).format(sql.Identifier(table), sql.Identifier(column)))
        for (table,) in owner.execute(TABLES).fetchall():
            owner.execute(
                sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table))
            )
