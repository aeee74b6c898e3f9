"""A clock that ran ahead has decided slots to come; once it is set, they are decided again."""

import pytest
from structlog.testing import capture_logs
from tests.jobs.floor import FastClock, Floor, T, a_job

from touchline.clock import SteppedClock
from touchline.jobs.job import Job, Missed
from touchline.store import jobs
from touchline.store.db import Database
from touchline.store.jobs import Slot

HOURS_S = 3 * 3_600
POLICIES = pytest.mark.parametrize("missed", list(Missed))


class SetClock(SteppedClock):
    """A clock of which football time runs ahead until it is set."""

    ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s


def ahead(database: Database, *given: Job, by_s: float = HOURS_S) -> Floor:
    """Who has such a clock."""
    clock = SetClock(T)
    clock.ahead_s = by_s
    return Floor(database, *given, clock=clock)


@POLICIES
async def test_who_starts_when_the_clock_is_set_plans_at_once(database: Database, missed: Missed) -> None:
    job = a_job(missed=missed)
    wrong, right = ahead(database, job), Floor(database, job)
    planner = wrong.a_planner("wrong")
    await planner.turn()
    await planner.turn()
    for ticket in await wrong.pending():
        assert await wrong.a_runner().run(ticket) == "success"

    planner = right.a_planner("right")
    with capture_logs() as log:
        await planner.turn()
    await right.pass_(130, planner, step_s=10)

    assert await right.slots() == [(minute, "handed_over") for minute in range(3)]
    [line] = [line for line in log if line["event"] == "job.slots.undecided"]
    assert line["slots"] > 0


@POLICIES
async def test_who_lives_through_it_plans_again_in_a_moment(database: Database, missed: Missed) -> None:
    floor = ahead(database, a_job(missed=missed), by_s=0)
    clock, planner = floor.stepped, floor.a_planner()
    assert isinstance(clock, SetClock)
    await planner.turn()
    await floor.pass_(10, planner)
    clock.ahead_s = HOURS_S
    for _ in range(5):
        await floor.pass_(1, planner)

    clock.ahead_s = 0
    for _ in range(60):
        await clock.advance((await planner.turn()).total_seconds())

    slots = await floor.slots()
    planned = [(minute, "handed_over") for minute in range(len(slots))]
    assert [slots[0], *slots[2:]] == [planned[0], *planned[2:]], "what was a minute ahead at most may stay"
    assert len(slots) == (clock.now() - 10 - T) // 60 + 1 > 3


async def test_a_slot_that_was_run_by_a_clock_ahead_is_not_run_again(database: Database) -> None:
    wrong, right = ahead(database, by_s=300), Floor(database)
    planner = wrong.a_planner("wrong")
    await planner.turn()
    await wrong.pass_(10, planner)
    [early] = await wrong.pending()
    assert await wrong.a_runner().run(early) == "success"

    planner = right.a_planner("right")
    await planner.turn()
    await right.pass_(310, planner, step_s=10)

    assert await right.slots() == [(minute, "handed_over") for minute in range(6)]
    assert early.scheduled_for == T + 300
    assert await right.a_runner().run(early) == "known"
    assert [ticket.scheduled_for for ticket in await right.pending()] == list(range(T, T + 300, 60))


async def test_clocks_that_are_a_little_apart_leave_each_others_slots(database: Database) -> None:
    one, other = ahead(database, by_s=30), Floor(database, clock=SteppedClock(T - 20))
    planner = one.a_planner("one")
    await planner.turn()
    decided = await other.rows("job_slot")

    await other.a_planner("other").turn()

    assert decided
    assert await other.rows("job_slot") == decided


async def test_where_football_time_is_fast_a_moment_is_long(database: Database) -> None:
    floor = Floor(database, clock=FastClock(T, speed=600.0))
    async with database.transaction(T * 1000) as tx:
        slots = [Slot(job_name="Some Job", scheduled_for=T + at, fate="skipped") for at in (35_940, 36_060)]
        await jobs.plan(tx, slots)

    await floor.a_planner().turn()

    assert [row["scheduled_for"] for row in await floor.rows("job_slot")] == [T + 35_940]


async def test_a_slot_does_not_give_way_to_one_that_is_still_to_come(database: Database) -> None:
    floor = Floor(database)
    async with database.transaction(T * 1000) as tx:
        slots = [Slot(job_name="Some Job", scheduled_for=T + at, fate="handed_over") for at in (0, 3_600)]
        await jobs.plan(tx, slots)

    assert await floor.a_runner().run(floor.a_ticket()) == "success"
