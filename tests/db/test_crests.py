"""Crests in the database: which logos are due, what came of asking, and what lists then show."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
from tests.web.matchday import NOW, Fixture, put

from touchline.ids import MatchId
from touchline.provider.port import CatalogueRecord, Kind
from touchline.store import catalogue, crests, views
from touchline.store.crests import Errand
from touchline.store.db import Database, Tx

HOME, AWAY, LEAGUE = "hhhhhhhhhhhhh01", "aaaaaaaaaaaaa01", "ccccccccccccc01"
HEIR = "hhhhhhhhhhhhh02"
URL = "https://logos.example/h.png"
PICTURES = {48: b"small", 160: b"large"}


async def named(tx: Tx, id_: str, logo: str = URL, *, kind: Kind = Kind.TEAM, **more: Any) -> None:
    await catalogue.upsert(tx, [CatalogueRecord(kind=kind, id=id_, name="X", logo=logo, **more)])


async def due(tx: Tx) -> list[Errand]:
    """Everything that is due, in its order."""
    await crests.enlist(tx)
    found = []
    while (errand := await crests.claim(tx)) is not None:
        found.append(errand)
    return found


async def row(tx: Tx, id_: str = HOME) -> Mapping[str, Any]:
    [found] = await tx.rows_as(
        dict,
        "SELECT c.*, round(extract(EPOCH FROM due_at - clock_timestamp())) AS due_s FROM crest AS c"
        " WHERE id = %(id)s",
        {"id": id_},
    )
    return found


async def keep(
    tx: Tx, errand: Errand, pictures: Mapping[int, bytes] = PICTURES, fingerprint: str = "0" * 12
) -> bool:
    return await crests.keep(tx, errand, pictures, fingerprint, etag='"one"', last_modified="Sat", wait_s=1_000)


def about(seconds: float) -> object:
    """The same, but for the time a test takes."""
    return pytest.approx(seconds, abs=10)


async def logos(tx: Tx) -> tuple[str | None, str | None, str | None]:
    """What lists show of the match's competition, home and away."""
    [item] = await views.some(tx, [MatchId("aaaaaaaaaaaaaa1")])
    return item.competition_logo, item.home_logo, item.away_logo


