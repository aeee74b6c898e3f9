"""The job Match Watchdog Sweep: what the watch does not look at is asked about as well.

Fixtures that should have begun, matches of which little is told, results that are not final yet. Nothing is
wrong with most of them; the provider's word costs little.
"""

import structlog

from touchline.clock import Clock, now_ms
from touchline.metrics import Metrics
from touchline.store import episodes, requests
from touchline.store.db import Database
from touchline.store.requests import Cause
from touchline.task import Done, Run

THIN_S = 600
"""How long a match without statistics may be silent before it is asked about."""
COOLDOWN_S = 240
"""Football seconds; less than the time between two sweeps."""


class Sweep:
    """The task `match_watchdog_sweep`."""

    def __init__(self, db: Database, clock: Clock, metrics: Metrics) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(part="sweep")

    async def run(self, run: Run) -> Done:
        """Ask about what is overlooked, and say what came of what was asked before."""
        async with self._db.transaction(now_ms(self._clock)) as tx:
            wanted = await episodes.overlooked(tx, THIN_S, run.batch_size)
            asked = await requests.ask(tx, Cause.SWEEP, wanted, COOLDOWN_S) if wanted else []
            news = await requests.news(tx, Cause.SWEEP)
        for match_id, answered in news:
            if answered.outcome is not None:
                self._metrics.reconciled.labels(cause=Cause.SWEEP, outcome=answered.outcome).inc()
            self._log.debug("match.sweep.answered", match_id=match_id, outcome=answered.outcome)
        return Done(items=len(asked))
