"""The application over a test's own database, and a server of its own for who stops one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Request
from playwright.async_api import Browser
from tests.conftest import Conninfo
from tests.web.browsing import Site, chromium, visited
from tests.web.matchday import NOW

from touchline.clock import SteppedClock, SystemClock
from touchline.embedded.postgres import Postgres
from touchline.feed.ears import PostgresEars
from touchline.metrics import Metrics
from touchline.settings.parts import Web
from touchline.store.db import Database
from touchline.store.migrate import migrate
from touchline.web.app import Parts, build
from touchline.web.server import serve

Opening = Callable[[], AbstractAsyncContextManager[Site]]
"""Opens the site for as long as a block runs."""


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOW)


@pytest.fixture
def parts(database: Database, conninfo: Conninfo, clock: SteppedClock) -> Parts:
    return Parts.assemble(Web(), clock, Metrics(), database, PostgresEars(conninfo.app))


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[AsyncClient]:
    """Asks the application as a server would, in the loop of the test."""

    async def catch_up(_: Request) -> None:
        """What the loops would have done by now."""
        await parts.follower.catch_up()
        await parts.board.turn()

    transport = ASGITransport(build(parts), raise_app_exceptions=False)
    async with AsyncClient(
        transport=transport, base_url="http://touchline", event_hooks={"request": [catch_up]}
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a file; each visitor in it has a context of his own."""
    async with chromium() as launched:
        yield launched


@pytest.fixture
def site(browser: Browser, database: Database, conninfo: Conninfo) -> Opening:
    """Serves the test's database to visitors, for as long as a block runs."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Site]:
        async with served(database, conninfo.app) as address, visited(browser, address) as site:
            yield site

    return opened


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A migrated server that a test may stop."""
    server = Postgres(tmp_path / "postgres", connections_max=30)
    server.start()
    try:
        migrate(server.owner_conninfo)
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def served(database: Database, conninfo: str, settings: Web | None = None) -> AsyncIterator[str]:
    """The real server on a free port, its football time starting at NOW; the address."""
    wall = SystemClock()
    clock = SystemClock(real_epoch=wall.real(), virtual_epoch=NOW)
    parts = Parts.assemble(settings or Web(), clock, Metrics(), database, PostgresEars(conninfo))
    stop = asyncio.Event()
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(parts, "127.0.0.1", 0, stop, address.set_result, grace_s=1))
        try:
            yield await address
        finally:
            stop.set()
            await asyncio.wait([serving])  # orderly after a failure as well: the loop outlives it
