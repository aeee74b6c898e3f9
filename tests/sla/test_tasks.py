"""The jobs of the watch: what it overlooks is asked about, and who should be over is named to the operator."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.ingest.claims import A, B, T, record, report, score
from tests.sla.yard import Yard

from touchline.football.model import Status
from touchline.ids import MatchId
from touchline.settings.parts import Settings
from touchline.sla.build import sla_loops, sla_tasks
from touchline.task import Done, Run, Task

C = MatchId("ccccccccccccccc")
HALF_HOUR_S = 1_801


@pytest.fixture
def tasks(yard: Yard) -> Any:
    return sla_tasks(yard.db, yard.clock, yard.metrics)


async def run(yard: Yard, task: Task, *, batch_size: int = 50) -> Done:
    """Run `task` with ingest at work beside it."""
    with capture_logs() as said:
        working = asyncio.ensure_future(
            task.run(Run(run_id="run", slot=int(yard.clock.now()), batch_size=batch_size))
        )
        while not working.done():
            await yard.house.round(yard.house.reconcile)
            await yard.clock.advance(1)
    yard.said += said
    return await working


async def asked(yard: Yard) -> list[tuple[str, str]]:
    """Cause and match of every question."""
    rows = await yard.rows("SELECT cause, match_id FROM reconcile_request ORDER BY id")
    return [(cause, match_id) for cause, match_id in rows]


async def test_the_sweep_asks_about_what_the_watch_overlooks(yard: Yard, tasks: dict[str, Task]) -> None:
    yard.provider.records = [
        report(A, record(T - 1_000), T - 2_000),
        report(B, record(T - 3_000), T - 2_000),
        report(C, record(T - 7_000), T - 2_000),
    ]
    await yard.house.round(yard.house.recent)
    await yard.hear(report(B, score()))
    await yard.clock.advance(601)
    await yard.hear(report(C, score(status=Status.ENDED, kickoff=None)))

    done = await run(yard, tasks["match_watchdog_sweep"])
    assert (done.items, await asked(yard)) == (3, [("sweep", A), ("sweep", B), ("sweep", C)])

    again = await run(yard, tasks["match_watchdog_sweep"])
    assert again.items == 0
    await yard.answer()
    await yard.clock.advance(900)
    await run(yard, tasks["match_watchdog_sweep"], batch_size=1)
    assert len(await asked(yard)) == 4


async def test_a_match_that_the_provider_calls_ended_is_ended_by_the_one_writer(
    yard: Yard, tasks: dict[str, Task]
) -> None:
    await yard.kick_off()
    await yard.clock.advance(HALF_HOUR_S)
    yard.provider.records = [report(A, record(T, status=Status.ENDED), T + 9_000)]

    done = await run(yard, tasks["stuck_match_finisher"])

    assert done == Done(items=1)
    match = (await yard.house.matches(A))[A]
    assert (match.status, match.provenance["status"].source) == (Status.ENDED, "recent_list")
    assert yard.heard("match.stuck.answered")[0]["outcome"] == "applied"
    assert not yard.heard("match.stuck.unanswered")


async def test_a_match_that_nobody_knows_is_left_as_it_is_and_named_once(
    yard: Yard, tasks: dict[str, Task]
) -> None:
    await yard.kick_off()
    yard.provider.records = []
    await yard.clock.advance(HALF_HOUR_S)
    before = await yard.house.rows()

    for _ in range(3):
        await run(yard, tasks["stuck_match_finisher"])
        await yard.clock.advance(600)

    assert await yard.house.rows() == before
    [named] = yard.heard("match.stuck.unanswered")
    assert (named["log_level"], named["match_id"], named["status_id"]) == ("error", A, 2)
    assert len(await asked(yard)) == 3

    await yard.hear(report(A, score(1)))
    await yard.clock.advance(HALF_HOUR_S)
    await run(yard, tasks["stuck_match_finisher"])
    assert len(yard.heard("match.stuck.unanswered")) == 2


async def test_a_match_in_play_for_too_long_is_asked_about_and_goes_on_if_the_provider_says_so(
    yard: Yard, tasks: dict[str, Task]
) -> None:
    await yard.kick_off(A, B)
    await yard.clock.advance(150 * 60)
    yard.provider.live = [report(A, score(1, status=Status.SHOOT_OUT, kickoff=None))]
    await yard.poll()
    yard.provider.records = [report(A, record(T, status=Status.SHOOT_OUT), T + 9_000)]

    await run(yard, tasks["stuck_match_finisher"], batch_size=1)
    await run(yard, tasks["stuck_match_finisher"])

    assert [match_id for _, match_id in await asked(yard)] == [B, A]
    assert {each["match_id"] for each in yard.heard("match.stuck.unanswered")} == {B}


async def test_a_match_nobody_knows_lets_the_next_one_go_before(yard: Yard, tasks: dict[str, Task]) -> None:
    await yard.kick_off(A, B)
    yard.provider.records = []
    await yard.clock.advance(HALF_HOUR_S)

    for _ in range(3):
        await run(yard, tasks["stuck_match_finisher"], batch_size=1)
        await yard.clock.advance(600)

    assert [match_id for _, match_id in await asked(yard)] == [A, B, A]


def test_the_watch_has_its_loops(yard: Yard) -> None:
    loops = sla_loops(yard.db, yard.clock, yard.metrics, Settings())

    assert [(loop.name, loop.batch_size) for loop in loops] == [("sla_watchdog", 500), ("live_window", 5_000)]
