"""Ingest put together for a test: everything real but the provider and the clock."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar
from zoneinfo import ZoneInfo

from tests.ingest.claims import T
from tests.ingest.provider import FakeProvider

from touchline.clock import SteppedClock, now_ms
from touchline.football.model import Match, Observation, Source
from touchline.ids import MatchId
from touchline.ingest.catalogue import CatalogueSync
from touchline.ingest.channel import Channel
from touchline.ingest.diary import DiarySync
from touchline.ingest.ended import EndedDetails
from touchline.ingest.lineups import LineupSync
from touchline.ingest.poll import DetailLivePoll
from touchline.ingest.ports import Pull
from touchline.ingest.push import PushSigns
from touchline.ingest.recent import RecentList
from touchline.ingest.reconcile import Reconcile, Requests
from touchline.ingest.trends import TrendSync
from touchline.ingest.unnamed import UnnamedLookup
from touchline.ingest.updates import DataUpdatePoll
from touchline.ingest.way import Way
from touchline.ingest.writer import Writer
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.provider.port import Kind, Report
from touchline.settings.parts import Orchestrator
from touchline.settings.reading import load
from touchline.store import changes, matches
from touchline.store.db import Database, Row
from touchline.task import Done, Run, Task

METRICS = Metrics()

R = TypeVar("R")


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
        self.requests = Requests(self.clock)
        settings = load({})
        source = settings.thesports.model_copy(update={"queue_max": queue_max})
        settings = settings.model_copy(update={"thesports": source})
        self.way = way = Way(
            db, self.clock, METRICS, settings, pull or self.provider, self.requests, f"node-{name}"
        )
        self.inbox, self.unreadables, self.asking = way.inbox, way.unreadables, way.asking
        self.waiting, self.names, self.intake = way.waiting, way.names, way.intake
        self.writer = Writer(db, self.clock, METRICS, Orchestrator())
        self.signs = PushSigns(self.clock)
        poll_s = settings.thesports.poll_s
        self.poll = DetailLivePoll(self.asking, self.inbox, self.signs, self.clock, name, poll_s)
        self.recent = RecentList(self.asking, self.inbox, db, self.clock, name)
        self.reconcile = Reconcile(self.requests, self.asking, self.inbox, db, self.clock, name)
        self.unnamed = UnnamedLookup(self.asking, self.names, db, self.clock)
        self.updates = DataUpdatePoll(way, METRICS)
        self.diary = DiarySync(way, "diary_refresh", ZoneInfo("UTC"), first=-1)
        self.trends = TrendSync(way)
        self.lineups = LineupSync(way)
        self.ended = EndedDetails(way)
        self.push = Channel(Source.MQTT, name)

    def catalogue(self, kind: Kind, full_on: int | None = None) -> CatalogueSync:
        """The job that reads the list of one kind."""
        return CatalogueSync(self.way, kind, full_on)

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
        await self.beside(_until_it_rests(loop))

    async def run(self, task: Task, *, batch_size: int = 20, slot: int | None = None) -> Done:
        """Run `task` once, with the writer working beside it."""
        slot = int(self.clock.now()) if slot is None else slot
        return await self.beside(task.run(Run(run_id="run", slot=slot, batch_size=batch_size)))

    async def beside(self, work: Awaitable[R]) -> R:
        """What `work` comes to, with the writer working beside it."""
        working = asyncio.ensure_future(work)
        while not working.done():
            await self.intake.turn()
            await asyncio.sleep(0)
        await self.written()
        return await working

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
