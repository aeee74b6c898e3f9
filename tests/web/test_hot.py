"""What memory alone answers: the same bytes as the route, no query, never of another day."""

from httpx import ASGITransport, AsyncClient
from tests.conftest import Conninfo
from tests.web.matchday import NOW, Fixture, change, put, score, store, tell
from tests.web.test_match import TOLD

from touchline.clock import SteppedClock
from touchline.feed.ears import PostgresEars
from touchline.football.model import Status
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings, Web
from touchline.store.db import Database
from touchline.tenants.limits import Limits
from touchline.web.app import Parts, build
from touchline.web.hot import TARGETS_MAX
from touchline.web.shelf import FRESH_S

ID = "aaaaaaaaaaaaaa1"
HELD = (
    ("/api/matches/live", ""),
    ("/api/matches/diary", ""),
    ("/api/matches/diary", "tz=Pacific/Auckland"),
    ("/api/matches/diary", "date=2026-02-07"),
    ("/api/matches/diary", "date=2026-02-07&tz=Europe%2FIstanbul"),
    (f"/api/matches/{ID}", ""),
    (f"/api/matches/{ID}/incidents", ""),
    (f"/api/matches/{ID}/stats", ""),
    (f"/api/matches/{ID}/timeline", ""),
)
"""Path and query of what the board answers at NOW."""
REFUSED = (
    "/api/matches/live?x=1",
    "/api/matches/diary?date=2026-02-30",
    "/api/matches/diary?tz=Mars/Base",
    "/api/matches/diary?tz=UTC&tz=UTC",
    "/api/matches/bbbbbbbbbbbbbb9",
    "/api/matches/NO-ID/stats",
)
OF_BYTES = {"etag", "cache-control", "vary", "content-encoding", "content-type", "content-length"}
MIDNIGHT_S = 22_699
"""From NOW to the next day, UTC."""


def queries(database: Database) -> int:
    return database.stats()["requests_num"]


def address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


async def test_an_address_once_asked_for_is_answered_from_memory(
    client: AsyncClient, database: Database, parts: Parts
) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await tell(tx, ID, TOLD)
    for path, query in HELD:
        assert parts.hot.lookup(path.encode(), query.encode()) is None

        answer = await client.get(address(path, query), headers={"Accept-Encoding": "br"})
        before = queries(database)
        hot = parts.hot.lookup(path.encode(), query.encode())

        assert hot is not None, path
        assert hot.body == answer.content
        assert hot.route == path.replace(ID, "{match_id}")
        variant = hot.variant(b"br")
        lines = dict(line.split(": ", 1) for line in variant.head_200.decode().split("\r\n")[1:-1])
        assert lines == {name: answer.headers[name] for name in lines}
        assert set(answer.headers) & OF_BYTES <= set(lines)
        assert queries(database) == before


async def test_what_was_refused_is_not_learnt(client: AsyncClient, parts: Parts) -> None:
    for target in REFUSED:
        assert (await client.get(target)).status_code in {400, 404}, target

        path, _, query = target.partition("?")
        assert parts.hot.lookup(path.encode(), query.encode()) is None, target


async def test_a_change_is_answered_at_once(client: AsyncClient, database: Database, parts: Parts) -> None:
    await store(database, Fixture())
    await client.get("/api/matches/live")
    before = parts.hot.lookup(b"/api/matches/live", b"")
    assert parts.hot.lookup(b"/api/matches/live", b"") is before
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, ID, 1, 0)
    await parts.follower.catch_up()

    after = parts.hot.lookup(b"/api/matches/live", b"")

    assert before is not None
    assert after is not None
    assert before.body != after.body


async def test_a_change_elsewhere_keeps_the_answer_and_its_encodings(
    client: AsyncClient, database: Database, parts: Parts
) -> None:
    tomorrow = Fixture(id="tomorrow", status=Status.NOT_STARTED, match_time=NOW + 80_000, minute=None)
    await store(database, Fixture(), tomorrow)
    target = (b"/api/matches/diary", b"date=2026-02-07")
    await client.get("/api/matches/diary?date=2026-02-07")
    before = parts.hot.lookup(*target)
    async with database.transaction(NOW * 1000) as tx:
        await change(tx, "tomorrow")
    await parts.follower.catch_up()

    assert before is not None
    assert parts.hot.lookup(*target) is before


