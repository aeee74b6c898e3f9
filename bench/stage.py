"""The platform as it ships, started for a benchmark, and which core each process has.

The benchmark itself, the clients and the database servers share the last core; the server that is measured
has the first one to itself, and so has its peer.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from touchline.embedded.installation import Installation
from touchline.settings.reading import load

SERVER_CORE = 0
PATIENCE_S = 60.0
STOP_S = 20.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Platform:
    """A running installation."""

    host: str
    port: int
    web_pid: int
    app_conninfo: str
    owner_conninfo: str
    log: Path

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://{self.host}:{self.port}"


@contextlib.contextmanager
def running(role: str = "web", environ: Mapping[str, str] | None = None) -> Iterator[Platform]:
    """`touchline up --role ROLE` in a directory of its own, its web process alone on the first core."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, on_core(client_core()):
        ours = {
            "TOUCHLINE_DATA_DIR": f"{folder}/data",
            "TOUCHLINE_WEB__PORT": str(port),
            "TOUCHLINE_WEB__STREAMS_MAX": "20000",
            "TOUCHLINE_SIMULATOR__HTTP_PORT": str(free_port()),
            "TOUCHLINE_SIMULATOR__MQTT_PORT": str(free_port()),
        } | dict(environ or {})
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHLINE_")}
        log = Path(folder) / "up.log"
        with log.open("wb") as out:
            up = subprocess.Popen(
                [sys.executable, "-m", "touchline", "up", "--role", role],
                env=kept | ours,
                stdout=out,
                stderr=out,
            )
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", up, log)
            web_pid = _child(up.pid, "web")
            pin(web_pid, SERVER_CORE)
            installation = Installation(load(ours))
            yield Platform(
                "127.0.0.1", port, web_pid, installation.app_conninfo, installation.owner_conninfo, log
            )
        finally:
            up.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                up.wait(STOP_S)
            up.kill()
            up.wait()


def client_core() -> int:
    """The core of everything that is not measured."""
    cores = os.cpu_count() or 1
    if cores < 2:
        raise SystemExit("This benchmark needs two cores: one for the server, one for its clients.")
    return cores - 1


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process, and what it starts meanwhile, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pin(pid: int, core: int) -> None:
    """Put every thread of a process on one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def cpu_s(pid: int) -> float:
    """Seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_bytes(pid: int) -> int:
    """Memory of a process that is its own (resident, shared pages by their share)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def children(pid: int) -> list[int]:
    """The processes a process started, and those they started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *children(child)]
    return found


def free_port() -> int:
    """A port of loopback nobody has just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def get(address: str, accept_encoding: str = "identity", timeout_s: float = 10) -> bytes:
    """The body of an answer, as it is on the wire."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": accept_encoding})  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - our own loopback address
        return bytes(answer.read())


def settled(address: str, matches: int) -> bytes:
    """The body of a list once it has every match."""
    began = time.perf_counter()
    while (body := get(address)).count(b'"minute_text"') != matches:
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError(f"{address} does not show {matches} matches")
        time.sleep(0.05)
    return body


def _child(pid: int, part: str) -> int:
    for child in children(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if part.encode() in words:
            return child
    raise RuntimeError(f"touchline up has no process of the part {part}")


def _wait_for(address: str, up: "subprocess.Popen[bytes]", log: Path) -> None:
    began = time.perf_counter()
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError):
            get(address, timeout_s=1)
            return
        if up.poll() is not None or time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError(f"touchline up does not answer:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
