"""The catalogue's jobs: lists read to their end, from where they were left."""

import asyncio
import calendar

import pytest
from tests.ingest.claims import T
from tests.ingest.house import House

from touchline.errors import ProviderRefused, ProviderTransient
from touchline.jobs.body import Fenced
from touchline.provider.port import CatalogueRecord, Kind
from touchline.store import cursors
from touchline.task import Done, Run

SUNDAY = 1_770_508_800
"""A midnight UTC at which one begins."""
DAY_S = 86_400


def team(id_: str, at: int, name: str = "Home FC") -> CatalogueRecord:
    return CatalogueRecord(kind=Kind.TEAM, id=id_, name=name, updated_at=at)


def player(id_: str, at: int) -> CatalogueRecord:
    return CatalogueRecord(kind=Kind.PLAYER, id=id_, name="P. Nine", updated_at=at)


async def named(house: House) -> dict[str, str]:
    async with house.db.transaction(T * 1000) as tx:
        rows = await tx.rows("SELECT id, name FROM catalogue")
    return dict(rows)


async def cursor(house: House, kind: Kind = Kind.TEAM) -> int | None:
    async with house.db.transaction(T * 1000) as tx:
        return await cursors.read(tx, f"catalogue.{kind.value}")


async def test_a_list_is_read_page_by_page_to_its_end(house: House) -> None:
    house.provider.page_size = 2
    house.provider.named = [team(f"team{number}", 10 + number) for number in range(5)]

    done = await house.run(house.catalogue(Kind.TEAM), batch_size=1)

    assert done == Done(items=5)
    assert len(await named(house)) == 5
    assert house.provider.asked == [f"team?page={page}&time=None&uuid=None" for page in range(1, 5)]
    assert await cursor(house) == 14


async def test_every_kind_has_a_place_of_its_own(house: House) -> None:
    house.provider.named = [CatalogueRecord(kind=kind, id=kind.value, name=kind.name) for kind in Kind]

    for kind in Kind:
        await house.run(house.catalogue(kind), batch_size=1_000)

    assert await named(house) == {kind.value: kind.name for kind in Kind}


async def test_a_short_list_comes_in_one_piece_each_time(house: House) -> None:
    house.provider.named = [CatalogueRecord(kind=Kind.COUNTRY, id="tr", name="Turkey", updated_at=1)]

    for _ in range(2):
        await house.run(house.catalogue(Kind.COUNTRY), batch_size=1_000)

    assert house.provider.asked == ["country?page=None&time=None&uuid=None"] * 2
    assert await cursor(house, Kind.COUNTRY) is None


async def test_the_next_run_asks_for_what_changed_since(house: House) -> None:
    house.provider.named = [team("one", 10), team("two", 20)]
    await house.run(house.catalogue(Kind.TEAM), batch_size=1_000)
    house.provider.asked.clear()
    house.provider.named[0] = team("one", 30, "New Name")

    await house.run(house.catalogue(Kind.TEAM), batch_size=1_000)

    assert house.provider.asked[0] == "team?page=1&time=20&uuid=None"
    assert (await named(house))["one"] == "New Name"
    assert await cursor(house) == 30


async def test_players_are_read_from_the_beginning_on_one_day_of_the_week(house: House) -> None:
    house.provider.named = [player("one", 10), player("two", 20)]
    job = house.catalogue(Kind.PLAYER, full_on=calendar.SUNDAY)
    await house.run(job, batch_size=1_000, slot=SUNDAY - DAY_S)

    for slot, time in ((SUNDAY - 1, 20), (SUNDAY, None), (SUNDAY + DAY_S - 1, None), (SUNDAY + DAY_S, 20)):
        house.provider.asked.clear()
        await house.run(job, batch_size=1_000, slot=slot)
        assert house.provider.asked[0] == f"player?page=1&time={time}&uuid=None"
        assert await cursor(house, Kind.PLAYER) == 20


async def test_a_page_that_fails_fails_the_run_and_the_cursor_stays(house: House) -> None:
    house.provider.page_size = 2
    house.provider.named = [team(f"team{number}", 10 + number) for number in range(5)]
    house.provider.mute = {"team?page=2&time=None&uuid=None"}

    with pytest.raises(ProviderTransient):
        await house.run(house.catalogue(Kind.TEAM), batch_size=1_000)

    assert len(await named(house)) == 2
    assert await cursor(house) is None

    house.provider.mute.clear()
    await house.run(house.catalogue(Kind.TEAM), batch_size=1_000)
    assert len(await named(house)) == 5


async def test_wherever_a_run_is_cut_off_the_cursor_is_not_ahead_of_what_is_written(house: House) -> None:
    house.provider.page_size = 2
    house.provider.named = [team(f"team{number}", 10 + number) for number in range(5)]
    cuts = 0
    while await is_cut_off(house, steps=cuts + 1):
        cuts += 1
        stands = await cursor(house)
        written = {f"team{number}" for number in range(0 if stands is None else stands - 9)}
        assert written <= (await named(house)).keys(), cuts

    assert cuts > len(house.provider.named), "there is a place before, between and after the writes"
    assert len(await named(house)) == 5
    assert await cursor(house) == 14


async def is_cut_off(house: House, steps: int) -> bool:
    """Whether so many steps of a run, from one wait to the next, were too few to end it."""
    left = iter(range(steps))
    work = house.catalogue(Kind.TEAM).run(Run(run_id="cut", slot=T, batch_size=1))
    try:
        await Fenced(work, lambda: next(left, None) is not None)
    except asyncio.CancelledError:
        return True
    return False


async def test_a_kind_we_are_refused_does_not_keep_us_from_the_others(house: House) -> None:
    house.provider.refused = Kind.CATEGORY
    house.provider.named = [team("one", 10)]

    with pytest.raises(ProviderRefused):
        await house.run(house.catalogue(Kind.CATEGORY), batch_size=1_000)
    await house.run(house.catalogue(Kind.TEAM), batch_size=1_000)

    assert "one" in await named(house)
