"""Answers that may be held: tags, 304, encodings, headers."""

import gzip

import brotli
import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from tests.web.matchday import NOW, Fixture, score, store

from touchline.store.db import Database
from touchline.web.encodings import Encoding, choose
from touchline.web.snapshots import WISHES_MAX, Representation

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
    assert "content-encoding" not in plain.headers
    for coding in ("gzip", "br"):
        packed = await client.get("/api/matches/live", headers={"Accept-Encoding": coding})

        assert packed.headers["content-encoding"] == coding
        assert packed.json() == plain.json()
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
    ("header", "packed", "small"),
    [
        ("", "identity", "identity"),
        ("gzip", "gzip", "identity"),
        ("br", "br", "identity"),
        ("gzip, deflate, br, zstd", "br", "identity"),
        ("BR ; Q=0.5 , x-gzip", "gzip", "identity"),
        ("br;q=0.5, gzip;q=0.5", "br", "identity"),
        ("br;q=0.4, gzip;q=0.5", "gzip", "identity"),
        ("*", "br", "identity"),
        ("*;q=0.1, br;q=0", "gzip", "identity"),
        ("br;q=0, gzip;q=0, *", "identity", "identity"),
        ("zstd, deflate", "identity", "identity"),
        ("gzip;q=0.5, identity;q=0.8", "identity", "identity"),
        ("gzip;q=0.8, identity;q=0.8", "gzip", "identity"),
        ("gzip, identity;q=0", "gzip", "gzip"),
        ("br;q=0.1, gzip, *;q=0", "gzip", "gzip"),
        ("*;q=0", "identity", "identity"),
        ("gzip;q=0.0001", "identity", "identity"),
        ("gzip;q=2", "identity", "identity"),
        ("gzip;q=high", "identity", "identity"),
        ("gzip;level=9", "identity", "identity"),
        (",, ,;q=1", "identity", "identity"),
    ],
)
def test_the_coding_a_client_likes_best_is_used(header: str, packed: str, small: str) -> None:
    assert choose(header) == (packed, small)


@given(st.text(max_size=60))
def test_no_header_is_too_odd_to_be_answered(header: str) -> None:
    choice = choose(header)

    assert {choice.packed, choice.small} <= set(Encoding)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_every_coding_holds_the_same_bytes(encoding: Encoding) -> None:
    body = b'{"matches":[]}' * 100
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[encoding]

    variant = Representation("/", body).variant(encoding.encode())

    assert (variant.encoding, unpack(variant.body)) == (encoding, body)
    assert b"content-length: %d\r\n" % len(variant.body) in variant.head_200


def test_an_encoding_is_made_once_however_it_is_asked_for() -> None:
    representation = Representation("/", b"x" * 1_000)

    made = {id(representation.variant(b"br;q=0.%d" % place)) for place in range(1, 3 * WISHES_MAX)}

    assert len(made) == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"%s", True),
        (b"W/%s", True),
        (b'"b", %s', True),
        (b'"b" ,W/%s', True),
        (b"*", True),
        (b'"b"', False),
        (b'"*"', False),
        (b"", False),
    ],
)
def test_a_held_tag_is_found(header: bytes, expected: bool) -> None:
    variant = Representation("/", b"{}").variant(b"")

    assert variant.held_by(header.replace(b"%s", variant.etag)) is expected
