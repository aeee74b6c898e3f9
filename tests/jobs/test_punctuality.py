"""What the history says of starts, what is foreseen, and what is said of jobs in words."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.jobs.floor import Doing, Floor, T, a_job, entries, until

from touchline import log
from touchline.clock import SystemClock
from touchline.jobs.punctuality import crowded_seconds, foresee, punctuality
from touchline.store import job_reports
from touchline.store.db import Database
from touchline.store.job_reports import Started
from touchline.task import Done, Run


def a_start(late_s: float, name: str = "Job", slot: int = T, offset_s: int = 10) -> Started:
    return Started(job_name=name, scheduled_for=slot, started_at=slot + offset_s + late_s, offset_s=offset_s)


@pytest.mark.parametrize(
    ("late", "kept"),
    [
        ([0.0, 0.1, 0.5], True),
        ([0.7, 0.7, 0.1], False),
        ([0.0] * 200 + [5.0], True),
        ([0.0] * 50 + [5.0], False),
        ([0.1, -0.1], False),
    ],
)
def test_a_job_keeps_its_offset_if_half_and_nearly_all_starts_do_and_none_is_early(
    late: list[float], kept: bool
) -> None:
    [found] = punctuality([a_start(each) for each in late])

    assert found.kept is kept
    assert found.starts == len(late)
    assert found.early == sum(each < 0 for each in late)
    assert found.offsets == [10]


@given(st.lists(st.floats(0, 100).map(lambda late: round(late, 3)), min_size=1, max_size=300))
def test_of_a_hundred_starts_ninety_nine_are_not_later_than_p99(late: list[float]) -> None:
    [found] = punctuality([a_start(each) for each in late])

    assert sum(each <= found.p99_s + 1e-3 for each in late) >= 0.99 * len(late)
    assert found.p50_s <= found.p99_s <= found.max_s


def test_more_than_two_starts_in_one_second_are_a_crowd() -> None:
    starts = [
        a_start(late, name) for late, name in [(0.1, "a"), (0.2, "b"), (0.9, "c"), (1.1, "d"), (1.2, "e")]
    ]

    assert crowded_seconds(starts) == {T + 10: ["a", "b", "c"]}


async def test_skips_runs_by_hand_and_what_is_made_up_for_have_no_offset_to_keep(database: Database) -> None:
    floor = Floor(database)
    await floor.stepped.advance(10.5)
    runner = floor.a_runner()
    await runner.run(floor.a_ticket())
    await runner.run(floor.a_ticket(T - 60, made_up=True, offset_s=0))
    await runner.run(floor.a_ticket(by_hand="x", offset_s=0))

    async with database.transaction(0) as tx:
        starts = await job_reports.starts(tx, T)
        [overview] = await job_reports.overview(tx, ["Some Job"], T)
        p95_s = await job_reports.p95_s(tx, T)

    assert starts == [a_start(0.5, "Some Job")]
    assert (overview.status, overview.failures, overview.started_at) == ("success", 0, T + 10.5)
    assert p95_s == {"Some Job": 0.0}


async def test_a_run_that_was_cut_off_is_a_failure_of_the_day(database: Database) -> None:
    floor = Floor(database)

    async def endless(_: Run) -> Done:
        await asyncio.Event().wait()
        return Done()

    task = Doing(endless)
    runner = floor.a_runner(task)
    running = asyncio.ensure_future(runner.run(floor.a_ticket()))
    await until(lambda: bool(task.runs))
    await runner.drain(0)
    assert await running == "cancelled"

    async with database.transaction(0) as tx:
        [overview] = await job_reports.overview(tx, ["Some Job"], T - 1)

    assert (overview.status, overview.failures) == ("cancelled", 1)


async def test_a_job_that_will_run_into_another_is_warned_of_at_the_start(database: Database) -> None:
    long, next_ = a_job("Long", offset_s=45), a_job("Next", offset_s=47)
    floor = Floor(database, long, next_, clock=SystemClock())

    async with database.transaction(0) as tx:
        await tx.execute(
            b"INSERT INTO job_execution_logs (run_id, job_name, scheduled_for, started_at, finished_at,"
            b" heartbeat_at, status, duration_ms, node, schedule, effective_schedule, stagger_offset_s, lock)"
            b" VALUES ('x', 'Long', 0, now(), now(), now(), 'success', 19400, 'n', 's', 's', 45, 'l')"
        )
    with capture_logs() as seen:
        await foresee(database, floor.clock, entries(long, next_))

    assert [(line["event"], line["job"], line["into"]) for line in seen] == [
        ("stagger.overlap.predicted", "Long", "Next")
    ]


SENTENCES = [
    ("job.started", {"offset_s": 15}, "Job started: Referral Tier 3 Processor (staggered +15s)"),
    ("job.started", {"offset_s": 0}, "Job started: Referral Tier 3 Processor"),
    ("job.completed", {"duration_ms": 46}, "Job completed: Referral Tier 3 Processor (46ms)"),
    ("job.failed", {"duration_ms": 46}, "Job failed: Referral Tier 3 Processor (46ms)"),
    ("job.timeout", {"duration_ms": 20000}, "Job timed out: Referral Tier 3 Processor (20000ms)"),
    ("job.skipped", {"reason": "overlap"}, "Job skipped: Referral Tier 3 Processor (overlap)"),
    ("job.skipped", {"reason": "lock"}, "Job skipped: Referral Tier 3 Processor (lock)"),
]


@pytest.mark.parametrize(("event", "fields", "sentence"), SENTENCES)
def test_of_jobs_the_text_says_sentences(event: str, fields: dict[str, object], sentence: str) -> None:
    given_fields = {"timestamp": "now", "level": "info", "service": "work", "event": event}
    line = log.render_text(None, "", {**given_fields, "job": "Referral Tier 3 Processor", **fields})

    assert line.startswith(f"[now] [INFO] [work] {sentence} {{")
