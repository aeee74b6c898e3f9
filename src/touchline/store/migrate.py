"""Migrations: plain SQL files, forward only, each run once in a transaction of its own.

Ours come first, then those of Procrastinate, as the installed package has them. `schema_migration` records
name and checksum of each. A recorded file that changed or vanished is refused: history is not rewritten.
Two processes that migrate at once take turns.
"""

import contextlib
import hashlib
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors

from touchline.errors import StoreUnavailable, TouchlineError

TURN = 0x746F7563686C696E
"""The advisory lock of whoever migrates."""
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "10min"
ANSWER_MAX_S = 5
"""For the server to take us in, and for all that is asked of it when it is only looked at."""

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationRefused(TouchlineError):
    """The database's history is not ours: a migration it has run differs from the file, or is unknown.

    Only ours must be as they were: what others once released they may word anew.
    """


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`, ours or Procrastinate's."""

    name: str
    text: bytes
    ours: bool = True

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def known() -> list[Migration]:
    """Every migration, in order."""
    folder = files("touchline.store") / "migrations"
    found = [
        Migration(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".sql")
    ]
    return [*sorted(found, key=lambda each: each.name), *_of_the_queue()]


def _of_the_queue() -> list[Migration]:
    """Procrastinate's own, read from the installed package without loading it."""
    package = find_spec("procrastinate")
    if package is None or package.origin is None:
        raise MigrationRefused("the package procrastinate is not installed; its schema can't be made")
    folder = Path(package.origin).parent / "sql" / "migrations"
    return [
        Migration(f"procrastinate/{path.name}", path.read_bytes(), ours=False)
        for path in sorted(folder.glob("*.sql"))
    ]


def migrate(owner_conninfo: str) -> list[str]:
    """Bring the database at `owner_conninfo` (its owner's) up to date; the names that were run now.

    Raises MigrationRefused for a foreign history and StoreUnavailable when the database does not answer.
    """
    try:
        with psycopg.connect(
            owner_conninfo, autocommit=True, application_name="touchline-migrate", connect_timeout=ANSWER_MAX_S
        ) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [TURN])
            connection.execute(RECORD)
            due = _due(connection, known())
            for migration in due:
                _run(connection, migration)
            _grant(connection)
    except psycopg.OperationalError as error:
        raise StoreUnavailable(
            "the database does not answer; `touchline db migrate --check` says what is still missing"
        ) from error
    return [migration.name for migration in due]


def missing(owner_conninfo: str, within_s: int = ANSWER_MAX_S) -> list[str]:
    """What `migrate` would run at the database, in order; nothing is changed.

    Raises MigrationRefused for a foreign history and StoreUnavailable when the database does not take us in
    `within_s`, or does not answer within as long again.
    """
    try:
        with psycopg.connect(
            owner_conninfo, application_name="touchline-migrate", connect_timeout=within_s
        ) as connection:
            connection.read_only = True
            with _bounded(connection, within_s):
                return [migration.name for migration in _due(connection, known())]
    except psycopg.OperationalError as error:
        raise StoreUnavailable(
            f"the database does not answer within {within_s} s; nothing was checked. See that it runs, "
            "can be reached and lets us in, then check again"
        ) from error


@contextlib.contextmanager
def _bounded(connection: psycopg.Connection[Any], within_s: float) -> Iterator[None]:
    """Hang up on a server that takes longer: one that stands still keeps no time-out of its own."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        late = threading.Timer(within_s, _hang_up, [line])
        late.start()
        try:
            yield
        finally:
            late.cancel()


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _due(connection: psycopg.Connection[Any], ours: Sequence[Migration]) -> list[Migration]:
    done = _done(connection)
    names = [migration.name for migration in ours]
    if foreign := sorted(done.keys() - set(names)):
        raise MigrationRefused(f"the database has run {', '.join(foreign)}, which this version does not know")
    for migration in ours:
        if migration.ours and done.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationRefused(f"{migration.name} was changed after it was run")
    return [migration for migration in ours if migration.name not in done]


def _done(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Name and checksum of what the database has run; nothing where nothing was ever recorded."""
    recorded = connection.execute("SELECT to_regclass('schema_migration') IS NOT NULL").fetchone()
    if recorded is None or not recorded[0]:
        return {}
    return dict(connection.execute("SELECT name, checksum FROM schema_migration").fetchall())


def _run(connection: psycopg.Connection[Any], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            connection.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
            connection.execute(migration.text)
            connection.execute(
                "INSERT INTO schema_migration (name, checksum) VALUES (%s, %s)",
                [migration.name, migration.checksum],
            )
    except (errors.LockNotAvailable, errors.QueryCanceled) as error:
        raise StoreUnavailable(
            f"the database is too busy for {migration.name}: what came before it stays, run the rest again"
        ) from error


def _grant(connection: psycopg.Connection[Any]) -> None:
    """What the application role may do; run every time, so that a role made later gets it too."""
    with connection.transaction():
        connection.execute((files("touchline.store") / "grants.sql").read_bytes())
