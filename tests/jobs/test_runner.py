"""A run begins once, is kept alive, is cut off in time, and ends once; a failure is a failure everywhere."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.jobs.floor import Doing, Floor, Held, T, a_job, age, all_of, metric, shown, until

from touchline.clock import SteppedClock, SystemClock
from touchline.errors import ProviderTransient
from touchline.jobs.job import Missed
from touchline.store import job_reports
from touchline.store.db import Database, Tx
from touchline.store.jobs import LEASE_S
from touchline.task import Done, Run

WALL = SystemClock()


def events(log: list[Any], *names: str) -> list[dict[str, Any]]:
    return [dict(line) for line in log if line["event"] in (names or {line["event"]})]


async def test_a_run_that_ends_well_is_written_said_and_counted(database: Database) -> None:
    floor = Floor(database)
    await floor.stepped.advance(10.25)
    task = Doing()

    with capture_logs() as log:
        assert await floor.a_runner(task, node="here").run(floor.a_ticket()) == "success"

    assert task.runs == [Run(run_id=f"Some Job@{T}", slot=T, batch_size=100)]
    [row] = await floor.runs()
    assert {
        name: row[name]
        for name in ("status", "items_processed", "node", "schedule", "lock", "stagger_offset_s")
    } == {
        "status": "success",
        "items_processed": 1,
        "node": "here",
        "schedule": "* * * * *",
        "lock": "some_job",
        "stagger_offset_s": 10,
    }
    assert row["effective_schedule"] == "* * * * * +10s"
    assert [line["event"] for line in log] == ["job.started", "job.completed"]
    assert metric(floor, "job_runs_total", job="Some Job", status="success") == 1
    assert metric(floor, "job_start_offset_error_seconds_sum", job="Some Job") == pytest.approx(0.25)
    assert metric(floor, "job_last_success_timestamp", job="Some Job") == T + 10.25
    assert metric(floor, "job_running", job="Some Job") == 0


class Busy(Database):
    """A database that has a connection to spare only after a while."""

    def __init__(self, database: Database, clock: SteppedClock, wait_s: float) -> None:
        self._database, self._clock, self._wait_s = database, clock, wait_s

    @asynccontextmanager
    async def transaction(self, now_ms: int, *, within_s: float | None = None) -> AsyncIterator[Tx]:
        await self._clock.advance(self._wait_s)
        async with self._database.transaction(now_ms, within_s=within_s) as tx:
            yield tx

    def stats(self) -> Mapping[str, int]:
        return self._database.stats()


async def test_a_start_that_waited_for_a_connection_is_late_in_the_history_too(database: Database) -> None:
    clock = SteppedClock(T + 10)
    floor = Floor(Busy(database, clock, 3.0), clock=clock)

    await floor.a_runner().run(floor.a_ticket())

    async with database.transaction(0) as tx:
        [start] = await job_reports.starts(tx, T)
    assert start.started_at == T + 13
    assert metric(floor, "job_start_offset_error_seconds_sum", job="Some Job") == 3


async def raising(_: Run) -> Done:
    raise ProviderTransient("thesports", "diary", "TIMEOUT")


async def breaking(_: Run) -> Done:
    raise ZeroDivisionError("by\0zero")


async def unreadable(_: Run) -> Done:
    raise ValueError("no name \udcff")


async def half_done(_: Run) -> Done:
    return Done(items=3, failed=2)


@pytest.mark.parametrize(
    ("what", "error", "trace"),
    [
        (raising, "thesports diary: no answer (TIMEOUT)", False),
        (breaking, "byzero", True),
        (unreadable, "no name ?", True),
        (half_done, "2 of 5 could not be done", False),
    ],
)
async def test_a_failure_is_one_in_log_metric_and_history(
    database: Database, what: Any, error: str, trace: bool
) -> None:
    floor = Floor(database)

    with capture_logs() as log:
        assert await floor.a_runner(Doing(what)).run(floor.a_ticket()) == "failed"

    [row] = await floor.runs()
    assert (row["status"], row["error"]) == ("failed", error)
    [_, line] = log
    assert (line["event"], line["log_level"], line["error"]) == ("job.failed", "error", error)
    assert bool(line["exc_info"]) is trace
    assert metric(floor, "job_runs_total", job="Some Job", status="failed") == 1
    assert metric(floor, "job_last_success_timestamp", job="Some Job") == 0


async def test_single_failures_are_a_success_where_the_table_allows_them(database: Database) -> None:
    floor = Floor(database, a_job(part_failures=True))

    assert await floor.a_runner(Doing(half_done)).run(floor.a_ticket()) == "success"

    [row] = await floor.runs()
    assert (row["items_processed"], row["items_failed"]) == (3, 2)


async def test_ten_runners_run_a_ticket_once(database: Database) -> None:
    floor = Floor(database)
    task = Doing()
    runners = [floor.a_runner(task, node) for node in "abcdefghij"]

    came = await asyncio.gather(*(runner.run(floor.a_ticket()) for runner in runners))

    assert sorted(came) == ["known"] * 9 + ["success"]
    assert len(task.runs) == 1


async def test_a_job_that_still_runs_is_not_started_again(database: Database) -> None:
    floor = Floor(database, a_job(missed=Missed.ALL))
    held = Held()
    runner, elsewhere = floor.a_runner(held), floor.a_runner(held, "elsewhere")
    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run(floor.a_ticket()))
        await until(lambda: held.runs == 1)
        with capture_logs() as log:
            assert await elsewhere.run(floor.a_ticket(T + 60)) == "skipped_overlap"
        held.go.set()

    assert shown(await floor.runs()) == [("Some Job", "success"), ("Some Job", "skipped_overlap")]
    assert [(line["event"], line["reason"]) for line in log] == [("job.skipped", "overlap")]
    assert metric(floor, "job_runs_total", job="Some Job", status="skipped_overlap") == 1


async def test_jobs_with_one_lock_do_not_run_together(database: Database) -> None:
    floor = Floor(database, a_job("One", lock="shared"), a_job("Other", lock="shared"))
    held = Held()
    runner = floor.a_runner(held)
    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run(floor.a_ticket(job_name="One")))
        await until(lambda: held.runs == 1)
        assert await runner.run(floor.a_ticket(job_name="Other")) == "skipped_lock"
        held.go.set()

    assert await runner.run(floor.a_ticket(T + 60, job_name="Other")) == "success"


async def test_a_time_out_cancels_the_body_and_rolls_back_what_it_wrote(database: Database) -> None:
    floor = Floor(database, a_job(timeout_s=0.2), clock=WALL)

    async def writing(_: Run) -> Done:
        async with database.transaction(0) as tx:
            await tx.execute(b"INSERT INTO sync_cursor (name, value) VALUES ('half', 1)")
            await asyncio.Event().wait()
        return Done()

    with capture_logs() as log:
        assert await floor.a_runner(Doing(writing)).run(floor.a_ticket()) == "timeout"

    assert await floor.rows("sync_cursor", "name") == []
    [row] = await floor.runs()
    assert (row["status"], row["error"]) == ("timeout", "time-out")
    assert 200 <= row["duration_ms"] < 5_000
    assert [line["event"] for line in log] == ["job.started", "job.timeout"]


def silence(owner: str) -> None:
    """As if the last heartbeat had been long ago."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE job_execution_logs SET heartbeat_at = 'epoch'")


async def test_a_body_that_does_not_listen_keeps_the_lock_until_it_has_ended(
    database: Database, conninfo: Conninfo
) -> None:
    floor = Floor(database, a_job(timeout_s=1))
    go = asyncio.Event()

    async def deaf(_: Run) -> Done:
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                continue
        return Done()

    task = Doing(deaf)
    runner = floor.a_runner(task)
    running = asyncio.ensure_future(runner.run(floor.a_ticket()))
    try:
        with capture_logs() as log:
            await until(lambda: bool(task.runs))
            await floor.stepped.advance(1.0)
            silence(conninfo.owner)
            await floor.stepped.advance(10.0)
            await until(lambda: bool(events(log, "job.uncancellable")))
        async with asyncio.timeout(10):
            while (await floor.runs())[0]["heartbeat_at"].startswith("1970"):
                pass
        await floor.stepped.advance(LEASE_S)
        assert await runner.run(floor.a_ticket(T + 60)) == "skipped_overlap"
    finally:
        go.set()
        came = await running
    assert came == "timeout"
    assert [row["status"] for row in await floor.runs()] == ["timeout", "skipped_overlap"]
    assert await runner.run(floor.a_ticket(T + 120)) == "success"


async def test_a_run_whose_process_is_gone_is_lost_and_the_next_one_runs(
    database: Database, conninfo: Conninfo
) -> None:
    floor = Floor(database)
    held = Held()
    with capture_logs() as log:
        async with asyncio.TaskGroup() as group:
            gone = group.create_task(floor.a_runner(held, "gone").run(floor.a_ticket()))
            await until(lambda: held.runs == 1)
            age(conninfo.owner, LEASE_S + 1)
            assert await floor.a_runner().run(floor.a_ticket(T + 60)) == "success"
            held.go.set()

    assert shown(await floor.runs()) == [("Some Job", "lost"), ("Some Job", "success")]
    lost = [(line["event"], line["run_id"]) for line in events(log, "job.lost", "job.end.lost")]
    assert lost == [("job.lost", f"Some Job@{T}"), ("job.end.lost", f"Some Job@{T}")]
    assert gone.result() == "lost"
    assert metric(floor, "job_runs_total", job="Some Job", status="lost") == 1


