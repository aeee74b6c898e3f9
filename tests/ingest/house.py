"""Ingest put together for a test: everything real but the provider and the clock."""

import asyncio
from zoneinfo import ZoneInfo

from tests.ingest.claims import T
from tests.ingest.provider import FakeProvider

from touchline.clock import SteppedClock, now_ms
from touchline.football.model import Match, Observation, Source
from touchline.ids import MatchId
from touchline.ingest.asking import Asking
from touchline.ingest.catalogue import CatalogueSync
from touchline.ingest.channel import Channel
from touchline.ingest.diary import Diary
from touchline.ingest.ended import EndedDetails
from touchline.ingest.inbox import Inbox
from touchline.ingest.intake import Intake
from touchline.ingest.lineups import LineupSync
from touchline.ingest.names import Names
from touchline.ingest.poll import DetailLivePoll
from touchline.ingest.ports import Pull
from touchline.ingest.push import PushSigns
from touchline.ingest.recent import RecentList
from touchline.ingest.reconcile import Reconcile, Requests
from touchline.ingest.trends import TrendSync
from touchline.ingest.unreadable import Unreadables
from touchline.ingest.waiting import WaitingRoom
from touchline.ingest.writer import Writer
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.provider.port import Report
from touchline.settings.parts import Orchestrator
from touchline.store import changes, matches
from touchline.store.db import Database, Row

METRICS = Metrics()


class House:
    """The parts of one ingest process; without a `pull` it asks a provider that answers from memory."""

    def __init__(
        self,
        db: Database,
        *,
        name: str = "test",
        clock: SteppedClock | None = None,
        queue_max: int = 10_000,
        pull: Pull | None = None,
    ) -> None:
        self.db = db
        self.clock = clock or SteppedClock(T)
        self.provider = FakeProvider()
        self.inbox = Inbox(queue_max, 200, self.clock, METRICS)
        self.unreadables = Unreadables(db, self.clock, METRICS)
        self.asking = Asking(pull or self.provider, self.clock, self.unreadables)
        self.requests = Requests(self.clock)
        self.waiting = WaitingRoom(self.clock, METRICS)
        self.writer = Writer(db, self.clock, METRICS, Orchestrator())
        self.names = Names(db, self.clock)
        self.intake = Intake(
            self.inbox, self.writer, self.waiting, self.requests, self.unreadables, db, self.clock
        )
        self.signs = PushSigns(self.clock)
        self.poll = DetailLivePoll(self.asking, self.inbox, self.signs, self.clock, name)
        self.recent = RecentList(self.asking, self.inbox, db, self.clock, name)
        self.diary = Diary(self.asking, self.inbox, self.names, db, self.clock, ZoneInfo("UTC"), name)
        self.reconcile = Reconcile(self.requests, self.asking, self.inbox, db, self.clock, name)
        self.trends = TrendSync(self.asking, self.inbox, db, self.clock, name)
        self.lineups = LineupSync(self.asking, self.inbox, db, self.clock, name)
        self.ended = EndedDetails(self.asking, self.inbox, db, self.clock, name)
        self.catalogue = CatalogueSync(self.asking, self.names, db, self.clock)
        self.push = Channel(Source.MQTT, name)

    def hear(self, *reports: Report) -> list[Observation]:
        """The push channel says so, now."""
        claims = self.push.hear(reports, now_ms(self.clock))
        self.inbox.put(claims)
        return claims

    async def written(self) -> None:
        """Let the writer work until nothing is left to write."""
        while (await self.intake.turn()).total_seconds() == 0:
            pass

    async def round(self, loop: Loop) -> None:
        """Turn `loop` until it rests, with the writer working beside it."""
        turns = asyncio.ensure_future(_until_it_rests(loop))
        while not turns.done():
            await self.intake.turn()
            await asyncio.sleep(0)
        await turns
        await self.written()

    async def matches(self, *ids: MatchId) -> dict[MatchId, Match]:
        """The rows as they are."""
        async with self.db.transaction(now_ms(self.clock)) as tx, tx.pipeline():
            return await matches.lock(tx, ids, matches.Hanging(incidents=ids, lineup=ids, trend=ids))

    async def rows(self) -> list[Row]:
        """Every row of the truth, whole."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return await tx.rows("SELECT to_jsonb(m) FROM ts_matches AS m ORDER BY external_id")

    async def changes(self) -> list[changes.Change]:
        """The change stream from its beginning."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return list(await changes.after(tx, changes.ChangeSeq(0), 10_000))


async def _until_it_rests(loop: Loop) -> None:
    while (await loop.turn()).total_seconds() == 0:
        pass
