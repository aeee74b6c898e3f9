"""A match that the simulated provider tells over a real socket, as the API shows it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient
from tests.ingest.house import House
from tests.web.matchday import NOW

from touchline.clock import SteppedClock
from touchline.football.model import Status
from touchline.metrics import Metrics
from touchline.provider.budget import Budget
from touchline.provider.thesports.client import TheSports
from touchline.settings.parts import TheSports as TheSportsSettings
from touchline.simulator.faults.switches import Switches
from touchline.simulator.http import Account, Application, listener, server
from touchline.simulator.outlet import Honest
from touchline.simulator.script import Script
from touchline.simulator.seeded import Seeded
from touchline.store.db import Database

SCENE = Seeded(3, 4, stats_every_s=20, two_stamps=True)


@pytest.fixture(scope="module")
def script() -> Script:
    """A covered match that is played around now, without extra time."""
    return next(
        one
        for one in SCENE.scripts(NOW)
        if len(one.course.spans) == 2 and not one.course.thin and one.course.fixture.scheduled > NOW
    )


@pytest.fixture
async def house(database: Database, clock: SteppedClock) -> AsyncIterator[House]:
    """Ingest, asking the simulator over HTTP."""
    async with simulator(clock) as base_url:
        settings = TheSportsSettings(base_url=base_url)
        async with TheSports(settings, clock, Metrics(), Budget(10_000, clock)) as pull:
            yield House(database, clock=clock, pull=pull)


@contextlib.asynccontextmanager
async def simulator(clock: SteppedClock) -> AsyncIterator[str]:
    with listener("127.0.0.1", 0) as bound:
        web = server(Application(SCENE, clock, Account("", ""), Honest(), Switches(1)))
        async with asyncio.TaskGroup() as group:
            group.create_task(web.serve(sockets=[bound]))
            try:
                yield f"http://127.0.0.1:{bound.getsockname()[1]}/v1/football"
            finally:
                web.should_exit = True


async def shown(client: AsyncClient, script: Script) -> dict[str, Any]:
    answer = await client.get(f"/api/matches/{script.id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_match_is_told_with_its_line_up_momentum_and_halves(
    house: House, client: AsyncClient, clock: SteppedClock, script: Script
) -> None:
    whistle = script.course.spans[0].end
    assert script.course.ended is not None

    async def at(instant: float) -> dict[str, Any]:
        """Half a minute after `instant` every loop has had its turn, and every job has run."""
        await clock.advance(instant + 30 - clock.now())
        for loop in (house.poll, house.recent):
            await house.round(loop)
        for task in (house.trends, house.lineups, house.ended):
            await house.run(task)
        return await shown(client, script)

    before = await at(script.course.fixture.scheduled - 3_000)
    assert (before["lineup"]["confirmed"], before["momentum"]) == (False, None)
    assert [len(before["lineup"][side]["starters"]) for side in ("home", "away")] == [11, 11]

    played = await at(script.course.spans[0].start + 1_800)
    assert played["lineup"]["confirmed"]
    assert [len(half) for half in played["momentum"]["halves"]] == [30, 0]
    assert played["version"] > before["version"]
    assert played["statistics"]["first_half"] is None

    pause = await at(whistle + 60)
    counted = {each["type"]: each for each in pause["statistics"]["full"]}
    assert pause["status_id"] == Status.HALF_TIME
    assert {each["type"]: each for each in pause["statistics"]["first_half"]} == counted

    over = await at(script.course.ended + 60)
    own = {each["type"]: each for each in over["statistics"]["second_half"]}
    assert over["status_id"] == Status.ENDED
    assert own[23]["home"] == counts(over, "full")[23]["home"] - counted[23]["home"]
    assert 25 not in own, "possession is never subtracted"

    told = await at(script.course.ended + 200)
    assert {25, 83} <= counts(told, "second_half").keys(), "the provider's own word has won"
    assert [len(half) for half in told["momentum"]["halves"]] == [45, 45]
    assert any(player["marks"] for side in ("home", "away") for player in told["lineup"][side]["starters"])
    await house.round(house.unreadables)
    async with house.db.transaction(0) as tx:
        assert await tx.rows("SELECT kind FROM raw_payload") == []


def counts(match: dict[str, Any], half: str) -> dict[int, dict[str, Any]]:
    return {each["type"]: each for each in match["statistics"][half]}
