"""The minutes go on by themselves when the database is back."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.jobs.pitch import METRICS, Pitch, T

from touchline.clock import SteppedClock, SystemClock
from touchline.embedded.postgres import Postgres
from touchline.feed.ears import PostgresEars
from touchline.jobs.minute import MinuteEngine, minute_loops
from touchline.loop import run_all
from touchline.settings.parts import MatchMinute
from touchline.store.db import Database
from touchline.store.migrate import migrate


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server this test may stop."""
    server = Postgres(tmp_path / "server", connections_max=20)
    server.start()
    try:
        migrate(server.owner_conninfo)
        yield server
    finally:
        server.stop()


async def test_the_minutes_catch_up_after_an_outage(
    own_postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    conninfo = own_postgres.app_conninfo
    clock = SystemClock(real_epoch=time.time(), virtual_epoch=T, speed=60)
    stop = asyncio.Event()
    async with Database.open(conninfo, name="test", min_size=1, max_size=4, timeout_s=1.0) as db:
        pitch = Pitch(db)
        for number in range(20):
            await pitch.kick_off(f"match{number:010}", first_half_kickoff_ts=T + number)

        async def play() -> None:
            await asyncio.sleep(1.5)
            await asyncio.to_thread(own_postgres.stop)
            await asyncio.sleep(1.5)
            await asyncio.to_thread(own_postgres.start)
            await asyncio.sleep(4)
            stop.set()

        async with (
            minute_loops(db, PostgresEars(conninfo), clock, METRICS, MatchMinute()) as loops,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(run_all(loops, clock, stop))
            group.create_task(play())

        now = (clock.now() - T) / 60
        assert all(minute and minute >= now - 2 for minute in await pitch.minutes())
        stream = [(change.match_id, change.minute) for change in await pitch.stream()]
    assert len(stream) == len(set(stream))
    said = capsys.readouterr().out
    assert said.count("worker.failing") == said.count("worker.recovered") == 1


async def test_a_sweep_without_a_database_waits_before_the_next() -> None:
    async with Database.open("host=/nowhere", name="test", min_size=0, max_size=1, timeout_s=0.05) as away:
        engine = MinuteEngine(away, SteppedClock(T), METRICS, MatchMinute())

        wait = await engine.turn()

    assert wait.total_seconds() > 0
    assert not engine.wake.is_set()
