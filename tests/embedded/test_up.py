"""`touchline up` with all its processes: what dies comes back, what stops stops whole, what is kept stays."""

import http.client
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.proof.installation import (
    FastClock,
    Installation,
    Program,
    commands_of,
    descendants,
    end,
    fetch,
    free_ports,
)

from touchline.embedded.postgres import Postgres
from touchline.embedded.process import residents

PARTS = ["sim", "ingest", "work", "web"]
PLAIN = FastClock(0.0, 0.0, 1.0)
FEW = {"TOUCHLINE_SIMULATOR__MATCHES": "4"}
EVENT = r"[a-z_]+(\.[a-z_]+)+|Job (started|completed|failed|timed out|skipped): [^{]+"
"""Events by their names, and the sentences that are prescribed for jobs."""
LINE = re.compile(rf"\[[^]]+Z\] \[[A-Z]+\] \[[a-z]+\] ({EVENT}) \{{.*\}}|  Touchline is up: .*|")
READY_MAX_S = 5.0
STOP_MAX_S = 5.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for the tests that leave it as they found it."""
    with Installation(tmp_path_factory.mktemp("up"), PLAIN, FEW) as installation:
        whole(installation)
        yield installation


def below(installation: Installation) -> dict[int, str]:
    """Everything it runs: command lines by process id."""
    return descendants(installation.program.pid)


def part(installation: Installation, name: str) -> int | None:
    """The process id of a part, or None while it is down."""
    ending = f"-m touchline {name}"
    found = [pid for pid, command in below(installation).items() if command.endswith(ending)]
    return found[0] if found else None


def server(installation: Installation, program: str) -> int | None:
    """The process id of an embedded server, or None while it is down."""
    for pid, command in below(installation).items():
        words = command.split()
        if words and Path(words[0]).name == program:
            return pid
    return None


def ready(installation: Installation) -> bool:
    return installation.get("/readyz") is not None


def whole(installation: Installation) -> None:
    """Wait until every part and server runs."""
    installation.until(
        "whole installation",
        lambda: all(part(installation, name) for name in PARTS) and bool(server(installation, "valkey-server")),
        20.0,
    )


def fresh(installation: Installation) -> bool:
    return (installation.get("/api/matches/live") or {}).get("stale") is False


def page(installation: Installation, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", installation.web_port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def first_page(installation: Installation) -> str:
    """What is shown as soon as anything is."""
    shown: list[str] = []

    def answers() -> bool:
        try:
            shown.append(page(installation, "/"))
        except OSError:
            return False
        return True

    installation.until("first page", answers, 20.0)
    return shown[0]


def epoch(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT epoch FROM change_log").fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_comes_back(running: Installation, name: str) -> None:
    whole(running)
    before = part(running, name)
    assert before is not None

    os.kill(before, signal.SIGKILL)

    running.until(f"new {name}", lambda: part(running, name) not in {None, before}, 15.0)
    running.until("ready page", lambda: ready(running), 15.0)


@pytest.mark.parametrize("program", ["postgres", "valkey-server"])
def test_a_killed_server_comes_back(running: Installation, program: str) -> None:
    whole(running)
    before = server(running, program)
    assert before is not None

    os.kill(before, signal.SIGKILL)

    running.until(f"new {program}", lambda: server(running, program) not in {None, before}, 15.0)
    running.until("live page", lambda: fresh(running), 20.0)


def test_the_log_of_an_outage_is_events_and_nothing_else(tmp_path: Path) -> None:
    with Installation(tmp_path, PLAIN, FEW) as installation:
        whole(installation)
        before = server(installation, "postgres")
        assert before is not None

        os.kill(before, signal.SIGKILL)

        installation.until("new server", lambda: server(installation, "postgres") not in {None, before}, 15.0)
        installation.until("live page", lambda: fresh(installation), 20.0)
        lines = installation.program.log()
    assert any(" process.died " in line for line in lines)
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_a_second_one_on_the_same_directory_is_refused(running: Installation) -> None:
    second = running.run("up")

    assert second.wait(10.0) == 3
    assert "in use by process" in second.tail()
    assert "--role" in second.tail()


def test_a_second_one_with_a_role_joins(running: Installation) -> None:
    (port,) = free_ports(1)
    joined = running.run("up", "--role", "web", "--port", str(port))
    try:
        running.until("second page", lambda: fetch(port, "/readyz") is not None, 15.0)
        assert [command.split()[-1] for command in descendants(joined.pid).values()] == ["web"]
    finally:
        joined.stop()

    assert ready(running)


@pytest.mark.parametrize("way", [["up", "--role", "ingest"], ["ingest"]], ids=" ".join)
def test_who_joins_a_simulator_must_say_where_it_is(
    running: Installation, way: list[str], tmp_path: Path
) -> None:
    environ = {**running.environ, "TOUCHLINE_SIMULATOR__HTTP_PORT": "0"}
    joined = Program(way, environ, tmp_path / "joined.log")
    try:
        assert joined.wait(15.0) != 0
    finally:
        joined.stop()

    assert "TOUCHLINE_SIMULATOR__HTTP_PORT" in joined.tail()
    assert "Traceback" not in joined.tail()


def test_a_part_in_the_foreground_joins_too(running: Installation) -> None:
    worker = running.run("work")
    try:
        running.until("loops", lambda: "worker.started" in worker.tail(), 15.0)
    finally:
        worker.stop()

    assert worker.wait(0.1) == 0


def test_the_metrics_speak_for_all_processes(running: Installation) -> None:
    running.until("claims", lambda: "orchestrator_updates_total{" in page(running, "/metrics"), 20.0)

    assert "http_requests_total{" in page(running, "/metrics")


def test_two_installations_run_side_by_side(running: Installation, tmp_path: Path) -> None:
    with Installation(tmp_path, PLAIN, FEW) as other:
        assert epoch(other.conninfo) != epoch(running.conninfo)
        assert ready(running)


def test_ctrl_c_ends_everything_quickly_and_what_is_stored_stays(tmp_path: Path) -> None:
    with Installation(tmp_path, PLAIN, FEW) as first:
        whole(first)
        stored = epoch(first.conninfo)
        family = descendants(first.program.pid)
        began = time.monotonic()
        os.kill(first.program.pid, signal.SIGINT)

        assert first.program.wait(STOP_MAX_S) == 0
        assert time.monotonic() - began < STOP_MAX_S
        assert commands_of(list(family)) == {}

    began = time.monotonic()
    with Installation(tmp_path, PLAIN, FEW) as again:
        assert time.monotonic() - began < READY_MAX_S
        assert epoch(again.conninfo) == stored


def test_the_first_page_after_a_restart_is_whole(tmp_path: Path) -> None:
    with Installation(tmp_path, PLAIN, FEW) as first:
        first.until("matches on the page", lambda: 'id="row-' in page(first, "/"), 20.0)

    again = Installation(tmp_path, PLAIN, FEW).start()
    try:
        shown = first_page(again)
    finally:
        again.program.stop()

    assert 'id="row-' in shown
    assert shown.count("Data delayed") == 1
    assert " hidden>Data delayed" in shown


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with Installation(tmp_path, PLAIN, FEW) as killed:
        whole(killed)
        family = list(descendants(killed.program.pid))

        end(killed.program.pid)

        deadline = time.monotonic() + 10
        while commands_of(family) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert commands_of(family) == {}

    data = tmp_path / "data" / "postgres" / "data"
    assert residents(data) == []
    with Installation(tmp_path, PLAIN, FEW) as again:
        assert ready(again)


def test_a_port_that_is_0_becomes_a_free_one_and_is_told(tmp_path: Path) -> None:
    environ = {
        "TOUCHLINE_DATA_DIR": str(tmp_path / "data"),
        **FEW,
        "TOUCHLINE_WEB__PORT": "0",
        "TOUCHLINE_SIMULATOR__HTTP_PORT": "0",
        "TOUCHLINE_SIMULATOR__MQTT_PORT": "0",
    }
    program = Program(["up"], environ, tmp_path / "up.log")
    try:
        deadline = time.monotonic() + 20
        while "Touchline is up: http://127.0.0.1:" not in program.tail() and time.monotonic() < deadline:
            program.must_run()
            time.sleep(0.05)
        assert "Touchline is up: http://127.0.0.1:" in program.tail()
        assert "http://127.0.0.1:0" not in program.tail()
    finally:
        program.stop()
    assert not Postgres(tmp_path / "data" / "postgres").running()
