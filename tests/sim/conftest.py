"""A store of either kind on virtual time; async tests here run on the virtual loop."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.conftest import Conninfo
from tests.sim.house import PACE, House, T

from touchline.embedded.postgres import Postgres
from touchline.proving.clock import VirtualClock
from touchline.proving.handles import VirtualStore
from touchline.proving.loop import VirtualLoop
from touchline.proving.serial import SerialStore
from touchline.proving.twin.store import TwinStore

CLONE = sql.SQL("CREATE DATABASE proving TEMPLATE {}")
MakeStore = Callable[[VirtualClock, Random], VirtualStore]


@pytest.fixture(scope="session", autouse=True)
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"loop_factory": VirtualLoop})


@pytest.fixture(scope="session")
def proving_database(postgres: Postgres) -> Conninfo:
    """One for all plays of this session, each of which begins with an empty one."""
    template = str(conninfo_to_dict(postgres.owner_conninfo)["dbname"])
    maintenance = make_conninfo(postgres.owner_conninfo, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(CLONE.format(sql.Identifier(template)))
    return Conninfo(
        app=make_conninfo(postgres.app_conninfo, dbname="proving"),
        owner=make_conninfo(postgres.owner_conninfo, dbname="proving"),
    )


@pytest.fixture(params=["twin", "postgres"])
def make_store(request: pytest.FixtureRequest) -> Iterator[MakeStore]:
    """A fresh store of either kind."""
    if request.param == "twin":
        yield lambda clock, rng: TwinStore(clock, rng, PACE)
        return
    conninfo = request.getfixturevalue("proving_database")
    with contextlib.ExitStack() as stack:
        yield lambda clock, rng: stack.enter_context(
            SerialStore(conninfo.app, conninfo.owner, clock, rng, PACE)
        )


@pytest.fixture
async def house(make_store: MakeStore) -> House:
    """Processes on that store."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    clock = VirtualClock(loop, T / 1000)
    return House(make_store(clock, Random(7)), clock)  # noqa: S311 - a seed, not a secret
