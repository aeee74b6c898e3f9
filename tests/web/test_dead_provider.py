"""Invariant 4: with the provider dead every endpoint answers, for none of them asks it."""

from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, store

from touchline.store.db import Database
from touchline.store.views import say_provider

PATHS = (
    "/",
    "/day/2026-02-07",
    "/match/{id}",
    "/docs",
    "/api/matches/live",
    "/api/matches/diary?date=2026-02-07",
    "/api/matches/{id}",
    "/api/matches/{id}/incidents",
    "/api/matches/{id}/stats",
    "/api/matches/{id}/timeline",
    "/healthz",
    "/api/health",
    "/health/detailed",
    "/metrics",
)


async def test_every_endpoint_answers_without_a_provider(client: AsyncClient, database: Database) -> None:
    fixture = Fixture()
    await store(database, fixture)
    async with database.transaction(NOW * 1000) as tx:
        for channel in ("thesports-http", "thesports-mqtt"):
            await say_provider(tx, channel, "down", "TIMEOUT")

    for path in PATHS:
        assert (await client.get(path.format(id=fixture.id))).status_code == 200, path
    live = (await client.get("/api/matches/live")).json()
    assert [match["id"] for match in live["matches"]] == [fixture.id]
    parts = {part["name"]: part["state"] for part in (await client.get("/health/detailed")).json()["parts"]}
    assert (parts["thesports-http"], parts["thesports-mqtt"]) == ("down", "down")
