"""A real Valkey, and the events of a test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict
from valkey.asyncio import Valkey

from touchline.embedded import valkey


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[valkey.Valkey]:
    """A server for tests that leave it alone; each takes keys of its own."""
    started = valkey.Valkey(Path(tmp_path_factory.mktemp("valkey")) / "server")
    started.start()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[valkey.Valkey]:
    """A server that a test may kill."""
    started = valkey.Valkey(tmp_path / "valkey")
    started.start()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
async def client(server: valkey.Valkey) -> AsyncIterator[Valkey]:
    async with Valkey.from_url(server.url) as opened:
        await opened.flushall()
        yield opened


@pytest.fixture
def events() -> Iterator[list[EventDict]]:
    """What is logged, as it is logged."""
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured
