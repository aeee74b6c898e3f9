"""The queue and the runner together: a ticket is run once, at once, whatever happens to the database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import psycopg
import pytest
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.jobs.floor import Doing, Floor, a_job, age, shown, until

from touchline.clock import SystemClock
from touchline.jobs.bell import Bell
from touchline.jobs.procrastination import Queue
from touchline.jobs.runner import Runner
from touchline.jobs.upkeep import LostRunReaper
from touchline.loop import run_all
from touchline.store import flags, jobs
from touchline.store.db import Database, as_json
from touchline.store.jobs import LEASE_S, SQL, SWITCHES, Ticket
from touchline.task import Done, Run, Task

WALL = SystemClock()
HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user
"""
QUEUED = {"job_name": "Job 1", "scheduled_for": 60, "lane": "short", "run_id": "Job 1@60"}
ROUND = Run(run_id="reaper", slot=0, batch_size=100)


@asynccontextmanager
async def working(
    floor: Floor,
    conninfo: str,
    task: Task,
    concurrency: int = 4,
    rings: Mapping[str, asyncio.Event] | None = None,
    runner: Runner | None = None,
) -> AsyncIterator[Queue]:
    """A process that takes tickets of the short lane."""
    stop = asyncio.Event()
    queue = Queue(floor.db, WALL, runner or floor.a_runner(task), "short", concurrency)
    also = {channel: event.set for channel, event in (rings or {}).items()}
    bell = Bell(conninfo, {queue.channel: queue.ring, **also})
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_all([queue, bell], WALL, stop))
            try:
                yield queue
            finally:
                stop.set()
    finally:
        await bell.close()


async def hand_over(floor: Floor, *tickets: Ticket) -> None:
    async with floor.db.transaction(0) as tx:
        await jobs.hand_over(tx, tickets)


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database, *(a_job(f"Job {number}") for number in range(8)), clock=WALL)


async def test_tickets_are_run_at_once_and_leave_the_queue(floor: Floor, conninfo: Conninfo) -> None:
    task = Doing()
    async with working(floor, conninfo.app, task):
        await until(lambda: bool(floor.db.stats()))
        took = []
        for number in range(8):
            began = WALL.monotonic()
            await hand_over(floor, floor.a_ticket(job_name=f"Job {number}"))
            await until(lambda: len(task.runs) > number)  # noqa: B023 - waited for at once
            took.append(WALL.monotonic() - began)

    assert sorted(took)[4] < 0.5
    assert shown(await floor.runs()) == [(f"Job {number}", "success") for number in range(8)]
    assert await floor.queued() == []


async def test_so_many_run_at_a_time(floor: Floor, conninfo: Conninfo) -> None:
    go = asyncio.Event()
    under_way = most = 0

    async def holding(_: Run) -> Done:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await go.wait()
        under_way -= 1
        return Done()

    task = Doing(holding)
    async with working(floor, conninfo.app, task, concurrency=3):
        await hand_over(floor, *(floor.a_ticket(job_name=f"Job {number}") for number in range(6)))
        await until(lambda: under_way == 3)
        go.set()
        await until(lambda: len(task.runs) == 6)

    assert most == 3


async def test_a_database_that_hangs_up_costs_time_and_no_ticket(floor: Floor, conninfo: Conninfo) -> None:
    task = Doing()
    with capture_logs() as log:
        async with working(floor, conninfo.app, task):
            await hand_over(floor, floor.a_ticket(job_name="Job 0"))
            await until(lambda: len(task.runs) == 1)
            with psycopg.connect(conninfo.app, autocommit=True) as other:
                other.execute(HANG_UP)
                other.execute(SQL["hand_over"], {"tickets": as_json([QUEUED])})
            await until(lambda: len(task.runs) == 2)

    assert [line for line in log if line["log_level"] == "critical" or line.get("exc_info")] == []


