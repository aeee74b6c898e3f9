"""Slots are decided once, at slot + offset, whoever plans and whatever was missed."""

import asyncio
from collections.abc import Sequence

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.jobs.floor import FastClock, Floor, T, a_job

from touchline.jobs.job import Job, Missed
from touchline.settings.parts import JobsSettings
from touchline.store import flags
from touchline.store.db import Database

UNSTAGGERED = JobsSettings(stagger_enabled=False)


async def test_a_slot_is_handed_over_at_its_offset_and_not_before(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner()
    wait = await planner.turn()
    assert wait.total_seconds() <= 5

    await floor.pass_(9.5, planner, step_s=0.5)
    assert await floor.slots() == []
    await floor.pass_(0.5, planner, step_s=0.5)

    assert await floor.slots() == [(0, "handed_over")]
    [ticket] = await floor.queued()
    assert (ticket["job_name"], ticket["scheduled_for"], ticket["offset_s"]) == ("Some Job", T, 10)


async def test_the_wait_is_until_the_next_start(database: Database) -> None:
    floor = Floor(database, a_job(offset_s=3))

    wait = await floor.a_planner().turn()

    assert wait.total_seconds() == pytest.approx(3)


async def test_without_stagger_a_job_starts_with_its_minute(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner(settings=UNSTAGGERED)
    await planner.turn()

    await floor.pass_(60, planner)

    assert await floor.slots() == [(0, "handed_over"), (1, "handed_over")]
    assert [ticket["offset_s"] for ticket in await floor.queued()] == [0, 0]


async def test_three_planners_make_one_run_a_slot(database: Database) -> None:
    floor = Floor(database)
    planners = [floor.a_planner(node) for node in "abc"]
    for planner in planners:
        await planner.turn()

    for _ in range(3):
        await floor.stepped.advance(60)
        await asyncio.gather(*(planner.turn() for planner in planners))

    assert [minute for minute, _ in await floor.slots()] == [0, 1, 2]
    assert len(await floor.queued()) == len([1 for _, fate in await floor.slots() if fate == "handed_over"])


@pytest.mark.parametrize(
    ("missed", "fates"),
    [
        (Missed.SKIP, ["handed_over", "skipped", "skipped", "skipped", "handed_over"]),
        (Missed.LATEST, ["handed_over", "superseded", "superseded", "handed_over", "handed_over"]),
        (Missed.ALL, ["handed_over", "handed_over", "handed_over", "handed_over", "handed_over"]),
    ],
)
async def test_what_was_missed_goes_by_the_policy(database: Database, missed: Missed, fates: list[str]) -> None:
    floor = Floor(database, a_job(missed=missed))
    before = floor.a_planner("before")
    await before.turn()
    await floor.pass_(10, before)

    await floor.stepped.advance(200)
    after = floor.a_planner("after")
    await after.turn()
    await floor.pass_(60, after)

    assert await floor.slots() == list(enumerate(fates))


async def test_what_is_made_up_for_is_marked_and_has_no_offset(database: Database) -> None:
    floor = Floor(database, a_job(missed=Missed.LATEST))

    await floor.a_planner().turn()

    [ticket] = await floor.queued()
    assert (ticket["scheduled_for"], ticket["made_up"], ticket["offset_s"], ticket["lane"]) == (
        T - 60,
        True,
        0,
        "made_up",
    )


async def test_at_the_first_start_each_runs_once_one_a_second_in_the_order_of_the_table(
    database: Database,
) -> None:
    crons = {"Diary": "*/10 * * * *", "Weekly": "0 3 * * mon", "Monthly": "10 4 1 * *"}
    given = [a_job(name, cron=cron, missed=Missed.LATEST, offset_s=30) for name, cron in crons.items()]
    floor = Floor(database, *given, a_job("Minutely", offset_s=50))
    planner = floor.a_planner()
    seen = []

    for _ in range(4):
        await planner.turn()
        seen.append([ticket["job_name"] for ticket in await floor.queued()])
        await floor.stepped.advance(1.0)

    assert seen == [
        ["Diary"],
        ["Diary", "Weekly"],
        ["Diary", "Weekly", "Monthly"],
        ["Diary", "Weekly", "Monthly"],
    ]


async def test_a_day_is_written_down_slot_by_slot_and_what_is_older_is_not(database: Database) -> None:
    floor = Floor(database, a_job(cron="*/5 * * * *"))
    before = floor.a_planner("before")
    await before.turn()
    await floor.pass_(10, before)

    await floor.stepped.advance(3 * 86_400 + 60)
    after = floor.a_planner("after")
    with capture_logs() as log:
        for _ in range(3):
            await after.turn()

    fates = [fate for _, fate in await floor.slots()]
    assert fates == ["handed_over", *["skipped"] * 288]
    assert [line["slots"] for line in log if line["event"] == "job.slots.missed"] == [288]


async def test_on_a_fast_clock_a_job_starts_every_five_seconds_at_most(database: Database) -> None:
    floor = Floor(database, clock=FastClock(T, speed=600.0))  # ten minutes a second
    planner = floor.a_planner()
    turns = 0
    while floor.stepped.real() < T + 12:
        wait_s = (await planner.turn()).total_seconds()
        await floor.stepped.advance(max(wait_s, 0.01))
        turns += 1

    fates = [fate for _, fate in await floor.slots()]
    assert fates.count("handed_over") == 3
    assert fates.count("paced") == len(fates) - 3 > 90
    assert turns < 20
    assert [minute for minute, _ in await floor.slots()] == list(range(len(fates)))


async def switch(floor: Floor, on: bool) -> None:
    async with floor.db.transaction(0) as tx:
        await flags.switch(tx, flags.STAGGER, on, "test")


async def test_switched_off_what_waits_starts_at_once_and_the_rest_with_its_minute(database: Database) -> None:
    floor = Floor(database, a_job(offset_s=40))
    planner = floor.a_planner()
    await planner.turn()
    await floor.pass_(12, planner)

    await switch(floor, on=False)
    planner.look_again()
    await planner.turn()
    assert [(ticket["scheduled_for"], ticket["offset_s"]) for ticket in await floor.queued()] == [(T, 0)]

    await floor.pass_(48, planner)
    assert [(ticket["scheduled_for"], ticket["made_up"]) for ticket in await floor.queued()] == [
        (T, True),
        (T + 60, False),
    ]


async def test_switched_on_again_the_next_minute_has_its_offset(database: Database) -> None:
    floor = Floor(database, a_job(offset_s=40))
    planner = floor.a_planner()
    await switch(floor, on=False)
    await planner.turn()
    await floor.pass_(60, planner)
    assert len(await floor.queued()) == 2

    await switch(floor, on=True)
    planner.look_again()
    await floor.pass_(99, planner)
    assert [(ticket["scheduled_for"], ticket["offset_s"]) for ticket in await floor.queued()] == [
        (T, 0),
        (T + 60, 0),
    ]
    await floor.pass_(1, planner)
    assert [ticket["offset_s"] for ticket in await floor.queued()] == [0, 0, 40]


async def test_the_switch_is_seen_within_five_seconds_and_acknowledged(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner("node")
    await planner.turn()
    await switch(floor, on=False)

    await floor.pass_(5, planner)

    assert [
        (row["node"], row["stagger"], row["stagger_version"]) for row in await floor.rows("job_planner", "node")
    ] == [("node", False, 1)]


async def test_the_offsets_that_are_announced_are_those_that_hold(database: Database) -> None:
    said = []
    for on in (True, False):
        floor = Floor(database)
        await switch(floor, on=on)
        planner = floor.a_planner()
        with capture_logs() as log:
            for _ in range(2):
                await planner.turn()
                await floor.stepped.advance(5)
        said += [
            (line["worker"], line["interval"], line["offset_s"])
            for line in log
            if line["event"] == "worker.started"
        ]

    assert said == [("Some Job", "* * * * * +10s", 10), ("Some Job", "* * * * *", 0)]


@pytest.mark.parametrize(
    ("said", "obeyed"), [(JobsSettings(stagger_enabled=True), True), (JobsSettings(), False)]
)
async def test_at_the_start_the_environment_goes_before_the_switch(
    database: Database, said: JobsSettings, obeyed: bool
) -> None:
    floor = Floor(database)
    await switch(floor, on=False)
    planner = floor.a_planner(settings=said)

    await planner.turn()
    assert [row["stagger"] for row in await floor.rows("job_planner", "node")] == [obeyed]

    await switch(floor, on=False)
    planner.look_again()
    await planner.turn()
    assert [row["stagger"] for row in await floor.rows("job_planner", "node")] == [False]


async def test_a_planner_that_leaves_is_no_longer_counted(database: Database) -> None:
    floor = Floor(database)
    planner = floor.a_planner()
    await planner.turn()

    await planner.leave()

    assert await floor.rows("job_planner", "node") == []


FATES = {
    Missed.SKIP: {"handed_over", "skipped", "paced"},
    Missed.LATEST: {"handed_over", "superseded", "paced"},
    Missed.ALL: {"handed_over"},
}
POLICIES = [Missed.SKIP, Missed.LATEST, Missed.ALL]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("turn"), st.integers(0, 2)),
        st.tuples(st.just("restart"), st.integers(0, 2)),
        st.tuples(st.just("pass"), st.sampled_from([1, 4, 11, 59, 61, 130])),
        st.tuples(st.just("down"), st.sampled_from([90, 400, 1_000])),
    ),
    max_size=14,
)
Steps = Sequence[tuple[str, int]]


