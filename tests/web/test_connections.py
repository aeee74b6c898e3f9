"""HTTP as the real server speaks it: what one connection carries stays whole."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.web.conftest import served
from tests.web.matchday import Fixture, store

from touchline.store.db import Database

WITHIN_S = 10
PATHS = ("/", "/healthz", "/api/matches/live", "/nothing", "/api/nothing")


class Wire:
    """One kept connection, spoken by hand: a client library would open a new one behind our back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, method: str, path: str) -> tuple[int, Mapping[str, str]]:
        """Status and headers of the answer; its body, if any, stays on the wire."""
        self._writer.write(f"{method} {path} HTTP/1.1\r\nHost: touchline\r\n\r\n".encode())
        async with asyncio.timeout(WITHIN_S):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), headers

    def send(self, data: bytes) -> None:
        """Send it as it is."""
        self._writer.write(data)

    async def body(self, headers: Mapping[str, str]) -> bytes:
        """The body those headers announce."""
        async with asyncio.timeout(WITHIN_S):
            return await self._reader.readexactly(int(headers["content-length"]))


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Wire]:
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


async def test_head_keeps_the_connection_and_says_what_get_would(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, connected(address) as wire:
        with capture_logs() as events:
            for path in PATHS:
                status, headers = await wire.ask("HEAD", path)
                again = await wire.ask("HEAD", path)
                full, told = await wire.ask("GET", path)
                body = await wire.body(told)

                assert again[0] == status == full, path
                assert headers["content-length"] == again[1]["content-length"] == str(len(body)), path

    assert [event for event in events if event["log_level"] == "error"] == []


async def test_head_of_a_stream_ends(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address, connected(address) as wire:
        status, headers = await wire.ask("HEAD", "/live/stream")
        after, _ = await wire.ask("HEAD", "/healthz")

    assert (status, after) == (200, 200)
    assert headers["content-type"].startswith("text/event-stream")


async def test_a_client_that_goes_while_it_sends_is_no_failure_of_ours(
    database: Database, conninfo: Conninfo
) -> None:
    async with served(database, conninfo.app) as address, connected(address) as watching:
        with capture_logs() as events:
            async with connected(address) as wire:
                wire.send(b"POST /favourites HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\ntoggle=")
            async with asyncio.timeout(WITHIN_S):
                metrics = ""
                while 'method="POST"' not in metrics:
                    _, headers = await watching.ask("GET", "/metrics")
                    metrics = (await watching.body(headers)).decode()

    assert 'http_requests_total{method="POST",route="/favourites",status="400"} 1.0' in metrics
    assert [event for event in events if event["log_level"] == "error"] == []


async def test_head_is_counted_by_its_route(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address, connected(address) as wire:
        await wire.ask("HEAD", "/api/matches/live")
        _, headers = await wire.ask("GET", "/metrics")
        metrics = (await wire.body(headers)).decode()

    assert 'http_requests_total{method="HEAD",route="/api/matches/live",status="200"} 1.0' in metrics
