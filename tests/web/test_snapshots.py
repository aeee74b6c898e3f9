"""Answers that may be held: tags, 304, encodings, headers."""

import pytest
from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, score, store

from touchline.store.db import Database
from touchline.web.snapshots import accepts_gzip, holds

PATHS = (
    "/api/matches/live",
    "/api/matches/diary?date=2026-02-07",
    "/api/matches/aaaaaaaaaaaaaa1",
    "/api/matches/aaaaaaaaaaaaaa1/incidents",
    "/api/matches/aaaaaaaaaaaaaa1/stats",
    "/api/matches/aaaaaaaaaaaaaa1/timeline",
)

HELD = "public, max-age=1, stale-while-revalidate=5, stale-if-error=60"


async def test_who_holds_the_bytes_gets_304(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())
    for path in PATHS:
        first = await client.get(path)

        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]
        assert not first.headers["etag"].startswith("W/")
        for answer in (first, again):
            assert answer.headers["cache-control"] == HELD
            assert answer.headers["vary"] == "Accept-Encoding"


async def test_a_change_makes_new_bytes(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())
    first = await client.get("/api/matches/live")
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, "aaaaaaaaaaaaaa1", 1, 0)

    second = await client.get("/api/matches/live", headers={"If-None-Match": first.headers["etag"]})

    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]


async def test_each_encoding_has_a_tag_of_its_own(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture(), Fixture(id="aaaaaaaaaaaaaa2"))
    plain = await client.get("/api/matches/live", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/api/matches/live", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    crossed = await client.get(
        "/api/matches/live",
        headers={"Accept-Encoding": "identity", "If-None-Match": packed.headers["etag"]},
    )
    assert crossed.status_code == 200


async def test_head_has_the_headers_and_no_body(client: AsyncClient, database: Database) -> None:
    await store(database, Fixture())
    full = await client.get("/api/matches/live")

    head = await client.head("/api/matches/live")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == full.headers["etag"]
    assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
def test_gzip_is_used_where_it_is_allowed(header: str, expected: bool) -> None:
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("", False)],
)
def test_a_held_tag_is_found(header: str, expected: bool) -> None:
    assert holds(header, '"a"') is expected
