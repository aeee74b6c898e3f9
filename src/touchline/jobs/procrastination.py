"""The queue: Procrastinate takes tickets from Postgres, each once, and hands them to the runner.

It only executes. When jobs are due, what keeps two runs apart and what came of a run is ours (jobs/planner.py,
jobs/runner.py), so nothing of a worker that died is in anybody's way. It works on the application's own pool;
while the database is away it waits and goes on.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, LiteralString

import msgspec
import procrastinate
import structlog
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.sql import queries
from procrastinate.worker import Worker

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable, TouchlineError
from touchline.jobs.runner import Runner
from touchline.store.db import Database
from touchline.store.jobs import TICKETS, Lane, Ticket

TASK = "run"
FORGOTTEN_S = 86_400.0
"""Real seconds after which a silent worker is deleted; what it had taken is looked after long before."""
RETRY_S = 1.0
BEGIN_TRIES = 60
POLL_S = 1.0
"""Real seconds between two looks for tickets that no bell was rung for."""
INSERTED = '{"type": "job_inserted", "job_id": 0}'
NO_TICKET: Mapping[str, Any] = {"id": None}


class Queue:
    """The loop of a lane: takes its tickets and has them run, so many at a time."""

    interval = "queue"

    def __init__(self, db: Database, clock: Clock, runner: Runner, lane: Lane, concurrency: int) -> None:
        self.name = f"job_queue_{lane}"
        self.channel = f"{TICKETS}{lane}"
        """Where NOTIFY tells of tickets."""
        self._lane = lane
        self.wake = asyncio.Event()
        self.batch_size = concurrency
        self._runner = runner
        self._clock = clock
        self._connector = Connector(db, clock, self.name)
        self._app = procrastinate.App(connector=self._connector)
        self._app.task(name=TASK)(self._run)

    def ring(self) -> None:
        """There are tickets."""
        self._connector.rung.set()

    async def turn(self) -> timedelta:
        """Take tickets until we are woken, which is to stop; then wait for what is being run."""
        worker = Worker(
            self._app,
            queues=[self._lane],
            concurrency=self.batch_size,
            fetch_job_polling_interval=POLL_S,
            delete_jobs="successful",
            stalled_worker_timeout=FORGOTTEN_S,
            install_signal_handlers=False,
        )
        working = asyncio.ensure_future(worker.run())  # type: ignore[no-untyped-call]
        woken = asyncio.ensure_future(self.wake.wait())
        try:
            await asyncio.wait((working, woken), return_when=asyncio.FIRST_COMPLETED)
            worker.stop()  # type: ignore[no-untyped-call]
            await working
        except (StoreUnavailable, StaleWrite) as error:
            self._connector.say_lost(error)
            return timedelta(seconds=RETRY_S)
        finally:
            woken.cancel()
            working.cancel()
        return timedelta()

    async def _run(self, **queued: Any) -> None:
        """Have one ticket run. Where the database is away before it begins, that is waited for."""
        ticket = msgspec.convert(queued, Ticket)
        for _ in range(BEGIN_TRIES):
            try:
                await self._runner.run(ticket)
            except (StoreUnavailable, StaleWrite) as error:
                self._connector.say_lost(error)
                await self._clock.sleep(RETRY_S)
            else:
                return
        raise StoreUnavailable("the database does not come back; the ticket is handed over again")


class Connector(BaseAsyncConnector):
    """Procrastinate's way to the database: our own. Only who wants to begin hears that it is away."""

    def __init__(self, db: Database, clock: Clock, worker: str) -> None:
        self.rung = asyncio.Event()
        self._db = db
        self._clock = clock
        self._lost = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._log = structlog.get_logger().bind(worker=worker)

    async def open_async(self, pool: object | None = None) -> None:
        """The pool is open already."""

    async def close_async(self) -> None:
        """The pool is closed by whoever opened it."""

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Heartbeats and ends. One that is lost is made up for: by the next, or by the Lost Run Reaper."""
        with contextlib.suppress(StoreUnavailable, StaleWrite):
            await self.execute_query_all_async(query, **arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """A registration, or a ticket; no ticket while the database is away."""
        if query != queries["fetch_job"]:
            [row] = await self.execute_query_all_async(query, **arguments)
            return row
        self._idle.clear()
        try:
            [row] = await self.execute_query_all_async(query, **arguments)
        except (StoreUnavailable, StaleWrite) as error:
            self.say_lost(error)
            return dict(NO_TICKET)
        finally:
            self._idle.set()
        self._say_back()
        return row

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return await tx.rows_as(dict, query, arguments)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Hand on every ring of the bell; again where it came while we looked, for that one is forgotten."""
        [channel] = channels
        while True:
            await self.rung.wait()
            self.rung.clear()
            looked = not self._idle.is_set()
            await on_notification(channel=channel, payload=INSERTED)
            if looked:
                await self._idle.wait()
                await on_notification(channel=channel, payload=INSERTED)

    def say_lost(self, error: TouchlineError) -> None:
        """The database is away; said once."""
        if not self._lost:
            self._lost = True
            self._log.error("worker.failing", error=str(error))

    def _say_back(self) -> None:
        if self._lost:
            self._lost = False
            self._log.info("worker.recovered")
