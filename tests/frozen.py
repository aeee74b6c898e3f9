"""A database that stands still: nothing of it is gone, and nothing of it answers."""

import contextlib
import os
import signal
from collections.abc import Iterator

import psycopg

from touchline.embedded.postgres import Postgres


@contextlib.contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """Every backend of `server` stands still; the postmaster still takes connections."""
    with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    for (pid,) in rows:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for (pid,) in rows:
            os.kill(pid, signal.SIGCONT)
