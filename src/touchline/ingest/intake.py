"""The way from the inbox through the one writer, and what becomes of each answer.

    success   done; the same match's older claims that wait for a lock are forgotten
    stale     dropped
    locked    kept, the newest of each group, and tried again with back-off (`retries.py`)
    invalid   dropped, unless only the row is missing: then it waits (`waiting.py`) and somebody asks

While the database is gone the batch in hand stays in hand and the inbox fills.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import StoreUnavailable
from touchline.football.model import Answer, Observation, Question, Reason
from touchline.ids import MatchId
from touchline.ingest.inbox import Inbox
from touchline.ingest.retries import Retries
from touchline.ingest.unreadable import Unreadables
from touchline.ingest.waiting import WaitingRoom
from touchline.ingest.writer import Outcome
from touchline.loop import backoff_s
from touchline.provider.port import Unreadable
from touchline.store import matches
from touchline.store.db import Database

IDLE_S = 5.0
"""Real seconds between two looks for rows another process may have made."""
STORE_RETRY_FIRST_S = 0.2
STORE_RETRY_MAX_S = 2.0


class Writes(Protocol):
    """The one writer, as ingest uses it."""

    async def write(self, batch: Sequence[Observation]) -> list[Outcome]:
        """One outcome a claim, in order. Raises StoreUnavailable."""


class Asks(Protocol):
    """Who hears which matches somebody should ask the provider about."""

    def unknown(self, match_id: MatchId) -> None:
        """Claims came about a match that has no row."""

    def history(self, match_id: MatchId) -> None:
        """A finished match needs its `live/history`."""

    def known(self, match_id: MatchId) -> None:
        """The match has a row now."""


class Intake:
    """The loop `observation_writer`."""

    name = "observation_writer"
    interval = "queue"

    def __init__(
        self,
        inbox: Inbox,
        writer: Writes,
        waiting: WaitingRoom,
        asks: Asks,
        unreadables: Unreadables,
        db: Database,
        clock: Clock,
    ) -> None:
        self.batch_size = inbox.batch_size
        self.wake = inbox.filled
        self._inbox = inbox
        self._writer = writer
        self._waiting = waiting
        self._asks = asks
        self._unreadables = unreadables
        self._db = db
        self._clock = clock
        self._retries = Retries(clock)
        self._log = structlog.get_logger().bind(worker=self.name)
        self._batch: list[Observation] = []
        self._freed: list[Observation] = []
        self._store = _Store(clock)
        self._looked = clock.monotonic()

    async def turn(self) -> timedelta:
        """Write one batch; at once again while there is more."""
        if self._store.resting_s() > 0:
            return timedelta(seconds=self._store.resting_s())
        try:
            await self._free_known()
            self._batch = self._batch or self._next_batch()
            if self._batch:
                self._settle(await self._write())
        except StoreUnavailable as error:
            self._store.lost(error, waiting=len(self._inbox) + len(self._batch))
            return timedelta(seconds=self._store.resting_s())
        self._store.back()
        return self._rest()

    def _rest(self) -> timedelta:
        if len(self._inbox) or self._freed:
            return timedelta(0)
        due_s = self._retries.wait_s()
        return timedelta(seconds=IDLE_S if due_s is None else min(IDLE_S, due_s))

    def _next_batch(self) -> list[Observation]:
        """What waited first, then what is new; new claims about a match without a row join those that wait."""
        batch = [*self._freed, *self._retries.due()]
        self._freed = []
        for seen in self._inbox.take():
            if seen.match_id in self._waiting and seen.says.schedule is None:
                self._waiting.add(seen)
            else:
                batch.append(seen)
        if not batch:
            self._inbox.settled(self._retries.claims)
        return batch

    async def _write(self) -> list[Outcome]:
        """Write the batch; a claim the writer chokes on is kept raw and does not hold up the others."""
        try:
            return await self._writer.write(self._batch)
        except StoreUnavailable:
            raise
        except Exception:
            self._log.exception("claims.batch.failed", claims=len(self._batch))
        outcomes: list[Outcome] = []
        for seen in self._batch:
            try:
                outcomes += await self._writer.write([seen])
            except StoreUnavailable:
                raise
            except Exception as error:
                self._log.error("claim.failed", match_id=seen.match_id, source=seen.source, error=repr(error))
                self._unreadables.keep([_kept_raw(seen, error)])
        return outcomes

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        self._batch = []
        for outcome in outcomes:
            self._place(outcome)
        self._inbox.settled(self._retries.claims)

    def _place(self, outcome: Outcome) -> None:
        seen = outcome.observation
        if outcome.answer is Answer.LOCKED:
            self._retries.keep(seen)
            return
        if outcome.reason is Reason.UNKNOWN_MATCH:
            if self._waiting.add(seen):
                self._asks.unknown(seen.match_id)
            return
        if outcome.answer is not Answer.INVALID and seen.match_id in self._waiting:
            self._free([seen.match_id])
        decision = outcome.decision
        if decision:
            self._retries.answered(seen, (*decision.applied, *decision.unchanged))
        if decision and Question.LIVE_HISTORY in decision.questions:
            self._asks.history(seen.match_id)

    async def _free_known(self) -> None:
        """Let claims go on whose row another process has made; send away those that waited too long."""
        if self._clock.monotonic() - self._looked < IDLE_S or not len(self._waiting):
            return
        self._waiting.expire()
        async with self._db.transaction(now_ms(self._clock)) as tx:
            known = await matches.known(tx, self._waiting.ids)
        self._looked = self._clock.monotonic()
        self._free(known)

    def _free(self, match_ids: Iterable[MatchId]) -> None:
        for match_id in match_ids:
            self._freed += self._waiting.leave(match_id)
            self._asks.known(match_id)


class _Store:
    """Whether the database answers: said when it goes and when it is back, tried with back-off."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._log = structlog.get_logger().bind(worker=Intake.name)
        self._failures = 0
        self._since = 0.0
        self._until = 0.0

    def resting_s(self) -> float:
        """Real seconds until the next try."""
        return max(0.0, self._until - self._clock.monotonic())

    def lost(self, error: StoreUnavailable, *, waiting: int) -> None:
        """The database did not answer."""
        self._failures += 1
        if self._failures == 1:
            self._since = self._clock.monotonic()
            self._log.error("ingest.store.lost", error=str(error), waiting=waiting)
        rest_s = backoff_s(self._failures, STORE_RETRY_FIRST_S, STORE_RETRY_MAX_S)
        self._until = self._clock.monotonic() + rest_s

    def back(self) -> None:
        """The database answered, or was not needed."""
        if self._failures:
            seconds = round(self._clock.monotonic() - self._since, 1)
            self._log.info("ingest.store.back", seconds=seconds, failures=self._failures)
        self._failures = 0


def _kept_raw(seen: Observation, error: Exception) -> Unreadable:
    return Unreadable(
        kind="claim.failed",
        reason=repr(error)[:500],
        payload=msgspec.json.encode(seen),
        match_id=MatchId(seen.match_id),
    )
