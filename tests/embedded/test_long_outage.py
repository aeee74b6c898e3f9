"""A database that was away for long is used again the moment it is back."""

import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from touchline.embedded.postgres import Postgres
from touchline.errors import StoreUnavailable
from touchline.store.db import Database

AWAY_S = 8.5
"""Between the pool's own attempts, which come after 1, 3, 7 and 15 s."""
BACK_S = 3.0
ASK_EVERY_S = 0.2
"""More ask, one after the other, than may wait for the one connection, before the pool's own attempts end."""

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    made = Postgres(tmp_path / "postgres", connections_max=10)
    made.start()
    yield made
    made.stop()


async def answers(database: Database) -> bool:
    try:
        async with database.transaction(1_770_000_000_000) as tx:
            return bool(await tx.rows("SELECT 1", {}))
    except StoreUnavailable:
        return False


async def test_a_pool_does_not_sleep_through_the_return_of_its_database(server: Postgres) -> None:
    async with Database.open(
        server.app_conninfo, name="test", min_size=1, max_size=1, timeout_s=0.05
    ) as database:
        assert await answers(database)
        server.stop()
        away_until = time.monotonic() + AWAY_S
        while time.monotonic() < away_until:
            assert not await answers(database)
            await anyio.sleep(ASK_EVERY_S)

        server.start()
        back = time.monotonic()
        while not await answers(database):
            assert time.monotonic() < back + BACK_S, "the pool still waits"
            await anyio.sleep(ASK_EVERY_S)
