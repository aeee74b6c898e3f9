"""The database goes and comes back; the process dies and starts again; two run at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from tests.ingest.claims import T, record, report, score, stats
from tests.ingest.house import House

from touchline.embedded.postgres import Postgres
from touchline.football.model import Incident, Match, Says, Side, Status
from touchline.ids import MatchId
from touchline.provider.port import Report
from touchline.store.db import Database
from touchline.store.migrate import migrate

IDS = [MatchId(f"match{number:010}") for number in range(8)]


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server this test may stop."""
    server = Postgres(tmp_path / "server", connections_max=20)
    server.start()
    try:
        migrate(server.owner_conninfo)
        yield server
    finally:
        server.stop()


@pytest.fixture
async def own_database(own_postgres: Postgres) -> AsyncIterator[Database]:
    conninfo = own_postgres.app_conninfo
    async with Database.open(conninfo, name="test", min_size=1, max_size=4, timeout_s=1.0) as opened:
        yield opened


def the_story(id_: MatchId) -> list[Report]:
    """What push says of one match, in its order."""
    goal = Incident(type=1, side=Side.HOME, time=12, home_score=1, away_score=0)
    return [
        report(id_, score(0, kickoff=T + 10)),
        report(id_, stats(40)),
        report(id_, score(1, kickoff=T + 10)),
        report(id_, Says(incidents=(goal,))),
        report(id_, score(1, status=Status.HALF_TIME, kickoff=None)),
        report(id_, stats(55)),
        report(id_, score(1, 1, status=Status.SECOND_HALF, kickoff=T + 3_800)),
    ]


def what_happened(match: Match) -> tuple[object, ...]:
    """A match without who said it when."""
    return (
        match.status,
        match.home_scores,
        match.away_scores,
        match.first_half_kickoff_ts,
        match.second_half_kickoff_ts,
        match.statistics,
        [(entry.ordinal, entry.what, entry.withdrawn_ts) for entry in match.incidents],
    )


async def play(house: House) -> None:
    house.provider.records = [report(id_, record(T), T - 100) for id_ in IDS]
    await house.round(house.recent)


async def ended(house: House) -> None:
    """Every match stands where the story ends, and everything happened once."""
    rows = await house.matches(*IDS)
    first = what_happened(rows[IDS[0]])
    assert first[0] is Status.SECOND_HALF
    assert first[1:3] == ((1, 1, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0, 0))
    assert first[3:5] == (T + 10, T + 3_800)
    assert all(what_happened(row) == first for row in rows.values())
    happened = [
        (change.match_id, type(each).__name__) for change in await house.changes() for each in change.happened
    ]
    for id_ in IDS:
        assert happened.count((id_, "GoalScored")) == 2
        assert happened.count((id_, "StatusChanged")) == 3


async def test_nothing_is_lost_while_the_database_is_gone(
    own_postgres: Postgres, own_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(own_database)
    await play(house)
    stories = [the_story(id_) for id_ in IDS]
    for step in range(2):
        house.hear(*(story[step] for story in stories))
        await house.intake.turn()
    await asyncio.to_thread(own_postgres.stop)
    for step in range(2, 7):
        house.hear(*(story[step] for story in stories))
        await house.intake.turn()
        await house.clock.advance(0.5)
    assert len(house.inbox) > 0

    await asyncio.to_thread(own_postgres.start)
    for _ in range(200):
        await house.clock.advance(1)
        await house.intake.turn()
        if not len(house.inbox):
            break
        await asyncio.sleep(0.05)
    await house.written()

    await ended(house)
    said = capsys.readouterr().out
    assert said.count("ingest.store.lost") == said.count("ingest.store.back") == 1


async def test_a_new_process_goes_on_where_the_old_one_died(house: House, another: Callable[[], House]) -> None:
    await play(house)
    for story in map(the_story, IDS):
        house.hear(*story[:4])
    await house.written()
    house.hear(*(the_story(id_)[4] for id_ in IDS))  # received, never written: the process dies here

    reborn = another()
    await reborn.clock.advance(5)
    snapshot = [
        report(
            id_,
            Says(
                **{name: getattr(said, name) for said in (one, two) for name in ("status", "goals", "counts")}
            ),
        )
        for id_ in IDS
        for one, two in [(the_story(id_)[4].says, the_story(id_)[4].says)]
    ]
    reborn.provider.live = snapshot
    await reborn.poll.turn()
    await reborn.written()
    await reborn.clock.advance(5)
    for story in map(the_story, IDS):
        reborn.hear(*story[5:])
    await reborn.written()

    await ended(reborn)


async def test_two_processes_on_one_feed_write_everything_once(
    house: House, another: Callable[[], House]
) -> None:
    await play(house)
    twin = another()
    for step in range(7):
        for process in (house, twin):
            process.hear(*(the_story(id_)[step] for id_ in IDS))
        await asyncio.gather(house.written(), twin.written())
        for process in (house, twin):
            await process.clock.advance(1)

    await ended(house)
    changes = await house.changes()
    assert len(changes) == len({(change.match_id, change.happened, change.lock_version) for change in changes})


async def test_a_twin_that_lags_behind_changes_nothing(house: House, another: Callable[[], House]) -> None:
    await play(house)
    twin = another()
    for step in range(7):
        for process in (house, twin):
            process.hear(*(the_story(id_)[step] for id_ in IDS))
            await process.clock.advance(1)
    await house.written()
    stream = await house.changes()

    await twin.written()

    await ended(house)
    assert await house.changes() == stream
