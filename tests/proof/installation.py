"""A whole installation as a user starts it: `touchline up` with a directory, ports and a clock of its own.

Only this module starts processes and knows the command line. What it starts it ends, by process
id. An installation that dies fails the test with the tail of its log.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
import pytest

from touchline.embedded.postgres import Postgres

PROGRAM = Path(sys.executable).with_name("touchline")
TAIL_LINES = 60
READY_MAX_S = 40.0
STOP_MAX_S = 10.0
RESTART_MAX_S = 10.0
QUIET_S = 1.5


@dataclass(frozen=True, slots=True)
class FastClock:
    """The shared virtual clock: football time and real time, both Unix seconds."""

    real_epoch: float
    virtual_epoch: float
    speed: float

    def football(self, real: float) -> float:
        """Football time at a real instant."""
        return self.virtual_epoch + (real - self.real_epoch) * self.speed

    def real(self, football: float) -> float:
        """The real instant of a football time."""
        return self.real_epoch + (football - self.virtual_epoch) / self.speed

    def now(self) -> float:
        """Football time now."""
        return self.football(time.time())

    def wait_until(self, football: float) -> None:
        """Sleep until football time reaches an instant."""
        time.sleep(max(0.0, self.real(football) - time.time()))

    def environ(self) -> dict[str, str]:
        """The settings that put an installation on this clock."""
        return {
            "TOUCHLINE_CLOCK__REAL_EPOCH": f"{self.real_epoch:.3f}",
            "TOUCHLINE_CLOCK__VIRTUAL_EPOCH": f"{self.virtual_epoch:.3f}",
            "TOUCHLINE_CLOCK__SPEED": f"{self.speed:g}",
        }


class Program:
    """One running `touchline …`, its output in a file."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.name = "touchline " + " ".join(arguments[:1])
        self._log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(PROGRAM), *arguments],
                env=clean_environ() | dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def must_run(self) -> None:
        """Fail the test with the tail of the log if it has ended."""
        if not self.running:
            pytest.fail(f"{self.name} ended with {self._popen.returncode}; its log ends:\n{self.tail()}")

    def log(self) -> list[str]:
        """The lines of its output."""
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def tail(self) -> str:
        """The last lines of its output."""
        return "\n".join(self.log()[-TAIL_LINES:])

    def wait(self, within_s: float) -> int:
        """Wait for its own end; fail the test when that takes longer."""
        try:
            return self._popen.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.name} still runs after {within_s:.0f} s; its log ends:\n{self.tail()}")

    def stop(self) -> None:
        """Ctrl-C, and the hard way for it and what it started when that is not enough."""
        family = descendants(self.pid)
        if self.running:
            self._popen.send_signal(signal.SIGINT)
            try:
                self._popen.wait(timeout=STOP_MAX_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        for pid, command in family.items():
            if commands_of([pid]).get(pid) == command:
                end(pid)


class Installation:
    """`touchline up` in a directory. Use as a context: ready inside, stopped after.

    `start` begins earlier, so that several can come up side by side.
    """

    def __init__(self, directory: Path, clock: FastClock, settings: Mapping[str, str]) -> None:
        self.clock = clock
        self.directory = directory
        self.web_port, self.sim_port, self.mqtt_port = free_ports(3)
        self.environ = {
            **clock.environ(),
            "TOUCHLINE_DATA_DIR": str(directory / "data"),
            "TOUCHLINE_WEB__PORT": str(self.web_port),
            "TOUCHLINE_SIMULATOR__HTTP_PORT": str(self.sim_port),
            "TOUCHLINE_SIMULATOR__MQTT_PORT": str(self.mqtt_port),
            "TOUCHLINE_THESPORTS__REQUESTS_PER_MINUTE": "10000",
            **settings,
        }
        self._log = directory / "up.log"
        self._program: Program | None = None

    def start(self) -> "Installation":
        """Start it without waiting. Whoever calls this must enter it, so that it ends."""
        if self._program is None:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._program = Program(["up"], self.environ, self._log)
        return self

    def __enter__(self) -> "Installation":
        self.start()
        try:
            self.until("whole installation", self._is_whole, READY_MAX_S)
        except BaseException:
            self.program.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.program.stop()

    @property
    def program(self) -> Program:
        """The running `touchline up`."""
        assert self._program is not None
        return self._program

    @property
    def conninfo(self) -> str:
        """How to read its Postgres, as the application role."""
        return Postgres(self.directory / "data" / "postgres").app_conninfo

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def mqtt_url(self) -> str:
        """Where its simulated provider pushes."""
        return f"mqtt://127.0.0.1:{self.mqtt_port}"

    def run(self, *arguments: str) -> Program:
        """Start another part on the same directory, ports and clock."""
        return Program(arguments, self.environ, self.directory / f"{arguments[0]}.log")

    def get(self, path: str) -> Any:
        """The JSON at a path of its API; None when it does not answer with 200."""
        return fetch(self.web_port, path)

    def _is_whole(self) -> bool:
        """Whether it answers, its provider plays and its ingest hears it: a page is up before them."""
        health = self.get("/health/detailed")
        parts = {} if health is None else {part["name"]: part["state"] for part in health["parts"]}
        return self.plan() is not None and parts.get("thesports-mqtt") == "ok"

    def plan(self) -> Any:
        """What the simulator says it plays, and when; None when it does not answer."""
        return fetch(self.sim_port, "/_sim/plan")

    def until(self, what: str, true: Callable[[], bool], within_s: float) -> None:
        """Wait until something is so; fail the test when it takes longer or the installation dies."""
        deadline = time.monotonic() + within_s
        while not true():
            self.program.must_run()
            if time.monotonic() > deadline:
                pytest.fail(f"no {what} within {within_s:.0f} s; the log ends:\n{self.program.tail()}")
            time.sleep(0.05)

    def play_until(self, football: float) -> None:
        """Let it run until an instant of football time, saying how far it is; it must not die."""
        minutes = max(0.0, football - self.clock.now()) / 60
        say(f"playing {minutes:.0f} minutes at {self.clock.speed:g}x")
        while (left := self.clock.real(football) - time.time()) > 0:
            self.program.must_run()
            time.sleep(min(left, 1.0))

    def until_quiet(self, within_s: float = 20.0) -> None:
        """Wait until the writer has had nothing to write for a while; the minutes do not count."""
        seen: list[tuple[float, Any]] = []

        def quiet() -> bool:
            with psycopg.connect(self.conninfo) as connection:
                now = connection.execute("SELECT sum(version), count(*) FROM ts_matches").fetchone()
            if not seen or seen[-1][1] != now:
                seen.append((time.monotonic(), now))
            return time.monotonic() - seen[-1][0] >= QUIET_S

        self.until("end of the writing", quiet, within_s)

    def pids(self, name: str) -> list[int]:
        """The processes of a part: `postgres` (the server, not its workers), `sim`, `ingest`, `work`, `web`."""
        sign = "/bin/postgres -D" if name == "postgres" else f"-m touchline {name}"
        return [pid for pid, command in descendants(self.program.pid).items() if sign in command]

    def kill(self, name: str) -> None:
        """Kill a part outright; the supervisor must start it again (and must have, if it was killed before)."""
        self.until(f"running {name}", lambda: bool(self.pids(name)), RESTART_MAX_S)
        for pid in self.pids(name):
            end(pid)


def fetch(port: int, path: str, timeout_s: float = 5.0) -> Any:
    """The JSON at a local port and path; None when there is no answer, or another than 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for taken in sockets:
            taken.bind(("127.0.0.1", 0))
        return [int(taken.getsockname()[1]) for taken in sockets]
    finally:
        for taken in sockets:
            taken.close()


def clean_environ() -> dict[str, str]:
    """The environment without settings of another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TOUCHLINE_", "DB_"))}


def descendants(pid: int) -> dict[int, str]:
    """Command lines of all processes below `pid`."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return commands_of(found)


def commands_of(pids: Sequence[int]) -> dict[int, str]:
    """Command lines of those that still live; what has ended and is not reaped yet has none."""
    commands = {}
    for pid in pids:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if command:
            commands[pid] = command.replace(b"\0", b" ").decode(errors="replace").strip()
    return commands


def end(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to one process of ours; nothing happens when it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def say(text: str) -> None:
    """One line of progress, shown by `pytest -s`."""
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None
