"""Several writers at once on the same rows: each change once, nobody waits for ever."""

import asyncio
from collections import Counter

import psycopg
import pytest
from tests.build import MATCH, T, a_claim
from tests.conftest import Conninfo
from tests.db.stage import METRICS, Stage, from_the_diary, reasons, until_somebody_waits

from touchline.errors import StoreUnavailable
from touchline.football.model import Answer, GoalScored, Observation, Stat, Status
from touchline.ids import MatchId
from touchline.store import matches
from touchline.store.db import Database

OTHER = MatchId("bbbbbbbbbbbbbb2")
MEANWHILE = """
CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ts_matches SET version = version + 1, note = 'meanwhile'
    WHERE external_id = 'aaaaaaaaaaaaaa1' AND note <> 'meanwhile';
    RETURN NULL;
END
$$;
CREATE TRIGGER meanwhile AFTER UPDATE ON ts_matches FOR EACH ROW
WHEN (new.external_id = 'bbbbbbbbbbbbbb2') EXECUTE FUNCTION meanwhile();
"""
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


async def test_nobody_waits_longer_than_allowed_for_a_row_somebody_else_is_making(
    database: Database, conninfo: Conninfo
) -> None:
    stage = Stage(database, lock_timeout_ms=100)
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute(
            "INSERT INTO ts_matches"
            " (external_id, match_time, status_id, phase_entered_ts, created_at, updated_at)"
            " VALUES (%s, 1770000000, 1, 1770000000, now(), now())",
            [MATCH],
        )
        async with asyncio.timeout(5):
            [outcome] = await stage.write(from_the_diary(MATCH))
        assert outcome.answer is Answer.LOCKED

    [outcome] = await stage.write(from_the_diary(MATCH))
    assert outcome.answer is Answer.SUCCESS


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
        await until_somebody_waits(database)

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
        await until_somebody_waits(database, 2)
    outcomes = [outcome for write in waiting for outcome in await write]

    assert sorted(reasons(outcomes)) == ["applied", "unchanged"]


async def test_whoever_waits_for_one_match_holds_none_behind_it(database: Database) -> None:
    """Rows are locked in the order of their ids, whatever order they are asked in."""
    stage = Stage(database)
    await stage.schedule(*IDS)

    async with asyncio.TaskGroup() as group, database.transaction(T) as holder:
        await matches.lock(holder, IDS[:1])

        async def wait() -> None:
            async with database.transaction(T) as tx:
                assert len(await matches.lock(tx, IDS[::-1])) == len(IDS)

        group.create_task(wait())
        await until_somebody_waits(database)
        async with database.transaction(T) as tx:
            assert set(await matches.lock(tx, IDS, skip_locked=True)) == set(IDS[1:])


async def test_a_lost_race_is_decided_again_and_told_once(database: Database, conninfo: Conninfo) -> None:
    """Between reading and writing the version rises: here by a trigger that the batch itself sets off."""
    stage = Stage(database)
    await stage.schedule(MATCH, OTHER)
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(MEANWHILE)

    await stage.clock.advance(1)
    seen_again = a_claim(match_id=OTHER, status=Status.NOT_STARTED)
    outcomes = await stage.write(seen_again, a_claim(score=(1, 0)))

    assert reasons(outcomes) == ["unchanged", "applied"]
    match = await stage.match()
    assert (match.home_scores[0], match.schedule.note) == (1, "meanwhile")
    [made, _other, scored] = await stage.changes()
    assert (made.match_id, scored.match_id, scored.lock_version) == (MATCH, MATCH, match.version)


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