async def test_a_run_that_finds_itself_lost_is_cancelled_at_its_next_heartbeat(
    database: Database, conninfo: Conninfo
) -> None:
    floor = Floor(database)
    held = Held()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(floor.a_runner(held).run(floor.a_ticket()))
        await until(lambda: held.runs == 1)
        with psycopg.connect(conninfo.owner, autocommit=True) as owner:
            owner.execute("UPDATE job_execution_logs SET status = 'lost', finished_at = now(), duration_ms = 0")
        await floor.stepped.advance(5.0)

    assert (running.result(), held.cancelled) == ("lost", 1)


async def test_an_end_is_final(database: Database, conninfo: Conninfo) -> None:
    floor = Floor(database)
    await floor.a_runner().run(floor.a_ticket())

    with psycopg.connect(conninfo.owner) as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        owner.execute("UPDATE job_execution_logs SET status = 'failed'")


async def test_shutdown_lets_runs_end_and_then_cuts_them_off(database: Database) -> None:
    floor = Floor(database, a_job("Quick"), a_job("Slow"))
    quick, slow = Held(), Held()
    runner = floor.a_runner(quick=quick, slow=slow)
    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run(floor.a_ticket(job_name="Quick")))
        group.create_task(runner.run(floor.a_ticket(job_name="Slow")))
        await until(lambda: quick.runs == slow.runs == 1)
        drained = group.create_task(runner.drain(10.0))
        quick.go.set()
        await until(lambda: metric(floor, "job_runs_total", job="Quick", status="success") == 1)
        await floor.stepped.advance(9.9)
        assert not drained.done()
        await floor.stepped.advance(0.1)

    assert shown(await floor.runs()) == [("Quick", "success"), ("Slow", "cancelled")]
    assert slow.cancelled == 1


async def test_whoever_is_cancelled_from_outside_says_so_in_the_history(database: Database) -> None:
    floor = Floor(database)
    held = Held()
    running = asyncio.ensure_future(floor.a_runner(held).run(floor.a_ticket()))
    await until(lambda: held.runs == 1)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert shown(await floor.runs()) == [("Some Job", "cancelled")]


async def test_a_slot_gives_way_to_a_later_one(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner()
    await planner.turn()
    await floor.pass_(70, planner)
    [early, late] = await floor.pending()

    assert await all_of(floor.a_runner(), late, early) == ["success", "superseded"]
    assert await floor.slots() == [(0, "superseded"), (1, "handed_over")]
    assert await floor.pending() == []


async def test_a_ticket_from_before_a_downtime_gives_way_although_no_later_slot_is_planned_yet(
    database: Database,
) -> None:
    floor = Floor(database)
    planner = floor.a_planner()
    await planner.turn()
    await floor.pass_(10, planner)
    [ticket] = await floor.pending()

    await floor.stepped.advance(59)
    assert await floor.a_runner().run(ticket) == "success"
    await floor.stepped.advance(1)
    await planner.turn()
    [late] = await floor.pending()
    await floor.stepped.advance(60)
    assert await floor.a_runner().run(late) == "superseded"


async def test_a_run_by_hand_is_beside_the_slots(database: Database) -> None:
    floor = Floor(database)
    runner = floor.a_runner()

    by_hand = [floor.a_ticket(offset_s=0, by_hand=token) for token in "ab"]
    assert [await runner.run(ticket) for ticket in [floor.a_ticket(), *by_hand]] == ["success"] * 3

    assert [row["effective_schedule"] for row in await floor.runs()].count("manual") == 2


async def test_a_ticket_of_a_job_nobody_knows_does_nothing(database: Database) -> None:
    assert await Floor(database).a_runner().run(Floor(database).a_ticket(job_name="Gone")) == "unknown"
