"""The composition root: what each part of an installation is made of.

A part is one process. It is built here from the settings and runs until it is told to stop; then it
finishes what it does, for as long as `Stop` says. Each part imports what it is made of when it is built: a web
process carries no MQTT client, and starts sooner without.
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
import uvloop

from touchline.clock import Clock
from touchline.embedded.installation import Installation
from touchline.errors import SettingsError
from touchline.feed.ears import PostgresEars
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.settings.parts import Settings, TheSports
from touchline.stop import Stop
from touchline.store.db import Database

if TYPE_CHECKING:
    from touchline.ingest.crests.source import Source
    from touchline.provider.port import Reading
    from touchline.provider.recorder import Recorder
    from touchline.provider.thesports.client import TheSports as Client

ASKING_MAX_S = 1.5
"""For calls at the provider that are under way: what they would have brought is asked for at the next start."""
END_MAX_S = 1.5
"""For what remains to be done when the time to drain is over: to write down what was cut off."""
LEAVE_S = 0.3
"""For what goes on although it was cancelled: a call to a database that stands still can't be called off."""
LOCK_MARGIN_S = 5.0
"""What a transaction may take beyond the longest wait for a lock."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every part stands on."""

    settings: Settings
    installation: Installation
    clock: Clock
    metrics: Metrics
    stop: Stop

    @contextlib.asynccontextmanager
    async def database(self, part: str, most: int) -> AsyncIterator[Database]:
        """The pool of `part`, at most `most` connections."""
        db = self.settings.db
        async with Database.open(
            self.installation.app_conninfo,
            name=part,
            min_size=min(db.pool_min, most),
            max_size=most,
            timeout_s=db.conn_timeout_s,
            transaction_s=self.settings.orchestrator.lock_timeout_ms / 1000 + LOCK_MARGIN_S,
        ) as database:
            yield database

    def ears(self) -> PostgresEars:
        """Ears of a part, not open yet."""
        return PostgresEars(self.installation.app_conninfo)


def run(part: str, settings: Settings) -> None:
    """Run `part` (`web`, `ingest`, `work`) until it is told to stop.

    Raises EmbeddedError when the servers of the data directory were never started.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(PARTS[part], settings))


async def _run(part: Callable[[Ground], Awaitable[None]], settings: Settings) -> None:
    stop = Stop()
    stop.on_signals()
    ground = Ground(settings, Installation(settings), settings.clock.build(), Metrics(), stop)
    running = asyncio.ensure_future(part(ground))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set():
        gone_s = stop.drain_s + END_MAX_S + LEAVE_S
        asyncio.get_running_loop().call_later(gone_s, _leave, gone_s)
    drain_s = ASKING_MAX_S if part is _ingest else stop.drain_s + END_MAX_S
    _, late = await asyncio.wait((running,), timeout=drain_s)
    for task in late:  # a call that waits for its turn at the provider may wait for minutes
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _leave(waited_s: float) -> None:
    """End as a crash does: what is still open, the server gives up. Nobody waits any longer."""
    structlog.get_logger().warning("process.cut_off", waited_s=waited_s)
    os._exit(0)


async def _web(ground: Ground) -> None:
    """The pages and the API."""
    from valkey.asyncio import Valkey

    from touchline.tenants.limits import Limits
    from touchline.web.app import Parts
    from touchline.web.server import open_files, serve

    web = ground.settings.web
    open_files(web.streams_max)
    async with (
        ground.database("web", ground.settings.db.web_pool_max) as database,
        Valkey.from_url(ground.installation.valkey_url) as shared,
    ):
        limits = Limits(ground.settings.limits, ground.clock, ground.metrics, shared)
        parts = Parts.assemble(web, ground.clock, ground.metrics, database, ground.ears(), limits=limits)
        await serve(parts, web.host, web.port, ground.stop, _say_address)


async def _ingest(ground: Ground) -> None:
    """The provider's channels, the inbox and the one writer."""
    from touchline.ingest.build import Ingest
    from touchline.provider.thesports import wire
    from touchline.provider.thesports.stream import Stream

    settings = ground.settings
    source = _source(settings)

    def reader(payload: bytes) -> "Reading":
        return wire.read_push(payload, wire.latest_at(ground.clock.now()))

    async with contextlib.AsyncExitStack() as open_:
        database = await open_.enter_async_context(ground.database("ingest", settings.db.worker_pool_max))
        recorder = _recorder(ground, open_)
        pull = await _client(ground, open_, source, recorder)
        ingest = Ingest(
            database,
            ground.clock,
            ground.metrics,
            settings,
            pull,
            read_push=reader,
            logos=_logos(settings, source),
        )
        open_.push_async_callback(ingest.give_back)
        stream = Stream(source, ground.clock, ground.metrics, ingest.connected, recorder)
        async with asyncio.TaskGroup() as group:
            group.create_task(stream.run(ground.stop))
            group.create_task(run_all(ingest.loops(stream), ground.clock, ground.stop))


