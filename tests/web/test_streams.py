"""What the streams promise, over real sockets."""

import asyncio
import random
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.conftest import Conninfo
from tests.web.conftest import served
from tests.web.ear import Ear, Heard, Scanner, listening
from tests.web.matchday import NOW, Fixture, score, store
from tests.web.wire import connected

from touchline.football.model import Status
from touchline.settings.parts import Web
from touchline.store.db import Database
from touchline.web.streams import HEARD_MAX_BYTES, NAMED_MAX

ID = "aaaaaaaaaaaaaa1"
OTHER = "aaaaaaaaaaaaaa2"
STREAMS = ("/api/stream", "/live/stream?tz=UTC")


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


async def _goal(database: Database, match_id: str, home: int, away: int = 0) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, match_id, home, away)


async def _get(address: str, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=address) as client:
        return await client.get(path)


def _told(events: Sequence[Heard]) -> list[Heard]:
    return [event for event in events if event.name not in {"alive", "snapshot"}]


def _state(events: Sequence[Heard]) -> dict[str, tuple[int, int, int]]:
    """What a reader shows who heard these: the snapshot, and every match since. Versions only rise."""
    shown: dict[str, tuple[int, int, int]] = {}
    for event in events:
        if event.name == "snapshot":
            shown = {match["id"]: _line(match) for match in event.json["matches"]}
        elif event.name == "match":
            line = _line(event.json)
            assert line[0] > shown.get(event.json["id"], (0,))[0]
            shown[event.json["id"]] = line
    return shown


def _line(match: dict[str, object]) -> tuple[int, int, int]:
    score = match["score"]
    assert isinstance(score, dict)
    assert isinstance(match["version"], int)
    return match["version"], score["home"], score["away"]


