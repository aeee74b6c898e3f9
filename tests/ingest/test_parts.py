"""Line-ups, trends and last words: asked for when they are due, written by the one writer."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.ingest.claims import A, B, T, record, report, score
from tests.ingest.house import House
from tests.ingest.provider import FakeProvider

from touchline.clock import SteppedClock
from touchline.errors import CircuitOpenError, ProviderTransient
from touchline.football.model import (
    Group,
    HalfStat,
    Halves,
    Lineup,
    LineupPlayer,
    LineupSide,
    Says,
    Source,
    Stat,
    Status,
    Trend,
)
from touchline.ids import MatchId
from touchline.ingest.asked import REMEMBERED_MAX, Asked
from touchline.provider.port import Reading
from touchline.store.db import Database
from touchline.task import Done, Run

TREND = Trend(45, ((3, -1), ()))
EXPECTED = Lineup(confirmed=False, home=LineupSide(players=(LineupPlayer(name="P. Nine"),)), away=LineupSide())
CONFIRMED = replace(EXPECTED, confirmed=True)


async def scheduled(house: House, *ids: MatchId, at: int = T, covered: int = 1) -> None:
    """The schedule knows these; they have a line-up if `covered`."""
    says = record(at)
    assert says.schedule is not None
    says = replace(says, schedule=replace(says.schedule, coverage={"lineup": covered}))
    house.provider.records += [report(id_, says, T - 100) for id_ in ids]
    await house.round(house.recent)
    house.provider.asked.clear()


async def playing(house: House, *ids: MatchId, covered: int = 1) -> None:
    """These are in play."""
    await scheduled(house, *ids, covered=covered)
    house.hear(*(report(id_, score()) for id_ in ids))
    await house.written()


# ---------------------------------------------------------------- trends


async def test_nobody_asks_for_trends_while_nothing_is_in_play(house: House) -> None:
    await scheduled(house, A)

    await house.run(house.trends)

    assert house.provider.asked == []


async def test_one_call_brings_the_trend_of_every_match_and_a_change_row_each(house: House) -> None:
    await playing(house, A, B)
    before = len(await house.changes())
    house.provider.trends = [report(A, Says(trend=TREND)), report(B, Says(trend=Trend(45, ((0,),))))]

    done = await house.run(house.trends)

    found = await house.matches(A, B)
    assert (house.provider.asked, found[A].trend, found[B].trend) == (["trend_live"], TREND, Trend(45, ((0,),)))
    assert [(change.match_id, change.kind) for change in (await house.changes())[before:]] == [
        (A, "match"),
        (B, "match"),
    ]
    assert done == Done(items=2)


async def test_a_trend_that_stands_changes_nothing(house: House) -> None:
    await playing(house, A)
    house.provider.trends = [report(A, Says(trend=TREND))]
    await house.run(house.trends)
    before = await house.changes()

    await house.run(house.trends)

    assert await house.changes() == before


async def test_an_answer_that_was_asked_for_earlier_loses(house: House, another: Callable[[], House]) -> None:
    await playing(house, A)
    slow = another()
    slow.provider.trends = [report(A, Says(trend=TREND))]
    asked = asyncio.ensure_future(slow.trends.run(Run(run_id="slow", slot=T, batch_size=1)))
    await slow.inbox.filled.wait()
    await house.clock.advance(60)
    fresh = replace(TREND, halves=((3, -1, 7), ()))
    house.provider.trends = [report(A, Says(trend=fresh))]
    await house.run(house.trends)

    await slow.written()
    await asked

    assert (await house.matches(A))[A].trend == fresh


# ---------------------------------------------------------------- line-ups


@pytest.mark.parametrize(
    ("begins_in_s", "covered", "asked"),
    [(3_600, 1, True), (3_601, 1, False), (-7_200, 1, True), (-7_201, 1, False), (600, 0, False)],
)
async def test_line_ups_of_covered_matches_are_asked_for_an_hour_ahead(
    house: House, begins_in_s: int, covered: int, asked: bool
) -> None:
    await scheduled(house, A, at=T + begins_in_s, covered=covered)

    await house.run(house.lineups)

    assert house.provider.asked == ([f"lineup?uuid={A}"] if asked else [])


async def test_a_line_up_is_asked_for_until_it_is_confirmed_and_again_in_play(house: House) -> None:
    await scheduled(house, A, at=T + 3_000)
    answers = [None, EXPECTED, CONFIRMED, CONFIRMED]
    stood = []
    for answer in answers:
        if answer is not None:
            house.provider.parts["lineup", A] = report(A, Says(lineup=answer))
        await house.run(house.lineups)
        await house.run(house.lineups)  # too soon to be asked again
        stood.append((await house.matches(A))[A].lineup)
        await house.clock.advance(900)

    assert stood == answers
    assert len(house.provider.asked) == 3, "nobody asks about a confirmed one before the match"

    house.hear(report(A, score()))
    await house.written()
    await house.run(house.lineups)
    assert len(house.provider.asked) == 4


async def test_a_run_asks_about_so_many_and_the_next_about_those_that_waited_longest(house: House) -> None:
    ids = [MatchId(f"aaaaaaaaaaaa{number:03}") for number in range(25)]
    await scheduled(house, *ids)

    assert await house.run(house.lineups) == Done(items=20)
    await house.clock.advance(900)
    await house.run(house.lineups)

    assert house.provider.asked == [f"lineup?uuid={id_}" for id_ in (*ids, *ids[:15])]


async def test_without_an_answer_the_run_fails_and_the_match_waits_for_its_next(house: House) -> None:
    await scheduled(house, A, B)
    house.provider.failure = CircuitOpenError("thesports-http", "/match/lineup/detail")
    with pytest.raises(CircuitOpenError):
        await house.run(house.lineups)
    house.provider.failure = None
    await house.run(house.lineups)
    await house.clock.advance(900)
    await house.run(house.lineups)

    assert house.provider.asked == [f"lineup?uuid={id_}" for id_ in (A, B, A, B)]


# ---------------------------------------------------------------- after the end


async def test_the_last_words_are_asked_for_a_minute_after_the_end(house: House) -> None:
    await playing(house, A)
    house.provider.trends = [report(A, Says(trend=TREND))]
    house.provider.parts["lineup", A] = report(A, Says(lineup=CONFIRMED))
    await house.run(house.trends)
    await house.run(house.lineups)
    await house.clock.advance(1)
    house.hear(report(A, Says(stats=(Stat(2, 3, 1), Stat(25, 55, 45)))), report(A, score(status=Status.ENDED)))
    await house.written()
    house.provider.asked.clear()
    await house.run(house.ended)
    assert house.provider.asked == []

    halves = Halves(first=(HalfStat(2, 1, 1),), second=(HalfStat(2, 2, 0), HalfStat(25, 55, 45)))
    house.provider.parts["halves", A] = report(A, Says(halves=halves))
    house.provider.parts["trend", A] = report(A, Says(trend=replace(TREND, halves=((3, -1), (4,)))))
    await house.clock.advance(60)
    await house.run(house.ended)

    assert sorted(house.provider.asked) == [f"{part}?uuid={A}" for part in ("halves", "lineup", "trend")]
    match = (await house.matches(A))[A]
    assert (match.first_half_stats, match.second_half_stats) == (halves.first, halves.second)
    assert match.trend is not None
    assert match.trend.halves[1] == (4,)
    assert match.provenance[Group.HALVES].source is Source.HALF_STATS


async def test_what_was_told_is_not_asked_for_again_and_what_was_not_only_so_often(house: House) -> None:
    await playing(house, A)
    house.hear(report(A, Says(stats=(Stat(2, 3, 1),))), report(A, score(status=Status.ENDED)))
    await house.written()
    for _ in range(5):
        await house.clock.advance(700)
        await house.run(house.ended)
    assert house.provider.asked == [f"halves?uuid={A}"] * 3

    await playing(house, B)
    house.provider.parts["halves", B] = report(B, Says(halves=Halves(first=(HalfStat(2, 1, 1),))))
    house.hear(report(B, Says(stats=(Stat(2, 3, 1),))), report(B, score(status=Status.ENDED)))
    await house.written()
    for _ in range(3):
        await house.clock.advance(700)
        await house.run(house.ended)
    assert house.provider.asked == [f"halves?uuid={B}"]


class Patient(FakeProvider):
    """Half a minute goes by before it answers about halves."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__()
        self._clock = clock

    async def half_stats(self, match_id: MatchId) -> Reading:
        await self._clock.advance(30)
        return await super().half_stats(match_id)


