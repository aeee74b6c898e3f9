"""A shop floor: jobs made up by a test, planners and runners on a real database, and what they left behind."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import psycopg

from touchline.clock import Clock, SteppedClock
from touchline.jobs.job import Job, Missed
from touchline.jobs.planner import Planner
from touchline.jobs.runner import Came, Runner
from touchline.jobs.schedule import Schedule
from touchline.jobs.switch import Switch
from touchline.jobs.timetable import Entry, Timetable
from touchline.metrics import Metrics
from touchline.settings.parts import JobsSettings
from touchline.store import jobs
from touchline.store.db import Database
from touchline.store.jobs import Ticket
from touchline.task import Done, Run, Task

T = 1_770_000_000 // 3_600 * 3_600
"""Football time at which every test begins: a full hour."""
Rows = list[dict[str, Any]]


def a_job(name: str = "Some Job", **fields: Any) -> Job:
    """Every minute, at its tenth second."""
    known = {"cron": "* * * * *", "offset_s": 10, "timeout_s": 30, "batch_size": 100, "missed": Missed.SKIP}
    return Job(name=name, **(known | fields))


def entries(*given: Job) -> Timetable:
    return [Entry(job, Schedule(job.cron)) for job in given]


class FastClock(SteppedClock):
    """A stepped clock on which football time is fast. What is stepped is real time."""

    def __init__(self, start: float, speed: float) -> None:
        super().__init__(start)
        self.speed = speed
        self._start = start

    def now(self) -> float:
        return self._start + (self.real() - self._start) * self.speed


class Doing:
    """A task that does what a test says, and notes its runs."""

    def __init__(self, what: Callable[[Run], Awaitable[Done]] | None = None) -> None:
        self.runs: list[Run] = []
        self._what = what

    async def run(self, run: Run) -> Done:
        self.runs.append(run)
        return Done(items=1) if self._what is None else await self._what(run)


class Held:
    """A body that goes on until it is let go."""

    def __init__(self) -> None:
        self.runs = 0
        self.cancelled = 0
        self.go = asyncio.Event()

    async def run(self, _: Run) -> Done:
        self.runs += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Done()


class Floor:
    """A database at football time T, and everybody who works on it."""

    def __init__(self, db: Database, *given: Job, clock: Clock | None = None) -> None:
        self.db = db
        self.jobs = given or (a_job(),)
        self.clock = clock or SteppedClock(T)
        self.metrics = Metrics()

    @property
    def stepped(self) -> SteppedClock:
        assert isinstance(self.clock, SteppedClock)
        return self.clock

    def a_planner(self, node: str = "a", settings: JobsSettings | None = None) -> Planner:
        """One more planner."""
        switch = Switch(settings or JobsSettings(), self.clock)
        return Planner(self.db, self.clock, entries(*self.jobs), switch, node)

    def a_runner(self, task: Task | None = None, node: str = "a", **tasks: Task) -> Runner:
        """One more runner; `task` for every job that has none of its own."""
        by_key: Mapping[str, Task] = {job.key: task or Doing() for job in self.jobs} | tasks
        return Runner(self.db, self.clock, self.metrics, entries(*self.jobs), by_key, node)

    def a_ticket(self, slot: int = T, job_name: str | None = None, **fields: Any) -> Ticket:
        """For the first job, at T."""
        known = {"job_name": job_name or self.jobs[0].name, "scheduled_for": slot, "offset_s": 10}
        return Ticket(**(known | fields))

    async def pass_(self, seconds: float, *planners: Planner, step_s: float = 1.0) -> None:
        """Let time pass; the planners turn at each step."""
        end = self.stepped.now() + seconds
        while self.stepped.now() < end:
            await self.stepped.advance(min(step_s, end - self.stepped.now()))
            for planner in planners:
                await planner.turn()

    async def rows(self, table: str, order: str = "scheduled_for, job_name") -> Rows:
        """Every row, whole."""
        async with self.db.transaction(0) as tx:
            statement = f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY {order}".encode()  # noqa: S608 - our names
            return [row[0] for row in await tx.rows(statement)]

    async def slots(self) -> list[tuple[int, str]]:
        """Every slot since T, in minutes after it, and its fate."""
        rows = [row for row in await self.rows("job_slot") if row["scheduled_for"] >= T]
        return [((row["scheduled_for"] - T) // 60, row["fate"]) for row in rows]

    async def runs(self) -> Rows:
        return await self.rows("job_execution_logs")

    async def queued(self) -> Rows:
        """The tickets in the queue."""
        return [row["args"] for row in await self.rows("procrastinate_jobs", "id")]

    async def pending(self) -> list[Ticket]:
        async with self.db.transaction(0) as tx:
            return await jobs.pending(tx, 0)


def age(conninfo: str, seconds: float) -> None:
    """Let every heartbeat be older by so many real seconds; `conninfo` is the owner's."""
    with psycopg.connect(conninfo, autocommit=True) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION real_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            f" 'SELECT clock_timestamp() + interval ''{seconds} s'''".encode()
        )


async def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.005)


def shown(runs: Rows) -> list[tuple[str, str]]:
    """Job and status of each run."""
    return [(row["job_name"], row["status"]) for row in runs]


def metric(floor: Floor, name: str, **labels: str) -> float:
    """A sample of what is counted."""
    shown = floor.metrics.render().decode()
    wanted = "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"
    found = [line.rpartition(" ")[2] for line in shown.splitlines() if line.startswith(f"{name}{wanted}")]
    return float(found[0]) if found else 0.0


async def all_of(runner: Runner, *tickets: Ticket) -> list[Came]:
    """Run tickets at the same time."""
    return list(await asyncio.gather(*(runner.run(ticket) for ticket in tickets)))
