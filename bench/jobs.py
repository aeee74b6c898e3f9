"""When jobs start against slot + offset: two of our workers, beside APScheduler 3 in one process.

Twenty jobs, each every six seconds, 0.3 s apart; a run takes 20 ms. Ours are on a clock ten times as fast as
the wall's, so that a minute's slot comes every six seconds; all figures are real seconds.
"""

import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from bench.report import Row

from touchline import log
from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.jobs.bell import Bell
from touchline.jobs.job import Job, Missed
from touchline.jobs.planner import Planner
from touchline.jobs.procrastination import Queue
from touchline.jobs.runner import Runner
from touchline.jobs.schedule import Schedule
from touchline.jobs.switch import Switch
from touchline.jobs.timetable import Entry
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.settings.parts import JobsSettings
from touchline.store.db import Database
from touchline.store.migrate import migrate
from touchline.task import Done, Run

JOBS = [
    Job(
        name=f"Job {number:02}",
        cron="* * * * *",
        offset_s=number * 3,
        timeout_s=5,
        batch_size=1,
        missed=Missed.SKIP,
    )
    for number in range(20)
]
SPEED = 10.0
EVERY_S = 60 / SPEED
BODY_S = 0.02
WARM_UP_S = 15.0
P99_MAX_S = 0.2
Start = tuple[str, float, float]
"""A job, when it was to start, when it did; real seconds."""


def run(quick: bool) -> list[Row]:
    """Rows for the start against its offset, doubles and losses."""
    seconds = 18 if quick else 120
    begin = time.time() + WARM_UP_S
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres")
        server.start()
        try:
            migrate(server.owner_conninfo)
            ours = _starts([["work", server.app_conninfo, str(begin), str(seconds)]] * 2)
        finally:
            server.stop()
    begin = time.time() + WARM_UP_S
    peers = _starts([["peer", "", str(begin), str(seconds)]])
    return [*_late(ours, peers, seconds), *_counted(ours, peers, seconds)]


def _starts(arguments: Sequence[Sequence[str]]) -> list[Start]:
    """What the processes told of the starts they made."""
    processes = [
        subprocess.Popen([sys.executable, "-m", "bench.jobs", *each], stdout=subprocess.PIPE)
        for each in arguments
    ]
    told = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("a process of the benchmark failed")
    return [tuple(json.loads(line)) for output in told for line in output.splitlines()]


def _late(ours: Sequence[Start], peers: Sequence[Start], seconds: int) -> Iterator[Row]:
    config = (
        f"{len(JOBS)} jobs every {EVERY_S:g} s for {seconds} s; ours: two processes on one database, each run"
    )
    config += " with its slot, lock and history; peer: one process, everything in memory"
    mine, theirs = (sorted(at - due for _, due, at in starts) for starts in (ours, peers))
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        own, other = _quantile(mine, share), _quantile(theirs, share)
        demanded = name == "p99"
        yield Row(
            name=f"job start against its offset, {name}",
            ours=own,
            peer=other,
            ratio=own / other,
            must=f"<= {P99_MAX_S} s, none early" if demanded else "",
            met=own <= P99_MAX_S and mine[0] >= 0 if demanded else None,
            unit="s",
            config=config,
        )


def _counted(ours: Sequence[Start], peers: Sequence[Start], seconds: int) -> Iterator[Row]:
    wanted = len(JOBS) * round(seconds / EVERY_S)
    for name, counted in (("doubled", _doubled), ("lost", lambda starts: wanted - len(_slots(starts)))):
        own, other = counted(ours), counted(peers)
        yield Row(
            name=f"job starts {name}",
            ours=own,
            peer=other,
            ratio=None,
            must="0",
            met=own == 0,
            unit=f"of {wanted}",
            config="a slot of a job that ran twice, or never",
        )


def _slots(starts: Sequence[Start]) -> Counter[tuple[str, int]]:
    return Counter((name, round(due * 100)) for name, due, _ in starts)


def _doubled(starts: Sequence[Start]) -> int:
    return sum(number - 1 for number in _slots(starts).values())


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


# ------------------------------------------------------------ the processes that are measured


class Telling:
    """A task that tells when it began, and takes its time."""

    def __init__(self, job: Job, clock: SystemClock, begin: float, end: float) -> None:
        self._job = job
        self._clock = clock
        self._begin = begin
        self._end = end

    async def run(self, run: Run) -> Done:
        now = self._clock.real()
        due = self._begin + (run.slot + self._job.offset_s) / SPEED
        if self._begin <= due < self._end:
            print(json.dumps((self._job.name, due, now)), flush=True)
        await self._clock.sleep(BODY_S)
        return Done(items=1)


async def _work(conninfo: str, begin: float, seconds: float) -> None:
    """One of our processes. Football time is 0 at `begin`."""
    clock = SystemClock(real_epoch=begin, virtual_epoch=0.0, speed=SPEED)
    timetable = [Entry(job, Schedule(job.cron)) for job in JOBS]
    tasks = {job.key: Telling(job, clock, begin, begin + seconds) for job in JOBS}
    stop = asyncio.Event()
    async with Database.open(conninfo, name="bench", min_size=2, max_size=5, timeout_s=5) as db:
        runner = Runner(db, clock, Metrics(), timetable, tasks, f"node-{id(db)}")
        planner = Planner(db, clock, timetable, Switch(JobsSettings(), clock), f"node-{id(db)}")
        queue = Queue(db, clock, runner, "short", JobsSettings().concurrency)
        bell = Bell(conninfo, {queue.channel: queue.ring})
        async with asyncio.TaskGroup() as group:
            group.create_task(run_all([bell, queue, planner], clock, stop))
            await clock.sleep(begin + seconds + 1.0 - clock.real())
            stop.set()
        await bell.close()


def _peer(begin: float, seconds: float) -> None:
    """APScheduler as its manual starts it."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            _told_by_peer,
            IntervalTrigger(
                seconds=int(EVERY_S), start_date=_instant(begin + job.offset_s / SPEED), timezone="UTC"
            ),
            args=[job.name, begin + job.offset_s / SPEED, begin + seconds],
        )
    scheduler.start()
    time.sleep(begin + seconds + 1.0 - time.time())
    scheduler.shutdown()


def _told_by_peer(name: str, first: float, end: float) -> None:
    now = time.time()
    due = first + (now - first) // EVERY_S * EVERY_S
    if due < end:
        print(json.dumps((name, due, now)), flush=True)
    time.sleep(BODY_S)


def _instant(real: float) -> datetime:
    return datetime.fromtimestamp(real, UTC)


if __name__ == "__main__":
    kind, conninfo, begin, seconds = sys.argv[1:]
    log.configure("bench", level="ERROR", stream=sys.stderr)
    if kind == "peer":
        _peer(float(begin), float(seconds))
    else:
        uvloop.run(_work(conninfo, float(begin), float(seconds)))
