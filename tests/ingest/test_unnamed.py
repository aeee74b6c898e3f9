"""Ids nobody has introduced: asked for within seconds, one by one."""

from collections.abc import Sequence

from tests.ingest.claims import A, T, record, report
from tests.ingest.house import House
from tests.ingest.test_catalogue import named, team

from touchline.errors import ProviderRefused
from touchline.provider.port import Kind


async def scheduled(house: House, **teams: str) -> None:
    """The schedule knows one match, of which the catalogue knows nothing."""
    house.provider.records = [report(A, record(T, **teams), T - 100)]
    await house.round(house.recent)
    house.provider.asked.clear()


async def turns(house: House, count: int, every_s: float = 2) -> Sequence[str]:
    """What is asked in so many turns."""
    for _ in range(count):
        await house.unnamed.turn()
        await house.clock.advance(every_s)
    return house.provider.asked


async def test_competition_and_teams_are_asked_for_by_id(house: House) -> None:
    await scheduled(house)
    house.provider.named = [team("home", 5), team("stranger", 5)]

    asked = await turns(house, 4)

    assert asked == [
        "competition?page=None&time=None&uuid=league",
        "team?page=None&time=None&uuid=away",
        "team?page=None&time=None&uuid=home",
    ]
    assert await named(house) == {"home": "Home FC"}


async def test_an_id_the_provider_does_not_know_is_left_alone_for_a_while(house: House) -> None:
    await scheduled(house, home="", away="")

    asked = await turns(house, 30, every_s=5)

    assert asked == ["competition?page=None&time=None&uuid=league"]
    await house.clock.advance(3_600)
    assert len(await turns(house, 2)) == 2


async def test_a_provider_that_refuses_us_is_asked_again_later(house: House) -> None:
    await scheduled(house)
    house.provider.failure = ProviderRefused("thesports-http", "team/list", "not our address")
    await turns(house, 3)
    house.provider.failure = None
    house.provider.named = [team("home", 5)]
    await house.clock.advance(10)

    await turns(house, 4)

    assert "home" in await named(house)


async def test_a_kind_we_are_refused_does_not_keep_us_from_the_others(house: House) -> None:
    await scheduled(house)
    house.provider.refused = Kind.COMPETITION
    house.provider.named = [team("home", 5)]

    await turns(house, 5)

    assert "home" in await named(house)


async def test_an_id_the_provider_chokes_on_does_not_hold_up_its_kind(house: House) -> None:
    await scheduled(house)
    house.provider.puzzling = {"team?page=None&time=None&uuid=away"}
    house.provider.named = [team("home", 5)]

    await turns(house, 20)

    assert "home" in await named(house)
    assert house.provider.asked.count("team?page=None&time=None&uuid=away") == 1
