"""The log of changes loses its oldest rows; no follower and no public version notices."""

from collections.abc import Sequence

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import errors
from tests.conftest import Conninfo
from tests.jobs.pitch import Pitch, T

from touchline.clock import SteppedClock
from touchline.football.model import Status, StatusChanged
from touchline.ids import ChangeSeq, MatchId
from touchline.jobs.pruning import DAY_S, Pruning
from touchline.settings.parts import Retention
from touchline.store import changes, raw, views
from touchline.store.changes import Change, NewChange
from touchline.store.db import Database
from touchline.task import Done, Run

A, B, C = (MatchId(letter * 15) for letter in "abc")
OLD_MS, NEW_MS = (T - 8 * DAY_S) * 1000, (T - 6 * DAY_S) * 1000
KICK_OFF = StatusChanged(before=Status.NOT_STARTED, after=Status.FIRST_HALF)


def a_change(match_id: MatchId, at_ms: int, *, of_status: bool = False) -> NewChange:
    return NewChange(
        match_id=match_id,
        kind="match",
        status=Status.FIRST_HALF,
        minute=None,
        minute_text="1H",
        score=(0, 0),
        happened=(KICK_OFF,) if of_status else (),
        lock_version=1,
        at_ms=at_ms,
    )


async def append(db: Database, *news: NewChange) -> None:
    async with db.transaction(T * 1000) as tx:
        await changes.append(tx, news)


async def log(db: Database, after: int = 0) -> list[Change]:
    async with db.transaction(T * 1000) as tx:
        return await changes.after(tx, ChangeSeq(after), 10_000)


async def floor(db: Database) -> int:
    async with db.transaction(T * 1000) as tx:
        return await changes.floor(tx)


async def prune(db: Database, *, batch_size: int = 1_000, keep: Retention | None = None) -> Done:
    pruning = Pruning(db, SteppedClock(T), keep or Retention())
    return await pruning.run(Run(run_id="run", slot=T, batch_size=batch_size))


# ---------------------------------------------------------------- changes


async def test_old_changes_go_and_the_newest_of_each_match_stays(database: Database) -> None:
    await append(
        database,
        a_change(A, OLD_MS),
        a_change(B, OLD_MS),
        a_change(A, OLD_MS),
        a_change(C, OLD_MS),
        a_change(C, NEW_MS),
    )

    assert await prune(database) == Done(items=2)

    assert [(each.seq, each.match_id) for each in await log(database)] == [(2, B), (3, A), (5, C)]
    assert await floor(database) == 4
    assert await prune(database) == Done()


async def test_what_stayed_goes_once_a_newer_change_is_old_as_well(database: Database) -> None:
    await append(database, a_change(A, OLD_MS))
    await prune(database)
    await append(database, a_change(A, OLD_MS), a_change(B, OLD_MS))

    assert await prune(database) == Done(items=1)

    assert [each.seq for each in await log(database)] == [2, 3]


async def test_the_newest_change_of_a_status_stays_for_the_head_of_the_view(database: Database) -> None:
    await append(database, a_change(A, OLD_MS, of_status=True), a_change(A, OLD_MS), a_change(A, NEW_MS))
    async with database.transaction(T * 1000) as tx:
        before = await views.head(tx)

    await prune(database)

    async with database.transaction(T * 1000) as tx:
        assert await views.head(tx) == before
    assert [each.seq for each in await log(database)] == [1, 3]


async def test_public_versions_are_as_they_were(database: Database) -> None:
    pitch = Pitch(database)
    ids = [MatchId(await pitch.kick_off(id_)) for id_ in (A, B)]
    await append(database, *(a_change(id_, OLD_MS) for id_ in (A, B, A, A)))
    async with database.transaction(T * 1000) as tx:
        before = await views.some(tx, ids)

    assert (await prune(database)).items == 2

    async with database.transaction(T * 1000) as tx:
        assert await views.some(tx, ids) == before


@settings(max_examples=12)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from((A, B, C)), st.booleans()), max_size=8), min_size=1, max_size=4
    ),
    st.integers(1, 4),
)
async def test_above_the_floor_nothing_is_missing_whatever_is_pruned_when(
    database: Database, days: list[list[tuple[MatchId, bool]]], batch_size: int
) -> None:
    """Each round appends, old changes before new ones, and prunes by small batches."""
    before = await log(database)
    mine: list[Change] = []
    for day in days:
        for match_id, is_old in sorted(day, key=lambda each: not each[1]):
            await append(database, a_change(match_id, OLD_MS if is_old else NEW_MS))
        mine = [*mine, *(await log(database, (before + mine)[-1].seq if before + mine else 0))]
        await prune(database, batch_size=batch_size)
        left, whole_after = await log(database), await floor(database)
        assert [each for each in mine if each.seq > whole_after] == [
            each for each in left if each.seq > whole_after and each in mine
        ]
        newest = {each.match_id: each.seq for each in before + mine}
        assert set(newest.values()) <= {each.seq for each in left}
        assert all(each.at_ms == OLD_MS for each in mine if each.seq <= whole_after)


async def test_the_application_can_remove_a_change_in_no_other_way(
    conninfo: Conninfo, database: Database
) -> None:
    await append(database, a_change(A, OLD_MS), a_change(A, OLD_MS))

    for statement in ("DELETE FROM change", "UPDATE change_log SET pruned_through = 9"):
        with psycopg.connect(conninfo.app) as app, pytest.raises(errors.InsufficientPrivilege):
            app.execute(statement.encode())
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute("UPDATE change_log SET pruned_through = 2")
        with pytest.raises(errors.IntegrityConstraintViolation, match="only rises"):
            owner.execute("UPDATE change_log SET pruned_through = 1")


# ---------------------------------------------------------------- payloads


class Payload:
    """Something that could not be read."""

    kind, reason, payload, match_id = "test", "not JSON", b"{", ""


async def keep(db: Database, at_s: Sequence[int]) -> None:
    for at in at_s:
        async with db.transaction(at * 1000) as tx:
            await raw.keep(tx, [Payload()])


async def test_old_payloads_go_by_small_batches(database: Database) -> None:
    await keep(database, [T - 31 * DAY_S] * 5 + [T - 29 * DAY_S, T])

    assert await prune(database, batch_size=2) == Done(items=5)

    async with database.transaction(T * 1000) as tx:
        [(left,)] = await tx.rows("SELECT count(*) FROM raw_payload")
    assert left == 2


async def test_how_long_is_a_setting(database: Database) -> None:
    await keep(database, [T - 2 * DAY_S, T])
    await append(database, a_change(A, NEW_MS), a_change(A, NEW_MS), a_change(B, T * 1000))

    assert await prune(database, keep=Retention(changes_days=5, raw_days=1)) == Done(items=2)
