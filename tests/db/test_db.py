"""The way to Postgres: what ends a transaction, and what is said when there is no database."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from psycopg import errors
from tests.conftest import Conninfo
from tests.frozen import frozen

from touchline.embedded.postgres import Postgres
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.store.db import Database
from touchline.store.migrate import migrate

T = 1_770_483_600_999


async def write(database: Database, *statements: bytes) -> None:
    async with database.transaction(T) as tx:
        for statement in statements:
            await tx.execute(statement)


async def cursors(database: Database) -> list[str]:
    async with database.transaction(T) as tx:
        return [row[0] for row in await tx.rows("SELECT name FROM sync_cursor")]


async def test_a_transaction_has_its_own_time(database: Database) -> None:
    async with database.transaction(T) as tx:
        assert (tx.now_ms, tx.now) == (T, 1_770_483_600)


async def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(errors.UniqueViolation):
        await write(database, *[b"INSERT INTO sync_cursor VALUES ('one', 1)"] * 2)

    assert await cursors(database) == []


async def test_an_error_in_a_pipeline_undoes_the_whole_transaction(database: Database) -> None:
    async def pipelined() -> None:
        async with database.transaction(T) as tx, tx.pipeline():
            await tx.send(b"INSERT INTO sync_cursor VALUES ('one', 1)")
            await tx.send(b"INSERT INTO sync_cursor VALUES ('one', 2)")
            await tx.send(b"INSERT INTO sync_cursor VALUES ('two', 3)")

    with pytest.raises(errors.UniqueViolation):
        await pipelined()

    assert await cursors(database) == []


@pytest.mark.parametrize("pipelined", [False, True])
async def test_an_error_that_was_caught_inside_is_no_silent_undoing(
    database: Database, pipelined: bool
) -> None:
    async def caught() -> None:
        async with database.transaction(T) as tx:
            await tx.execute(b"INSERT INTO sync_cursor VALUES ('one', 1)")
            with contextlib.suppress(errors.UniqueViolation):
                async with tx.pipeline() if pipelined else contextlib.nullcontext():
                    await tx.execute(b"INSERT INTO sync_cursor VALUES ('one', 2)")

    with pytest.raises(errors.InFailedSqlTransaction, match="nothing is kept"):
        await caught()

    assert await cursors(database) == []


async def test_a_database_that_only_reads_counts_as_gone_for_who_writes(database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        await write(database, b"SET TRANSACTION READ ONLY", b"INSERT INTO sync_cursor VALUES ('one', 1)")

    assert await cursors(database) == []


@pytest.mark.parametrize("code", ["40P01", "25P03", "25P04"])  # a deadlock; idle, and too long in all
async def test_a_transaction_taken_away_says_that_somebody_else_was_first(
    database: Database, code: str
) -> None:
    with pytest.raises(StaleWrite):
        await write(database, f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$".encode())


async def test_a_pool_without_a_free_connection_says_so_in_time(conninfo: Conninfo) -> None:
    async with Database.open(conninfo.app, name="small", min_size=1, max_size=1, timeout_s=0.1) as database:
        async with database.transaction(T):
            with pytest.raises(StoreUnavailable):
                await cursors(database)
        assert await cursors(database) == []


async def test_a_cancellation_that_comes_together_with_the_connection_is_heeded(conninfo: Conninfo) -> None:
    async with Database.open(conninfo.app, name="small", min_size=1, max_size=1, timeout_s=5) as database:

        async def hold(begun: asyncio.Event, entered: asyncio.Event) -> None:
            begun.set()
            async with database.transaction(T):
                entered.set()
                await asyncio.Event().wait()

        waited = []
        for turns in range(20):
            begun, entered = asyncio.Event(), asyncio.Event()

            def cut(holding: asyncio.Task[None], entered: asyncio.Event = entered) -> None:
                waited.append(not entered.is_set())
                holding.cancel()

            async with database.transaction(T):
                holding = asyncio.ensure_future(hold(begun, entered))
                await begun.wait()
                assert database.stats()["requests_waiting"] == 1
            after(turns, partial(cut, holding))
            assert await asyncio.wait([holding], timeout=1) == ({holding}, set()), turns
            assert holding.cancelled()

        assert set(waited) == {True, False}, "before the connection was there, and after"
        assert await cursors(database) == []


def after(turns: int, call: Callable[[], None]) -> None:
    """Call it so many turns of the loop from now."""
    if turns:
        asyncio.get_running_loop().call_soon(after, turns - 1, call)
    else:
        call()


async def test_a_pool_opens_while_the_database_is_down(tmp_path: Path) -> None:
    nowhere = f"host={tmp_path} dbname=touchline user=touchline_app"
    async with Database.open(nowhere, name="early", min_size=1, max_size=1, timeout_s=0.1) as database:
        with pytest.raises(StoreUnavailable):
            await cursors(database)


async def test_a_restarted_database_is_found_again(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "server", connections_max=20)
    server.start()
    try:
        migrate(server.owner_conninfo)
        async with Database.open(
            server.app_conninfo, name="test", min_size=3, max_size=3, timeout_s=10
        ) as database:
            await write(database, b"INSERT INTO sync_cursor VALUES ('one', 1)")
            server.stop()
            with pytest.raises(StoreUnavailable):
                await cursors(database)
            server.start()

            assert await cursors(database) == ["one"]
    finally:
        server.stop()


def test_migrating_a_database_that_is_down_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        migrate(f"host={tmp_path} dbname=touchline user=touchline_owner")


async def test_a_frozen_database_is_said_to_be_gone_in_time(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "server", connections_max=20)
    server.start()
    try:
        migrate(server.owner_conninfo)
        async with Database.open(
            server.app_conninfo, name="test", min_size=2, max_size=2, timeout_s=1, transaction_s=0.5
        ) as database:
            await write(database, b"INSERT INTO sync_cursor VALUES ('one', 1)")
            with frozen(server):
                async with asyncio.timeout(5):
                    with pytest.raises(StoreUnavailable):
                        await cursors(database)
                # What takes connections still lives: new ones work, the frozen ones are not used again.
                for _ in range(2):
                    assert await asyncio.gather(cursors(database), cursors(database)) == [["one"]] * 2
    finally:
        server.stop()


async def test_nobody_waits_for_a_frozen_database_longer_than_he_said(tmp_path: Path) -> None:
    async def ask() -> None:
        async with database.transaction(T, within_s=0.3) as tx:
            await tx.rows("SELECT name FROM sync_cursor")

    server = Postgres(tmp_path / "server", connections_max=20)
    server.start()
    try:
        migrate(server.owner_conninfo)
        async with Database.open(
            server.app_conninfo, name="test", min_size=1, max_size=1, timeout_s=60
        ) as database:
            await ask()
            with frozen(server):
                async with asyncio.timeout(2):
                    waits = await asyncio.gather(ask(), ask(), return_exceptions=True)  # one for a connection
            assert [type(each) for each in waits] == [StoreUnavailable, StoreUnavailable]
    finally:
        server.stop()


async def test_a_transaction_that_does_not_end_is_undone(conninfo: Conninfo) -> None:
    async with Database.open(
        conninfo.app, name="slow", min_size=1, max_size=1, timeout_s=5, transaction_s=0.3
    ) as database:
        with pytest.raises(StoreUnavailable):
            await write(database, b"INSERT INTO sync_cursor VALUES ('one', 1)", b"SELECT pg_sleep(60)")

        assert await cursors(database) == []
