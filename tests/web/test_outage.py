"""With Postgres gone, what was held is served and marked; nothing public fails."""

import asyncio

from httpx import ASGITransport, AsyncClient
from tests.web.matchday import NOW, Fixture, store

from touchline.clock import SteppedClock
from touchline.embedded.postgres import Postgres
from touchline.metrics import Metrics
from touchline.settings import Web
from touchline.store.db import Database
from touchline.web.app import Parts, build

KNOWN = "aaaaaaaaaaaaaa1"
UNSEEN = "bbbbbbbbbbbbbb1"
PATHS = ("/api/matches/live", "/api/matches/diary?date=2026-02-07", f"/api/matches/{KNOWN}")


async def test_the_database_goes_and_comes_back(own_postgres: Postgres) -> None:
    clock = SteppedClock(NOW)
    conninfo = own_postgres.app_conninfo
    async with Database.open(conninfo, name="web", min_size=1, max_size=3, timeout_s=2) as database:
        await store(database, Fixture(), Fixture(id=UNSEEN))
        parts = Parts.assemble(Web(), clock, Metrics(), database, conninfo)
        transport = ASGITransport(build(parts))
        async with AsyncClient(transport=transport, base_url="http://touchline") as client:
            fresh = {path: (await client.get(path)).json() for path in PATHS}

            await asyncio.to_thread(own_postgres.stop)

            for path in PATHS:
                answer = await client.get(path)
                assert answer.status_code == 200, path
                assert answer.json() == fresh[path] | {"stale": True}
            await _pages_stay_up(client)
            await _an_unseen_match_is_unavailable(client)
            await _health_says_so(client)

            await asyncio.to_thread(own_postgres.start)
            await clock.advance(5)

            for path in PATHS:
                assert (await client.get(path)).json() == fresh[path], path


async def _pages_stay_up(client: AsyncClient) -> None:
    live = await client.get("/")
    assert live.status_code == 200
    assert "Data delayed" in live.text
    assert f'id="row-{KNOWN}"' in live.text
    assert "Data delayed" in (await client.get(f"/match/{KNOWN}")).text
    unseen = await client.get(f"/match/{UNSEEN}")
    assert unseen.status_code == 200
    assert "Unable to load match data" in unseen.text
    other_day = await client.get("/day/2026-03-01")
    assert other_day.status_code == 200
    assert "Unable to load match data" in other_day.text


async def _an_unseen_match_is_unavailable(client: AsyncClient) -> None:
    answer = await client.get(f"/api/matches/{UNSEEN}")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]


async def _health_says_so(client: AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"ok": True}
    health = await client.get("/api/health")
    assert (health.status_code, health.json()["ok"], health.json()["database"]) == (200, False, "down")
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert any(reason.startswith("database: down") for reason in ready.json()["reasons"])


async def test_a_process_nobody_asked_yet_holds_the_live_window(own_postgres: Postgres) -> None:
    conninfo = own_postgres.app_conninfo
    async with Database.open(conninfo, name="web", min_size=1, max_size=3, timeout_s=2) as database:
        await store(database, Fixture())
        parts = Parts.assemble(Web(), SteppedClock(NOW), Metrics(), database, conninfo)
        await parts.health.turn()
        await asyncio.to_thread(own_postgres.stop)

        transport = ASGITransport(build(parts))
        async with AsyncClient(transport=transport, base_url="http://touchline") as client:
            live = (await client.get("/api/matches/live")).json()
            page = await client.get("/")
            ready = await client.get("/readyz")

    assert live["stale"] is True
    assert [match["id"] for match in live["matches"]] == [KNOWN]
    assert f'id="row-{KNOWN}"' in page.text
    assert ready.status_code == 200


async def test_a_process_that_never_saw_the_database_serves_an_empty_stale_list() -> None:
    nowhere = "host=127.0.0.1 port=1 user=nobody dbname=nothing"
    async with Database.open(nowhere, name="web", min_size=0, max_size=2, timeout_s=0.5) as database:
        parts = Parts.assemble(Web(), SteppedClock(NOW), Metrics(), database, nowhere)
        transport = ASGITransport(build(parts))
        async with AsyncClient(transport=transport, base_url="http://touchline") as client:
            live = await client.get("/api/matches/live")
            page = await client.get("/")
            ready = await client.get("/readyz")

    assert (live.status_code, live.json()["stale"], live.json()["matches"]) == (200, True, [])
    assert page.status_code == 200
    assert "Unable to load match data" in page.text
    assert ready.status_code == 503