async def test_what_is_not_asked_for_in_time_is_left_for_the_next_run(database: Database) -> None:
    clock = SteppedClock(T)
    provider = Patient(clock)
    house = House(database, clock=clock, pull=provider)
    house.provider = provider
    await playing(house, A, B, covered=0)
    stats, end = Says(stats=(Stat(2, 3, 1),)), score(status=Status.ENDED)
    house.hear(*(report(id_, says) for id_ in (A, B) for says in (stats, end)))
    await house.written()
    await house.clock.advance(700)

    assert await house.run(house.ended) == Done(items=1)
    assert provider.asked == [f"halves?uuid={A}"]
    assert await house.run(house.ended) == Done(items=1)
    assert provider.asked == [f"halves?uuid={A}", f"halves?uuid={B}"]


async def test_a_match_without_an_answer_does_not_hold_up_the_others(house: House) -> None:
    await playing(house, A, B, covered=0)
    stats, end = Says(stats=(Stat(2, 3, 1),)), score(status=Status.ENDED)
    house.hear(*(report(id_, says) for id_ in (A, B) for says in (stats, end)))
    await house.written()
    house.provider.mute = {f"halves?uuid={A}"}

    for _ in range(6):
        await house.clock.advance(700)
        with pytest.raises(ProviderTransient):
            await house.run(house.ended)
        with contextlib.suppress(ProviderTransient):
            await house.run(house.ended)
    assert house.provider.asked.count(f"halves?uuid={B}") == 3
    assert house.provider.asked.count(f"halves?uuid={A}") == 6

    house.provider.mute.clear()
    house.provider.asked.clear()
    for _ in range(4):
        await house.clock.advance(700)
        await house.run(house.ended)
    assert house.provider.asked == [f"halves?uuid={A}"] * 3, "what was not answered does not count"


async def test_a_match_the_provider_chokes_on_costs_a_run_nothing_else(house: House) -> None:
    await playing(house, A, B)
    house.provider.puzzling = {f"lineup?uuid={A}", f"halves?uuid={A}"}
    assert await house.run(house.lineups) == Done(items=1, failed=1)

    stats, end = Says(stats=(Stat(2, 3, 1),)), score(status=Status.ENDED)
    house.hear(*(report(id_, says) for id_ in (A, B) for says in (stats, end)))
    await house.written()
    await house.clock.advance(700)
    assert await house.run(house.ended) == Done(items=1, failed=1)


async def test_what_was_asked_is_remembered_in_bounds() -> None:
    clock = SteppedClock(T)
    asked = Asked(clock, 900, floor_s=60, times_max=2)
    for thing in range(REMEMBERED_MAX + 1):
        asked.note(thing, answered=True)

    assert asked.is_due(0), "the oldest is forgotten"
    assert not asked.is_due(1)
    await clock.advance(900)
    assert asked.is_due(1)
    asked.note(1, answered=True)
    await clock.advance(900)
    assert not asked.is_due(1), "twice is enough"
