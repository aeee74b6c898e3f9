"""What the twin and a real Postgres have in common: who sees what, who waits, who loses."""

import asyncio

import pytest
from tests.build import MATCH, T, a_match
from tests.db.test_changes import a_change
from tests.sim.house import OTHER, House, a_save
from tests.sim.operations import Thing

from touchline.errors import StaleWrite
from touchline.football.model import Status
from touchline.ids import ChangeSeq, MatchId
from touchline.store import catalogue, changes, cursors, episodes, jobs, matches, minutes, requests, views
from touchline.store.db import Tx
from touchline.store.jobs import Slot
from touchline.store.minutes import Minute
from touchline.store.requests import Cause


async def test_others_see_a_row_when_it_is_committed_and_its_own_transaction_at_once(house: House) -> None:
    async with house.transaction("one") as tx:
        await matches.create(tx, [a_match()])
        assert await matches.known(tx, [MATCH]) == {MATCH}
        assert await house.do(lambda other: matches.known(other, [MATCH]), "two") == set()

    assert await house.do(lambda other: matches.known(other, [MATCH]), "two") == {MATCH}


async def test_the_next_statement_sees_what_was_committed_meanwhile(house: House) -> None:
    async with house.transaction("one") as tx:
        assert await cursors.read(tx, "push") is None
        await house.do(lambda other: cursors.write(other, "push", 5), "two")
        assert await cursors.read(tx, "push") == 5


async def test_a_steady_transaction_sees_one_moment_and_writes_nothing(house: House) -> None:
    await house.do(lambda tx: cursors.write(tx, "push", 1))
    async with house.transaction("one") as tx:
        await tx.execute(views.STEADY)
        await house.do(lambda other: cursors.write(other, "push", 2), "two")
        assert await cursors.read(tx, "push") == 2  # its moment is the first question, not the word
        await house.do(lambda other: cursors.write(other, "push", 3), "two")
        await house.do(lambda other: changes.append(other, [a_change()]), "two")
        assert (await cursors.read(tx, "push"), (await changes.head(tx))[1]) == (2, 0)


async def test_what_is_undone_never_was(house: House) -> None:
    async with house.undone() as tx:
        await matches.create(tx, [a_match()])
        await changes.append(tx, [a_change()])

    assert await house.stream() == []
    assert await house.do(lambda tx: matches.known(tx, [MATCH])) == set()


async def test_a_locked_row_is_waited_for_and_read_as_it_is_then(house: House) -> None:
    await house.have()
    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        waiting = group.create_task(house.match())
        await house.soon()
        await matches.save(tx, [a_save(score=(2, 0))])
        assert not waiting.done()

    assert (waiting.result().version, waiting.result().home_scores[0]) == (2, 2)


async def test_who_waits_longer_than_he_wanted_was_too_late(house: House) -> None:
    await house.have()
    async with house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        begun = house.clock.monotonic()
        with pytest.raises(StaleWrite):
            await house.do(lambda other: matches.lock(other, [MATCH], wait_ms=700), "two")

    assert 0.7 <= house.clock.monotonic() - begun < 0.8


async def test_the_longest_wait_holds_for_every_lock_of_the_transaction(house: House) -> None:
    await house.have(MATCH, OTHER)

    async def late(tx: Tx) -> None:
        await matches.lock(tx, [OTHER], wait_ms=500)
        await cursors.write(tx, "push", 2)

    async with house.transaction("one") as tx:
        await cursors.write(tx, "push", 1)
        with pytest.raises(StaleWrite):
            await house.do(late, "two")


async def test_a_locked_row_can_be_left_out(house: House) -> None:
    await house.have(MATCH, OTHER)
    async with house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])

        free = await house.do(lambda other: matches.lock(other, [MATCH, OTHER], skip_locked=True), "two")

    assert free.keys() == {OTHER}


async def test_who_saves_an_old_version_loses(house: House) -> None:
    await house.have(score=(1, 0))

    assert await house.save(version=1, score=(2, 0)) == set()
    assert await house.save(version=1, score=(3, 0)) == {MATCH}
    assert ((await house.match()).version, (await house.match()).home_scores[0]) == (2, 2)


async def test_a_version_that_moved_while_it_was_waited_for_is_lost(house: House) -> None:
    await house.have()
    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        assert await matches.save(tx, [a_save(score=(1, 0))]) == set()
        late = group.create_task(house.save(process="two", score=(0, 1)))
        await house.soon()
        assert not late.done()

    assert late.result() == {MATCH}
    assert (await house.match()).home_scores[0] == 1