async def _work(ground: Ground) -> None:
    """What happens by itself: the minutes, the watch, the jobs."""
    from touchline.ingest.build import Worker
    from touchline.ingest.leased import Leased, give_back
    from touchline.jobs.build import engine
    from touchline.jobs.data_upkeep import data_tasks
    from touchline.jobs.minute import minute_loops
    from touchline.jobs.punctuality import foresee
    from touchline.jobs.upkeep import upkeep_tasks
    from touchline.sla.build import sla_loops, sla_tasks

    settings, clock, metrics = ground.settings, ground.clock, ground.metrics
    conninfo, over = ground.installation.app_conninfo, asyncio.Event()
    # Not the process id: in a container every start has the same.
    node = f"{os.uname().nodename}-{secrets.token_hex(4)}"
    async with contextlib.AsyncExitStack() as open_:
        database = await open_.enter_async_context(ground.database("work", settings.db.worker_pool_max))
        pull = await _client(ground, open_, _source(settings), None)
        worker = Worker(database, clock, metrics, settings, pull, node=node)
        tasks = {
            **worker.tasks(),
            **sla_tasks(database, clock, metrics),
            **data_tasks(database, clock, settings.retention),
            **upkeep_tasks(database, clock, metrics),
        }
        open_.push_async_callback(give_back, database, clock, node)
        jobs = engine(database, conninfo, clock, metrics, settings, tasks=tasks, node=node)
        open_.push_async_callback(jobs.close)
        minutes = minute_loops(database, ground.ears(), clock, metrics, settings.match_minute)
        loops = [
            *await open_.enter_async_context(minutes),
            *(Leased(loop, database, clock, node) for loop in sla_loops(database, clock, metrics, settings)),
            *jobs.loops,
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(foresee(database, clock, jobs.timetable))
            group.create_task(run_all(loops, clock, ground.stop))
            group.create_task(run_all(worker.loops(), clock, over))
            await ground.stop.wait()
            await jobs.runner.drain(ground.stop.drain_s)
            over.set()  # what the last runs handed over is written


PARTS: Mapping[str, Callable[[Ground], Awaitable[None]]] = MappingProxyType(
    {"web": _web, "ingest": _ingest, "work": _work}
)


async def _client(
    ground: Ground, open_: contextlib.AsyncExitStack, source: TheSports, recorder: "Recorder | None"
) -> "Client":
    """Asks the provider, within the budget that all processes share; closed with what is open."""
    from valkey.asyncio import Valkey

    from touchline.provider.budget import Budget
    from touchline.provider.thesports.client import TheSports as Client

    shared = await open_.enter_async_context(Valkey.from_url(ground.installation.valkey_url))
    budget = Budget(source.requests_per_minute, ground.clock, shared)
    return await open_.enter_async_context(Client(source, ground.clock, ground.metrics, budget, recorder))


def _recorder(ground: Ground, open_: contextlib.AsyncExitStack) -> "Recorder | None":
    """Keeps raw frames below the data directory, where that is wanted; closed with what is open."""
    from touchline.provider.recorder import Recorder

    wanted = ground.settings.recorder
    if not wanted.enabled:
        return None
    recorder = Recorder(
        ground.installation.directory / "recordings",
        ground.clock,
        max_mb=wanted.max_mb,
        file_mb=wanted.file_mb,
    )
    open_.callback(recorder.close)
    return recorder


def _logos(settings: Settings, source: TheSports) -> "Source | None":
    """Where crests come from, where they are wanted. The simulated provider alone may be next door."""
    from touchline.ingest.crests.doorman import Doorman
    from touchline.ingest.crests.source import Source

    wanted = settings.crests
    if not wanted.enabled:
        return None
    own = {urlsplit(source.base_url).netloc} if settings.simulated else set()
    return Source(Doorman(wanted.hosts | own), timeout_s=wanted.timeout_ms / 1000, ca_file=source.ca_file)


def _say_address(address: str) -> None:
    structlog.get_logger().info("web.listening", address=address)


def _source(settings: Settings) -> TheSports:
    """How the provider is reached: as it is set; where nothing is set, the simulated one beside us.

    Raises SettingsError when that one is at any free port, which only it knows.
    """
    if not settings.simulated:
        return settings.thesports
    unset, simulator = TheSports(), settings.simulator
    own = {
        "base_url": f"http://127.0.0.1:{simulator.http_port}/v1/football",
        "mqtt_url": f"mqtt://127.0.0.1:{simulator.mqtt_port}",
    }
    used = {name: url for name, url in own.items() if getattr(settings.thesports, name) == getattr(unset, name)}
    if any(urlsplit(url).port == 0 for url in used.values()):
        raise SettingsError(
            [
                "TOUCHLINE_SIMULATOR__HTTP_PORT, TOUCHLINE_SIMULATOR__MQTT_PORT: 0 does not say where the "
                "running simulator is; set the ports of its log line simulator.started"
            ]
        )
    return settings.thesports.model_copy(update=used)