async def play(
    conninfo: str, steps: Steps, given: Sequence[Job]
) -> tuple[Floor, list[tuple[str, int, str, bool]]]:
    """Take the steps, then let everything that is due be decided."""
    async with Database.open(conninfo, name="test", min_size=1, max_size=2, timeout_s=5.0) as db:
        floor = Floor(db, *given)
        planners = [floor.a_planner(f"p{number}") for number in range(3)]
        await planners[0].turn()
        for what, number in steps:
            match what:
                case "turn":
                    await planners[number].turn()
                case "restart":
                    planners[number] = floor.a_planner(f"p{number}")
                case _:
                    await floor.stepped.advance(number)
        for _ in range(200):
            if (await planners[0].turn()).total_seconds() > 0:
                await floor.stepped.advance(6.0)
            if floor.stepped.now() % 60 >= 54:
                break
        rows = await floor.rows("job_slot")
        queued = [(each["job_name"], each["scheduled_for"]) for each in await floor.queued()]
    handed = [(row["job_name"], row["scheduled_for"]) for row in rows if row["fate"] == "handed_over"]
    assert sorted(queued) == sorted(handed)
    return floor, [(row["job_name"], row["scheduled_for"], row["fate"], row["made_up"]) for row in rows]


@settings(max_examples=12)
@given(STEPS)
def test_no_slot_is_lost_or_doubled_whatever_planners_do(conninfo: Conninfo, steps: Steps) -> None:
    given_jobs = [
        a_job(missed.value, missed=missed, offset_s=number * 7) for number, missed in enumerate(POLICIES)
    ]
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute("TRUNCATE job_slot, job_planner, procrastinate_jobs CASCADE")

    floor, rows = asyncio.run(play(conninfo.app, steps, given_jobs))

    for job in given_jobs:
        mine = [row for row in rows if row[0] == job.name]
        slots = [slot for _, slot, _, _ in mine]
        assert slots == list(range(T - 60 if job.offset_s else slots[0], slots[-1] + 60, 60))
        fates = [fate for _, slot, fate, _ in mine if slot >= T]
        assert set(fates) <= FATES[job.missed]
        if job.missed is Missed.SKIP:
            assert not any(made_up for _, _, _, made_up in mine)
        if job.missed is not Missed.ALL:
            assert slots[-1] == (floor.stepped.now() - job.offset_s) // 60 * 60
        if job.missed is Missed.LATEST:
            assert mine[-1][2] == "handed_over"
