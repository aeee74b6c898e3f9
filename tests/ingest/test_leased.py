"""One process a cluster turns a loop, and another soon after that one is gone."""

import asyncio
import time
from datetime import timedelta

import psycopg
import pytest
from tests.conftest import Conninfo

from touchline.clock import Clock, SteppedClock, SystemClock
from touchline.errors import StoreUnavailable
from touchline.ingest.leased import TTL_S, Leased
from touchline.loop import run_loop
from touchline.store import leases
from touchline.store.db import Database

TTL_SHORT_S = 0.4
SLACK_S = 0.4
"""What a busy machine may take longer."""


class Counting:
    """A loop that counts its turns and wants the next `every_s` later."""

    name = "detail_live_poll"
    interval = "often"
    batch_size = 1

    def __init__(self, every_s: float = 0.05) -> None:
        self.wake = asyncio.Event()
        self.turns = 0
        self.every_s = every_s
        self.turned = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def turn(self) -> timedelta:
        self.turns += 1
        self.turned.set()
        await self.may_end.wait()
        return timedelta(seconds=self.every_s)


def leased(
    loop: Counting, db: Database, holder: str, *, clock: Clock | None = None, ttl_s: float = TTL_SHORT_S
) -> Leased:
    return Leased(loop, db, clock or SystemClock(), holder, ttl_s=ttl_s)


async def holder(db: Database) -> str:
    async with db.transaction(0) as tx:
        row = await tx.row("SELECT holder FROM lease")
    assert row is not None
    return str(row[0])


async def test_one_process_turns_and_when_it_dies_another_does_within_the_lease(database: Database) -> None:
    first, second, stop = Counting(), Counting(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        dying = group.create_task(run_loop(leased(first, database, "first"), SystemClock(), stop))
        await first.turned.wait()
        group.create_task(run_loop(leased(second, database, "second"), SystemClock(), stop))
        await asyncio.sleep(2 * TTL_SHORT_S)
        assert first.turns > 2
        assert second.turns == 0

        dying.cancel()
        died = time.monotonic()
        await second.turned.wait()
        stop.set()
        second.wake.set()

    waited_s = time.monotonic() - died
    assert waited_s <= TTL_SHORT_S + SLACK_S
    assert await holder(database) == "second"


async def test_what_is_given_back_goes_to_the_next_who_looks(database: Database) -> None:
    first, second = (leased(Counting(), database, name, ttl_s=TTL_S) for name in ("first", "second"))
    await first.turn()
    async with database.transaction(0) as tx:
        await leases.release(tx, "first")

    await second.turn()

    assert await holder(database) == "second"


async def test_looking_after_the_lease_does_not_turn_the_loop_and_waking_does(database: Database) -> None:
    clock, counting = SteppedClock(), Counting(every_s=60)
    loop = leased(counting, database, "one", clock=clock, ttl_s=TTL_S)
    turns = []
    for _ in range(25):
        wait = await loop.turn()
        turns.append(counting.turns)
        await clock.advance(wait.total_seconds())
    assert turns == [1] * 24 + [2], "60 s in looks of a quarter of 10 s"

    await clock.advance(1)
    await loop.turn()
    await clock.advance(1)
    await loop.turn()
    assert counting.turns == 3, "called before its time: somebody woke it"


async def test_a_process_that_insists_turns_once_without_the_lease(database: Database) -> None:
    clock, other = SteppedClock(), Counting()
    await leased(Counting(), database, "holder").turn()
    loop = leased(other, database, "other", clock=clock)
    await loop.turn()
    assert other.turns == 0

    loop.insist()
    assert loop.wake.is_set()
    await loop.turn()
    await clock.advance(5)
    await loop.turn()

    assert other.turns == 1
    assert await holder(database) == "holder"


async def test_a_turn_that_takes_longer_than_the_lease_keeps_it(database: Database) -> None:
    slow, other = Counting(), Counting()
    slow.may_end.clear()
    async with asyncio.TaskGroup() as group:
        turning = group.create_task(leased(slow, database, "slow").turn())
        await slow.turned.wait()
        await asyncio.sleep(2 * TTL_SHORT_S)
        await leased(other, database, "other").turn()
        assert (other.turns, turning.done()) == (0, False)
        slow.may_end.set()


async def test_whoever_turned_goes_on_while_the_database_does_not_answer(
    database: Database, conninfo: Conninfo
) -> None:
    clock, counting = SteppedClock(), Counting(every_s=5)
    loop = leased(counting, database, "one", clock=clock)
    await loop.turn()
    with psycopg.connect(conninfo.app) as blocker:
        blocker.execute("SELECT FROM lease FOR UPDATE")
        await clock.advance(10)
        await loop.turn()
        blocker.rollback()

    assert counting.turns == 2


async def test_a_loop_that_needs_the_database_has_not_recovered_before_it_answers(
    database: Database, conninfo: Conninfo
) -> None:
    class Hurt(Counting):
        """Needs the database in its second round, and in no later one."""

        async def turn(self) -> timedelta:
            wait = await super().turn()
            if self.turns == 2:
                raise StoreUnavailable("the database does not answer")
            return wait

    clock, hurt = SteppedClock(), Hurt()
    loop = leased(hurt, database, "one", clock=clock)
    await loop.turn()
    with psycopg.connect(conninfo.app) as blocker:
        blocker.execute("SELECT FROM lease FOR UPDATE")
        for _ in range(3):
            await clock.advance(1)
            with pytest.raises(StoreUnavailable):
                await loop.turn()
        assert hurt.turns == 4, "what needs no database goes on"
        blocker.rollback()

    await loop.turn()


async def test_what_a_turn_raises_comes_out_as_it_is(database: Database) -> None:
    class Broken(Counting):
        async def turn(self) -> timedelta:
            raise LookupError("gone")

    with pytest.raises(LookupError):
        await leased(Broken(), database, "one").turn()
