"""A process that is told to end is gone in time, whatever it waits for."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.jobs.floor import Doing, Floor, Held, until

from touchline.clock import SystemClock
from touchline.jobs.runner import ProcessEnds
from touchline.store.db import Database

WALL = SystemClock()

SOON_MAX_S = 7.0
"""Five seconds after Ctrl-C, and two for a machine that is busy; it was twelve."""


@pytest.fixture
def silence() -> Iterator[int]:
    """Takes every connection and says nothing; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


def test_a_worker_does_not_wait_for_a_database_that_stands_still(silence: int, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
    environ = kept | {
        "TOUCHLINE_DATABASE_URL": f"host=127.0.0.1 port={silence} dbname=touchline user=touchline_app",
        "TOUCHLINE_DATA_DIR": str(tmp_path),
        "TOUCHLINE_VALKEY_URL": f"redis://127.0.0.1:{silence}/0",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "touchline", "work"], env=environ, stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout is not None
        next(line for line in worker.stdout if '"job_queue_short"' in line and "worker.started" in line)
        worker.send_signal(signal.SIGINT)
        began = time.monotonic()
        said = worker.stdout.read()
        assert worker.wait() == 0

    assert time.monotonic() - began < SOON_MAX_S
    assert "process.cut_off" in said


@asynccontextmanager
async def shut(conninfo: Conninfo) -> AsyncIterator[None]:
    """A database that everybody was thrown out of and nobody gets into."""
    name = str(conninfo_to_dict(conninfo.owner)["dbname"])
    let_in = partial(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format, sql.Identifier(name))
    elsewhere = [make_conninfo(each, dbname="postgres") for each in conninfo]
    with (
        psycopg.connect(elsewhere[0], autocommit=True) as app,
        psycopg.connect(elsewhere[1], autocommit=True) as owner,
    ):
        owner.execute(let_in(sql.Literal(False)))
        app.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            owner.execute(let_in(sql.Literal(True)))


async def test_a_process_that_ends_does_not_wait_for_a_database_that_is_away(conninfo: Conninfo) -> None:
    async with Database.open(conninfo.app, name="test", min_size=1, max_size=2, timeout_s=0.2) as db:
        floor = Floor(db, clock=WALL)
        held = Held()
        runner = floor.a_runner(held)
        running = asyncio.ensure_future(runner.run(floor.a_ticket()))
        await until(lambda: held.runs == 1)
        async with shut(conninfo):
            began = WALL.monotonic()
            with capture_logs() as log:
                await runner.drain(0.0)
            took_s = WALL.monotonic() - began

        assert (held.cancelled, await running, [line["event"] for line in log]) == (
            1,
            "lost",
            ["job.end.lost"],
        )
        assert took_s < 2
    with psycopg.connect(conninfo.app) as app:
        kept = app.execute("SELECT status FROM job_execution_logs").fetchall()
    assert kept == [("running",)], "the Lost Run Reaper gives it up"


async def test_once_a_process_ends_nothing_is_begun(database: Database) -> None:
    floor = Floor(database)
    task = Doing()
    runner = floor.a_runner(task)
    await runner.drain(8.0)

    with pytest.raises(ProcessEnds):
        await runner.run(floor.a_ticket())

    assert (task.runs, await floor.runs()) == ([], [])
