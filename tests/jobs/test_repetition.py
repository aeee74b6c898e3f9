"""What failed is made up for again before its next slot, where that is far."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.jobs.floor import Doing, Floor, T, a_job, entries

from touchline.errors import ProviderTransient
from touchline.jobs.job import Job, Missed
from touchline.jobs.repetition import FIRST_S, LOOK_S, TIMES_MAX, Repetition
from touchline.store.db import Database
from touchline.task import Done, Run

DAILY = a_job(cron="0 1 * * *", missed=Missed.LATEST)
SLOT = T - 3_600
"""The latest slot of that at T; its first start has to make up for it."""


class Provider:
    """Gives a list, or nothing."""

    def __init__(self) -> None:
        self.is_there = False
        self.slots: list[int] = []

    async def run(self, run: Run) -> Done:
        self.slots.append(run.slot)
        if not self.is_there:
            raise ProviderTransient("thesports", "country/list", "TIMEOUT")
        return Done(items=1)


class Start:
    """The first start of all, with a provider that is dead."""

    def __init__(self, db: Database, job: Job = DAILY) -> None:
        self.floor = Floor(db, job)
        self.provider = Provider()
        self.runner = self.floor.a_runner(self.provider)
        self.planner = self.floor.a_planner()

    def a_repetition(self) -> Repetition:
        return Repetition(self.floor.db, self.floor.clock, entries(*self.floor.jobs))

    async def work(self) -> None:
        """Run what was handed over."""
        for ticket in await self.floor.pending():
            await self.runner.run(ticket)

    async def begin(self) -> Repetition:
        await self.planner.turn()
        await self.work()
        return self.a_repetition()

    async def pass_(self, seconds: float, *loops: Repetition) -> None:
        """Let time pass; what is handed over is run."""
        await self.floor.stepped.advance(seconds)
        for loop in loops:
            await loop.turn()
        await self.work()


async def test_a_daily_list_that_nobody_gave_is_asked_for_again_in_minutes(database: Database) -> None:
    start = Start(database)
    repetition = await start.begin()
    await start.pass_(FIRST_S - 1, repetition)
    assert start.provider.slots == [SLOT]

    start.provider.is_there = True
    with capture_logs() as log:
        await start.pass_(1, repetition)
    await start.pass_(80_000 - FIRST_S, repetition)

    assert start.provider.slots == [SLOT, SLOT + 60]
    runs = await start.floor.runs()
    assert [(row["scheduled_for"], row["status"], row["effective_schedule"]) for row in runs] == [
        (SLOT, "failed", "made up"),
        (SLOT + 60, "success", "made up"),
    ]
    [line] = [line for line in log if line["event"] == "job.repeated"]
    assert (line["job"], line["run_id"]) == ("Some Job", f"Some Job@{SLOT + 60}")


async def test_the_attempts_grow_rarer_and_end_before_the_next_slot(database: Database) -> None:
    start = Start(database)
    repetition = await start.begin()
    tried = [start.floor.stepped.now()]
    while start.floor.stepped.now() < T + 22 * 3_600 + 1_800:
        before = len(start.provider.slots)
        await start.pass_(FIRST_S, repetition)
        if len(start.provider.slots) > before:
            tried.append(start.floor.stepped.now())

    assert [late - early for early, late in pairwise(tried)] == [
        FIRST_S * 2**times for times in range(TIMES_MAX)
    ]
    assert start.provider.slots == [SLOT + 60 * times for times in range(TIMES_MAX + 1)]


async def test_two_processes_repeat_a_slot_once(database: Database) -> None:
    start = Start(database)
    loops = [await start.begin(), start.a_repetition(), start.a_repetition()]
    await start.floor.stepped.advance(FIRST_S)

    await asyncio.gather(*(loop.turn() for loop in loops))

    assert [ticket.scheduled_for for ticket in await start.floor.pending()] == [SLOT + 60]
    assert len(await start.floor.queued()) == 2
    assert (await loops[0].turn()).total_seconds() == LOOK_S, "what was handed over is waited for"


async def test_after_a_repetition_the_next_slot_is_planned_as_ever(database: Database) -> None:
    start = Start(database)
    await start.pass_(FIRST_S, await start.begin())

    await start.floor.stepped.advance(23 * 3_600 + 10 - FIRST_S)
    for planner in (start.planner, start.floor.a_planner("started anew")):
        await planner.turn()

    assert [(row["scheduled_for"], row["fate"]) for row in await start.floor.rows("job_slot")] == [
        (SLOT, "handed_over"),
        (SLOT + 60, "handed_over"),
        (SLOT + 86_400, "handed_over"),
    ]


async def found_wanting(_: Run) -> Done:
    return Done(items=3, failed=1)


@pytest.mark.parametrize(
    ("fields", "task"),
    [
        ({}, None),
        ({}, Doing(found_wanting)),
        ({"cron": "*/30 * * * *"}, Provider()),
        ({"missed": Missed.ALL}, Provider()),
        ({"timeout_s": 86_400}, Provider()),
    ],
    ids=["went well", "went to its end", "comes up soon", "another policy", "would be in the way of the next"],
)
async def test_everything_else_is_left_to_the_next_slot(
    database: Database, fields: dict[str, Any], task: Any
) -> None:
    start = Start(database, a_job(**({"cron": "0 1 * * *", "missed": Missed.LATEST} | fields)))
    start.runner = start.floor.a_runner(task)
    repetition = await start.begin()
    if fields.get("missed") is Missed.ALL:
        await start.runner.run(start.floor.a_ticket(SLOT, made_up=True))

    await start.floor.stepped.advance(1_500)

    assert (await repetition.turn()).total_seconds() == LOOK_S
    assert start.floor.jobs[0].missed is Missed.ALL or len(await start.floor.runs()) == 1


async def test_what_somebody_ran_by_hand_meanwhile_is_not_repeated(database: Database) -> None:
    start = Start(database)
    repetition = await start.begin()
    start.provider.is_there = True
    await start.floor.stepped.advance(1)
    await start.runner.run(start.floor.a_ticket(int(start.floor.stepped.now()), offset_s=0, by_hand="x"))

    await start.pass_(1_500, repetition)

    assert len(start.provider.slots) == 2
