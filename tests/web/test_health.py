"""Health, readiness and metrics."""

from httpx import AsyncClient

from touchline.store import views
from touchline.store.db import Database


async def say(database: Database, channel: str, state: str, reason: str = "") -> None:
    async with database.transaction(0) as tx:
        await views.say_provider(tx, channel, state, reason)


async def test_nothing_said_of_the_provider_is_unknown(client: AsyncClient) -> None:
    assert (await client.get("/api/health")).json() == {
        "ok": True,
        "database": "ok",
        "provider": "unknown",
        "changes": "ok",
    }


async def test_a_provider_that_refuses_us_is_not_well_but_visitors_may_come(
    client: AsyncClient, database: Database
) -> None:
    await say(database, "thesports-mqtt", "ok")
    await say(database, "thesports-http", "refused", "IP is not authorized")

    health = (await client.get("/api/health")).json()
    ready = await client.get("/readyz")

    assert (health["ok"], health["provider"]) == (False, "refused")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert ready.json()["reasons"] == ["thesports-http: refused (IP is not authorized)"]


async def test_the_detail_names_every_part(client: AsyncClient, database: Database) -> None:
    await say(database, "thesports-http", "ok")

    detail = (await client.get("/health/detailed")).json()

    assert [(part["name"], part["state"]) for part in detail["parts"]] == [
        ("database", "ok"),
        ("changes", "ok"),
        ("thesports-http", "ok"),
    ]


async def test_a_channel_nobody_speaks_of_any_more_is_unknown(client: AsyncClient, database: Database) -> None:
    await say(database, "thesports-http", "ok")
    async with database.transaction(0) as tx:
        await tx.execute("UPDATE provider_state SET updated_at = updated_at - interval '5 minutes'")

    [*_, part] = (await client.get("/health/detailed")).json()["parts"]

    assert (part["state"], part["reason"]) == ("unknown", "ingest is silent")


async def test_since_stays_while_the_state_stays(database: Database) -> None:
    await say(database, "thesports-http", "ok")
    async with database.transaction(0) as tx:
        await tx.execute("UPDATE provider_state SET since_at = since_at - interval '1 hour'")
        [before] = await views.providers(tx)
    await say(database, "thesports-http", "ok", "still")
    async with database.transaction(0) as tx:
        [same] = await views.providers(tx)
    await say(database, "thesports-http", "down")
    async with database.transaction(0) as tx:
        [other] = await views.providers(tx)

    assert (same.since_ts, same.reason) == (before.since_ts, "still")
    assert other.since_ts > before.since_ts + 3_000


async def test_requests_are_counted_by_route(client: AsyncClient) -> None:
    await client.get("/api/matches/aaaaaaaaaaaaaa9")
    await client.get("/nothing/by/that/name")

    metrics = (await client.get("/metrics")).text

    assert 'http_requests_total{method="GET",route="/api/matches/{match_id}",status="404"} 1.0' in metrics
    assert 'http_requests_total{method="GET",route="unrouted",status="404"} 1.0' in metrics


async def test_a_probe_may_carry_any_parameters(client: AsyncClient) -> None:
    for path in ("/healthz", "/readyz", "/api/health", "/health/detailed", "/metrics"):
        for query in ("x=1", "x=", "x=1&x=2"):
            assert (await client.get(f"{path}?{query}")).status_code == 200, path
