"""What changed besides the score: each change counts once, and is followed where it is about one of ours."""

import pytest
from msgspec.structs import replace
from tests.ingest.claims import A, B, T, record, report
from tests.ingest.house import House

from touchline.errors import ProviderTransient
from touchline.football.model import Lineup, LineupPlayer, LineupSide, Says
from touchline.ids import MatchId
from touchline.ingest.updates import FOLLOW_UPS_MAX
from touchline.provider.port import Topic, Update
from touchline.store import standings

DAY_S = 86_400
LINEUP = Lineup(confirmed=True, home=LineupSide(players=(LineupPlayer(name="P. Nine"),)), away=LineupSide())


def a_lineup(match_id: MatchId, at: int = T) -> Update:
    return Update(topic=Topic.LINEUP, id=match_id, at=at)


async def scheduled(house: House, *ids: MatchId, at: int = T, season_id: str = "") -> None:
    says = record(at)
    assert says.schedule is not None
    says = replace(says, schedule=replace(says.schedule, season_id=season_id))
    house.provider.records += [report(id_, says, T - 100) for id_ in ids]
    await house.round(house.recent)
    house.provider.asked.clear()


async def asked(house: House) -> list[str]:
    """What the loop asks until it rests, and all of that written."""
    house.provider.asked.clear()
    await house.round(house.updates)
    return list(house.provider.asked)


async def test_a_line_up_that_changed_is_asked_for_at_once(house: House) -> None:
    await scheduled(house, A, B)
    house.provider.updates = [a_lineup(A)]
    house.provider.parts["lineup", A] = report(A, Says(lineup=LINEUP))

    assert await asked(house) == ["data_update", f"lineup?uuid={A}"]

    assert (await house.matches(A))[A].lineup == LINEUP


async def test_a_change_that_is_told_again_is_no_news_and_a_later_one_is(house: House) -> None:
    await scheduled(house, A)
    house.provider.updates = [a_lineup(A)]
    await asked(house)

    await house.clock.advance(20)
    assert await asked(house) == ["data_update"]
    house.provider.updates = [a_lineup(A, T + 30)]
    await house.clock.advance(20)
    assert await asked(house) == ["data_update", f"lineup?uuid={A}"]


@pytest.mark.parametrize(
    ("begins_in_s", "followed"),
    [(-6 * 3_600, True), (-6 * 3_600 - 1, False), (DAY_S, True), (DAY_S + 1, False)],
)
async def test_only_matches_around_now_are_followed(house: House, begins_in_s: int, followed: bool) -> None:
    await scheduled(house, A, at=T + begins_in_s)
    house.provider.updates = [a_lineup(A), a_lineup(B)]

    assert (await asked(house))[1:] == ([f"lineup?uuid={A}"] if followed else [])


async def test_a_season_whose_standings_moved_is_put_down_as_wanted_if_it_is_played(house: House) -> None:
    await scheduled(house, A, season_id="season01")
    house.provider.updates = [
        Update(topic=Topic.STANDINGS, id=season_id, at=T) for season_id in ("season01", "season02")
    ]

    assert await asked(house) == ["data_update"]

    async with house.db.transaction(T * 1000) as tx:
        assert dict(await standings.wanted(tx, 10)) == {"season01": T}


async def test_beyond_so_many_the_rest_waits_to_be_named_again(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [MatchId(f"aaaaaaaaaaaa{number:03}") for number in range(FOLLOW_UPS_MAX + 5)]
    await scheduled(house, *ids)
    house.provider.updates = [a_lineup(id_) for id_ in ids]

    first = await asked(house)
    await house.clock.advance(20)
    second = await asked(house)

    assert len(first) == 1 + FOLLOW_UPS_MAX
    assert len(second) == 1 + 5
    assert capsys.readouterr().out.count("lineups.put_off") == 1


async def test_a_line_up_without_an_answer_is_left_to_the_job(house: House) -> None:
    await scheduled(house, A, B)
    house.provider.updates = [a_lineup(A), a_lineup(B)]
    house.provider.mute = {f"lineup?uuid={A}"}

    assert await asked(house) == ["data_update", f"lineup?uuid={A}", f"lineup?uuid={B}"]


async def test_nobody_is_asked_again_before_the_time(house: House) -> None:
    house.provider.failure = ProviderTransient("thesports-http", "data/update", "TIMEOUT")

    assert (await house.updates.turn()).total_seconds() == 20
    await house.clock.advance(19)
    assert (await house.updates.turn()).total_seconds() == 1
    assert house.provider.asked == ["data_update"]
