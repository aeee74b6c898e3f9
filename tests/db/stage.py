"""The one writer on a real database, and what it left there."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from tests.build import MATCH, T, a_claim, a_schedule

from touchline.clock import SteppedClock
from touchline.football.model import Match, Observation, Source
from touchline.ids import ChangeSeq, MatchId
from touchline.ingest.writer import Outcome, Writer
from touchline.metrics import Metrics
from touchline.settings.parts import Orchestrator
from touchline.store import changes, matches
from touchline.store.changes import Change
from touchline.store.db import Database

METRICS = Metrics()


class Stage:
    """A writer at football time `T` and views of what is committed."""

    def __init__(self, db: Database, *, lock_timeout_ms: int = 10_000, max_retries: int = 3) -> None:
        self.db = db
        self.clock = SteppedClock(T / 1000)
        settings = Orchestrator(lock_timeout_ms=lock_timeout_ms, max_retries=max_retries)
        self.writer = Writer(db, self.clock, METRICS, settings)

    async def write(self, *claims: Observation) -> list[Outcome]:
        """Write one batch."""
        return await self.writer.write(claims)

    async def schedule(self, *ids: MatchId) -> None:
        """Let the diary make rows."""
        for outcome in await self.write(*(from_the_diary(id_) for id_ in ids)):
            assert outcome.answer == "success"

    async def match(self, id_: MatchId = MATCH) -> Match:
        """The row as it is."""
        async with self.db.transaction(T) as tx, tx.pipeline():
            found = await matches.lock(
                tx, [id_], matches.Hanging(incidents=[id_], commentary=[id_], lineup=[id_], trend=[id_])
            )
        return found[id_]

    async def changes(self) -> list[Change]:
        """The change stream from its beginning."""
        async with self.db.transaction(T) as tx:
            return await changes.after(tx, ChangeSeq(0), 10_000)

    async def rows(self) -> list[dict[str, Any]]:
        """Every row, whole."""
        async with self.db.transaction(T) as tx:
            return [
                row[0] for row in await tx.rows("SELECT to_jsonb(m) FROM ts_matches AS m ORDER BY external_id")
            ]


async def until_somebody_waits(db: Database, transactions: int = 1) -> None:
    """Return once so many transactions wait for a lock; fail if they never do."""
    waiting = 0
    async with asyncio.timeout(10):
        while waiting < transactions:
            async with db.transaction(T) as tx:
                [(waiting,)] = await tx.rows(
                    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                    " WHERE NOT granted AND datname = current_database()"
                )


def from_the_diary(id_: MatchId = MATCH, **schedule: Any) -> Observation:
    """What the diary says of a fixture, a minute before `T`."""
    return a_claim(
        match_id=id_,
        source=Source.DIARY,
        schedule=a_schedule(**schedule),
        at_ms=T - 60_000,
        provider_time=T // 1000 - 600,
    )


def reasons(outcomes: Iterable[Outcome]) -> Sequence[str]:
    return [outcome.reason.value for outcome in outcomes]
