"""A world: the simulated provider with faults on real sockets, and the product that listens to it.

Everything is real but time. A world's clock runs `times` as fast as the wall, waits and time-outs of
the injected clock included, and football runs `speed` as fast as that: floors, back-off and the
breaker's two minutes are kept, and over in a moment. What bounds a call on a socket is the wall's.
Many worlds are played at once in one event loop, each on a database of its own.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import LogCapture
from structlog.typing import EventDict
from tests.faults.world import FastClock, Noting, Seen, World

from touchline.clock import now_ms
from touchline.embedded.postgres import Postgres
from touchline.errors import TouchlineError
from touchline.feed.ears import PostgresEars
from touchline.ingest.build import Ingest, Worker
from touchline.jobs.minute import minute_loops
from touchline.jobs.table import JOBS
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.provider.budget import Budget
from touchline.provider.thesports import wire
from touchline.provider.thesports.client import TheSports
from touchline.provider.thesports.stream import Stream
from touchline.settings.parts import Settings
from touchline.settings.reading import load
from touchline.simulator.control import plan
from touchline.simulator.faults.switches import Switches
from touchline.simulator.scene import Scene
from touchline.simulator.server import run
from touchline.simulator.timelines import match_id
from touchline.store import views
from touchline.store.db import Database
from touchline.store.views import Item
from touchline.task import Run, Task
from touchline.web.zones import Day

WORLDS_AT_ONCE = 5
"""What one core can play without falling behind."""
POOL = 3
FLOOR_S = 5.0
"""Real seconds between two runs of a job."""
PACES_S = {
    "diary_refresh": 600,
    "team_sync": 3_600,
    "competition_sync": 3_600,
    "deleted_sync": 300,
    "live_standings_sync": 120,
    "trend_sync": 60,
    "ended_details": 60,
}
"""Football seconds between two runs of the jobs a world has."""
WORLD_S = 90.0
"""Of the wall: no world lasts longer."""
SETTLE_S = 15.0
"""Of the wall: how long after its last word a world may take to have it written."""
LOOK_S = 0.1
METRICS = Metrics()
"""Nobody counts here, and making them takes longer than a match."""


@dataclass
class Stage:
    """A world while it is played."""

    name: str
    world: World
    clock: FastClock
    settings: Settings
    switches: Switches
    outlet: Noting
    scene: Scene
    db: Database
    conninfo: str
    heard: list[EventDict]
    client: TheSports
    http: httpx2.AsyncClient
    notes: dict[str, Any] = field(default_factory=dict)
    stream: Stream | None = None
    """The push channel of who listened last."""

    async def listen(self, stop: asyncio.Event) -> None:
        """Be an ingest process, perhaps one more, until `stop` is set."""
        reads = _reader(self.clock)
        ingest = Ingest(self.db, self.clock, METRICS, self.settings, self.client, read_push=reads)
        stream = self.stream = Stream(self.settings.thesports, self.clock, METRICS, ingest.connected)
        async with asyncio.TaskGroup() as group:
            group.create_task(stream.run(stop))
            group.create_task(run_all(ingest.loops(stream), self.clock, stop))

    async def until(self, instant: float) -> None:
        """Wait until football time reaches `instant`."""
        await self.clock.sleep(max(0.0, instant - self.clock.now()) / self.clock.speed)

    async def until_true(self, true: Callable[[], bool | Awaitable[bool]], within_s: float = 30.0) -> None:
        """Wait until something holds, at most so many seconds of the wall."""
        async with asyncio.timeout(within_s):
            while True:
                is_true = true()
                if is_true if isinstance(is_true, bool) else await is_true:
                    return
                await asyncio.sleep(LOOK_S / 2)

    def last_word(self, line: Mapping[str, Any]) -> float:
        """When the last of a match is told."""
        script = self.scene.script(match_id(line["id"]), self.clock.now())
        return self.world.epoch if script is None else script.last_at

    async def ask(self, path: str, **query: str) -> Any:
        """What the provider answers to somebody else."""
        return (await self.http.get(f"/v1/football{path}", params=query)).json()

    async def day(self, day: date, zone: str) -> list[Item]:
        """The fixtures of a local day, as the diary shows them."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return [*(await views.between(tx, *Day.of(day, ZoneInfo(zone)).span)).items]

    def planned(self) -> dict[str, Any]:
        """When each match is played."""
        return plan(self.scene, self.clock.now())

    async def table(self, statement: str) -> list[dict[str, Any]]:
        """Rows of a query that gives one JSON object each."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return [row[0] for row in await tx.rows(statement)]

    async def look(self) -> Seen:
        """What is there now."""
        matches = await self.table("SELECT to_jsonb(m) FROM ts_matches AS m")
        providers = await self.table("SELECT to_jsonb(p) FROM provider_state AS p")
        return Seen(
            world=self.world,
            rows={row["external_id"]: row for row in matches},
            incidents=await self.table(
                "SELECT to_jsonb(i) FROM match_incident AS i ORDER BY match_id, ordinal"
            ),
            raw=await self.table(RAW),
            changes=await self.table("SELECT to_jsonb(c) FROM change AS c ORDER BY seq"),
            catalogue=await self.table("SELECT to_jsonb(c) FROM catalogue AS c"),
            providers={row["channel"]: row for row in providers},
            said=[one for one in self.heard if one.get("world") == self.name],
            asked=list(self.outlet.asked),
            plan=self.planned(),
            notes=self.notes,
        )


INCIDENTS = "SELECT to_jsonb(i) FROM match_incident AS i ORDER BY match_id, ordinal"
RAW = """
SELECT jsonb_build_object(
    'kind', kind, 'reason', reason, 'match_id', match_id, 'payload', left(encode(payload, 'escape'), 2000)
) FROM raw_payload ORDER BY id
"""


def play_all(postgres: Postgres, worlds: Mapping[str, World]) -> Callable[[str], Seen]:
    """Play every world; what each left is given by its name, or raised if it came to grief."""
    with _heard() as capture, _databases(postgres, worlds) as conninfos:
        ends = asyncio.run(_play_each(worlds, conninfos, capture.entries))

    def seen(name: str) -> Seen:
        end = ends[name]
        if isinstance(end, Exception):
            raise end
        return end

    return seen


async def _play_each(
    worlds: Mapping[str, World], conninfos: Mapping[str, str], entries: list[EventDict]
) -> dict[str, Seen | Exception]:
    ends: dict[str, Seen | Exception] = {}
    room = asyncio.Semaphore(WORLDS_AT_ONCE)

    async def one(name: str, world: World) -> None:
        async with room:
            with bound_contextvars(world=name):
                try:
                    async with asyncio.timeout(WORLD_S):
                        ends[name] = await _play(name, world, conninfos[name], entries)
                except Exception as error:
                    ends[name] = _cause(error)

    async with asyncio.TaskGroup() as group:
        for name, world in worlds.items():
            group.create_task(one(name, world))
    return ends


def _cause(error: Exception) -> Exception:
    """The first cause of a group of groups."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def _play(name: str, world: World, conninfo: str, entries: list[EventDict]) -> Seen:
    async with staged(name, world, conninfo, entries) as stage:
        if world.meanwhile is not None:
            await world.meanwhile(stage)
        last = max((stage.last_word(line) for line in world.matches), default=world.epoch)
        await stage.until(last + world.after_s)
        late = time.monotonic() + SETTLE_S
        while True:
            seen = await stage.look()
            settled = world.settled(seen) if world.settled else not seen.wrong()
            if settled or time.monotonic() > late:
                return seen
            await asyncio.sleep(LOOK_S)


