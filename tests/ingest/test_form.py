"""What came before a match: asked for once in half a day, the next match first, and kept whole."""

import asyncio

import pytest
from tests.ingest.claims import A, B, T, record, report
from tests.ingest.house import House

from touchline.clock import now_ms
from touchline.errors import ProviderTransient
from touchline.ids import MatchId
from touchline.ingest.form import FormSync
from touchline.provider.port import Analysis, Meeting, Record, Tally
from touchline.store import form
from touchline.store.db import Database
from touchline.task import Done, Run

RUN = Run(run_id="one", slot=T, batch_size=50)
FAR = MatchId("ccccccccccccccc")
MEETING = Meeting(
    match_id="earlier00", competition_id="league", status_id=8, match_time=T - 10**7, home_team_id="home",
    away_team_id="away", goals=(2, 1), half_time=(0, 1),
)  # fmt: skip


@pytest.fixture
async def house(database: Database) -> House:
    """A house with a match in two hours, one in one hour, and one the day after tomorrow."""
    house = House(database)
    times = {A: T + 7_200, B: T + 3_600, FAR: T + 2 * 86_400}
    house.provider.records = [report(id_, record(at), provider_time=T - 600) for id_, at in times.items()]
    house.inbox.put(house.recent._channel.hear(house.provider.records, now_ms(house.clock)))
    await house.written()
    house.provider.analyses = [Analysis(match_id=A, meetings=[MEETING])]
    house.provider.tallies = [Tally(match_id=A, home_recent=Record(3, 1, 2), updated_at=T)]
    return house


async def run(house: House, sync: FormSync) -> Done:
    """Run it, letting time pass between its calls."""
    running = asyncio.ensure_future(sync.run(RUN))
    async with asyncio.timeout(10):
        while not running.done():
            await house.clock.advance(0.5)
            await asyncio.sleep(0.001)
    return await running


async def of_match(house: House, match_id: MatchId) -> form.Form:
    async with house.db.transaction(now_ms(house.clock)) as tx:
        return await form.of_match(tx, match_id)


async def test_the_next_match_is_asked_about_first_and_none_too_far_away(house: House):
    sync = FormSync(house.way)

    done = await run(house, sync)

    assert house.provider.asked == [
        "compensation?page=1",
        "compensation?page=2",
        f"analysis?uuid={B}",
        f"analysis?uuid={A}",
    ]
    assert done == Done(items=3)
    known = await of_match(house, A)
    assert known.analysis["meetings"][0]["goals"] == [2, 1]
    assert known.tally["home_recent"] == {"won": 3, "drawn": 1, "lost": 2}
    assert (await of_match(house, B)).analysis is None


async def test_a_match_is_not_asked_about_again_the_same_day(house: House):
    sync = FormSync(house.way)
    await run(house, sync)
    house.provider.asked.clear()

    await run(house, sync)
    assert house.provider.asked == ["compensation?page=1", "compensation?page=2"]


async def test_counts_never_go_back_and_a_match_without_a_row_has_none(house: House):
    sync = FormSync(house.way)
    await run(house, sync)
    house.provider.tallies = [
        Tally(match_id=A, home_recent=Record(0, 0, 0), updated_at=T - 1),
        Tally(match_id=MatchId("nobodyknowsthis"), updated_at=T),
    ]

    await run(house, sync)

    assert (await of_match(house, A)).tally["home_recent"]["won"] == 3


async def test_an_analysis_without_an_answer_is_wanted_again(house: House):
    sync = FormSync(house.way)
    house.provider.mute = {f"analysis?uuid={B}"}

    assert await run(house, sync) == Done(items=1, failed=2)

    house.provider.mute = set()
    assert await run(house, sync) == Done(items=3)


async def test_without_any_answer_the_run_fails(house: House):
    house.provider.failure = ProviderTransient("thesports-http", "/compensation/list", "TIMEOUT")

    with pytest.raises(ProviderTransient):
        await FormSync(house.way).run(RUN)


async def test_a_match_the_provider_chokes_on_does_not_hold_up_the_others(house: House):
    sync = FormSync(house.way)
    house.provider.puzzling = {f"analysis?uuid={B}"}

    assert await run(house, sync) == Done(items=2, failed=1)

    assert (await of_match(house, A)).analysis is not None
    house.provider.asked.clear()
    await run(house, sync)
    assert f"analysis?uuid={B}" not in house.provider.asked, "not before its next turn"


async def test_a_plan_without_counts_has_its_analyses(house: House):
    house.provider.mute = {"compensation?page=1"}

    assert await run(house, FormSync(house.way)) == Done(items=2, failed=1)

    assert (await of_match(house, A)).analysis is not None
