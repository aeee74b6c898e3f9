"""Crests as they are served: for ever under their own address, briefly under an older one, and from memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient
from tests.web.matchday import NOW, Fixture, put

from touchline.clock import SteppedClock
from touchline.embedded.postgres import Postgres
from touchline.errors import NotFound
from touchline.ids import MatchId
from touchline.provider.port import CatalogueRecord, Kind
from touchline.store import catalogue, crests, views
from touchline.store.crests import SIZES
from touchline.store.db import Database
from touchline.web.assets import BRIEFLY, FOREVER
from touchline.web.media import REST_S, Crests, at_size

HOME = "hhhhhhhhhhhhh01"
FIRST, SECOND = "a" * 12, "b" * 12


async def keep(db: Database, fingerprint: str = FIRST, *, id_: str = HOME) -> str:
    """A crest of a team of a match around now; the address lists show."""
    match_id = MatchId(f"m{id_}")
    named = CatalogueRecord(
        kind=Kind.TEAM, id=id_, logo=f"https://logos.example/{fingerprint}", updated_at=int(fingerprint[0], 16)
    )
    async with db.transaction(NOW * 1000) as tx:
        if not await views.some(tx, [match_id]):
            await put(tx, Fixture(id=match_id, home=id_, away=""))
        await catalogue.upsert(tx, [named])
        await crests.enlist(tx)
        errand = await crests.claim(tx)
        assert errand is not None
        pictures = {size: body(fingerprint, size) for size in SIZES}
        assert await crests.keep(tx, errand, pictures, fingerprint, etag="", last_modified="", wait_s=1_000)
        [item] = await views.some(tx, [match_id])
    assert item.home_logo is not None
    return item.home_logo


def body(fingerprint: str, size: int) -> bytes:
    """A hundred bytes that stand for a picture."""
    return f"{fingerprint} {size} ".encode().ljust(100, b".")


@pytest.fixture
def held(database: Database) -> Crests:
    return Crests(database, SteppedClock(NOW))


async def test_a_crest_is_served_for_ever_in_both_sizes(client: AsyncClient, database: Database) -> None:
    logo = await keep(database)

    for size in SIZES:
        answer = await client.get(at_size(logo, size))

        assert (answer.status_code, answer.content) == (200, body(FIRST, size))
        assert answer.headers["cache-control"] == FOREVER == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["etag"] == f'"{FIRST}-{size}"'


async def test_the_logo_of_a_list_is_the_larger_one(client: AsyncClient, database: Database) -> None:
    logo = await keep(database)

    assert logo == at_size(logo, 160) == f"/media/crests/team/{HOME}-{FIRST}-160.webp"
    assert at_size(logo, 48) == f"/media/crests/team/{HOME}-{FIRST}-48.webp"


async def test_who_holds_it_gets_304(client: AsyncClient, database: Database) -> None:
    logo, tag = await keep(database), f'"{FIRST}-160"'

    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await client.get(logo, headers={"If-None-Match": sent})

        assert (answer.status_code, answer.content) == (304, b""), sent
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == FOREVER


async def test_who_holds_another_gets_this_one(client: AsyncClient, database: Database) -> None:
    logo = await keep(database)

    answer = await client.get(logo, headers={"If-None-Match": f'"{FIRST}-48"'})

    assert answer.status_code == 200


async def test_head_is_a_get_without_its_body(client: AsyncClient, database: Database) -> None:
    answer = await client.head(await keep(database))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "100"


async def test_an_older_address_gives_the_present_crest_briefly(
    client: AsyncClient, database: Database
) -> None:
    old = await keep(database, FIRST)
    assert (await client.get(old)).headers["cache-control"] == FOREVER
    new = await keep(database, SECOND)

    assert (await client.get(new)).content == body(SECOND, 160)
    answer = await client.get(old)

    assert answer.content == body(SECOND, 160)
    assert answer.headers["cache-control"] == BRIEFLY
    assert answer.headers["etag"] == f'"{SECOND}-160"'


NOWHERE = [
    *(f"team/{HOME}-{FIRST}{end}" for end in ("-161.webp", ".webp", "-48.png")),
    *(f"{kind}/{HOME}-{FIRST}-48.webp" for kind in ("competition", "venue")),
    *(f"team/{id_}-{FIRST}-48.webp" for id_ in (HOME.upper(), "stranger00000001")),
    *("team/..%2f..%2fetc%2fpasswd", "team/%00"),
]


async def test_what_is_not_there_is_a_problem_nobody_keeps(client: AsyncClient, database: Database) -> None:
    await keep(database)

    for path in NOWHERE:
        answer = await client.get(f"/media/crests/{path}")

        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"


async def test_what_is_held_is_not_read_again(held: Crests, database: Database) -> None:
    name = (await keep(database)).rpartition("/")[2]
    await held.find("team", name)
    async with database.transaction(0) as tx:
        await tx.execute("UPDATE crest_image SET image = 'another'")

    assert (await held.find("team", name)).body == body(FIRST, 160)


async def test_the_least_recently_used_make_room(database: Database) -> None:
    small = Crests(database, SteppedClock(NOW), held_bytes_max=250)
    names = [(await keep(database, letter * 12, id_=f"team0{letter}")).rpartition("/")[2] for letter in "abc"]
    for name in (names[0], names[1], names[0], names[2]):
        await small.find("team", name)
    async with database.transaction(0) as tx:
        await tx.execute("UPDATE crest_image SET image = 'another'")

    found = [(await small.find("team", name)).body for name in (names[0], names[2], names[1])]

    assert [one == b"another" for one in found] == [False, False, True]


async def test_a_picture_larger_than_the_memory_is_served_and_not_held(database: Database) -> None:
    tiny = Crests(database, SteppedClock(NOW), held_bytes_max=50)
    name = (await keep(database)).rpartition("/")[2]

    assert (await tiny.find("team", name)).body == (await tiny.find("team", name)).body == body(FIRST, 160)


async def test_a_crowd_is_served_by_a_few_reads(held: Crests, database: Database) -> None:
    name = (await keep(database)).rpartition("/")[2]
    before = database.stats()["requests_num"]

    found = await asyncio.gather(*(held.find("team", name) for _ in range(200)))

    assert {one.body for one in found} == {body(FIRST, 160)}
    assert database.stats()["requests_num"] - before <= 4


@pytest.fixture
async def own_database(own_postgres: Postgres) -> AsyncIterator[Database]:
    async with Database.open(
        own_postgres.app_conninfo, name="test", min_size=1, max_size=2, timeout_s=0.3
    ) as opened:
        yield opened


async def test_without_a_database_what_is_held_is_served_and_the_rest_is_not_there(
    own_database: Database, own_postgres: Postgres
) -> None:
    clock = SteppedClock(NOW)
    held = Crests(own_database, clock)
    old = (await keep(own_database, FIRST)).rpartition("/")[2]
    await held.find("team", old)
    own_postgres.stop()

    assert (await held.find("team", old)).body == body(FIRST, 160)
    other = await held.find("team", old.replace(FIRST, SECOND))
    assert (other.body, other.cache_control) == (body(FIRST, 160), BRIEFLY)
    with pytest.raises(NotFound):
        await held.find("team", old.replace("-160", "-48"))

    own_postgres.start()
    await clock.advance(REST_S)
    assert (await held.find("team", old.replace("-160", "-48"))).body == body(FIRST, 48)
