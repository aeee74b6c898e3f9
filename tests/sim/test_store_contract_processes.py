"""What can befall a process and its store: killed, cut off, out of connections, an answer that gets lost."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.build import MATCH, a_match
from tests.db.test_changes import a_change
from tests.sim.house import House, a_save

from touchline.errors import StoreUnavailable
from touchline.proving.clock import REAL_EPOCH
from touchline.store import changes, cursors, leases, matches, views

if TYPE_CHECKING:
    from touchline.proving.store import RowChange


async def test_a_killed_process_leaves_nothing_open_and_never_comes_back(house: House) -> None:
    async def be_killed() -> None:
        async with house.transaction("one") as tx:
            await matches.lock(tx, [MATCH])
            await changes.append(tx, [a_change()])
            house.store.kill("one")
            assert (await house.do(lambda other: matches.lock(other, [MATCH], wait_ms=1), "two")).keys() == {
                MATCH
            }
            await cursors.write(tx, "push", 1)

    await house.have()
    with pytest.raises(StoreUnavailable):
        await be_killed()

    with pytest.raises(StoreUnavailable):
        await house.do(lambda tx: cursors.read(tx, "push"), "one")
    assert await house.do(changes.head, "two") == ((await _epoch(house)), 0)


async def test_who_is_killed_while_he_waits_gets_nothing(house: House) -> None:
    await house.have()
    with pytest.RaisesGroup(StoreUnavailable):
        async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
            await matches.lock(tx, [MATCH])
            group.create_task(house.save(process="two", score=(4, 4)))
            await house.soon()
            house.store.kill("two")
            await house.soon()

    assert (await house.match()).version == 1


async def test_without_a_database_everything_says_so_and_nothing_open_is_kept(house: House) -> None:
    async def write() -> None:
        async with house.transaction("one") as tx:
            await matches.save(tx, [a_save(score=(1, 0))])
            house.store.down = True
            await house.soon()

    await house.have()
    with pytest.raises(StoreUnavailable):
        await write()
    with pytest.raises(StoreUnavailable):
        await house.match()

    house.store.down = False

    assert (await house.match()).version == 1


async def test_a_lost_answer_leaves_it_open_whether_it_was_committed(house: House) -> None:
    came = []
    for turn in range(12):
        house.store.lost_answers = 1.0
        with pytest.raises(StoreUnavailable):
            await house.do(lambda tx, turn=turn: cursors.write(tx, "push", turn + 1))  # type: ignore[misc]
        house.store.lost_answers = 0.0
        came.append(await house.do(lambda tx: cursors.read(tx, "push")) == turn + 1)

    assert set(came) == {True, False}


async def test_a_process_has_so_many_connections_and_then_it_waits(house: House) -> None:
    async def hold(seconds: float) -> None:
        async with house.transaction("one"):
            await house.clock.sleep(seconds)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(hold(1))
        await house.soon()
        begun = house.clock.monotonic()
        await house.do(lambda tx: cursors.read(tx, "push"), "one")
        assert 0.8 < house.clock.monotonic() - begun < 1.1
        for _ in range(3):
            group.create_task(hold(10))
        await house.soon()
        begun = house.clock.monotonic()
        with pytest.raises(StoreUnavailable):
            await house.do(lambda tx: cursors.read(tx, "push"), "one")
        assert house.clock.monotonic() - begun == pytest.approx(2, abs=0.01)
        await house.do(lambda tx: cursors.read(tx, "push"), "two")


async def test_a_transaction_takes_so_long_and_no_longer(house: House) -> None:
    await house.have()
    begun = house.clock.monotonic()
    async with house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        with pytest.raises(StoreUnavailable):
            async with house.transaction("two", within_s=1.5) as other:
                await matches.lock(other, [MATCH])

    assert house.clock.monotonic() - begun == pytest.approx(1.5, abs=0.1)


async def test_ears_hear_what_is_committed_and_nothing_else(house: House) -> None:
    ears = house.store.ears("reader")
    heard: list[float] = []

    async def listen() -> None:
        await ears.open()
        while True:
            begun = house.clock.monotonic()
            await ears.hear(60)
            if house.clock.monotonic() - begun < 60:
                heard.append(house.clock.monotonic())

    listening = asyncio.ensure_future(listen())
    await house.soon()
    try:
        async with house.undone() as tx:
            await changes.append(tx, [a_change()])
        await house.do(lambda tx: cursors.write(tx, "push", 1))
        await house.soon()
        assert heard == []
        async with house.transaction() as tx:
            await changes.append(tx, [a_change()])
            await house.soon()
            assert heard == []
            committed = house.clock.monotonic()
        await house.soon()
    finally:
        listening.cancel()

    assert len(heard) == 1
    assert heard[0] >= committed


async def test_ears_are_lost_with_the_database(house: House) -> None:
    ears = house.store.ears("reader")
    await ears.open()
    begun = house.clock.monotonic()
    house.clock._loop.call_later(1, setattr, house.store, "down", True)
    await ears.hear(60)

    assert house.clock.monotonic() - begun == pytest.approx(1, abs=0.01)
    with pytest.raises(StoreUnavailable):
        await ears.open()


async def test_every_commit_is_told_row_by_row(house: House) -> None:
    told: list[list[RowChange]] = []
    house.store.on_commit = lambda changes: told.append(list(changes))

    async with house.transaction() as tx:
        await matches.create(tx, [a_match()])
        await changes.append(tx, [a_change()])
    async with house.transaction() as tx:
        await cursors.write(tx, "push", 3)
    async with house.transaction() as tx:
        await cursors.write(tx, "push", 2)
        await cursors.read(tx, "push")
    await house.save(version=0, score=(1, 0))

    rows = [sorted((change.table, change.key) for change in commit) for commit in told]
    assert rows == [
        [("change", (1,)), ("ts_matches", (MATCH,))],
        [("sync_cursor", ("push",))],
        [("ts_matches", (MATCH,))],
    ]
    [saved] = told[-1]
    assert saved.before is not None
    assert saved.after is not None
    assert (saved.before["version"], saved.after["version"]) == (0, 1)
    assert saved.after["home_scores"][0] == saved.after["home_score_display"] == 1
    assert saved.after["provenance"] == {}
    assert dict(saved.after) == dict(house.store.rows("ts_matches")[0])


async def test_real_time_is_the_clocks(house: House) -> None:
    await house.clock.sleep(100)
    await house.do(lambda tx: views.say_provider(tx, "mqtt", "ok", ""))
    await house.clock.sleep(7)

    [line] = await house.do(views.providers)
    [row] = house.store.rows("provider_state")
    assert line.age_s == pytest.approx(7, abs=0.02)
    assert row["since_at"].timestamp() == pytest.approx(REAL_EPOCH + 100, abs=0.02)


async def test_a_lease_is_one_processes_until_it_runs_out(house: House) -> None:
    async def take(process: str) -> bool:
        return await house.do(lambda tx: leases.take(tx, "poll", process, 10), process)

    assert await take("one")
    assert not await take("two")
    await house.clock.sleep(6)
    assert await take("one")
    await house.clock.sleep(6)
    assert not await take("two")
    await house.clock.sleep(5)
    assert await take("two")
    await house.do(lambda tx: leases.release(tx, "two"))
    assert await take("one")


async def test_who_falls_silent_with_a_lease_in_hand_holds_nobody_up(house: House) -> None:
    async def fall_silent() -> None:
        async with house.transaction("one") as tx:
            await leases.take(tx, "poll", "one", 10)
            await house.clock.sleep(14)
            await cursors.write(tx, "push", 1)

    with pytest.RaisesGroup(StoreUnavailable):
        async with asyncio.TaskGroup() as group:
            group.create_task(fall_silent())
            await house.soon()
            begun = house.clock.monotonic()
            assert await house.do(lambda tx: leases.take(tx, "poll", "two", 10), "two")
            assert house.clock.monotonic() - begun == pytest.approx(10, abs=0.2)


async def _epoch(house: House) -> str:
    return (await house.do(changes.head, "three"))[0]