async def test_a_fresh_reader_is_told_the_state_and_where_he_is(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, listening(address, "/api/stream") as ear:
        snapshot, alive = await ear.next(), await ear.next()
        live = (await _get(address, "/api/matches/live")).json()

    assert snapshot is not None
    assert alive is not None
    assert ear.raw.startswith(b"retry: ")
    assert (snapshot.name, snapshot.json, snapshot.id) == ("snapshot", live, live["cursor"])
    assert (alive.name, set(alive.json)) == ("alive", {"now", "provider", "age_s"})
    answer = ear.answer
    assert (answer.status, answer.header("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert [
        answer.header(name) for name in ("x-resume", "connection", "cache-control", "x-accel-buffering")
    ] == [
        "fresh",
        "close",
        "no-store",
        "no",
    ]
    for name in ("x-request-id", "x-content-type-options", "ratelimit-policy", "date"):
        assert answer.header(name), name


async def test_cut_anywhere_and_resumed_a_reader_has_what_an_uncut_one_has(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture(), Fixture(id=OTHER))
    async with served(database, conninfo.app) as address, listening(address, "/api/stream") as uncut:
        begin = (await uncut.event("snapshot")).id
        await _goal(database, ID, 1)
        await uncut.event("match", ID)
        first = len(_told(uncut.heard))
        await _goal(database, OTHER, 2)
        await uncut.event("match", OTHER)
        expected = _told(uncut.heard)
        assert [event.name for event in expected] == ["goal", "match"] * 2
        assert sorted({event.offset for event in expected}) == [event.offset for event in expected]

        async with listening(address, "/api/stream", last_id=begin) as whole:
            await whole.event("alive")
        group = whole.raw.index(b"\n\n", whole.raw.index(b"event: match")) + 2
        assert len(Scanner().scan(whole.raw[:group])) == first
        for cut in range(group + 1):
            assert await _cut_and_resumed(address, begin, cut) == expected, cut


async def _cut_and_resumed(address: str, begin: str | None, cut: int) -> list[Heard]:
    """Everything a reader has heard who lost the connection after `cut` bytes and came back."""
    scanner = Scanner()
    async with listening(address, "/api/stream", last_id=begin) as first:
        heard = scanner.scan(await first.bytes(cut))
    async with listening(address, "/api/stream", last_id=scanner.last_id or begin) as second:
        await second.event("alive")
    assert second.answer.header("x-resume") == "replayed"
    return _told(heard + second.heard)


async def test_a_place_that_is_gone_is_a_reset_and_the_state(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address:
        for after in ("ffff-512", "nonsense", "-", "", "1-2-3"):
            async with listening(address, f"/api/stream?after={after}") as ear:
                reset, snapshot = await ear.next(), await ear.next()

            assert ear.answer.header("x-resume") == "reset", after
            assert [heard and heard.name for heard in (reset, snapshot)] == ["reset", "snapshot"]
            assert snapshot is not None
            assert list(_state([snapshot])) == [ID]


async def test_a_place_not_reached_yet_is_a_reset(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address:
        cursor = (await _get(address, "/api/matches/live")).json()["cursor"]
        epoch, _, offset = cursor.partition("-")
        async with listening(address, f"/api/stream?after={epoch}-{int(offset) + 1}") as ear:
            await ear.event("reset")


async def test_a_restart_is_no_reset(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    places: dict[str, str | None] = {}
    async with served(database, conninfo.app) as address:
        for path in STREAMS:
            async with listening(address, path) as ear:
                await ear.event("alive")
                places[path] = ear.last_id
    await _goal(database, ID, 1)
    async with served(database, conninfo.app) as address:
        for path, told in zip(STREAMS, ("match", "fragment"), strict=True):
            async with listening(address, path, last_id=places[path]) as ear:
                await ear.event(told, ID)
            assert ear.answer.header("x-resume") != "reset"
            assert "reset" not in {heard.name for heard in ear.heard}


async def test_what_the_browser_remembers_wins_over_what_the_page_was_told(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address:
        before = (await _get(address, "/api/matches/live")).json()["cursor"]
        async with listening(address, f"/api/stream?after={before}") as ear:
            await ear.event("alive")
            await _goal(database, ID, 1)
            await ear.event("match")
        async with listening(address, f"/api/stream?after={before}") as told:
            await told.event("goal")
        async with listening(address, f"/api/stream?after={before}", last_id=ear.last_id) as remembered:
            await remembered.event("alive")

    assert told.answer.header("x-resume") == remembered.answer.header("x-resume") == "replayed"
    assert _told(remembered.heard) == []


async def test_snapshot_and_stream_never_tear(database: Database, conninfo: Conninfo) -> None:
    ids = [f"tearing{number:02}" for number in range(20)]
    await store(database, *(Fixture(id=id_, status=Status.FIRST_HALF) for id_ in ids))
    chance = random.Random(7)  # noqa: S311 - the same matches each time
    async with served(database, conninfo.app) as address, AsyncExitStack() as open_:
        ears: list[Ear] = []
        for goals in range(1, 25):
            ears += [await open_.enter_async_context(listening(address, "/api/stream")) for _ in range(2)]
            async with database.transaction(NOW * 1000) as tx:
                for id_ in chance.sample(ids, 5):
                    await score(tx, id_, goals, 0)
        await _goal(database, "tearing00", 99)
        for ear in ears:
            if '"home":99' not in (await ear.event("snapshot")).data:
                await ear.event("match", '"home":99')
        live = (await _get(address, "/api/matches/live")).json()

    expected = {match["id"]: _line(match) for match in live["matches"]}
    for ear in ears:
        assert _state(ear.heard) == expected
        offsets = [event.offset for event in ear.heard if event.name != "alive"]
        assert offsets == sorted(set(offsets))


async def test_a_filter_lets_through_what_was_asked_for(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture(), Fixture(id=OTHER), Fixture(id="third01", competition="cccccccccccccc9"))
    async with (
        served(database, conninfo.app) as address,
        listening(address, f"/api/stream?match={ID}&match={OTHER}") as two,
        listening(address, "/api/stream?competition=cccccccccccccc9") as third,
    ):
        for goals, match_id in enumerate((OTHER, "third01", ID), start=1):
            await _goal(database, match_id, goals)
        await two.event("match", ID)
        await third.event("match")

    assert set(_state(two.heard[:1])) == {ID, OTHER}
    assert [event.json["id"] for event in two.heard if event.name == "match"] == [OTHER, ID]
    assert [event.json["id"] for event in third.heard if event.name == "match"] == ["third01"]


async def test_a_page_comes_back_to_what_it_missed(database: Database, conninfo: Conninfo) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address:
        async with listening(address, "/live/stream?tz=UTC") as ear:
            await ear.event("alive")
            await _goal(database, ID, 1)
            first = await ear.event("fragment", f'id="row-{ID}-now"')
        await _goal(database, ID, 2)
        async with listening(address, "/live/stream?tz=UTC", last_id=first.id) as back:
            second = await back.event("fragment", f'id="row-{ID}-now"')

    assert back.answer.header("x-resume") == "replayed"
    assert second.offset >= first.offset


async def test_head_of_a_stream_is_its_headers(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address, connected(urlsplit(address).port or 0) as wire:
        for path in STREAMS:
            await wire.send(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = await wire.answer("HEAD")

            assert answer is not None
            assert answer.status == 200
            assert answer.header("content-type") == "text/event-stream; charset=utf-8"
            assert answer.header("x-resume") == "fresh"


async def test_a_stream_waits_its_turn_and_an_old_client_gets_one_too(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture())
    async with served(database, conninfo.app) as address, connected(urlsplit(address).port or 0) as wire:
        asked = b"".join(
            b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path
            for path in (b"/", b"/health/detailed", b"/api/stream", b"/")
        )
        await wire.send(asked)
        page, health = await wire.answer(), await wire.answer()
        head = await wire.reader.readuntil(b"\r\n\r\n")
        await wire.reader.readuntil(b"event: snapshot\n")
        await _goal(database, ID, 1)
        await asyncio.wait_for(wire.reader.readuntil(b"event: goal\n"), 5)

        async with connected(urlsplit(address).port or 0) as old:
            await old.send(b"GET /api/stream HTTP/1.0\r\n\r\n")
            await asyncio.wait_for(old.reader.readuntil(b"\r\n\r\nretry: "), 5)

    assert [answer and answer.status for answer in (page, health)] == [200, 200]
    assert b"text/event-stream" in head


async def test_what_can_not_be_asked_is_said(client: httpx2.AsyncClient) -> None:
    for path, field in (
        ("/api/stream?x=1", "x"),
        ("/api/stream?match=NO", "match"),
        ("/api/stream?competition=!", "competition"),
        ("/api/stream?after=a&after=b", "after"),
        ("/api/stream?" + f"match={ID}&" * (NAMED_MAX + 1), "match"),
        ("/api/stream?" + "&" * 1_000, "query"),
        ("/live/stream?tz=Mars/Base", "tz"),
        ("/live/stream?match=NO", "match"),
        ("/live/stream?competition=cccccccccccccc9", "competition"),
    ):
        answer = await client.get(path)

        assert answer.status_code == 400, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["field"] == field


async def test_one_stream_too_many_is_told_to_come_back(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app, Web(streams_max=1)) as address:
        for path in STREAMS:
            async with listening(address, path) as ear:
                await ear.event("alive")
                for other in STREAMS:
                    refused = await _get(address, other)
                    assert refused.status_code == 503
                    assert refused.headers["retry-after"]
                    assert refused.json()["type"] == "/docs#problem-too-many-streams"
            await _until_free(address)


async def _until_free(address: str) -> None:
    async with asyncio.timeout(5):
        while (await _get(address, "/health/detailed")).json()["streams_open"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_a_reader_says_is_not_heard_for_ever(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address, listening(address, "/api/stream") as ear:
        await ear.event("alive")
        ear.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await asyncio.sleep(0.05)
        assert (await _get(address, "/health/detailed")).json()["streams_open"] == 1
        ear.writer.write(b"x" * HEARD_MAX_BYTES)
        await _until_free(address)


async def test_a_stalled_reader_is_cut_off_and_a_healthy_one_misses_nothing(
    database: Database, conninfo: Conninfo
) -> None:
    ids = [f"stalling{number:03}" for number in range(150)]
    await store(database, *(Fixture(id=id_, status=Status.FIRST_HALF) for id_ in ids))
    async with (
        served(database, conninfo.app) as address,
        listening(address, "/api/stream", take_bytes=1_024) as stalled,
        listening(address, "/api/stream") as healthy,
    ):
        for goals in range(1, 20):
            async with database.transaction(NOW * 1000) as tx:
                for id_ in ids:
                    await score(tx, id_, goals, 0)
            await healthy.event("match", ids[-1])
            if "http_streams_cut_total 1.0" in (await _get(address, "/metrics")).text:
                break
        live = (await _get(address, "/api/matches/live")).json()
        with pytest.raises(ConnectionResetError):  # told at once, instead of what waits in the kernel
            await stalled.end()

    assert goals < 19
    assert _state(healthy.heard) == {match["id"]: _line(match) for match in live["matches"]}
    assert len([event for event in healthy.heard if event.name == "goal"]) == goals * len(ids)


async def test_streams_are_counted_by_their_route(database: Database, conninfo: Conninfo) -> None:
    async with served(database, conninfo.app) as address:
        for path in STREAMS:
            async with listening(address, path) as ear:
                await ear.event("alive")
        metrics = (await _get(address, "/metrics")).text

    for path in STREAMS:
        route = path.partition("?")[0]
        [sent] = re.findall(rf'http_response_bytes_total{{route="{route}"}} (.+)', metrics)
        assert float(sent) > 0
        assert f'http_requests_total{{method="GET",route="{route}",status="200"}} 1.0' in metrics


async def test_streams_end_with_the_server(database: Database, conninfo: Conninfo) -> None:
    async with AsyncExitStack() as open_:
        async with served(database, conninfo.app) as address:
            ears = [
                await open_.enter_async_context(listening(address, path)) for path in STREAMS for _ in range(10)
            ]
            stalled = await open_.enter_async_context(listening(address, "/api/stream", take_bytes=1_024))
            for ear in ears:
                await ear.event("alive")
            began = asyncio.get_running_loop().time()
        took_s = asyncio.get_running_loop().time() - began
        for ear in ears:
            await ear.end()

    assert [ear.heard[-1].name for ear in ears] == ["bye"] * 20
    assert stalled.heard == []
    assert took_s < 5
