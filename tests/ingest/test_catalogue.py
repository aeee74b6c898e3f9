"""The catalogue: rounds over all kinds, and ids nobody has introduced."""

from tests.ingest.claims import A, T, record, report
from tests.ingest.house import House

from touchline.errors import ProviderRefused
from touchline.provider.port import CatalogueRecord, Kind
from touchline.store import cursors


def team(id_: str, at: int, name: str = "Home FC") -> CatalogueRecord:
    return CatalogueRecord(kind=Kind.TEAM, id=id_, name=name, updated_at=at)


async def named(house: House) -> dict[str, str]:
    async with house.db.transaction(T * 1000) as tx:
        rows = await tx.rows("SELECT id, name FROM catalogue")
    return dict(rows)


async def a_round(house: House) -> None:
    """Turn until the round is over: it then rests for an hour."""
    for _ in range(100):
        if (await house.catalogue.turn()).total_seconds() > 5:
            return
        await house.clock.advance(2)
    raise AssertionError("the round does not end")


async def test_a_round_reads_every_kind_page_by_page(house: House) -> None:
    house.provider.page_size = 2
    house.provider.named = [team(f"team{number}", 10 + number) for number in range(5)]
    house.provider.named += [CatalogueRecord(kind=Kind.COUNTRY, id="tr", name="Turkey", updated_at=1)]

    await a_round(house)

    assert len(await named(house)) == 6
    asked = [question.split("?")[0] for question in house.provider.asked]
    assert set(asked) == {kind.value for kind in Kind}
    assert asked.count("team") == 4
    assert asked.count("country") == 1


async def test_the_next_round_asks_for_what_changed_since(house: House) -> None:
    house.provider.named = [team("one", 10), team("two", 20)]
    await a_round(house)
    house.provider.asked.clear()
    house.provider.named[0] = team("one", 30, "New Name")
    await house.clock.advance(3_600)

    await a_round(house)

    assert "team?page=1&time=20&uuid=None" in house.provider.asked
    assert (await named(house))["one"] == "New Name"
    async with house.db.transaction(T * 1000) as tx:
        assert await cursors.read(tx, "catalogue.team") == 30


async def test_teams_that_nobody_introduced_are_asked_for_by_id(house: House) -> None:
    house.provider.records = [report(A, record(T), T - 100)]
    await house.round(house.recent)
    house.provider.named = [team("home", 5), team("stranger", 5)]

    await house.catalogue.turn()

    assert house.provider.asked[-1] == "competition?page=None&time=None&uuid=league"
    for _ in range(5):
        await house.clock.advance(2)
        await house.catalogue.turn()
    assert "home" in await named(house)
    assert "team?page=None&time=None&uuid=away" in house.provider.asked


async def test_unknown_ids_leave_the_pages_every_other_call(house: House) -> None:
    """What country a competition is of stands in the pages alone."""
    house.provider.records = [report(A, record(T), T - 100)]
    await house.round(house.recent)
    house.provider.asked.clear()

    for _ in range(4):
        await house.catalogue.turn()

    kinds = iter(Kind)
    assert house.provider.asked == [
        "competition?page=None&time=None&uuid=league",
        f"{next(kinds)}?page=None&time=None&uuid=None",
        "team?page=None&time=None&uuid=away",
        f"{next(kinds)}?page=None&time=None&uuid=None",
    ]


async def test_an_id_the_provider_does_not_know_is_left_alone_for_a_while(house: House) -> None:
    house.provider.records = [report(A, record(T, home="", away=""), T - 100)]
    await house.round(house.recent)

    for _ in range(30):
        await house.catalogue.turn()
        await house.clock.advance(5)

    assert house.provider.asked.count("competition?page=None&time=None&uuid=league") == 1


async def test_a_provider_that_refuses_us_is_asked_again_later(house: House) -> None:
    house.provider.failure = ProviderRefused("thesports-http", "team/list", "not our address")

    assert (await house.catalogue.turn()).total_seconds() > 2
    house.provider.failure = None
    house.provider.named = [team("one", 10)]
    await house.clock.advance(60)
    await a_round(house)

    assert "one" in await named(house)


async def test_a_kind_we_are_refused_does_not_keep_us_from_the_others(house: House) -> None:
    house.provider.refused = next(iter(Kind))
    house.provider.named = [team("one", 10)]

    for _ in range(100):
        await house.catalogue.turn()
        await house.clock.advance(10)

    assert "one" in await named(house)
    assert house.provider.asked.count("team?page=1&time=None&uuid=None") == 1
    refused = [question for question in house.provider.asked if question.startswith(f"{next(iter(Kind))}?")]
    assert 2 <= len(refused) <= 17


async def test_a_kind_we_are_refused_by_id_does_not_keep_us_from_the_others(house: House) -> None:
    house.provider.refused = Kind.COMPETITION
    house.provider.records = [report(A, record(T), T - 100)]
    await house.round(house.recent)
    house.provider.named = [team("home", 5)]

    for _ in range(5):
        await house.catalogue.turn()
        await house.clock.advance(2)

    assert "team?page=None&time=None&uuid=home" in house.provider.asked
