"""With Postgres gone, what was held is served and marked; nothing public fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient
from tests.frozen import frozen
from tests.web.matchday import NOW, Fixture, put, store, tell
from tests.web.test_match import TOLD

from touchline.clock import Clock, SteppedClock, SystemClock
from touchline.embedded.postgres import Postgres
from touchline.feed.ears import PostgresEars
from touchline.football.model import Status
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.settings.parts import Web
from touchline.store.db import Database
from touchline.web.app import Parts, build
from touchline.web.reads import READ_TIMEOUT_S, REST_S
from touchline.web.shelf import FRESH_S

KNOWN = "aaaaaaaaaaaaaa1"
FAR = "farfarfarfar01"
UNSEEN = "unseenunseen01"
MONTH_S = 30 * 86_400
FAR_DAY = "/api/matches/diary?date=2026-03-09&tz=UTC"
ON_THE_BOARD = (
    "/api/matches/live",
    "/api/matches/diary",
    "/api/matches/diary?date=2026-02-07&tz=Europe/Istanbul",
    f"/api/matches/{KNOWN}",
    f"/api/matches/{KNOWN}/incidents",
    f"/api/matches/{KNOWN}/stats",
    f"/api/matches/{KNOWN}/timeline",
)
ASKED_BEFORE = (FAR_DAY, f"/api/matches/{FAR}", f"/api/matches/{FAR}/stats")
PAGES = ("/", "/day/2026-02-07", f"/match/{KNOWN}")


@asynccontextmanager
async def process(database: Database, conninfo: str, clock: Clock) -> AsyncIterator[tuple[Parts, AsyncClient]]:
    """A web process that nobody turns, and who asks it."""
    parts = Parts.assemble(Web(), clock, Metrics(), database, PostgresEars(conninfo))
    transport = ASGITransport(build(parts))
    async with AsyncClient(transport=transport, base_url="http://touchline") as client:
        yield parts, client


@asynccontextmanager
async def turning(parts: Parts) -> AsyncIterator[None]:
    """The loops of a process, for as long as the block runs."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(run_all(parts.loops, parts.clock, stop))
        try:
            yield
        finally:
            stop.set()
    await parts.follower.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await SystemClock().sleep(0.02)


async def answers(client: AsyncClient, *paths: str) -> dict[str, Any]:
    found = {}
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        found[path] = answer.json()
    return found


def marked(fresh: dict[str, Any], *, stale: bool) -> dict[str, Any]:
    return {path: answer | {"stale": stale} for path, answer in fresh.items()}


async def test_the_database_goes_and_comes_back(own_postgres: Postgres) -> None:
    conninfo, wall = own_postgres.app_conninfo, SystemClock()
    clock = SystemClock(real_epoch=wall.real(), virtual_epoch=NOW)
    async with Database.open(conninfo, name="web", min_size=1, max_size=6, timeout_s=2) as database:
        await _play(database)
        async with (
            process(database, conninfo, clock) as (_, other),
            process(database, conninfo, clock) as (half, half_read),
            process(database, conninfo, clock) as (parts, client),
        ):
            fresh = await answers(other, *ASKED_BEFORE, *ON_THE_BOARD[3:])
            await half.follower.catch_up()
            fresh |= await answers(half_read, *ON_THE_BOARD[:3])
            async with turning(parts):
                await until(lambda: parts.details.held(KNOWN) is not None)
                assert await answers(client, *ASKED_BEFORE) == {path: fresh[path] for path in ASKED_BEFORE}

                await asyncio.to_thread(own_postgres.stop)
                await until(lambda: parts.board.stale)
                await wall.sleep(FRESH_S)  # so long a copy is as good as a read

                for _ in range(2):  # the second time by what the first has learnt
                    assert await answers(client, *fresh) == marked(fresh, stale=True)
                await _nothing_public_fails(client)
                half.board.lost()
                await _the_board_alone_answers(half_read)

                await asyncio.to_thread(own_postgres.start)
                await until(lambda: not parts.board.stale)
                await wall.sleep(max(FRESH_S, REST_S) + 0.1)

                assert await answers(client, *fresh) == fresh
                assert (await client.get("/api/health")).json()["database"] == "ok"


async def test_a_frozen_database_keeps_nobody_waiting(own_postgres: Postgres) -> None:
    conninfo = own_postgres.app_conninfo
    async with (
        Database.open(conninfo, name="web", min_size=2, max_size=2, timeout_s=5) as database,
        process(database, conninfo, SteppedClock(NOW)) as (_, client),
    ):
        await answers(client, FAR_DAY)
        with frozen(own_postgres):
            async with asyncio.timeout(READ_TIMEOUT_S + 1):
                answer = await client.get("/api/matches/diary?date=2026-03-10&tz=UTC")

    assert (answer.status_code, answer.json()["stale"]) == (200, True)


async def _play(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(statistics=({"type": 2, "home": 3, "away": 1},)))
        await tell(tx, KNOWN, TOLD[:-1])
    for id_ in (FAR, UNSEEN):
        await store(
            database, Fixture(id=id_, status=Status.NOT_STARTED, match_time=NOW + MONTH_S, last_event_ts=None)
        )


async def _nothing_public_fails(client: AsyncClient) -> None:
    for page in PAGES:
        assert (await client.get(page)).status_code == 200, page
    nobody_asked = (await answers(client, "/api/matches/diary?date=2026-05-01"))[
        "/api/matches/diary?date=2026-05-01"
    ]
    assert (nobody_asked["stale"], nobody_asked["matches"]) == (True, [])
    unseen = await client.get(f"/api/matches/{UNSEEN}")
    assert (unseen.status_code, unseen.headers["content-type"]) == (503, "application/problem+json")
    assert unseen.headers["retry-after"]
    assert (await client.get("/healthz")).json() == {"ok": True}
    health = await client.get("/api/health")
    assert (health.status_code, health.json()["ok"], health.json()["database"]) == (200, False, "down")
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert any(reason.startswith("database: down") for reason in ready.json()["reasons"])


async def _the_board_alone_answers(client: AsyncClient) -> None:
    """Of a match whose parts were never read, what the board knows is told."""
    paths = [f"/api/matches/{KNOWN}{part}" for part in ("", "/incidents", "/stats", "/timeline")]
    match, incidents, stats, timeline = (await answers(client, *paths)).values()
    assert (match["stale"], match["status"], match["incidents"]) == (True, "second_half", [])
    assert (incidents["stale"], incidents["incidents"]) == (True, [])
    assert (stats["stale"], stats["statistics"]["full"]) == (True, [])
    assert (timeline["stale"], timeline["chapters"]) == (True, [])


async def test_a_process_that_never_saw_the_database_serves_an_empty_stale_list() -> None:
    nowhere = "host=127.0.0.1 port=1 user=nobody dbname=nothing"
    async with (
        Database.open(nowhere, name="web", min_size=0, max_size=2, timeout_s=0.5) as database,
        process(database, nowhere, SteppedClock(NOW)) as (parts, client),
    ):
        await parts.follower.turn()
        lists = await answers(client, "/api/matches/live", "/api/matches/diary")
        page = await client.get("/")
        match = await client.get(f"/api/matches/{KNOWN}")
        ready = await client.get("/readyz")

    assert [(answer["stale"], answer["matches"]) for answer in lists.values()] == [(True, [])] * 2
    assert (page.status_code, match.status_code, ready.status_code) == (200, 503, 503)
