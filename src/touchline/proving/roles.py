"""What runs in each simulated process: the product itself, put together as the composition root does.

Left out is what needs a network or a server of its own: MQTT (`line.py` stands in), Valkey, crests.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial

from touchline.feed.board import Board
from touchline.feed.ears import Ears
from touchline.feed.stream import Follower, TakeIn
from touchline.ids import ChangeSeq
from touchline.ingest.build import Ingest, Worker
from touchline.ingest.leased import Leased
from touchline.jobs.data_upkeep import data_tasks
from touchline.jobs.minute import minute_loops
from touchline.jobs.planner import Planner
from touchline.jobs.runner import Runner
from touchline.jobs.switch import Switch
from touchline.jobs.timetable import matched
from touchline.jobs.upkeep import upkeep_tasks
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.provider.budget import Budget
from touchline.provider.port import Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.client import TheSports
from touchline.proving.clock import VirtualClock
from touchline.proving.hands import Hands
from touchline.proving.line import Line
from touchline.proving.process import Process
from touchline.proving.provider import Wire
from touchline.proving.referee import Referee
from touchline.proving.surroundings import Surroundings
from touchline.sla.build import sla_loops, sla_tasks
from touchline.store.changes import Change
from touchline.store.db import Database, Tx

WINDOW_S = 7_200
PATIENCE = 10
"""Followers that nobody wakes look so much more rarely than they would: the second between two looks that find
nothing is most of what a simulation would do."""


async def ingest(world: Surroundings, process: Process) -> None:
    """A process that listens and polls."""
    clock, metrics = world.clock(process.name), Metrics()
    async with _client(world, process, clock, metrics) as pull:
        own = Ingest(
            _database(world, process, clock),
            clock,
            metrics,
            world.settings,
            pull,
            read_push=partial(_read_push, clock),
            node=process.name,
        )
        queue_max = world.settings.thesports.queue_max
        line = Line(world.provider, process.name, clock, own.connected, queue_max, world.way)
        world.lines[process.name] = line
        never = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(line.run(never))
            group.create_task(run_all(own.loops(line), clock, never))


async def work(world: Surroundings, process: Process) -> None:
    """A process in which things happen by themselves: the minutes, the watch, the jobs."""
    clock, metrics, settings, never = world.clock(process.name), Metrics(), world.settings, asyncio.Event()
    database = _database(world, process, clock)
    ears = Patient(world.store.ears(process.name))
    minutes = minute_loops(database, ears, clock, metrics, settings.match_minute)
    async with _client(world, process, clock, metrics) as pull, minutes as engine, asyncio.TaskGroup() as group:
        worker = Worker(database, clock, metrics, settings, pull, node=process.name)
        tasks = {
            **worker.tasks(),
            **sla_tasks(database, clock, metrics),
            **data_tasks(database, clock, settings.retention),
            **upkeep_tasks(database, clock, metrics),
        }
        jobs = world.timetable
        matched(jobs, tasks)
        watch = sla_loops(database, clock, metrics, settings)
        loops = [
            *engine,
            *(Leased(loop, database, clock, process.name) for loop in watch),
            Planner(database, clock, jobs, Switch(settings.jobs, clock), process.name),
            Hands(database, clock, Runner(database, clock, metrics, jobs, tasks, process.name), group),
            *worker.loops(),
        ]
        await run_all(loops, clock, never)


async def read(world: Surroundings, process: Process) -> None:
    """A process that shows matches."""
    clock = world.clock(process.name)
    board = Board(clock, Metrics(), WINDOW_S)
    witness = Witness(board, world.referee, process.name)
    ears = Patient(world.store.ears(process.name))
    follower = Follower(_database(world, process, clock), ears, clock, witness)
    world.boards[process.name] = board
    await run_all([follower, board], clock, asyncio.Event())


class Witness:
    """An audience that hands on to a board, and tells the referee what it was told."""

    def __init__(self, board: Board, referee: Referee, name: str) -> None:
        self._board = board
        self._referee = referee
        self._name = name

    async def begin(self, tx: Tx, epoch: str, newest: ChangeSeq) -> TakeIn:
        take_in = await self._board.begin(tx, epoch, newest)
        return partial(self._begun, take_in, newest)

    async def follow(self, tx: Tx, page: Sequence[Change]) -> TakeIn:
        take_in = await self._board.follow(tx, page)
        return partial(self._followed, take_in, [change.seq for change in page])

    def lost(self) -> None:
        self._board.lost()

    def _begun(self, take_in: TakeIn, newest: int) -> None:
        take_in()
        self._referee.began(self._name, newest)

    def _followed(self, take_in: TakeIn, seqs: Sequence[int]) -> None:
        take_in()
        if seqs:
            self._referee.told(self._name, seqs)


class Patient:
    """Ears of somebody who looks more rarely while nobody wakes him."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def open(self) -> None:
        await self._ears.open()

    async def hear(self, within_s: float) -> None:
        await self._ears.hear(within_s * PATIENCE)

    async def close(self) -> None:
        await self._ears.close()


class Slowed(Database):
    """A database that takes its time, locks in hand."""

    def __init__(self, database: Database, clock: VirtualClock, slowness_s: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._slowness_s = slowness_s

    @contextlib.asynccontextmanager
    async def transaction(self, now_ms: int, *, within_s: float | None = None) -> AsyncIterator[Tx]:
        await self._wait()
        async with self._database.transaction(now_ms, within_s=within_s) as tx:
            yield tx
            await self._wait()

    def stats(self) -> Mapping[str, int]:
        return self._database.stats()

    async def _wait(self) -> None:
        if (slowness_s := self._slowness_s()) > 0:
            await self._clock.sleep(slowness_s)


def _database(world: Surroundings, process: Process, clock: VirtualClock) -> Database:
    return Slowed(world.store.database(process.name), clock, world.slowed_s)


def _client(world: Surroundings, process: Process, clock: VirtualClock, metrics: Metrics) -> TheSports:
    settings = world.settings.thesports
    budget = Budget(settings.requests_per_minute, clock)
    return TheSports(settings, clock, metrics, budget, transport=Wire(world.provider, process.name))


def _read_push(clock: VirtualClock, payload: bytes) -> Reading:
    return wire.read_push(payload, wire.latest_at(clock.now()))
