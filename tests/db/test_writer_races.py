"""Several writers at once on the same rows: each change once, nobody waits for ever."""

import asyncio
from collections import Counter

import pytest
from tests.build import MATCH, T, a_claim
from tests.conftest import Conninfo
from tests.db.stage import METRICS, Stage, reasons

from touchline.errors import StoreUnavailable
from touchline.football.model import Answer, GoalScored, Observation, Stat, Status
from touchline.ids import MatchId
from touchline.store import matches
from touchline.store.db import Database

OTHER = MatchId("bbbbbbbbbbbbbb2")
IDS = [MatchId(f"race{number:011}") for number in range(20)]


def the_match(id_: MatchId, channel: str) -> list[Observation]:
    """What each of two feeds says of a match: a start and three goals."""
    status = a_claim(
        match_id=id_, status=Status.FIRST_HALF, kickoff_ts=T // 1000, at_ms=T, channel=channel, seq=0
    )
    goals = [
        a_claim(match_id=id_, score=(goal, 0), at_ms=T + goal * 5_000, channel=channel, seq=goal)
        for goal in (1, 2, 3)
    ]
    return [status, *goals]


async def test_two_writers_on_the_same_rows_make_each_change_once(database: Database) -> None:
    one, two = Stage(database), Stage(database)
    await one.schedule(*IDS)
    before = len(await one.changes())

    async def feed(stage: Stage, channel: str, ids: list[MatchId]) -> None:
        for step in range(4):
            await stage.write(*(the_match(id_, channel)[step] for id_ in ids))

    async with asyncio.TaskGroup() as group:
        group.create_task(feed(one, "mqtt-1", IDS))
        group.create_task(feed(two, "mqtt-2", IDS[::-1]))

    stream = (await one.changes())[before:]
    goals = Counter(
        (change.match_id, each.score)
        for change in stream
        for each in change.happened
        if isinstance(each, GoalScored)
    )
    assert goals == {(id_, (goal, 0)): 1 for id_ in IDS for goal in (1, 2, 3)}
    for id_ in IDS:
        match = await one.match(id_)
        assert (match.home_scores[0], match.first_half_kickoff_ts) == (3, T // 1000)


async def test_two_writers_that_make_the_same_rows_make_them_once(database: Database) -> None:
    one, two = Stage(database), Stage(database)

    async with asyncio.TaskGroup() as group:
        group.create_task(one.schedule(*IDS))
        group.create_task(two.schedule(*IDS[::-1]))

    assert len(await one.rows()) == len(IDS)
    assert Counter(change.match_id for change in await one.changes()) == dict.fromkeys(IDS, 1)


async def test_a_held_match_delays_no_other_and_is_answered_locked(database: Database) -> None:
    stage = Stage(database, lock_timeout_ms=100)
    await stage.schedule(MATCH, OTHER)

    async with database.transaction(T) as holder:
        await matches.lock(holder, [MATCH])
        held, free = await stage.write(a_claim(score=(1, 0)), a_claim(match_id=OTHER, score=(1, 0)))
        assert METRICS.lock_contention._value.get() == 0.5

    assert (held.answer, held.reason, held.decision) == (Answer.LOCKED, "contended", None)
    assert free.answer is Answer.SUCCESS
    assert (await stage.match()).home_scores[0] == 0
    assert (await stage.match(OTHER)).home_scores[0] == 1
    assert reasons(await stage.write(held.observation)) == ["applied"]


async def test_a_match_held_for_a_moment_is_waited_for(database: Database) -> None:
    stage = Stage(database)
    await stage.schedule(MATCH)

    async with database.transaction(T) as holder:
        await matches.lock(holder, [MATCH])
        writing = asyncio.ensure_future(stage.write(a_claim(score=(1, 0))))
        await _until_somebody_waits(database)

    [outcome] = await writing
    assert outcome.answer is Answer.SUCCESS
    assert (await stage.match()).home_scores[0] == 1


async def test_what_was_written_meanwhile_is_decided_upon(database: Database) -> None:
    """The claim waits behind a newer one and is then found to say nothing new."""
    stage, quicker = Stage(database), Stage(database)
    await stage.schedule(MATCH)
    claim = a_claim(score=(1, 0))

    async with database.transaction(T) as holder:
        await matches.lock(holder, [MATCH])
        waiting = [asyncio.ensure_future(each.write(claim)) for each in (stage, quicker)]
        await _until_somebody_waits(database, 2)
    outcomes = [outcome for write in waiting for outcome in await write]

    assert sorted(reasons(outcomes)) == ["applied", "unchanged"]


async def test_batches_that_cross_never_deadlock(database: Database) -> None:
    stages = [Stage(database) for _ in range(3)]
    await stages[0].schedule(*IDS)

    async def cross(number: int, ids: list[MatchId]) -> None:
        for step in range(8):
            claims = [
                a_claim(
                    match_id=id_,
                    stats=[Stat(2, step, number)],
                    channel=f"mqtt-{number}",
                    seq=step,
                    at_ms=T + step,
                )
                for id_ in ids
            ]
            answers = {outcome.answer for outcome in await stages[number].write(*claims)}
            assert answers <= {Answer.SUCCESS, Answer.STALE}

    async with asyncio.TaskGroup() as group:
        group.create_task(cross(0, IDS))
        group.create_task(cross(1, IDS[::-1]))
        group.create_task(cross(2, IDS[10:] + IDS[:10]))


async def test_a_database_that_is_gone_is_an_error_not_an_answer(conninfo: Conninfo) -> None:
    async with Database.open(conninfo.app, name="one", min_size=1, max_size=1, timeout_s=0.1) as database:
        stage = Stage(database)
        async with database.transaction(T):
            with pytest.raises(StoreUnavailable):
                await stage.write(a_claim(score=(1, 0)))


async def _until_somebody_waits(database: Database, writers: int = 1) -> None:
    """Return once so many transactions wait for a lock."""
    waiting = 0
    while waiting < writers:
        async with database.transaction(T) as tx:
            [(waiting,)] = await tx.rows(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