async def test_today_is_another_day_after_midnight(
    client: AsyncClient, clock: SteppedClock, database: Database, parts: Parts
) -> None:
    next_day = Fixture(
        id="tomorrow", status=Status.NOT_STARTED, match_time=NOW + MIDNIGHT_S, minute=None, last_seen_ts=None
    )
    await store(database, next_day)
    today = (await client.get("/api/matches/diary")).json()
    await clock.advance(MIDNIGHT_S - 1)
    await parts.follower.catch_up()
    still = parts.hot.lookup(b"/api/matches/diary", b"")
    await clock.advance(1)
    await parts.follower.catch_up()
    other = parts.hot.lookup(b"/api/matches/diary", b"")

    assert (today["date"], today["count"]) == ("2026-02-07", 0)
    assert still is not None
    assert b'"date":"2026-02-07"' in still.body
    assert other is not None
    assert b'"date":"2026-02-08"' in other.body
    assert b"tomorrow" in other.body


async def test_a_day_far_away_is_ready_while_its_copy_is_fresh(
    client: AsyncClient, clock: SteppedClock, parts: Parts
) -> None:
    await client.get("/api/matches/diary?date=2026-05-01")
    target = (b"/api/matches/diary", b"date=2026-05-01")

    assert parts.hot.lookup(*target) is not None
    await clock.advance(FRESH_S)
    assert parts.hot.lookup(*target) is None


async def test_a_match_that_left_is_gone_from_memory(
    client: AsyncClient, database: Database, parts: Parts
) -> None:
    await store(database, Fixture())
    await client.get(f"/api/matches/{ID}")
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET deleted_at = now()")
        await change(tx, ID)
    await parts.follower.catch_up()

    assert parts.hot.lookup(f"/api/matches/{ID}".encode(), b"") is None
    assert (await client.get(f"/api/matches/{ID}")).status_code == 404


async def test_as_many_addresses_are_known_as_there_is_room_for(client: AsyncClient, parts: Parts) -> None:
    await client.get("/api/matches/diary")
    view = parts.hot._targets.get((b"/api/matches/diary", b""))
    assert view is not None
    for place in range(TARGETS_MAX):
        parts.hot.learn(b"/api/matches/diary", b"x%d" % place, view)

    assert parts.hot.lookup(b"/api/matches/diary", b"") is None
    assert parts.hot.lookup(b"/api/matches/diary", b"x0") is not None


async def test_who_asks_too_often_gets_what_memory_has(
    database: Database, conninfo: Conninfo, clock: SteppedClock
) -> None:
    await store(database, Fixture())
    limits = Limits(LimitSettings(public_capacity=1, public_refill_per_s=0.001), clock, Metrics())
    parts = Parts.assemble(Web(), clock, Metrics(), database, PostgresEars(conninfo.app), limits=limits)
    await parts.follower.catch_up()
    far = "/api/matches/diary?date=2026-05-01"
    async with AsyncClient(transport=ASGITransport(build(parts)), base_url="http://touchline") as client:
        read = await client.get(far)
        await clock.advance(FRESH_S)
        before = queries(database)
        again, board = await client.get(far), await client.get("/api/matches/live")
        match = await client.get(f"/api/matches/{ID}")
        refused = await client.get("/api/matches/diary?date=2026-05-02")

    assert [each.status_code for each in (read, again, board, match)] == [200] * 4
    assert again.json() == read.json() | {"stale": True}
    assert match.json()["stale"] is True
    assert (refused.status_code, refused.json()["type"]) == (429, "/docs#problem-too-many-requests")
    assert int(refused.headers["retry-after"]) > 0
    assert queries(database) == before
