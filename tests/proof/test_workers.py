"""Three workers on one database; one is killed in the middle of a job, one stands still, Postgres restarts.

Afterwards every slot of every job has run once, or has a row that says why not. The provider takes calls and
answers none, so that jobs are under way when it happens; a minute of football takes six seconds.
"""

import os
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.proof.installation import FastClock, Program, end

from touchline.embedded.postgres import Postgres
from touchline.jobs.job import key_of
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import Entry, timetable
from touchline.settings.reading import load
from touchline.store.jobs import LEASE_S
from touchline.store.migrate import migrate

SPEED = 10.0
READY_MAX_S = 40.0
SETTLE_S = 2.0
LATE_S = 15.0
"""Real seconds a slot may wait for its run: three workers, a restart and the others that share the machine."""
ASKING = ("live_standings_sync", "deleted_sync", "diary_refresh", "diary_refresh_ahead")
"""Jobs that ask the provider whatever there is; here every minute, and cut off after a minute and then some."""
TIMED_OUT = "SELECT run_id FROM job_execution_logs WHERE status = 'timeout'"
LOST = "SELECT run_id FROM job_execution_logs WHERE status = 'lost' AND run_id = ANY(%(runs)s)"
QUEUED = """
SELECT args ->> 'job_name' AS job_name, (args ->> 'scheduled_for')::bigint AS scheduled_for
FROM procrastinate_jobs
"""
DAY = 1_770_000_000 // 86_400 * 86_400
BEGUN = DAY + 13 * 3_600 + 50
ENDED = {"success", "failed", "timeout"}
"""How a run ends in the hands of a worker that lives."""
RUN = re.compile(r'"run_id":"([^"]+)"')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    started = Postgres(tmp_path / "postgres", connections_max=60)
    started.start()
    try:
        migrate(started.owner_conninfo)
        yield started
    finally:
        started.stop()


@pytest.fixture
def silent_provider() -> Iterator[int]:
    """Takes every call and answers none; its port."""
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while True:
                try:
                    calls.append(listener.accept()[0])
                except OSError:
                    return

        taking = threading.Thread(target=take, daemon=True)
        taking.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        taking.join(5)
    for call in calls:
        call.close()


class Workers:
    """Processes that work on one database."""

    def __init__(self, server: Postgres, provider_port: int, folder: Path) -> None:
        self._server = server
        clock = FastClock(time.time(), BEGUN, SPEED)
        environ = {
            **clock.environ(),
            "TOUCHLINE_DATABASE_URL": server.app_conninfo,
            "TOUCHLINE_DATA_DIR": str(folder / "data"),
            "TOUCHLINE_SIMULATOR__HTTP_PORT": str(provider_port),
            "TOUCHLINE_THESPORTS__TIMEOUT_MS": "60000",
            **{f"TOUCHLINE_JOB__{key.upper()}__CRON": "* * * * *" for key in ASKING},
            **{f"TOUCHLINE_JOB__{key.upper()}__MISSED": "skip" for key in ASKING},
            **{f"TOUCHLINE_JOB__{key.upper()}__TIMEOUT_MS": "12000" for key in ASKING},
        }
        self.programs = [Program(["work"], environ, folder / f"work-{number}.log") for number in range(3)]

        self.timetable = timetable(JOBS, load(environ, [job.key for job in JOBS]))

    def rows(self, query: LiteralString, **given: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self._server.app_conninfo, row_factory=dict_row) as connection:
            return list(connection.execute(query, given))

    def until(self, what: str, true: Any, within_s: float = READY_MAX_S) -> Any:
        deadline = time.monotonic() + within_s
        while not (found := true()):
            if time.monotonic() > deadline:
                pytest.fail(f"no {what}; the logs end:\n" + "\n".join(each.tail() for each in self.programs))
            time.sleep(0.1)
        return found

    def two_busy(self) -> list[tuple[Program, str]]:
        """Two workers in the middle of a job that asks, each with its run; nothing while there are not two."""
        running = "SELECT run_id, job_name FROM job_execution_logs WHERE status = 'running'"
        runs = [row["run_id"] for row in self.rows(running) if key_of(row["job_name"]) in ASKING]
        busy = {
            each: run_id
            for each in self.programs
            for run_id in runs
            if any("Job started" in line and f'"run_id":"{run_id}"' in line for line in each.log())
        }
        return list(busy.items())[:2] if len(busy) > 1 else []

    def started(self) -> Counter[str]:
        """How often the start of each run was said, by whichever worker: what was really begun."""
        said = (line for each in self.programs for line in each.log() if "Job started" in line)
        return Counter(found.group(1) for line in said if (found := RUN.search(line)))

    def stop(self) -> None:
        for each in self.programs:
            end(each.pid, signal.SIGINT)  # side by side: each lets its jobs end
        for each in self.programs:
            each.stop()


