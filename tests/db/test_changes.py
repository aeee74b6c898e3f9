"""The change stream: in the order of commits, append-only, one wake-up a transaction."""

import asyncio

import psycopg
import pytest
from psycopg import errors
from tests.conftest import Conninfo
from tests.db.stage import until_somebody_waits

from touchline.football.model import GoalScored, Side, Status
from touchline.ids import ChangeSeq, MatchId
from touchline.store import changes
from touchline.store.changes import CHANNEL, NewChange
from touchline.store.db import Database

T = 1_770_483_600_000
START = ChangeSeq(0)


def a_change(id_: str = "aaaaaaaaaaaaaa1", **fields: object) -> NewChange:
    known: dict[str, object] = {
        "match_id": MatchId(id_),
        "kind": "match",
        "status": Status.FIRST_HALF,
        "minute": 12,
        "minute_text": "12'",
        "score": (1, 0),
        "lock_version": 3,
        "at_ms": T,
    }
    return NewChange(**(known | fields))  # type: ignore[arg-type]


async def read(database: Database, seq: ChangeSeq = START, limit: int = 100) -> list[changes.Change]:
    async with database.transaction(T) as tx:
        return await changes.after(tx, seq, limit)


async def test_what_is_appended_is_read_back_in_order(database: Database) -> None:
    goal = GoalScored(side=Side.HOME, score=(1, 0), minute_text="12'", incident=4)
    async with database.transaction(T) as tx:
        await changes.append(tx, [a_change(happened=(goal,)), a_change("bbbbbbbbbbbbbb2", kind="minute")])

    first, second = await read(database)
    assert (first.match_id, first.happened, first.score, first.minute_text) == (
        "aaaaaaaaaaaaaa1",
        (goal,),
        (1, 0),
        "12'",
    )
    assert (second.kind, second.seq) == ("minute", first.seq + 1)
    assert await read(database, first.seq) == [second]
    assert await read(database, limit=1) == [first]


async def test_the_head_is_the_newest_place_of_this_log(database: Database) -> None:
    async with database.transaction(T) as tx:
        epoch, before = await changes.head(tx)
        await changes.append(tx, [a_change(), a_change()])
        after = await changes.head(tx)

    [*_, newest] = await read(database)
    assert (before, after) == (0, (epoch, newest.seq))
    assert len(epoch) == 8


async def test_a_reader_never_passes_a_transaction_that_is_still_open(database: Database) -> None:
    """The earlier number is handed out first, so its transaction also commits first."""
    appended, finish = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with database.transaction(T) as tx:
            await changes.append(tx, [a_change("aaaaaaaaaaaaaa1")])
            appended.set()
            await finish.wait()

    async def quick() -> None:
        await appended.wait()
        async with database.transaction(T) as tx:
            await changes.append(tx, [a_change("bbbbbbbbbbbbbb2")])

    async with asyncio.TaskGroup() as group:
        group.create_task(slow())
        later = group.create_task(quick())
        await appended.wait()
        await until_somebody_waits(database)
        assert await read(database) == []
        assert not later.done()
        finish.set()

    assert [change.match_id for change in await read(database)] == ["aaaaaaaaaaaaaa1", "bbbbbbbbbbbbbb2"]


async def test_a_cursor_misses_nothing_while_many_append(database: Database) -> None:
    done = asyncio.Event()
    seen: list[changes.Change] = []

    async def append(writer: int) -> None:
        for number in range(15):
            async with database.transaction(T) as tx:
                await changes.append(tx, [a_change(lock_version=writer * 100 + number)] * 2)

    async def follow() -> None:
        last = False
        while not last:
            last = done.is_set()
            seen.extend(await read(database, seen[-1].seq if seen else START))

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        async with asyncio.TaskGroup() as writers:
            for writer in range(3):
                writers.create_task(append(writer))
        done.set()

    assert seen == await read(database)
    assert len(seen) == 90


async def test_what_is_rolled_back_was_never_there(database: Database) -> None:
    async def append_and_fail() -> None:
        async with database.transaction(T) as tx:
            await changes.append(tx, [a_change()])
            raise LookupError

    with pytest.raises(LookupError):
        await append_and_fail()

    assert await read(database) == []


async def test_one_wake_up_a_transaction(database: Database, conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.app, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}".encode())
        async with database.transaction(T) as tx, tx.pipeline():
            await changes.append(tx, [a_change(), a_change(), a_change()])
        heard = list(listener.notifies(timeout=5, stop_after=1))
        heard += listener.notifies(timeout=0.05)

    [*_, newest] = await read(database)
    assert [notice.payload for notice in heard] == [str(newest.seq)]


@pytest.mark.parametrize("rewrite", ["UPDATE change SET minute = 1", "DELETE FROM change", "TRUNCATE change"])
def test_the_application_can_only_append(conninfo: Conninfo, rewrite: str) -> None:
    with psycopg.connect(conninfo.app) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(rewrite.encode())


async def test_not_even_the_owner_rewrites_a_change(database: Database, conninfo: Conninfo) -> None:
    async with database.transaction(T) as tx:
        await changes.append(tx, [a_change()])

    with psycopg.connect(conninfo.owner) as owner, pytest.raises(errors.IntegrityConstraintViolation):
        owner.execute("UPDATE change SET minute = 1")
