"""Following the change stream through whatever happens to Postgres: every change, in order, once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Conninfo
from tests.web.matchday import NOW, Fixture, change, put

from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.errors import StoreUnavailable
from touchline.feed.stream import Follower, Told
from touchline.loop import run_all
from touchline.store.changes import Change
from touchline.store.db import Database
from touchline.store.migrate import migrate

WITHIN_S = 20.0
ID = "aaaaaaaaaaaaaa1"
WALL = SystemClock()


class Heard:
    """What one follower handed on."""

    def __init__(self) -> None:
        self.changes: list[int] = []
        self.resets = 0

    def hear(self, page: Sequence[Change]) -> None:
        self.changes += [each.seq for each in page]

    def reset(self) -> None:
        self.resets += 1

    async def until(self, seq: int) -> None:
        """Wait until the change with that number was handed on."""
        async with asyncio.timeout(WITHIN_S):
            while not self.changes or self.changes[-1] < seq:
                await WALL.sleep(0.02)

    async def until_reset(self, times: int = 1) -> None:
        async with asyncio.timeout(WITHIN_S):
            while self.resets < times:
                await WALL.sleep(0.02)


@asynccontextmanager
async def following(database: Database, conninfo: str) -> AsyncIterator[Heard]:
    heard = Heard()
    follower = Follower(database, conninfo, WALL, Told(heard.hear, heard.reset))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(run_all([follower], WALL, stop))
        try:
            await heard.until_reset()
            yield heard
        finally:
            stop.set()
            follower.wake.set()
    await follower.close()


async def append(database: Database, count: int) -> list[int]:
    """So many changes, each in a transaction of its own."""
    found = []
    for _ in range(count):
        async with database.transaction(NOW * 1000) as tx:
            found.append(await change(tx, ID))
    return found


async def kick_off(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())


async def test_every_change_after_the_first_look_is_handed_on_once(
    database: Database, conninfo: Conninfo
) -> None:
    await kick_off(database)
    async with following(database, conninfo.app) as heard:
        expected = await append(database, 30)
        await heard.until(expected[-1])

    assert heard.changes == expected


async def test_more_than_a_page_at_once_comes_in_order(database: Database, conninfo: Conninfo) -> None:
    await kick_off(database)
    async with following(database, conninfo.app) as heard:
        async with database.transaction(NOW * 1000) as tx:
            expected = [await change(tx, ID) for _ in range(1_201)]
        await heard.until(expected[-1])

    assert heard.changes == expected


async def test_a_follower_whose_ears_are_cut_off_polls(database: Database, conninfo: Conninfo) -> None:
    await kick_off(database)
    async with following(database, conninfo.app) as heard:
        with psycopg.connect(conninfo.app, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'touchline-follower' AND datname = current_database()"
            )
        expected = await append(database, 3)
        await heard.until(expected[-1])

    assert heard.changes == expected


async def test_another_log_is_a_reset_not_a_hole(database: Database, conninfo: Conninfo) -> None:
    await kick_off(database)
    async with following(database, conninfo.app) as heard:
        with psycopg.connect(conninfo.owner, autocommit=True) as connection:
            connection.execute("UPDATE change_log SET epoch = 'ffffffff'")
        await heard.until_reset(2)
        expected = await append(database, 2)
        await heard.until(expected[-1])

    assert heard.changes == expected


@pytest.mark.timeout(90)
async def test_postgres_goes_and_comes_back_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", connections_max=30)
    server.start()
    try:
        migrate(server.owner_conninfo)
        conninfo = server.app_conninfo
        async with Database.open(conninfo, name="test", min_size=1, max_size=4, timeout_s=2) as database:
            await kick_off(database)
            async with following(database, conninfo) as heard:
                expected = await append(database, 3)
                for end in (server.stop, lambda: _kill(server)):
                    await asyncio.to_thread(end)
                    await WALL.sleep(1.5)
                    await asyncio.to_thread(server.start)
                    expected += await _append_when_up(database)
                await heard.until(expected[-1])

                assert heard.changes == expected
                assert heard.resets == 1
    finally:
        server.stop()


def _kill(server: Postgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)


async def _append_when_up(database: Database) -> list[int]:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await append(database, 1)
            except StoreUnavailable:
                await WALL.sleep(0.1)
