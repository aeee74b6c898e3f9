"""Line-ups, trends and statistics of the halves: kept as they were claimed, each with its change row."""

import pytest
from tests.build import MATCH, T, a_claim
from tests.db.stage import Stage

from touchline.football.model import (
    Group,
    HalfStat,
    Halves,
    Lineup,
    LineupPlayer,
    LineupSide,
    Mark,
    Observation,
    Source,
    Stat,
    Status,
    Trend,
)
from touchline.ids import MatchId
from touchline.store import matches
from touchline.store.db import Database

LINEUP = Lineup(
    confirmed=True,
    home=LineupSide(
        formation="4-3-3",
        coach_id="c1",
        players=(
            LineupPlayer(
                id="p9",
                name="P. Nine",
                number=9,
                position="F",
                starts=True,
                captain=True,
                x=50,
                y=80,
                rating="7.1",
                marks=(Mark(1, 45, 2), Mark(3, 60)),
            ),
            LineupPlayer(name="P. Ten"),
        ),
    ),
    away=LineupSide(),
)
TREND = Trend(45, ((16, 0, -2), ()))


def about_the_trend(*halves: tuple[int, ...], at_ms: int = T, match_id: MatchId = MATCH) -> Observation:
    trend = Trend(45, halves)
    return a_claim(trend=trend, source=Source.TREND_LIVE, at_ms=at_ms, match_id=match_id)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = Stage(database)
    await stage.schedule(MATCH)
    return stage


async def test_what_is_written_is_read_again(stage: Stage) -> None:
    await stage.write(
        a_claim(lineup=LINEUP, source=Source.LINEUP_DETAIL), a_claim(trend=TREND, source=Source.TREND_LIVE)
    )

    match = await stage.match()

    assert (match.lineup, match.trend) == (LINEUP, TREND)
    assert {Group.LINEUP, Group.TREND} <= match.provenance.keys()
    changes = (await stage.changes())[1:]
    assert [(change.kind, change.happened) for change in changes] == [("match", ()), ("match", ())]


async def test_the_newest_word_replaces_the_last_whole(stage: Stage) -> None:
    await stage.write(about_the_trend((16, 0), (1,)))
    await stage.write(about_the_trend((5,), at_ms=T + 60_000))
    await stage.write(about_the_trend((9, 9), at_ms=T + 30_000))

    assert (await stage.match()).trend == Trend(45, ((5,),))


async def test_what_stands_makes_no_change_row(stage: Stage) -> None:
    await stage.write(about_the_trend((16,)))
    before = await stage.changes()

    await stage.write(about_the_trend((16,), at_ms=T + 60_000))

    assert await stage.changes() == before


async def test_a_claim_about_something_else_leaves_them_alone(stage: Stage) -> None:
    await stage.write(a_claim(lineup=LINEUP, source=Source.LINEUP_DETAIL), about_the_trend((16,)))

    await stage.write(a_claim(score=(1, 0), at_ms=T + 1_000))

    match = await stage.match()
    assert (match.lineup, match.trend) == (LINEUP, Trend(45, ((16,),)))


async def test_they_are_read_only_where_asked(stage: Stage) -> None:
    await stage.write(a_claim(lineup=LINEUP, source=Source.LINEUP_DETAIL), about_the_trend((16,)))

    async with stage.db.transaction(T) as tx, tx.pipeline():
        match = (await matches.lock(tx, [MATCH]))[MATCH]

    assert (match.lineup, match.trend) == (None, None)


async def test_the_trends_of_many_matches_are_one_transaction(stage: Stage) -> None:
    ids = [MatchId(f"aaaaaaaaaaaa{number:03}") for number in range(50)]
    await stage.schedule(*ids)
    before = len(await stage.changes())

    await stage.write(*(about_the_trend((3,), match_id=id_) for id_ in ids))

    async with stage.db.transaction(T) as tx:
        [(writers, rows)] = await tx.rows("SELECT count(DISTINCT xmin::text), count(*) FROM match_trend")
    assert (writers, rows) == (1, 50)
    assert len(await stage.changes()) == before + 50


async def test_the_statistics_of_the_halves_are_kept(stage: Stage) -> None:
    await stage.write(
        a_claim(status=Status.FIRST_HALF, stats=[Stat(2, 3, 1), Stat(25, 60, 40)]),
        a_claim(status=Status.HALF_TIME, at_ms=T + 1_000),
        a_claim(status=Status.SECOND_HALF, stats=[Stat(2, 2, 4), Stat(25, 55, 45)], at_ms=T + 2_000),
        a_claim(status=Status.ENDED, at_ms=T + 3_000),
    )
    reckoned = await stage.match()
    halves = Halves(first=(HalfStat(2, 2, 1),))
    await stage.write(a_claim(halves=halves, source=Source.HALF_STATS, at_ms=T + 90_000))
    told = await stage.match()

    assert reckoned.first_half_stats == (HalfStat(2, 3, 1), HalfStat(25, 60, 40))
    assert reckoned.second_half_stats == told.second_half_stats == (HalfStat(2, None, 3),)
    assert told.first_half_stats == halves.first