async def test_a_version_that_did_not_move_after_all_is_won(house: House) -> None:
    await house.have()
    async with asyncio.TaskGroup() as group, house.undone("one") as tx:
        await matches.save(tx, [a_save(score=(1, 0))])
        late = group.create_task(house.save(process="two", score=(0, 1)))
        await house.soon()

    assert late.result() == set()
    assert (await house.match()).away_scores[0] == 1


async def test_a_touch_that_waited_looks_again(house: House) -> None:
    await house.have(last_seen_ts=None)

    async def seen_later() -> None:
        async with house.store.database("two").transaction(T + 60_000) as other:
            await matches.touch(other, [MATCH])

    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        group.create_task(seen_later())
        await house.soon()
        await matches.touch(tx, [MATCH])

    assert (await house.match()).last_seen_ts == T // 1000 + 60


@pytest.mark.parametrize("kept", [True, False])
async def test_who_makes_the_same_match_waits_for_whoever_makes_it(house: House, kept: bool) -> None:
    async def make() -> set[str]:
        async with house.transaction("two") as tx:
            return set(await matches.create(tx, [a_match()]))

    async with asyncio.TaskGroup() as group, house.transaction("one") if kept else house.undone("one") as tx:
        await matches.create(tx, [a_match()])
        second = group.create_task(make())
        await house.soon()
        assert not second.done()

    assert second.result() == (set() if kept else {MATCH})


async def test_a_match_that_is_only_locked_holds_nobody_up_who_would_make_it(house: House) -> None:
    await house.have()
    async with house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        assert await house.do(lambda other: matches.create(other, [a_match()]), "two") == set()


async def test_changes_are_numbered_in_the_order_of_commits(house: House) -> None:
    async def append(who: str) -> None:
        await house.do(lambda tx: changes.append(tx, [a_change(minute_text=who)]), who)

    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        await changes.append(tx, [a_change(minute_text="one")])
        for who in ("two", "three"):
            group.create_task(append(who))
            await house.soon()
        assert await house.stream() == []

    first, *others = await house.stream()
    assert first.minute_text == "one"
    assert {change.minute_text for change in others} == {"two", "three"}


async def test_no_reader_passes_an_open_append(house: House) -> None:
    seen: list[int] = []

    async def follow() -> None:
        seq = ChangeSeq(0)
        for _ in range(300):
            for change in await house.do(lambda tx, seq=seq: changes.after(tx, seq, 2), "reader"):  # type: ignore[misc]
                seq = change.seq
                seen.append(seq)

    async def write(who: str) -> None:
        for turn in range(10):
            async with house.undone(who) if turn % 4 == 3 else house.transaction(who) as tx:
                await changes.append(tx, [a_change()] * (1 + turn % 2))
                await house.clock.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        group.create_task(follow())
        for who in ("one", "two"):
            group.create_task(write(who))

    assert seen == [change.seq for change in await house.stream()]
    assert seen == sorted(seen)


async def test_numbers_that_were_given_out_are_never_given_back(house: House) -> None:
    async with house.undone() as tx:
        await changes.append(tx, [a_change(), a_change()])
    await house.do(lambda tx: changes.append(tx, [a_change()]))

    assert [change.seq for change in await house.stream()] == [3]


