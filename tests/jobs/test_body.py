"""What a task does while its run is alive and in time, and not one step longer."""

import asyncio

from tests.conftest import Conninfo
from tests.jobs.floor import Doing, Floor, T, a_job, metric, shown, until

from touchline.clock import SystemClock
from touchline.jobs.body import HEARTBEAT_S, STUBBORN_S, Body, Lease
from touchline.store import cursors
from touchline.store.db import Database
from touchline.store.jobs import LEASE_S
from touchline.task import Done, Run

WALL = SystemClock()


async def test_a_body_that_is_cut_off_before_its_first_step_leaves_nothing_behind() -> None:
    task = Doing()
    body = Body(task.run(Run(run_id="x", slot=T, batch_size=1)), WALL, Lease(WALL, LEASE_S))

    assert await body.end()
    assert task.runs == []


async def test_a_body_makes_no_step_once_its_lease_has_run_out(database: Database) -> None:
    floor = Floor(database)
    steps: list[str] = []
    go = asyncio.Event()

    async def stepping(_: Run) -> Done:
        try:
            await go.wait()
            steps.append("after")
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")
        return Done()

    task = Doing(stepping)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(floor.a_runner(task).run(floor.a_ticket()))
        await until(lambda: bool(task.runs))
        floor.stepped._now += 60  # stopped, with everything it waits for
        go.set()

    assert steps == ["cleaned up"]
    assert (running.result(), shown(await floor.runs())) == ("lost", [("Some Job", "lost")])
    assert metric(floor, "job_runs_total", job="Some Job", status="lost") == 1, "nobody else can count it"


async def test_a_body_whose_lease_ran_out_while_it_waited_for_a_connection_does_nothing_with_it(
    database: Database, conninfo: Conninfo
) -> None:
    floor = Floor(database)

    async with Database.open(conninfo.app, name="small", min_size=1, max_size=1, timeout_s=5) as small:

        async def writing(_: Run) -> Done:
            async with small.transaction(0) as tx:
                await cursors.write(tx, "written", 1)
            return Done()

        async with asyncio.TaskGroup() as group, small.transaction(0):
            running = group.create_task(floor.a_runner(Doing(writing)).run(floor.a_ticket()))
            await until(lambda: small.stats().get("requests_waiting", 0) == 1)
            floor.stepped._now += 60  # stopped, with everything it waits for

        async with small.transaction(0) as tx:
            assert await cursors.read(tx, "written") is None
    assert (running.result(), shown(await floor.runs())) == ("lost", [("Some Job", "lost")])


async def test_a_body_that_loses_its_cancellation_is_cancelled_again(database: Database) -> None:
    floor = Floor(database, a_job(timeout_s=1))
    begun = asyncio.Event()
    lost: list[asyncio.CancelledError] = []

    async def losing(_: Run) -> Done:
        begun.set()
        while len(lost) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                lost.append(error)
        await asyncio.Event().wait()
        return Done()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(floor.a_runner(Doing(losing)).run(floor.a_ticket()))
        await begun.wait()
        for cancelled, seconds in ((1, 1.0), (2, STUBBORN_S)):
            await floor.stepped.advance(seconds)
            await until(lambda so_far=cancelled: len(lost) == so_far)
        await floor.stepped.advance(HEARTBEAT_S)

    assert (running.result(), shown(await floor.runs())) == ("timeout", [("Some Job", "timeout")])
