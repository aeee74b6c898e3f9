"""The handles of a simulated process: its databases and ears, on a store that can kill it and cut it off.

Every statement, commit and answer takes a seeded while of virtual time, so the order in which the
processes meet is decided by the seed and by nothing else.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random

import psycopg
from msgspec import Struct

from touchline.clock import Clock
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.proving.sessions import Answer, Committed, Server, Session
from touchline.proving.store import Columns, OnCommit
from touchline.store.db import (
    QUEUE_PER_CONNECTION,
    SOMEBODY_ELSE,
    TRANSACTION_S,
    Database,
    Kind,
    Params,
    Row,
    Statement,
    Tx,
)


class Pace(Struct, frozen=True, kw_only=True):
    """How long things take, in virtual seconds: most of them up to `usual_s`, some up to `slow_s`."""

    at_once_share: float = 0.5
    """Statements answered so fast that nothing happens meanwhile."""
    usual_s: float = 0.002
    slow_s: float = 0.2
    slow_share: float = 0.005
    connections: int = 10
    """A process may have open."""
    connection_wait_s: float = 5.0
    transaction_s: float = TRANSACTION_S


class Line:
    """One open transaction of a process."""

    __slots__ = ("lost", "process", "session", "until")

    def __init__(self, process: str, session: Session, until: float) -> None:
        self.process = process
        self.session = session
        self.until = until
        self.lost = False

    def cut(self) -> None:
        """The server forgets it at once; its owner hears of it when he next asks."""
        self.lost = True
        self.session.abort()


class Seats:
    """The connections of one process: those who wait for one get it in the order they came."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self.taken = 0
        self._clock = clock
        self._most = pace.connections
        self._waiting: deque[asyncio.Event] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, within_s: float) -> None:
        """Raises StoreUnavailable when none becomes free in time, or too many wait already."""
        if self.taken < self._most:
            self.taken += 1
            return
        if self.waiting >= self._most * QUEUE_PER_CONNECTION:
            raise StoreUnavailable("the database has no connection to spare")
        given = asyncio.Event()
        self._waiting.append(given)
        try:
            await self._clock.wait(given, within_s)
        except BaseException:
            self._give_up(given)
            raise
        if not given.is_set():
            self._waiting.remove(given)
            raise StoreUnavailable("the database has no connection to spare")

    def give_back(self) -> None:
        """Hand it on to whoever has waited longest."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self.taken -= 1

    def _give_up(self, given: asyncio.Event) -> None:
        if given.is_set():
            self.give_back()
        else:
            self._waiting.remove(given)


class VirtualStore:
    """A server, the processes that use it, and what can befall them (proving/store.py: ProvingStore)."""

    def __init__(self, server: Server, clock: Clock, rng: Random, pace: Pace | None = None) -> None:
        self.on_commit: OnCommit = _unheard
        self.lost_answers = 0.0
        self._server = server
        self._clock = clock
        self._rng = rng
        self._pace = pace or Pace()
        self._seats: dict[str, Seats] = {}
        self._lines: dict[Line, None] = {}
        self._ears: dict[VirtualEars, None] = {}
        self._dead: set[str] = set()
        self._down = False

    # ------------------------------------------------------------ whose it is, and what befalls it

    def database(self, process: str) -> "VirtualDatabase":
        seats = self._seats.setdefault(process, Seats(self._clock, self._pace))
        return VirtualDatabase(self, process, seats)

    def ears(self, process: str) -> "VirtualEars":
        return VirtualEars(self, process, self._clock)

    def rows(self, table: str) -> Sequence[Columns]:
        return self._server.rows(table)

    def kill(self, process: str) -> None:
        self._dead.add(process)
        self._cut([line for line in self._lines if line.process == process])
        self._deafen([ears for ears in self._ears if ears.process == process])

    @property
    def down(self) -> bool:
        return self._down

    @down.setter
    def down(self, down: bool) -> None:
        self._down = down
        if down:
            self._cut(list(self._lines))
            self._deafen(list(self._ears))

    def _cut(self, lines: Sequence[Line]) -> None:
        for line in lines:
            del self._lines[line]
            line.cut()

    def _deafen(self, those: Sequence["VirtualEars"]) -> None:
        for ears in those:
            ears.lose()

    # ------------------------------------------------------------ what the handles ask

    @property
    def pace(self) -> Pace:
        return self._pace

    @property
    def clock(self) -> Clock:
        return self._clock

    async def pass_time(self) -> None:
        """The while that whatever is on its way takes."""
        rng, pace = self._rng, self._pace
        slow = pace.slow_share and rng.random() < pace.slow_share
        await self._clock.sleep(rng.random() * (pace.slow_s if slow else pace.usual_s))

    async def answer_time(self) -> None:
        """The while that one statement of many takes."""
        if self._rng.random() >= self._pace.at_once_share:
            await self.pass_time()

    def reach(self, process: str) -> None:
        """Raises StoreUnavailable where the server can't be reached from `process`."""
        if self._down or process in self._dead:
            raise StoreUnavailable("the database does not answer")

    def enter(self, process: str, until: float) -> Line:
        """A transaction of `process`."""
        line = Line(process, self._server.begin(until), until)
        self._lines[line] = None
        return line

    def leave(self, line: Line) -> None:
        """It has ended, or ends here without a trace."""
        line.session.abort()
        self._lines.pop(line, None)

    async def conclude(self, line: Line) -> None:
        """Commit and wait for the answer, which may get lost on its way: before the server heard, or after."""
        await self.pass_time()
        self.hold(line)
        lost = bool(self.lost_answers) and self._rng.random() < self.lost_answers
        if lost and self._rng.random() < 0.5:
            raise StoreUnavailable("the database does not answer")
        committed = line.session.finish()
        self._tell(committed)
        self._lines.pop(line, None)
        if committed.changes or committed.told:  # else there is nothing to be known too late
            await self.pass_time()
        if lost or self._down or line.process in self._dead:
            raise StoreUnavailable("the database does not answer")

    def hold(self, line: Line) -> None:
        """Raises StoreUnavailable where `line` is cut, or has taken too long."""
        if line.lost or self._clock.monotonic() > line.until:
            raise StoreUnavailable("the database does not answer")

    def _tell(self, committed: Committed) -> None:
        if committed.told:
            for ears in self._ears:
                ears.ring()
        if committed.changes:
            self.on_commit(committed.changes)

    def listen(self, ears: "VirtualEars") -> None:
        self._ears[ears] = None

    def unlisten(self, ears: "VirtualEars") -> None:
        self._ears.pop(ears, None)