@pytest.mark.parametrize("pause_s", [LEASE_S + 3, pytest.param(60.0, marks=pytest.mark.proof)])
@pytest.mark.timeout(240)
def test_every_slot_ran_once_or_says_why_not(
    server: Postgres, silent_provider: int, tmp_path: Path, pause_s: float
) -> None:
    workers = Workers(server, silent_provider, tmp_path)
    try:
        both = workers.until("two busy workers", workers.two_busy)
        (stopped, stopped_run), (killed, killed_run) = both
        os.kill(stopped.pid, signal.SIGSTOP)
        stopped_at = time.monotonic()
        os.kill(killed.pid, signal.SIGKILL)
        server.stop()
        server.start()
        gone = [stopped_run, killed_run]
        workers.until("both runs lost", lambda: len(workers.rows(LOST, runs=gone)) == 2)
        time.sleep(max(0.0, pause_s - (time.monotonic() - stopped_at)))
        os.kill(stopped.pid, signal.SIGCONT)
        word = re.compile(
            rf'job\.(end\.)?lost {{"job":"{stopped_run.partition("@")[0]}","run_id":"{stopped_run}"'
        )
        workers.until("word of it", lambda: any(word.search(line) for line in stopped.log()))
        workers.until("run that timed out", lambda: workers.rows(TIMED_OUT))
        time.sleep(SETTLE_S)
    finally:
        workers.stop()
    judge(workers, football_s=LATE_S * SPEED)


def judge(workers: Workers, football_s: float) -> None:
    """Slots without a hole, each with one run that was begun once and has ended, or with a reason.

    What was made up for waits behind what takes its time; its ticket does too.
    """
    slots = workers.rows("SELECT * FROM job_slot ORDER BY job_name, scheduled_for")
    runs = workers.rows("SELECT * FROM job_execution_logs ORDER BY started_at")
    planned_until = max(slot["scheduled_for"] for slot in slots)
    planned_last = max(slot["planned_at"] for slot in slots)
    queued = {(one["job_name"], one["scheduled_for"]) for one in workers.rows(QUEUED)}
    by_slot = Counter((run["job_name"], run["scheduled_for"]) for run in runs)
    assert max(by_slot.values()) == 1
    assert [run["run_id"] for run in runs if run["status"] == "running"] == []
    for entry in workers.timetable:
        mine = [slot for slot in slots if slot["job_name"] == entry.job.name]
        at = [slot["scheduled_for"] for slot in mine]
        assert at == expected(entry, at, planned_until - football_s)
        for slot in mine:
            ran = by_slot[entry.job.name, slot["scheduled_for"]]
            young = slot["made_up"] or slot["planned_at"] > planned_last - timedelta(seconds=LATE_S)
            waits = young and (entry.job.name, slot["scheduled_for"]) in queued
            assert ran == (slot["fate"] == "handed_over") or (ran == 0 and waits), slot
    assert {run["status"] for run in runs} >= {"lost", "timeout", "success", "skipped_overlap"}
    started = workers.started()
    assert set(started.values()) == {1}
    assert {run["run_id"] for run in runs if run["status"] in ENDED} <= started.keys()
    assert started.keys() <= {run["run_id"] for run in runs}


def expected(entry: Entry, slots: list[int], until: float) -> list[int]:
    """What the cron has from the first slot on, or from the beginning; the last ones may still be to come."""
    first = slots[0] - 1 if slots else BEGUN
    return entry.schedule.between(first, max(until, slots[-1]) if slots else until, 1_000)
