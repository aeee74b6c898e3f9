"""The job Stuck Match Finisher: asks the provider about matches that should be over.

It sets no status, ever: what the provider says reaches the match through the one writer. A match that
nobody knows anything about is the operator's to judge, and is named to him once.
"""

from collections.abc import Collection, Sequence

import structlog

from touchline.clock import Clock, now_ms
from touchline.ids import MatchId
from touchline.metrics import Metrics
from touchline.sla.ladder import MARKS, UNASKED
from touchline.store import episodes, requests
from touchline.store.db import Database
from touchline.store.requests import Asked, Cause
from touchline.task import Done, Run

LONGEST_S = 150 * 60
SILENT_S = 30 * 60
COOLDOWN_S = 540
"""Football seconds; less than the time between two runs."""
ANSWER_MAX_S = 120.0
"""Real seconds answers are waited for; what comes later is said by the next run."""
LOOK_S = 1.0


class Finisher:
    """The task `stuck_match_finisher`."""

    def __init__(self, db: Database, clock: Clock, metrics: Metrics) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(part="finisher")

    async def run(self, run: Run) -> Done:
        """Ask about the stuck, wait for the answers, and name those nobody knows."""
        async with self._db.transaction(now_ms(self._clock)) as tx:
            stuck = await episodes.stuck(tx, LONGEST_S, SILENT_S, run.batch_size)
            asked = await requests.ask(tx, Cause.STUCK, stuck, COOLDOWN_S) if stuck else []
        await self._answered(asked)
        async with self._db.transaction(now_ms(self._clock)) as tx:
            news = await requests.news(tx, Cause.STUCK)
            failed = [answer.id for _, answer in news if _has_failed(answer)]
            unanswered = await episodes.newly_unanswered(tx, failed, UNASKED) if failed else []
        self._say(news, unanswered)
        return Done(items=len(asked))

    async def _answered(self, asked: Collection[MatchId]) -> None:
        """Wait until ingest has answered, or for as long as a run may."""
        until = self._clock.monotonic() + ANSWER_MAX_S
        while asked and self._clock.monotonic() < until:
            await self._clock.sleep(LOOK_S)
            async with self._db.transaction(now_ms(self._clock)) as tx:
                asked = await requests.unanswered(tx, Cause.STUCK, asked)

    def _say(self, news: Sequence[tuple[MatchId, Asked]], unanswered: Sequence[episodes.Unanswered]) -> None:
        for match_id, answer in news:
            if answer.outcome is not None:
                self._metrics.reconciled.labels(cause=Cause.STUCK, outcome=answer.outcome).inc()
            self._log.info(
                "match.stuck.answered", match_id=match_id, outcome=answer.outcome, groups=list(answer.groups)
            )
        for match in unanswered:
            self._log.error(
                "match.stuck.unanswered",
                match_id=match.match_id,
                status_id=match.status_id,
                last_event_ts=match.last_event_ts,
                provider_update_time=match.provider_update_time,
            )


def _has_failed(answer: Asked) -> bool:
    return answer.outcome in MARKS and answer.reason not in UNASKED
