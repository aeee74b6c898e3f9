"""The jobs that look after the jobs."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from touchline.clock import Clock, now_ms
from touchline.metrics import Metrics
from touchline.store import jobs
from touchline.store.db import Database, Tx
from touchline.task import Done, Run, Task

KEEP_S = 30 * 86_400
"""How long slots and runs are kept; football seconds."""


class LostRunReaper:
    """Gives up runs whose process is gone, and hands over again what it had taken and never begun."""

    def __init__(self, db: Database, clock: Clock, metrics: Metrics) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger()

    async def run(self, run: Run) -> Done:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            lost = await jobs.lose_any(tx, run.batch_size)
            tickets = await jobs.take_back(tx, run.batch_size)
            await jobs.hand_over(tx, tickets)
        for run_id, job_name in lost:
            self._metrics.job_runs.labels(job_name, "lost").inc()
            self._log.error("job.lost", job=job_name, run_id=run_id)
        for ticket in tickets:
            self._log.warning("job.handed_over_again", job=ticket.job_name, run_id=ticket.run_id)
        return Done(items=len(lost) + len(tickets))


class Cleanup:
    """Deletes what is too old, batch by batch, each a transaction of its own."""

    def __init__(self, db: Database, clock: Clock, forget: Callable[[Tx, int], Awaitable[int]]) -> None:
        """`forget` deletes at most so many rows and says how many it did."""
        self._db = db
        self._clock = clock
        self._forget = forget

    async def run(self, run: Run) -> Done:
        items = 0
        while True:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                forgotten = await self._forget(tx, run.batch_size)
            items += forgotten
            if forgotten < run.batch_size:
                return Done(items=items)


def upkeep_tasks(db: Database, clock: Clock, metrics: Metrics) -> Mapping[str, Task]:
    """The tasks of this module by the keys of their jobs."""
    return {
        "lost_run_reaper": LostRunReaper(db, clock, metrics),
        "job_logs_cleanup": Cleanup(db, clock, _forget_runs),
        "old_logs_cleanup": Cleanup(db, clock, _forget_processes),
    }


async def _forget_runs(tx: Tx, limit: int) -> int:
    return await jobs.forget(tx, tx.now - KEEP_S, limit)


async def _forget_processes(tx: Tx, _limit: int) -> int:
    return await jobs.forget_processes(tx)
