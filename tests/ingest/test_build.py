"""The loops of one process, running together."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo
from tests.conftest import Conninfo
from tests.ingest.claims import A, T, record, report, score
from tests.ingest.house import METRICS
from tests.ingest.provider import FakeProvider
from tests.ingest.test_channels import FakeStream, read

from touchline.clock import SteppedClock, SystemClock, now_ms
from touchline.ingest.build import Ingest
from touchline.ingest.pace import LIVE_FLOOR_S
from touchline.loop import run_all
from touchline.settings.reading import load
from touchline.store import changes, views
from touchline.store.db import Database


async def test_an_ingest_process_fills_follows_and_stops(database: Database) -> None:
    clock, provider, stream, stop = SystemClock(), FakeProvider(), FakeStream(), asyncio.Event()
    now = int(time.time())
    provider.records = [report(A, record(now), now - 100)]
    ingest = Ingest(database, clock, METRICS, load({}), provider, read_push=read)
    loops = ingest.loops(stream)

    async def play() -> None:
        await until(lambda: database_has(database, 1))
        goal = report(A, score(1, kickoff=now))
        stream.send(msgspec.json.encode([goal]), at_ms=now_ms(clock))
        await until(lambda: database_has(database, 2))
        await until(lambda: states(database))
        stop.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(run_all(loops, clock, stop))
        group.create_task(play())

    assert (await database_has(database, 2))[-1].score == (1, 0)
    assert await states(database) == {"thesports-http": "unknown", "thesports-mqtt": "ok"}
    assert len({loop.name for loop in loops}) == len(loops)


async def test_a_new_connection_asks_for_a_snapshot(database: Database) -> None:
    ingest = Ingest(database, SystemClock(), METRICS, load({}), FakeProvider(), read_push=read)
    poll = next(loop for loop in ingest.loops(FakeStream()) if loop.name == "detail_live_poll")
    assert not poll.wake.is_set()

    ingest.connected("one")

    assert poll.wake.is_set()


async def test_who_lost_the_connection_asks_for_itself_whoever_polls_for_all(database: Database) -> None:
    polls, provider, clock = [], FakeProvider(), SteppedClock(T)
    for _ in range(2):
        ingest = Ingest(database, clock, METRICS, load({}), provider, read_push=read)
        polls.append(next(loop for loop in ingest.loops(FakeStream()) if loop.name == "detail_live_poll"))
        await polls[-1].turn()
    assert provider.asked == ["detail_live"]

    ingest.connected("two")
    await clock.advance(LIVE_FLOOR_S)
    await polls[1].turn()

    assert provider.asked == ["detail_live"] * 2


async def test_a_restarted_process_is_another_voice(database: Database) -> None:
    provider, clock = FakeProvider(), SteppedClock(T)
    provider.records = [report(A, record(T), T - 100)]
    first, reborn = (Ingest(database, clock, METRICS, load({}), provider, read_push=read) for _ in range(2))
    await polled(first, "recent_list_sync")
    for goals in range(1, 4):
        provider.live = [report(A, score(goals, kickoff=T))]
        await clock.advance(LIVE_FLOOR_S)
        await polled(first, "detail_live_poll")
    provider.live = [report(A, score(4, kickoff=T))]
    await clock.advance(LIVE_FLOOR_S)
    await first.give_back()

    await polled(reborn, "detail_live_poll")

    assert (await database_has(database, 1))[-1].score == (4, 0)


async def test_a_lease_that_somebody_holds_up_is_left_to_run_out(conninfo: Conninfo) -> None:
    hasty = make_conninfo(conninfo.app, options="-c lock_timeout=50ms")
    async with Database.open(hasty, name="test", min_size=1, max_size=2, timeout_s=5.0) as database:
        ingest = Ingest(database, SteppedClock(T), METRICS, load({}), FakeProvider(), read_push=read)
        poll = next(loop for loop in ingest.loops(FakeStream()) if loop.name == "detail_live_poll")
        await poll.turn()
        with psycopg.connect(conninfo.owner) as other:
            held = other.execute("SELECT name FROM lease WHERE until > now() FOR UPDATE").fetchall()
            assert held
            await ingest.give_back()


async def polled(ingest: Ingest, name: str) -> None:
    """One round of the loop called `name`, and all that came of it written."""
    loops = {loop.name: loop for loop in ingest.loops(FakeStream())}
    round_ = asyncio.ensure_future(loops[name].turn())
    while not round_.done():
        await loops["observation_writer"].turn()
        await asyncio.sleep(0.01)
    await loops["observation_writer"].turn()


async def until(comes: Callable[[], Awaitable[object]]) -> None:
    """Wait until `comes` answers with something, at most 20 s."""
    for _ in range(1_000):
        if await comes():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come")


async def database_has(database: Database, least: int) -> list[changes.Change]:
    """The change stream, once it has `least` changes."""
    async with database.transaction(0) as tx:
        found = await changes.after(tx, changes.ChangeSeq(0), 100)
    return found if len(found) >= least else []


async def states(database: Database) -> dict[str, str]:
    async with database.transaction(0) as tx:
        return {line.channel: line.state for line in await views.providers(tx)}
