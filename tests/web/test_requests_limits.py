"""The limit of the public routes as a client meets it."""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar, Request, get
from litestar.response import Response as Answer
from tests.conftest import Conninfo
from tests.tenants.processes import HUNDRED, SYSTEM, processes, until

from touchline.clock import SteppedClock
from touchline.embedded.valkey import Valkey
from touchline.errors import TooManyRequests
from touchline.feed.ears import PostgresEars
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings, Web
from touchline.store.db import Database
from touchline.tenants.limits import Limits
from touchline.web import problems
from touchline.web.app import Parts, build
from touchline.web.requests import Requests
from touchline.web.shelf import FRESH_S

MEMORY, DATABASE = "/api/matches/live", "/api/matches/diary"
ON_ALL = {
    "x-rate-limit-remaining": r"\d+",
    "x-rate-limit-reset": r"\d{10}",
    "ratelimit-policy": r'"public";q=(100|50);w=60',
    "ratelimit": r'"public";r=\d+;t=\d+',
}


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "valkey")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def asked(limits: Limits) -> AsyncIterator[AsyncClient]:
    """Two routes: one answers out of memory, one has to ask the database."""

    @get(MEMORY, sync_to_thread=False)
    def from_memory(request: Request) -> Answer[None]:  # type: ignore[type-arg]
        return Answer(None, status_code=304 if "if-none-match" in request.headers else 200)

    @get(DATABASE, sync_to_thread=False)
    def from_database() -> str:
        if not limits.allows():
            raise TooManyRequests(limits.retry_after_s)
        return "rows"

    app = Litestar([from_memory, from_database], exception_handlers={Exception: problems.answer})
    layered = Requests(SYSTEM, Metrics(), limits).around(app)
    async with AsyncClient(transport=ASGITransport(layered), base_url="http://touchline") as client:
        yield client


def checked(answer: Response) -> Response:
    for name, pattern in ON_ALL.items():
        assert re.fullmatch(pattern, answer.headers[name]), (name, answer.headers[name])
    return answer


async def test_the_101st_is_answered_from_memory_and_never_from_the_database(valkey: Valkey) -> None:
    async with processes(valkey.url) as (limits,), asked(limits) as client:
        full = [checked(await client.get(MEMORY)) for _ in range(98)]
        full.append(checked(await client.get(DATABASE)))
        full.append(checked(await client.get("/api/matches/nothing/here")))
        over = checked(await client.get(MEMORY))
        unchanged = checked(await client.get(MEMORY, headers={"if-none-match": '"x"'}))
        refused = checked(await client.get(DATABASE))

    assert [answer.status_code for answer in full] == [200] * 99 + [404]
    assert not any("x-rate-limited" in answer.headers for answer in full)
    left = [int(answer.headers["x-rate-limit-remaining"]) for answer in full]
    assert left[0] == 99
    assert left == sorted(left, reverse=True)
    assert (over.status_code, over.headers["x-rate-limited"]) == (200, "1")
    assert (unchanged.status_code, unchanged.headers["x-rate-limited"]) == (304, "1")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/docs#problem-too-many-requests"


async def test_without_a_token_what_is_held_is_told_and_nothing_is_read(
    database: Database, conninfo: Conninfo, clock: SteppedClock
) -> None:
    metrics = Metrics()
    limits = Limits(LimitSettings(public_capacity=1, public_refill_per_s=0.01), clock, metrics)
    parts = Parts.assemble(Web(), clock, metrics, database, PostgresEars(conninfo.app), limits=limits)
    far, other = (f"/api/matches/diary?date=2026-03-{day}&tz=UTC" for day in ("09", "10"))
    async with AsyncClient(transport=ASGITransport(build(parts)), base_url="http://touchline") as client:
        read = await client.get(far)
        await clock.advance(FRESH_S + 1)
        held = await client.get(far)
        unread = await client.get(other)
        unknown = await client.get("/api/matches/nobodynobody01")
        page = await client.get("/match/nobodynobody01")
        probe = await client.get("/readyz")

    assert (read.status_code, read.json()["stale"]) == (200, False)
    assert (held.status_code, held.json()["stale"], held.headers["x-rate-limited"]) == (200, True, "1")
    for refused in (unread, unknown, page):
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 100
        assert refused.headers["cache-control"] == "no-store"
    assert unread.json()["type"] == "/docs#problem-too-many-requests"
    assert "x-rate-limited" not in probe.headers


async def test_of_a_crowd_at_one_instant_as_many_pass_as_there_are_tokens(valkey: Valkey) -> None:
    began = SYSTEM.monotonic()
    async with processes(valkey.url) as (limits,), asked(limits) as client:
        crowds = [await asyncio.gather(*(client.get(DATABASE) for _ in range(40))) for _ in range(3)]
    refilled = math.ceil(HUNDRED.public_refill_per_s * (SYSTEM.monotonic() - began))

    statuses = [checked(answer).status_code for crowd in crowds for answer in crowd]
    assert 100 <= statuses.count(200) <= 100 + refilled
    assert statuses.count(429) == 120 - statuses.count(200)


async def test_with_valkey_gone_midway_there_still_is_a_limit(valkey: Valkey) -> None:
    async with processes(valkey.url) as (limits,), asked(limits) as client:
        shared = [checked(await client.get(MEMORY)) for _ in range(20)]
        valkey.stop()
        limits.public.take()
        await until(lambda: not limits.public.take() or limits.local)
        alone = [checked(await client.get(MEMORY)) for _ in range(80)]

    assert "x-rate-limit-scope" not in shared[-1].headers
    assert alone[-1].headers["x-rate-limit-scope"] == "process"
    passed = [answer for answer in alone if "x-rate-limited" not in answer.headers]
    assert 20 <= len(passed) <= 50
    assert {answer.status_code for answer in alone} == {200}
