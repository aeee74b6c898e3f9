"""The statistics of all matches at once: of both teams by their ids, for matches nobody counts live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ingest.claims import A, B, T, record, report, score, stats
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderTransient
from touchline.football.model import HalfStat, Halves, Says, Stat
from touchline.ids import MatchId
from touchline.ingest.live_stats import LiveStatsSync, reports
from touchline.provider.port import TeamCounters
from touchline.store.db import Database
from touchline.store.fixtures import Sides
from touchline.task import Done


def team(match_id: MatchId, team_id: str, **counters: int) -> TeamCounters:
    return TeamCounters(
        match_id=match_id, team_id=team_id, counters={int(code[1:]): value for code, value in counters.items()}
    )


@pytest.fixture
async def house(database: Database) -> House:
    """A house in which A is played and B is not."""
    house = House(database)
    house.provider.records = [report(id_, record(T), provider_time=T - 600) for id_ in (A, B)]
    house.inbox.put(house.recent._channel.hear(house.provider.records, now_ms(house.clock)))
    await house.written()
    return house


async def run(house: House) -> Done:
    return await house.run(LiveStatsSync(house.way))


async def test_nobody_is_asked_while_nothing_is_played(house: House):
    assert await run(house) == Done()
    assert house.provider.asked == []


async def test_each_side_gets_the_counters_of_its_team(house: House):
    house.hear(report(A, score()))
    await house.written()
    house.provider.teams = [team(A, "away", c2=1, c25=46), team(A, "home", c2=5, c25=54, c21=4)]
    house.provider.halves = [report(A, Says(halves=Halves(first=(HalfStat(2, 3, 1),))))]

    assert await run(house) == Done(items=2)

    match = (await house.matches(A))[A]
    assert match.statistics == (Stat(2, 5, 1), Stat(25, 54, 46))
    assert match.first_half_stats == (HalfStat(2, 3, 1),)


async def test_what_is_counted_live_stands(house: House):
    house.hear(report(A, score()), report(A, stats(60)))
    await house.written()
    house.provider.teams = [team(A, "home", c25=51), team(A, "away", c25=49)]

    await run(house)

    assert (await house.matches(A))[A].statistics == (Stat(25, 60, 40),)


async def test_live_counts_take_over_from_the_lists(house: House):
    house.hear(report(A, score()))
    await house.written()
    house.provider.teams = [team(A, "home", c25=51), team(A, "away", c25=49)]
    await run(house)

    await house.clock.advance(60)
    house.hear(report(A, stats(60)))
    await house.written()

    assert (await house.matches(A))[A].statistics == (Stat(25, 60, 40),)


async def test_without_an_answer_the_run_fails(house: House):
    house.hear(report(A, score()))
    await house.written()
    house.provider.failure = ProviderTransient("thesports-http", "/match/team_stats/list", "TIMEOUT")

    with pytest.raises(ProviderTransient):
        await run(house)


counters = st.dictionaries(st.integers(1, 40), st.integers(0, 99), max_size=6)


@given(counters, counters, st.booleans())
def test_a_counter_is_told_where_both_teams_have_it(home, away, home_first):
    teams = [
        TeamCounters(match_id=A, team_id=id_, counters=own) for id_, own in (("home", home), ("away", away))
    ]

    told = list(reports(teams if home_first else teams[::-1], {A: Sides("home", "away")}))

    expected = {code: (home[code], away[code]) for code in home if code in away}
    found = {stat.type: (stat.home, stat.away) for one in told for stat in one.says.stats or ()}
    assert found == expected
    assert list(reports(teams[:1], {A: Sides("home", "away")})) == []
    assert list(reports(teams, {})) == []
