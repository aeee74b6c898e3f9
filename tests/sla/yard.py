"""A watch beside an ingest on one database: everything real but the provider and the clock."""

from collections.abc import Mapping, Sequence
from typing import Any

from structlog.testing import capture_logs
from tests.ingest.claims import A, T, record, report, score
from tests.ingest.house import House

from touchline.clock import SteppedClock, now_ms
from touchline.ids import MatchId
from touchline.metrics import Metrics
from touchline.provider.port import Report
from touchline.settings.parts import Sla
from touchline.sla.watchdog import Watchdog
from touchline.sla.window import WindowTimer
from touchline.store.changes import Change
from touchline.store.db import Database

WINDOW_S = 7_200
LOUD = frozenset({"warning", "error"})

Said = Mapping[str, Any]


class Yard:
    """One ingest process, one watchdog. Time passes only by `pass_`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.house = House(db, clock=SteppedClock(T))
        self.clock = self.house.clock
        self.provider = self.house.provider
        self.metrics = Metrics()
        self.dog = self.another()
        self.timer = WindowTimer(db, self.clock, WINDOW_S)
        self.said: list[Said] = []

    def another(self, **settings: int) -> Watchdog:
        """A further watchdog on the same database: another process, or the same after a restart."""
        return Watchdog(self.db, self.clock, self.metrics, Sla(**settings))

    async def kick_off(self, *ids: MatchId, at: int = T) -> None:
        """Matches of the diary that have begun; the live channels have just said so."""
        self.provider.records = [report(match_id, record(at), at - 100) for match_id in ids or (A,)]
        await self.house.round(self.house.recent)
        await self.clock.advance(5)
        await self.hear(*(report(match_id, score()) for match_id in ids or (A,)))

    async def hear(self, *reports: Report) -> None:
        """The push channel says so."""
        self.house.hear(*reports)
        await self.house.written()

    async def poll(self) -> None:
        """The second channel asks once."""
        await self.clock.advance(2)
        await self.house.round(self.house.poll)

    async def look(self, dog: Watchdog | None = None) -> list[str]:
        """One look of a watchdog; the events it said, in order, without the summary."""
        with capture_logs() as said:
            await (dog or self.dog).turn()
        self.said += said
        return [each["event"] for each in said if each["event"] != "freeze.tick.done"]

    async def answer(self) -> None:
        """Ingest answers what is asked."""
        with capture_logs() as said:
            await self.house.round(self.house.reconcile)
        self.said += said

    async def pass_(self, seconds: float, *, step_s: float = 30.0) -> list[str]:
        """So much time with the watch and ingest at work; what the watch said."""
        events: list[str] = []
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            await self.clock.advance(min(step_s, end - self.clock.now()))
            events += await self.look()
            await self.answer()
        return events

    def heard(self, event: str) -> list[Said]:
        """Every time `event` was said."""
        return [each for each in self.said if each["event"] == event]

    async def told(self, kind: str) -> list[Change]:
        """The change rows of one kind."""
        return [change for change in await self.house.changes() if change.kind == kind]

    async def rows(self, statement: str) -> Sequence[Any]:
        """What is stored."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return await tx.rows(statement.encode())

    async def provider_is(self, state: str) -> None:
        """What ingest has been saying of the provider for a while."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            await tx.execute(PROVIDER_IS, {"state": state})


PROVIDER_IS = """
INSERT INTO provider_state (channel, state, reason, since_at, updated_at)
VALUES ('thesports-http', %(state)s, 'a test', real_now() - interval '1 minute', real_now())
ON CONFLICT (channel) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
"""