async def test_the_bell_rings_for_the_switch_too(floor: Floor, conninfo: Conninfo) -> None:
    switched = asyncio.Event()
    async with working(floor, conninfo.app, Doing(), rings={SWITCHES: switched}):
        await asyncio.wait_for(switched.wait(), 5)  # for what was told before anybody listened
        switched.clear()
        async with floor.db.transaction(0) as tx:
            await flags.switch(tx, flags.STAGGER, False, "test")
        await asyncio.wait_for(switched.wait(), 5)


async def test_a_switch_is_audited_with_who_before_and_after(floor: Floor, conninfo: Conninfo) -> None:
    for value in (False, True):
        async with floor.db.transaction(0) as tx:
            await flags.switch(tx, flags.STAGGER, value, "somebody")

    rows = await floor.rows("audit_log", "id")
    assert [(row["who"], row["what"], row["before"], row["after"]) for row in rows] == [
        ("somebody", "flag stagger", None, False),
        ("somebody", "flag stagger", False, True),
    ]
    with psycopg.connect(conninfo.owner) as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        owner.execute("DELETE FROM audit_log")


async def take(floor: Floor) -> None:
    """What a process does that takes a ticket and is no more."""
    async with floor.db.transaction(0) as tx:
        await tx.rows(b"SELECT * FROM procrastinate_register_worker_v1()")
        await tx.rows(
            b"SELECT * FROM procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))"
        )


async def test_a_ticket_that_was_taken_and_never_begun_is_handed_over_again(
    floor: Floor, conninfo: Conninfo
) -> None:
    reaper = LostRunReaper(floor.db, WALL, floor.metrics)
    await hand_over(floor, floor.a_ticket())
    await take(floor)
    assert await reaper.run(ROUND) == Done(items=0)

    age(conninfo.owner, LEASE_S + 1)
    with capture_logs() as log:
        assert await reaper.run(ROUND) == Done(items=1)

    assert [line["event"] for line in log] == ["job.handed_over_again"]
    assert [row["status"] for row in await floor.rows("procrastinate_jobs", "id")] == ["todo"]


async def test_a_ticket_that_a_process_took_as_it_ended_is_left_to_others(
    floor: Floor, conninfo: Conninfo
) -> None:
    ending = floor.a_runner()
    await ending.drain(0)
    async with working(floor, conninfo.app, Doing(), runner=ending):
        await hand_over(floor, floor.a_ticket())
        async with asyncio.timeout(10):
            while [row["status"] for row in await floor.rows("procrastinate_jobs", "id")] != ["failed"]:
                pass

    age(conninfo.owner, LEASE_S + 1)
    assert await LostRunReaper(floor.db, WALL, floor.metrics).run(ROUND) == Done(items=1)
    assert (await floor.runs(), len(await floor.queued())) == ([], 1)


async def test_a_ticket_whose_run_was_lost_leaves_the_queue(floor: Floor, conninfo: Conninfo) -> None:
    reaper = LostRunReaper(floor.db, WALL, floor.metrics)
    await hand_over(floor, floor.a_ticket())
    await take(floor)
    held = asyncio.Event()

    async def hanging(_: Run) -> Done:
        await held.wait()
        return Done()

    task = Doing(hanging)
    gone = asyncio.ensure_future(floor.a_runner(task).run(floor.a_ticket()))
    await until(lambda: bool(task.runs))

    age(conninfo.owner, LEASE_S + 1)
    with capture_logs() as log:
        await reaper.run(ROUND)
        await reaper.run(ROUND)

    assert [line["event"] for line in log] == ["job.lost"]
    assert shown(await floor.runs()) == [("Job 0", "lost")]
    assert await floor.queued() == []
    held.set()
    assert await gone == "lost"


async def test_what_is_old_is_forgotten_but_for_the_newest_slot_of_each_job(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner()
    await planner.turn()
    await floor.pass_(190, planner)
    for ticket in await floor.pending():
        await floor.a_runner().run(ticket)

    async with database.transaction(0) as tx:
        newest = max(row["scheduled_for"] for row in await floor.rows("job_slot"))
        assert await jobs.forget(tx, newest + 60, 100) > 0

    assert [row["scheduled_for"] for row in await floor.rows("job_slot")] == [newest]
    assert await floor.runs() == []