async def test_the_logos_of_what_is_played_around_now_are_due(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await put(tx, Fixture(id="bbbbbbbbbbbbbb1", home="farawayteam0001", match_time=NOW + 4 * 86_400))
        await named(tx, LEAGUE, "https://logos.example/c.png", kind=Kind.COMPETITION)
        await named(tx, HOME)
        await named(tx, AWAY, "")
        await named(tx, "farawayteam0001")
        await named(tx, "playsnowhere001")

        assert [(one.kind, one.id, one.url) for one in await due(tx)] == [
            ("competition", LEAGUE, "https://logos.example/c.png"),
            ("team", HOME, URL),
        ]


async def test_those_of_matches_near_to_now_come_first_and_those_had_last(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        for number, hours in enumerate([30, -2, 50]):
            await put(
                tx, Fixture(id=f"match0{number}", home=f"team0{number}", away="", match_time=NOW + hours * 3600)
            )
            await named(tx, f"team0{number}")
        await crests.enlist(tx)
        first = await crests.claim(tx)
        assert first is not None
        await keep(tx, first)
        await tx.execute(
            "UPDATE crest SET due_at = clock_timestamp() - interval '1 hour' WHERE fingerprint <> ''"
        )

        assert [first.id, *(one.id for one in await due(tx))] == ["team01", "team00", "team02", "team01"]


async def test_a_merged_team_shows_the_logo_of_its_successor(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HEIR, "https://logos.example/heir.png")
        await named(tx, HOME, merged_into=HEIR)

        [errand] = await due(tx)
        await keep(tx, errand)

        assert (errand.id, errand.url) == (HOME, "https://logos.example/heir.png")
        assert (await logos(tx))[1] == f"/media/crests/team/{HOME}-{'0' * 12}-160.webp"


async def test_what_is_claimed_is_left_to_whoever_claimed_it(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME)

        assert len(await due(tx)) == 1
        assert await due(tx) == []
        assert (await row(tx))["due_s"] == about(crests.LEASE_S)


async def test_two_who_claim_at_once_get_different_logos(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME)
        await named(tx, AWAY)
        await crests.enlist(tx)

    async with database.transaction(NOW * 1000) as one, database.transaction(NOW * 1000) as other:
        claimed = [await crests.claim(tx) for tx in (one, other, one)]

    assert {errand.id if errand else None for errand in claimed} == {HOME, AWAY, None}


@pytest.mark.parametrize(
    ("url", "host"),
    [(URL, "logos.example"), ("http://A.example:81/x", "a.example:81"), ("HTTPS://h?q", "h"), ("logo.png", "")],
)
async def test_a_resting_host_is_left_alone(database: Database, url: str, host: str) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME, url)
        await crests.enlist(tx)

        assert await crests.claim(tx, [host]) is None
        assert (await crests.claim(tx, ["other.example"])) == Errand(kind="team", id=HOME, url=url, host=host)


async def test_lists_show_our_own_path_and_only_once_there_is_a_picture(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, LEAGUE, kind=Kind.COMPETITION)
        await named(tx, HOME)
        await named(tx, AWAY)
        before = (await views.some(tx, [MatchId("aaaaaaaaaaaaaa1")]))[0]
        league, *teams = await due(tx)
        await keep(tx, league, fingerprint="c" * 12)
        await keep(tx, next(one for one in teams if one.id == HOME), fingerprint="f" * 12)
        await crests.refuse(tx, next(one for one in teams if one.id == AWAY), "not_found", 60)
        after = (await views.some(tx, [MatchId("aaaaaaaaaaaaaa1")]))[0]

    assert (before.competition_logo, before.home_logo, before.away_logo) == (None, None, None)
    assert after.competition_logo == f"/media/crests/competition/{LEAGUE}-cccccccccccc-160.webp"
    assert (after.home_logo, after.away_logo) == (f"/media/crests/team/{HOME}-ffffffffffff-160.webp", None)
    assert after.seq == before.seq


async def test_a_kept_crest_is_had_in_both_sizes_and_asked_for_again_later(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME)
        [errand] = await due(tx)

        assert await keep(tx, errand)

        for size, image in PICTURES.items():
            assert await crests.picture(tx, "team", HOME, size) == crests.Picture("0" * 12, image)
        assert await crests.picture(tx, "competition", HOME, 48) is None
        stored = await row(tx)
        assert (stored["etag"], stored["last_modified"], stored["due_s"]) == ('"one"', "Sat", about(1_000))


async def test_a_refusal_is_remembered_and_the_crest_stays(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME)
        [errand] = await due(tx)
        await keep(tx, errand)

        for failures in (1, 2):
            await crests.refuse(tx, errand, "not_found", 60)
            stored = await row(tx)
            assert (stored["failures"], stored["refused"], stored["due_s"]) == (
                failures,
                "not_found",
                about(60),
            )
        assert (await crests.picture(tx, "team", HOME, 48)) is not None

        await crests.unchanged(tx, errand, 500)
        stored = await row(tx)
        assert (stored["failures"], stored["refused"], stored["due_s"]) == (0, "", about(500))
        assert stored["fingerprint"] == "0" * 12


async def test_a_new_address_is_due_at_once_and_the_old_crest_stays_meanwhile(database: Database) -> None:
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture())
        await named(tx, HOME)
        [errand] = await due(tx)
        await keep(tx, errand)
        await named(tx, HOME, "https://logos.example/new.png", updated_at=5)

        [again] = await due(tx)

        assert again == Errand(kind="team", id=HOME, url="https://logos.example/new.png", host="logos.example")
        assert (await logos(tx))[1] is not None
        assert not await keep(tx, errand, {48: b"late", 160: b"late"}, "e" * 12)
        assert await crests.picture(tx, "team", HOME, 48) == crests.Picture("0" * 12, b"small")


SENSELESS = [
    "INSERT INTO crest (kind, id, url, due_at) VALUES ('venue', 'abcdef', 'x', now())",
    "INSERT INTO crest (kind, id, url, due_at) VALUES ('team', '../etc', 'x', now())",
    "INSERT INTO crest (kind, id, url, due_at, fingerprint) VALUES ('team', 'abcdef', 'x', now(), 'x-y')",
    "INSERT INTO crest_image (kind, id, size, image) VALUES ('team', 'stranger', 48, 'x')",
]


async def test_rows_that_make_no_sense_are_refused(database: Database) -> None:
    for statement in SENSELESS:
        with pytest.raises(psycopg.errors.IntegrityError):
            async with database.transaction(NOW * 1000) as tx:
                await tx.execute(statement.encode())
