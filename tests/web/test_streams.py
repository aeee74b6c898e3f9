"""`/live/stream` over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from tests.conftest import Conninfo
from tests.web.conftest import served
from tests.web.matchday import NOW, Fixture, put, score, store

from touchline.football.model import Status
from touchline.settings import Web
from touchline.store.db import Database

WITHIN_S = 10
ID = "aaaaaaaaaaaaaa1"


class Stream:
    """A reader of one event stream, line by line."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def event(self, name: str, containing: str = "") -> str:
        """The data of the next event of that name that contains the text."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                block = await self._reader.readuntil(b"\n\n")
                lines = block.decode().replace("\r", "").split("\n")
                data = "\n".join(line[6:] for line in lines if line.startswith("data: "))
                if f"event: {name}" in lines and containing in data:
                    return data

    async def end(self) -> None:
        """Read to the end of the connection."""
        async with asyncio.timeout(WITHIN_S):
            while await self._reader.read(65_536):
                pass


@asynccontextmanager
async def opened(address: str, path: str) -> AsyncIterator[Stream]:
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=2**22)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield Stream(reader)
    finally:
        writer.close()


async def test_a_live_page_gets_its_list_then_each_change(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, opened(address, "/live/stream?tz=UTC") as stream:
        first = await stream.event("fragment")
        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 1, 0)
        row = await stream.event("fragment", f'id="row-{ID}-now"')

    assert 'id="list"' in first
    assert 'data-goal="home"' in row
    assert "Goal!" in row
    assert 'id="list"' not in row


async def test_a_match_that_joins_brings_the_whole_list(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, opened(address, "/live/stream") as stream:
        await stream.event("fragment")
        async with database.transaction(NOW * 1000) as tx:
            await put(tx, Fixture(id="joins01", status=Status.FIRST_HALF))
        whole = await stream.event("fragment", "row-joins01")

    assert 'id="list"' in whole


async def test_a_match_page_hears_of_its_match_alone(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture(), Fixture(id="other01"))
    async with (
        served(database, conninfo.app) as address,
        opened(address, f"/live/stream?match={ID}") as stream,
    ):
        first = await stream.event("fragment")
        async with database.transaction(NOW * 1000) as tx:
            await score(tx, "other01", 4, 0)
        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 3, 0)
        goal = await stream.event("fragment")

    assert 'id="match-score"' in first
    assert 'id="match-told"' in first
    assert "<b>3</b>" in goal


async def test_a_day_page_hears_of_every_row(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture(status=Status.ENDED))
    async with served(database, conninfo.app) as address, opened(address, "/live/stream?rows=1") as stream:
        await stream.event("alive")
        async with database.transaction(NOW * 1000) as tx:
            await score(tx, ID, 1, 0)
        row = await stream.event("fragment")

    assert f'id="row-{ID}-now"' in row


async def test_a_stream_begins_alive(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address, opened(address, "/live/stream") as stream:
        alive = await stream.event("alive")

    assert '"provider":"unknown"' in alive


async def test_streams_end_with_the_server(database: Database, conninfo: Conninfo) -> None:
    async with asyncio.TaskGroup() as group:
        async with served(database, conninfo.app) as address:
            held = [opened(address, "/live/stream") for _ in range(20)]
            streams = [await each.__aenter__() for each in held]
            for stream in streams:
                await stream.event("alive")
            began = asyncio.get_running_loop().time()
            goodbyes = [group.create_task(stream.event("bye")) for stream in streams]
        took_s = asyncio.get_running_loop().time() - began

    assert all(goodbye.done() for goodbye in goodbyes)
    assert took_s < 2
    for each in held:
        await each.__aexit__(None, None, None)


async def test_one_stream_too_many_is_told_to_come_back(database: Database, conninfo: Conninfo) -> None:
    async with (
        served(database, conninfo.app, Web(streams_max=1)) as address,
        opened(address, "/live/stream") as stream,
    ):
        await stream.event("alive")
        async with opened(address, "/live/stream") as refused:
            answer = await asyncio.wait_for(refused._reader.readuntil(b"\r\n\r\n"), WITHIN_S)

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after" in answer


async def test_a_page_that_goes_frees_its_place(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app, Web(streams_max=1)) as address:
        for _ in range(3):
            async with opened(address, "/live/stream") as stream:
                await stream.event("alive")
            await _until_free(address)


async def _until_free(address: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with opened(address, "/health/detailed") as answer:
                text = await answer._reader.readuntil(b"]}")
                if b'"streams_open":0' in text:
                    return


@pytest.mark.timeout(60)
async def test_a_slow_reader_is_cut_off_and_nobody_waits(database: Database, conninfo: Conninfo) -> None:
    fixtures = [Fixture(id=f"match{number:04}", status=Status.FIRST_HALF) for number in range(300)]
    await store(database, *fixtures)
    async with served(database, conninfo.app, slow_s=1.0) as address:
        place = urlsplit(address)
        slow, writer = await asyncio.open_connection(place.hostname, place.port, limit=1024)
        writer.write(b"GET /live/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        async with opened(address, "/live/stream") as quick:
            await quick.event("fragment", 'id="list"')
            for goals in range(1, 40):
                async with database.transaction(NOW * 1000) as tx:
                    for fixture in fixtures[:150]:
                        await score(tx, fixture.id, goals, 0)
                await quick.event("fragment", "row-match0149-now")
                if await _streams_cut(address):
                    break
            assert await _streams_cut(address)
        writer.close()
        assert slow is not None


async def _streams_cut(address: str) -> bool:
    async with opened(address, "/metrics") as answer:
        text = await answer._reader.readuntil(b"http_streams_cut_total ")
        return (await answer._reader.readline()).strip() != b"0.0" if text else False
