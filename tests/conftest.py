"""What every test may ask for: a real Postgres, and in it a fresh database of its own.

The server starts once a session; each test gets a clone of the migrated database. Async tests and
fixtures run on asyncio without a mark. `--hypothesis-profile=hard` tries properties ten times as often.
"""

import contextlib
import inspect
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

from touchline.embedded.postgres import Postgres
from touchline.store.db import Database
from touchline.store.migrate import migrate

# A busy machine is no reason to fail; and all examples of a test may share its database.
PATIENT = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("usual", max_examples=100, **PATIENT)
settings.register_profile("hard", max_examples=1_000, **PATIENT)
settings.load_profile("usual")


class Conninfo(NamedTuple):
    """How to reach a test's own database: as the application (what the product does) and as the owner."""

    app: str
    owner: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.anyio)


def pytest_runtest_setup() -> None:
    # What a test before this one has set up to be logged, and how, is over.
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def anyio_backend() -> str:
    # Used by every test: where it is not, anyio lays its own parameter over those of the test.
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of this session with one migrated database, the template of all others.

    What tests write need not outlive the machine, and so a clone is a copy of files.
    """
    directory = Path(tmp_path_factory.mktemp("postgres")) / "server"
    server = Postgres(directory, connections_max=60, settings={"fsync": "off"})
    server.start()
    try:
        migrate(server.owner_conninfo)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def conninfo(postgres: Postgres, _numbers: Iterator[int]) -> Iterator[Conninfo]:
    """A fresh, migrated database."""
    template = str(conninfo_to_dict(postgres.owner_conninfo)["dbname"])
    name = f"test_{next(_numbers)}"
    maintenance = make_conninfo(postgres.owner_conninfo, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        clone = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(clone.format(sql.Identifier(name), sql.Identifier(template)))
    yield Conninfo(
        app=make_conninfo(postgres.app_conninfo, dbname=name),
        owner=make_conninfo(postgres.owner_conninfo, dbname=name),
    )
    # An autovacuum worker inside can't be ended by the owner; the database then goes with the server.
    with (
        contextlib.suppress(InsufficientPrivilege),
        psycopg.connect(maintenance, autocommit=True) as connection,
    ):
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def database(conninfo: Conninfo) -> AsyncIterator[Database]:
    """A pool on the test's own database, as the application role."""
    async with Database.open(conninfo.app, name="test", min_size=1, max_size=6, timeout_s=5.0) as opened:
        yield opened