async def test_a_minute_is_written_where_it_differs_and_nobody_holds_the_row(house: House) -> None:
    await house.have(MATCH, OTHER)
    wanted = [Minute(MATCH, 1, 7, T // 1000 - 60), Minute(OTHER, 1, 9, T // 1000 - 60)]
    async with house.transaction("one") as tx:
        await matches.lock(tx, [MATCH])
        written = await house.do(lambda other: minutes.tick(other, wanted), "engine")
    again = await house.do(lambda other: minutes.tick(other, wanted), "engine")
    late = await house.do(lambda other: minutes.tick(other, [Minute(MATCH, 1, 6, 1)]), "engine")
    moved = await house.do(lambda other: minutes.tick(other, [Minute(MATCH, 0, 8, 1)]), "engine")

    assert [row.match_id for row in written] == [OTHER]
    assert [(row.match_id, row.minute, row.version) for row in again] == [(MATCH, 7, 1)]
    assert late == []  # reckoned before, written after: within its period the minute never steps back
    assert moved == []


async def test_a_cursor_never_moves_back_even_when_two_write_it(house: House) -> None:
    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        await cursors.write(tx, "push", 7)
        group.create_task(house.do(lambda other: cursors.write(other, "push", 5), "two"))
        await house.soon()

    assert await house.do(lambda tx: cursors.read(tx, "push")) == 7


async def test_names_are_written_in_turns_and_only_where_they_say_something_new(house: House) -> None:
    first = [Thing("a", "Alpha"), Thing("b", "Beta", merged_into="a")]
    async with asyncio.TaskGroup() as group, house.transaction("one") as tx:
        assert await catalogue.upsert(tx, first) == 2
        second = group.create_task(
            house.do(lambda other: catalogue.upsert(other, [Thing("a", "", merged_into="c")]), "two")
        )
        await house.soon()
        assert not second.done()

    assert second.result() == 1
    assert await house.do(lambda tx: catalogue.upsert(tx, first)) == 0
    assert {(row["id"], row["merged_into"]) for row in house.store.rows("catalogue")} == {
        ("a", "c"),
        ("b", "c"),
    }


async def test_two_who_hold_each_other_up_do_not_wait_for_ever(house: House) -> None:
    await house.have(MATCH, OTHER)

    async def lock(first: str, then: str, process: str) -> str:
        try:
            async with house.transaction(process) as tx:
                await matches.lock(tx, [first], wait_ms=5_000)  # type: ignore[list-item]
                await house.soon()
                await matches.lock(tx, [then], wait_ms=5_000)  # type: ignore[list-item]
        except StaleWrite:
            return "lost"
        return "won"

    async with asyncio.TaskGroup() as group:
        one = group.create_task(lock(MATCH, OTHER, "one"))
        two = group.create_task(lock(OTHER, MATCH, "two"))

    assert "lost" in {one.result(), two.result()}


async def test_a_status_decides_what_is_read(house: House) -> None:
    await house.have(MATCH, status=Status.FIRST_HALF)
    await house.have(OTHER, status=Status.HALF_TIME)

    running = await house.do(lambda tx: minutes.page(tx, "", 10))

    assert [ticking.match_id for ticking in running] == [MATCH]


async def test_of_the_stuck_the_one_asked_about_longest_ago_is_first(house: House) -> None:
    third, now_s = MatchId("cccccccccccccc3"), T // 1000
    for id_ in (MATCH, OTHER, third):
        await house.have(id_, status=Status.FIRST_HALF)

    async def asked(id_: MatchId, cause: Cause, at_s: int) -> None:
        async with house.store.database("one").transaction(at_s * 1000) as tx:
            assert await requests.ask(tx, cause, [id_], 0) == [id_]

    await asked(MATCH, Cause.STUCK, now_s - 60)
    await asked(OTHER, Cause.STUCK, now_s - 120)
    await asked(third, Cause.STALE, now_s - 600)
    assert await house.do(lambda tx: episodes.stuck(tx, -7_200, 0, 9)) == [third, OTHER, MATCH]

    await asked(third, Cause.STUCK, now_s + 600)
    assert await house.do(lambda tx: episodes.stuck(tx, -7_200, 0, 1)) == [third]


async def test_slots_to_come_are_decided_again_and_nothing_gives_way_to_them(house: House) -> None:
    now_s = T // 1000
    slots = [
        Slot(job_name=name, scheduled_for=now_s + at, fate="handed_over")
        for at in (-60, 0, 60, 120)
        for name in ("b", "a")
    ]
    assert len(await house.do(lambda tx: jobs.plan(tx, slots))) == len(slots)

    given_up = [
        await house.do(lambda tx, slot=slot: jobs.supersede(tx, slot.ticket))  # type: ignore[misc]
        for slot in slots
        if slot.job_name == "a"
    ]
    assert given_up == [True, False, False, False]

    assert await house.do(lambda tx: jobs.undecide(tx, now_s, 3)) == 3
    assert await house.do(lambda tx: jobs.newest(tx, ["a", "b"])) == {"a": now_s, "b": now_s + 120}
    assert await house.do(lambda tx: jobs.undecide(tx, now_s + 0.5, 3)) == 1
    assert await house.do(lambda tx: jobs.undecide(tx, now_s, 3)) == 0
    assert len(await house.do(lambda tx: jobs.plan(tx, slots))) == 4
