"""What executes tickets in a simulation: a queue that may hand the same ticket to several, and forgets none.

It stands where Procrastinate does (jobs/procrastination.py) and promises less: every process sees every ticket
that nobody has begun. That a slot is run once is the runner's business.
"""

import asyncio
from datetime import timedelta

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.jobs.runner import Runner
from touchline.store import jobs
from touchline.store.db import Database
from touchline.store.jobs import Ticket

POLL_S = 1.0
BACK_S = 24 * 3_600
"""How old a slot may be whose ticket is still seen, football seconds."""
CONCURRENCY = 10


class Hands:
    """The loop that takes tickets; what it has begun goes on beside it, in `group`."""

    name = "job_queue"
    interval = "1 s"
    batch_size = CONCURRENCY

    def __init__(self, db: Database, clock: Clock, runner: Runner, group: asyncio.TaskGroup) -> None:
        self.wake = asyncio.Event()
        self._db = db
        self._clock = clock
        self._runner = runner
        self._group = group
        self._in_hand: set[str] = set()

    async def turn(self) -> timedelta:
        """Begin what nobody has begun."""
        try:
            async with self._db.transaction(now_ms(self._clock)) as tx:
                waiting = await jobs.pending(tx, tx.now - BACK_S)
        except (StoreUnavailable, StaleWrite):
            return timedelta(seconds=POLL_S)
        free = CONCURRENCY - len(self._in_hand)
        for ticket in [one for one in waiting if one.run_id not in self._in_hand][:free]:
            self._in_hand.add(ticket.run_id)
            self._group.create_task(self._run(ticket))
        return timedelta(seconds=POLL_S)

    async def _run(self, ticket: Ticket) -> None:
        try:
            await self._runner.run(ticket)
        except (StoreUnavailable, StaleWrite):
            await self._clock.sleep(POLL_S)
        finally:
            self._in_hand.discard(ticket.run_id)
