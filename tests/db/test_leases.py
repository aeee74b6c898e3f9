"""A lease is one process's at a time, and nobody's once it is no longer kept up."""

import asyncio

import psycopg
import pytest
from tests.conftest import Conninfo

from touchline.store import leases
from touchline.store.db import Database
from touchline.store.sql import load

LONG_S, OVER_S = 60.0, 0.0


async def take(db: Database, holder: str, ttl_s: float = LONG_S, name: str = "poll") -> bool:
    async with db.transaction(0) as tx:
        return await leases.take(tx, name, holder, ttl_s)


async def held_since(db: Database) -> object:
    async with db.transaction(0) as tx:
        return await tx.row("SELECT holder, taken_at FROM lease WHERE name = 'poll'")


async def test_one_holder_at_a_time_who_may_keep_it(database: Database) -> None:
    assert await take(database, "one")
    since = await held_since(database)

    assert await take(database, "one")
    assert not await take(database, "two")
    assert await take(database, "two", name="another")

    assert await held_since(database) == since


async def test_one_that_was_not_kept_up_is_the_next_ones(database: Database) -> None:
    assert await take(database, "one", OVER_S)

    assert await take(database, "two")
    assert not await take(database, "one")


async def test_one_that_was_not_kept_up_is_still_its_holders_while_nobody_wants_it(database: Database) -> None:
    assert await take(database, "one", OVER_S)

    assert await take(database, "one")
    assert not await take(database, "two")


async def test_what_is_given_back_need_not_be_waited_for(database: Database) -> None:
    assert await take(database, "one")
    assert await take(database, "two", name="another")

    async with database.transaction(0) as tx:
        await leases.release(tx, "one")

    assert await take(database, "two")
    assert not await take(database, "one", name="another")


async def test_of_many_at_once_one_gets_it(database: Database) -> None:
    won = await asyncio.gather(*(take(database, f"process-{n}") for n in range(6)))

    assert sum(won) == 1


def test_a_holder_that_is_stopped_in_the_middle_does_not_keep_the_row_locked(conninfo: Conninfo) -> None:
    statement = load("leases")["take"]
    with psycopg.connect(conninfo.app) as stopped, psycopg.connect(conninfo.app) as other:
        stopped.execute(statement, {"name": "poll", "holder": "stopped", "ttl_s": 0.05})

        won = other.execute(statement, {"name": "poll", "holder": "other", "ttl_s": LONG_S}).fetchone()

        assert won == ("poll",)
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            stopped.execute("SELECT 1")
        other.commit()
