"""How the leagues stand: no table of another season, no group lost, nothing older in place of what is newer."""

from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.ingest.claims import A, T, record, report
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderTransient
from touchline.ingest.standings import StandingsSync
from touchline.provider.port import Standing, Sums, Table
from touchline.store import standings
from touchline.store.db import Database
from touchline.task import Done, Run

SEASON, LAST_SEASON = "thisseason", "lastseason"
RUN = Run(run_id="one", slot=T, batch_size=5)


def a_table(season_id: str = SEASON, table_id: str = "group1", points: int = 48, updated_at: int = T) -> Table:
    sums = Sums(position=1, points=points, played=22, won=15, drawn=3, lost=4, goals=44, goals_against=20)
    row = Standing(team_id="home", total=sums, home=Sums(), away=Sums(), updated_at=updated_at)
    return Table(season_id=season_id, id=table_id, group=int(table_id[-1]), rows=[row])


@pytest.fixture
async def house(database: Database) -> House:
    """A house whose one match belongs to SEASON."""
    house = House(database)
    says = record(T)
    assert says.schedule is not None
    said = replace(says, schedule=replace(says.schedule, season_id=SEASON))
    house.provider.records = [report(A, said, provider_time=T - 600)]
    house.inbox.put(house.recent._channel.hear(house.provider.records, now_ms(house.clock)))
    await house.written()
    return house


def a_sync(house: House) -> StandingsSync:
    return StandingsSync(house.way)


async def kept(house: House, season_id: str = SEASON) -> dict[str, Any]:
    async with house.db.transaction(now_ms(house.clock)) as tx:
        tables = await standings.of_season(tx, season_id)
    return {table.table_id: table.teams[0]["total"]["points"] for table in tables}


async def test_both_groups_are_kept_and_a_season_nobody_plays_is_refused(house: House):
    house.provider.tables = [a_table(), a_table(table_id="group2", points=7), a_table(LAST_SEASON)]

    with capture_logs() as events:
        done = await a_sync(house).run(RUN)

    assert done == Done(items=2)
    assert await kept(house) == {"group1": 48, "group2": 7}
    assert await kept(house, LAST_SEASON) == {}
    assert [event["season_ids"] for event in events if event["event"] == "standings.refused"] == [[LAST_SEASON]]


async def test_an_older_table_does_not_replace_a_newer_one(house: House):
    for points, updated_at in ((48, T), (45, T - 60), (51, T + 60)):
        house.provider.tables = [a_table(points=points, updated_at=updated_at)]
        await a_sync(house).run(RUN)
        newest = 51 if updated_at > T else 48
        assert await kept(house) == {"group1": newest}


async def test_the_same_table_again_moves_nothing(house: House):
    house.provider.tables = [a_table()]
    await a_sync(house).run(RUN)
    before = await rows(house)

    await house.clock.advance(3_600)
    await a_sync(house).run(RUN)

    assert await rows(house) == before


async def rows(house: House) -> list[Any]:
    async with house.db.transaction(now_ms(house.clock)) as tx:
        return await tx.rows("SELECT to_jsonb(s) FROM standing AS s")


async def test_a_wanted_season_is_asked_for_until_it_has_an_answer(house: House):
    async with house.db.transaction(now_ms(house.clock)) as tx:
        await standings.want(tx, [SEASON])
    house.provider.mute = {f"tables?uuid={SEASON}"}

    assert await a_sync(house).run(RUN) == Done(failed=1)

    house.provider.mute = set()
    house.provider.tables = [a_table(updated_at=0)]
    assert await a_sync(house).run(RUN) == Done(items=2)  # it is among those that moved as well
    house.provider.asked.clear()
    await a_sync(house).run(RUN)
    assert house.provider.asked == ["tables"]


async def test_without_an_answer_the_run_fails(house: House):
    house.provider.failure = ProviderTransient("thesports-http", "/table/live", "TIMEOUT")

    with pytest.raises(ProviderTransient):
        await a_sync(house).run(RUN)


async def test_a_season_the_provider_chokes_on_does_not_hold_up_the_others(house: House):
    async with house.db.transaction(now_ms(house.clock)) as tx:
        await standings.want(tx, ["asmallseason", SEASON])
    house.provider.puzzling = {"tables?uuid=asmallseason"}
    house.provider.tables = [a_table()]
    one_at_a_time = Run(run_id="one", slot=T, batch_size=1)

    for _ in range(2):
        await house.clock.advance(60)
        await a_sync(house).run(one_at_a_time)

    assert house.provider.asked == ["tables", "tables?uuid=asmallseason", "tables", f"tables?uuid={SEASON}"]