@contextlib.asynccontextmanager
async def staged(name: str, world: World, conninfo: str, entries: list[EventDict]) -> AsyncIterator[Stage]:
    """A world with everything running."""
    clock = FastClock(world.epoch, world.times, world.speed)
    switches = Switches(world.seed)
    switches.on(*world.faults)
    scene = world.scene(world.matches, world.epoch, switches)
    theirs = FastClock(world.epoch + world.ahead_s, world.times, world.speed) if world.ahead_s else clock
    outlet = Noting(switches, theirs)
    async with contextlib.AsyncExitStack() as open_:
        db = await open_.enter_async_context(
            Database.open(conninfo, name=name, min_size=1, max_size=POOL, timeout_s=5.0)
        )
        settings = await open_.enter_async_context(_provider(world, theirs, scene, outlet, switches))
        client = await open_.enter_async_context(_client(settings, clock))
        url = settings.thesports.base_url.removesuffix("/v1/football")
        http = await open_.enter_async_context(httpx2.AsyncClient(base_url=url, verify=False, trust_env=False))
        for each in {clock, theirs}:
            each.begin()
        stage = Stage(
            *(name, world, clock, settings, switches, outlet, scene, db, conninfo, entries, client, http)
        )
        async with _running(stage):
            yield stage


@contextlib.asynccontextmanager
async def _running(stage: Stage) -> AsyncIterator[None]:
    """The processes of a world: who listens, who works."""
    clock, settings, stop = stage.clock, stage.settings, asyncio.Event()
    worker = Worker(stage.db, clock, METRICS, settings, stage.client)
    engine = minute_loops(stage.db, PostgresEars(stage.conninfo), clock, METRICS, settings.match_minute)
    async with engine as minutes, asyncio.TaskGroup() as group:
        group.create_task(run_all([*worker.loops(), *minutes], clock, stop))
        if stage.world.listens:
            group.create_task(stage.listen(stop))
        jobs = group.create_task(_work(worker.tasks(), clock))
        try:
            yield
        finally:
            await ended(jobs)
            stop.set()


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task until it has ended: Python 3.11's wait_for loses a cancellation that meets its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=LOOK_S)


