"""The engine of jobs, put together: what plans them, what takes tickets, what runs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from touchline.clock import Clock
from touchline.jobs.bell import Bell
from touchline.jobs.planner import Planner
from touchline.jobs.procrastination import Queue
from touchline.jobs.repetition import Repetition
from touchline.jobs.runner import Runner
from touchline.jobs.switch import Switch
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import Timetable, matched, timetable
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings.parts import Settings
from touchline.store.db import Database
from touchline.store.jobs import SWITCHES, Lane
from touchline.task import Task


@dataclass(frozen=True, slots=True)
class Engine:
    """What one process runs jobs with."""

    timetable: Timetable
    planner: Planner
    runner: Runner
    queues: Sequence[Queue]
    bell: Bell
    repetition: Repetition

    @property
    def loops(self) -> list[Loop]:
        """All that has to be running."""
        return [self.bell, *self.queues, self.planner, self.repetition]

    async def close(self) -> None:
        """Leave in order, once the loops have ended."""
        await self.bell.close()
        await self.planner.leave()


def engine(
    db: Database,
    conninfo: str,
    clock: Clock,
    metrics: Metrics,
    settings: Settings,
    *,
    tasks: Mapping[str, Task],
    node: str,
) -> Engine:
    """The engine of process `node`; `tasks` by the keys of their jobs.

    Raises SettingsError for a job without a task or a task without a job.
    """
    jobs = timetable(JOBS, settings)
    matched(jobs, tasks)
    switch = Switch(settings.jobs, clock)
    planner = Planner(db, clock, jobs, switch, node)
    runner = Runner(db, clock, metrics, jobs, tasks, node)
    lanes: Mapping[Lane, int] = {
        "short": settings.jobs.concurrency,
        "long": settings.jobs.concurrency,
        "made_up": 1,
    }
    queues = [Queue(db, clock, runner, lane, most) for lane, most in lanes.items()]
    bell = Bell(conninfo, {SWITCHES: planner.look_again} | {queue.channel: queue.ring for queue in queues})
    return Engine(jobs, planner, runner, queues, bell, Repetition(db, clock, jobs))