class VirtualDatabase(Database):
    """What one process opens. All its handles share the connections of the process."""

    def __init__(self, store: VirtualStore, process: str, seats: Seats) -> None:
        self._store = store
        self._process = process
        self._seats = seats

    @contextlib.asynccontextmanager
    async def transaction(self, now_ms: int, *, within_s: float | None = None) -> AsyncIterator[Tx]:
        store, clock = self._store, self._store.clock
        since = clock.monotonic()
        await self._seats.take(store.pace.connection_wait_s if within_s is None else within_s)
        try:
            await store.answer_time()
            store.reach(self._process)
            until = clock.monotonic() + store.pace.transaction_s if within_s is None else since + within_s
            line = store.enter(self._process, until)
            try:
                yield VirtualTx(store, line, now_ms)
                await store.conclude(line)
            finally:
                store.leave(line)
        except SOMEBODY_ELSE as error:
            raise StaleWrite("somebody else holds or wrote the same rows") from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise StoreUnavailable("the database does not answer") from error
        finally:
            self._seats.give_back()

    def stats(self) -> Mapping[str, int]:
        return {"pool_size": self._seats.taken, "requests_waiting": self._seats.waiting}


class VirtualTx(Tx):
    """A transaction whose statements take virtual time. A pipeline is run in its order, one by one."""

    def __init__(self, store: VirtualStore, line: Line, now_ms: int) -> None:
        super().__init__(now_ms)
        self._store = store
        self._line = line

    async def execute(self, statement: Statement, params: Params = None) -> int:
        return (await self._ask(statement, params)).touched

    async def send(self, statement: Statement, params: Params = None) -> None:
        await self._ask(statement, params)

    async def rows(self, statement: Statement, params: Params = None) -> list[Row]:
        return (await self._ask(statement, params)).rows

    async def rows_later(
        self, statement: Statement, params: Params = None
    ) -> Callable[[], Awaitable[list[Row]]]:
        found = (await self._ask(statement, params)).rows

        async def rows() -> list[Row]:
            return found

        return rows

    async def rows_as(self, kind: type[Kind], statement: Statement, params: Params = None) -> list[Kind]:
        answer = await self._ask(statement, params)
        return [kind(**dict(zip(answer.columns, row, strict=True))) for row in answer.rows]

    async def row(self, statement: Statement, params: Params = None) -> Row | None:
        return next(iter((await self._ask(statement, params)).rows), None)

    def pipeline(self) -> AbstractAsyncContextManager[None]:
        return contextlib.nullcontext()

    async def _ask(self, statement: Statement, params: Params) -> Answer:
        await self._store.answer_time()
        self._store.hold(self._line)
        return await self._line.session.run(statement, params)


class VirtualEars:
    """Ears of one process: what is committed while they are open rings."""

    def __init__(self, store: VirtualStore, process: str, clock: Clock) -> None:
        self.process = process
        self._store = store
        self._clock = clock
        self._rung = asyncio.Event()
        self._open = False

    async def open(self) -> None:
        if self._open:
            return
        await self._store.pass_time()
        self._store.reach(self.process)
        self._rung.clear()
        self._open = True
        self._store.listen(self)

    async def hear(self, within_s: float) -> None:
        if self._open:
            await self._clock.wait(self._rung, within_s)
            self._rung.clear()

    async def close(self) -> None:
        self._open = False
        self._store.unlisten(self)

    def ring(self) -> None:
        """Something was committed that followers are to hear of."""
        self._rung.set()

    def lose(self) -> None:
        """The line is cut: whoever hears with them hears that."""
        self._open = False
        self._store.unlisten(self)
        self._rung.set()


def _unheard(_changes: object) -> None:
    """Nobody listens."""