async def _work(tasks: Mapping[str, Task], clock: FastClock) -> None:
    """Run tasks at the pace of their jobs, one after the other. Who runs them for real is no matter here."""
    due = dict.fromkeys((key for key in PACES_S if key in tasks), float("-inf"))
    batches = {job.key: job.batch_size for job in JOBS}
    while True:
        for key in [key for key, at in due.items() if clock.monotonic() >= at]:
            due[key] = clock.monotonic() + max(FLOOR_S, PACES_S[key] / clock.speed)
            run_id = f"{key} {clock.now():.0f}"
            try:
                await tasks[key].run(
                    Run(run_id=run_id, slot=int(clock.now()), batch_size=batches.get(key, 100))
                )
            except TouchlineError as error:
                structlog.get_logger().warning("stage.job.failed", job=key, error=str(error))
        await clock.sleep(1.0)


@contextlib.asynccontextmanager
async def _provider(
    world: World, clock: FastClock, scene: Scene, outlet: Noting, switches: Switches
) -> AsyncIterator[Settings]:
    """The simulated provider; gives the settings by which it is reached."""
    settings = load(
        {
            "TOUCHLINE_SIMULATOR__ENABLED": "true",
            "TOUCHLINE_SIMULATOR__HTTP_PORT": "0",
            "TOUCHLINE_SIMULATOR__MQTT_PORT": "0",
            "TOUCHLINE_THESPORTS__REQUESTS_PER_MINUTE": "10000",
            **world.environ,
        }
    )
    stop = asyncio.Event()
    ports: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            run(
                settings,
                clock,
                stop,
                outlet=outlet,
                scene=scene,
                switches=switches,
                on_ready=lambda http, mqtt: ports.set_result((http, mqtt)),
            )
        )
        http, mqtt = await ports
        reached = {
            "base_url": f"http://127.0.0.1:{http}/v1/football",
            "mqtt_url": f"mqtt://127.0.0.1:{mqtt}",
        }
        try:
            yield settings.model_copy(update={"thesports": settings.thesports.model_copy(update=reached)})
        finally:
            stop.set()


def _client(settings: Settings, clock: FastClock) -> TheSports:
    budget = Budget(settings.thesports.requests_per_minute, clock)
    return TheSports(settings.thesports, clock, METRICS, budget)


def _reader(clock: FastClock) -> Callable[[bytes], Any]:
    return lambda payload: wire.read_push(payload, wire.latest_at(clock.now()))


@contextlib.contextmanager
def _heard() -> Iterator[LogCapture]:
    """Everything that is logged, with the world it was said in."""
    capture = LogCapture()
    processors = structlog.get_config()["processors"]
    before = list(processors)
    processors[:] = [merge_contextvars, capture]
    try:
        yield capture
    finally:
        processors[:] = before


@contextlib.contextmanager
def _databases(postgres: Postgres, names: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """A migrated database for each name, as the application reaches it."""
    template = str(conninfo_to_dict(postgres.owner_conninfo)["dbname"])
    maintenance = make_conninfo(postgres.owner_conninfo, dbname="postgres")
    made = {name: f"world_{name.lower()}" for name in names}
    create, drop = sql.SQL("CREATE DATABASE {} TEMPLATE {}"), sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        for database in made.values():
            connection.execute(create.format(sql.Identifier(database), sql.Identifier(template)))
        yield {name: make_conninfo(postgres.app_conninfo, dbname=made[name]) for name in names}
        for database in made.values():
            with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute(drop.format(sql.Identifier(database)))
