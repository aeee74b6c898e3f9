"""A match that was taken back, on a real database: the row stays, every view is without it."""

import pytest
from tests.build import MATCH, T, a_claim
from tests.db.stage import Stage

from touchline.football.model import Source, Status
from touchline.store import minutes, views
from touchline.store.db import Database


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = Stage(database)
    await stage.schedule(MATCH)
    await stage.write(a_claim(status=Status.FIRST_HALF, kickoff_ts=T // 1000 - 600, score=(1, 0)))
    return stage


async def seen(stage: Stage) -> tuple[int, int]:
    """In how many live views and running minutes the match is."""
    async with stage.db.transaction(T) as tx:
        return len(await views.some(tx, [MATCH])), len(await minutes.page(tx, "", 10))


async def test_it_leaves_the_views_and_its_row_stays(stage: Stage):
    assert await seen(stage) == (1, 1)
    [before] = await stage.rows()
    told = len(await stage.changes())

    await stage.write(a_claim(deleted=True, source=Source.DELETED, at_ms=T + 1000))

    [row] = await stage.rows()
    assert await seen(stage) == (0, 0)
    assert row["deleted_at"] is not None
    same = ("home_scores", "status_id", "minute", "first_half_kickoff_ts", "external_id")
    assert {name: row[name] for name in same} == {name: before[name] for name in same}
    assert len(await stage.changes()) == told + 1


async def test_said_again_it_touches_nothing(stage: Stage):
    await stage.write(a_claim(deleted=True, source=Source.DELETED, at_ms=T + 1000))
    [before] = await stage.rows()
    told = len(await stage.changes())

    await stage.write(a_claim(deleted=True, source=Source.DELETED, at_ms=T + 301_000))

    [row] = await stage.rows()
    assert {name for name in row if row[name] != before[name]} <= {"last_seen_ts"}
    assert len(await stage.changes()) == told


async def test_an_operator_brings_it_back(stage: Stage):
    await stage.write(a_claim(deleted=True, source=Source.DELETED, at_ms=T + 1000))

    await stage.write(a_claim(deleted=False, source=Source.OPERATOR, at_ms=T + 2000))

    assert await seen(stage) == (1, 1)
