"""Following the change stream through whatever happens to Postgres: every change, in order, once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from tests.conftest import Conninfo
from tests.web.matchday import NOW, Fixture, change, put

from touchline.clock import SteppedClock, SystemClock
from touchline.embedded.postgres import Postgres
from touchline.errors import StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.ears import PostgresEars
from touchline.feed.news import News
from touchline.feed.stream import PAGE, Follower, TakeIn, Told
from touchline.ids import ChangeSeq, MatchId
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.store.changes import Change
from touchline.store.db import Database, Tx
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

    def learn(self, news: News) -> None:
        """What a board says, told like a follower's word."""
        if news.reset:
            self.reset()
        else:
            self.hear(news.happened)

    async def until(self, seq: int) -> None:
        """Wait until the change with that number was handed on."""
        async with asyncio.timeout(WITHIN_S):
            while not self.changes or self.changes[-1] < seq:
                await WALL.sleep(0.02)

    async def until_reset(self, times: int = 1) -> None:
        async with asyncio.timeout(WITHIN_S):
            while self.resets < times:
                await WALL.sleep(0.02)


class Interrupted(NamedTuple):
    """An audience that lets somebody else commit between the changes and what is read beside them."""

    database: Database
    board: Board

    async def begin(self, tx: Tx, epoch: str, newest: ChangeSeq) -> TakeIn:
        await append(self.database, 1)
        return await self.board.begin(tx, epoch, newest)

    async def follow(self, tx: Tx, page: Sequence[Change]) -> TakeIn:
        if page:
            await append(self.database, 1)
        return await self.board.follow(tx, page)

    def lost(self) -> None:
        self.board.lost()


@asynccontextmanager
async def following(database: Database, conninfo: str, board: Board | None = None) -> AsyncIterator[Heard]:
    heard = Heard()
    if board is not None:
        board.listeners.append(heard.learn)
    audience = board or Told(heard.hear, heard.reset)
    follower = Follower(database, PostgresEars(conninfo), WALL, audience)
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


def a_board() -> Board:
    return Board(SteppedClock(NOW), Metrics(), 7_200)


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


async def test_what_is_read_beside_the_changes_is_of_the_same_snapshot(
    database: Database, conninfo: Conninfo
) -> None:
    await kick_off(database)
    board = a_board()
    follower = Follower(database, PostgresEars(conninfo.app), WALL, Interrupted(database, board))
    told: list[tuple[int, int]] = []
    board.listeners.append(
        lambda news: told.extend((each.item.seq, news.happened[-1].seq) for each in news.changed)
    )

    for _ in range(3):
        await follower._hand_on()

    assert told == [(1, 1), (2, 2), (3, 3)]


async def test_a_state_newer_than_its_page_waits_for_its_own(database: Database, conninfo: Conninfo) -> None:
    await kick_off(database)
    board = a_board()
    follower = Follower(database, PostgresEars(conninfo.app), WALL, board)
    await follower.catch_up()
    told: list[tuple[int, list[int]]] = []
    board.listeners.append(
        lambda news: told.append((len(news.happened), [each.item.seq for each in news.changed]))
    )

    async with database.transaction(NOW * 1000) as tx:
        for _ in range(PAGE + 1):
            newest = await change(tx, ID)
    await follower.catch_up()

    assert told == [(PAGE, []), (1, [newest])]


@pytest.mark.timeout(90)
async def test_postgres_goes_and_comes_back_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", connections_max=30)
    server.start()
    try:
        migrate(server.owner_conninfo)
        conninfo = server.app_conninfo
        async with Database.open(conninfo, name="test", min_size=1, max_size=4, timeout_s=2) as database:
            await kick_off(database)
            board = a_board()
            async with following(database, conninfo, board) as heard:
                expected = await append(database, 3)
                for end in (server.stop, lambda: _kill(server)):
                    await asyncio.to_thread(end)
                    await WALL.sleep(1.5)
                    assert board.stale
                    assert [entry.item.id for entry in board.live().entries] == [ID]
                    await asyncio.to_thread(server.start)
                    expected += await _append_when_up(database)
                await heard.until(expected[-1])

                assert heard.changes == expected
                assert heard.resets == 1
                assert not board.stale
                assert board.entries[MatchId(ID)].item.seq == expected[-1]
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
