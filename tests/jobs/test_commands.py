"""`touchline jobs`, as somebody types it."""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import Conninfo
from tests.jobs.floor import Doing, Floor, T, a_job

from touchline.cli import jobs
from touchline.jobs.table import JOBS
from touchline.store.db import Database
from touchline.task import Done, Run

INSTANT = r"\d\d-\d\d \d\d:\d\d"


class Shell:
    """A terminal before the test's database."""

    def __init__(self, conninfo: Conninfo, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
        self._environ = kept | {
            "TOUCHLINE_DATABASE_URL": conninfo.app,
            "TOUCHLINE_DATA_DIR": str(folder),
            "COLUMNS": "160",
        }

    def __call__(self, *words: str, **environ: str) -> tuple[int, str]:
        """Exit code and what was said."""
        done = subprocess.run(
            [sys.executable, "-m", "touchline", "jobs", *words],
            env=self._environ | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def shell(conninfo: Conninfo, tmp_path: Path) -> Shell:
    return Shell(conninfo, tmp_path)


async def test_without_workers_it_says_so_and_what_to_do(shell: Shell) -> None:
    code, said = shell("list")
    assert code == 0
    assert all(job.name in said for job in JOBS)
    assert "No worker is running" in said

    code, said = shell("run", "trend_sync")
    assert code == 1
    assert "`touchline up`" in said


def test_an_unknown_job_is_told_those_near_it(shell: Shell) -> None:
    code, said = shell("history", "Trend Snc")

    assert code == 1
    assert said.startswith("There is no job 'Trend Snc'. Did you mean Trend Sync")


async def breaking(_: Run) -> Done:
    raise ValueError("no [type=int] in [/list]")


async def test_the_history_shows_what_went_wrong(shell: Shell, database: Database) -> None:
    floor = Floor(database, a_job("Trend Sync"))
    await floor.a_runner().run(floor.a_ticket())
    await floor.a_runner(Doing(breaking)).run(floor.a_ticket(T + 60))

    code, said = shell("history", "trend-sync")
    assert code == 0
    assert "success" in said
    assert "no [type=int] in [/list]" in said

    code, said = shell("validate", "--hours", "1")
    assert (code, "Nothing has started in that time." in said) == (0, True)


async def test_starts_that_were_late_are_found(shell: Shell, database: Database) -> None:
    floor = Floor(database, a_job("Trend Sync"))
    await floor.stepped.advance(15)
    await floor.a_runner().run(floor.a_ticket())

    code, said = shell("validate", "--hours", "24", **clock_at(T + 60))

    assert code == 1
    shown = {words[0]: words[1:] for words in map(cells, said.splitlines())}
    assert shown["Trend Sync"] == ["1", "+10", "5.000", "5.000", "5.000", "0", "no"]
    assert shown["Diary Refresh"] == ["0", *"––––––"], "a job that did not start is named as well"


def cells(line: str) -> list[str]:
    """A row of a table in a terminal."""
    return re.split(r"\s{2,}", line.strip())


def clock_at(football: float) -> dict[str, str]:
    """Settings of a clock that shows that now."""
    return {
        "TOUCHLINE_CLOCK__REAL_EPOCH": f"{time.time():.3f}",
        "TOUCHLINE_CLOCK__VIRTUAL_EPOCH": f"{football:.3f}",
    }


async def test_a_switch_is_seen_to_be_obeyed(shell: Shell, database: Database) -> None:
    planner = Floor(database).a_planner("somebody")
    await planner.turn()
    typed = asyncio.ensure_future(asyncio.to_thread(shell, "stagger", "off"))
    while not typed.done():
        planner.look_again()
        await planner.turn()
        await asyncio.sleep(0.1)

    code, said = typed.result()
    assert code == 0
    assert said.splitlines()[:2] == ["before: somebody on", "after:  somebody off"]
    assert "Obeyed everywhere after" in said


async def test_a_narrow_terminal_folds_and_a_file_has_a_line_a_job(shell: Shell, database: Database) -> None:
    for job in JOBS:
        floor = Floor(database, job)
        await floor.a_runner().run(floor.a_ticket())

    code, said = shell("list", FORCE_COLOR="1", NO_COLOR="1", COLUMNS="80", **clock_at(T + 60))
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in said.splitlines()]
    assert (code, "…" in said, max(map(len, lines))) == (0, False, 80)
    assert len([line for line in lines if re.search(INSTANT + ":[0-9]{2}  " + INSTANT, line)]) == len(JOBS)
    assert {word for job in JOBS for word in job.name.split()} <= set(" ".join(lines).split())

    code, said = shell("list", COLUMNS="40", **clock_at(T + 60))
    assert (code, "…" in said) == (0, False)
    assert {job.name for job in JOBS} <= {cells(line)[0] for line in said.splitlines()}


def test_a_database_that_is_away_is_said_in_one_line_with_what_to_do(tmp_path: Path) -> None:
    shell = Shell(Conninfo("host=/nowhere dbname=x", ""), tmp_path)
    code, said = shell("list", TOUCHLINE_DB__CONN_TIMEOUT_S="0.5")

    assert (code, said) == (
        1,
        "The database at TOUCHLINE_DATABASE_URL does not answer."
        " See that it runs and can be reached from here.\n",
    )


def test_whoever_has_no_name_is_audited_by_number() -> None:
    assert jobs.operator(0) == "root"
    assert jobs.operator(4_242_424) == "uid 4242424"


@pytest.mark.parametrize("command", ["list", "run", "history", "stagger", "validate"])
def test_every_command_has_an_example(command: str) -> None:
    functions = {
        each.name or each.callback.__name__: each.callback for each in jobs.commands.registered_commands
    }
    assert "Example: touchline jobs" in (functions[command].__doc__ or "")
