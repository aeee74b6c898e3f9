"""Fresh databases on a real Postgres of the proving's own: one a simulation, gone when it is over."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

from touchline.embedded.postgres import Postgres
from touchline.store.migrate import migrate

CONNECTIONS_MAX = 80


class Clones(Struct, frozen=True):
    """A server with a migrated database; whoever has its addresses can clone it, from any process."""

    app: str
    owner: str

    @classmethod
    @contextlib.contextmanager
    def serve(cls) -> Iterator[Self]:
        """Start a server in a temporary directory; it ends with the context."""
        with TemporaryDirectory() as directory:
            server = Postgres(Path(directory) / "server", connections_max=CONNECTIONS_MAX)
            server.start()
            try:
                migrate(server.owner_conninfo)
                yield cls(server.app_conninfo, server.owner_conninfo)
            finally:
                server.stop()

    @contextlib.contextmanager
    def fresh(self, number: int) -> Iterator[Self]:
        """A database of one's own."""
        template = str(conninfo_to_dict(self.owner)["dbname"])
        name = f"proving_{os.getpid()}_{number}"
        maintenance = make_conninfo(self.owner, dbname="postgres")
        with psycopg.connect(maintenance, autocommit=True) as connection:
            make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        yield type(self)(make_conninfo(self.app, dbname=name), make_conninfo(self.owner, dbname=name))
        # An autovacuum worker inside can't be ended by the owner; the database then goes with the server.
        with (
            contextlib.suppress(InsufficientPrivilege),
            psycopg.connect(maintenance, autocommit=True) as connection,
        ):
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
