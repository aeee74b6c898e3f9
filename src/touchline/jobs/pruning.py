"""What is kept for a while only is let go, in short transactions."""

from touchline.clock import Clock, now_ms
from touchline.settings.parts import Retention
from touchline.store import pruning
from touchline.store.db import Database
from touchline.task import Done, Run

BATCHES_MAX = 2_000
"""Transactions of one run; the rest comes with the next."""
DAY_S = 86_400


class Pruning:
    """The job `change_and_raw_payload_pruning`. Ages are football time."""

    def __init__(self, db: Database, clock: Clock, settings: Retention) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings

    async def run(self, run: Run) -> Done:
        """Let go what is older than it is kept for, `run.batch_size` rows a transaction."""
        removed = await self._changes(run.batch_size) + await self._payloads(run.batch_size)
        return Done(items=removed)

    async def _changes(self, batch_size: int) -> int:
        before_ms = now_ms(self._clock) - self._settings.changes_days * DAY_S * 1000
        removed = 0
        for _ in range(BATCHES_MAX):
            async with self._db.transaction(now_ms(self._clock)) as tx:
                batch = await pruning.changes(tx, before_ms, batch_size)
            removed += batch.removed
            if batch.looked_at < batch_size:
                break
        return removed

    async def _payloads(self, batch_size: int) -> int:
        before_ts = int(self._clock.now()) - self._settings.raw_days * DAY_S
        removed = 0
        for _ in range(BATCHES_MAX):
            async with self._db.transaction(now_ms(self._clock)) as tx:
                gone = await pruning.payloads(tx, before_ts, batch_size)
            removed += gone
            if gone < batch_size:
                break
        return removed
