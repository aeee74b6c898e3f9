"""Who stood before what was pruned begins afresh; who stood behind it notices nothing."""

from collections.abc import Sequence

import psycopg
from tests.conftest import Conninfo
from tests.feed.stage import Stage, greeted
from tests.web.matchday import NOW, Fixture, change, put

from touchline.clock import SteppedClock
from touchline.feed.channel import Wanted
from touchline.feed.ears import PostgresEars
from touchline.feed.position import Position
from touchline.feed.stream import Follower, Told
from touchline.store import pruning
from touchline.store.changes import Change
from touchline.store.db import Database

A, B = "aaaaaaaaaaaaaa1", "bbbbbbbbbbbbbb1"


async def matchday(database: Database) -> None:
    """Two matches: changes 1 and 2."""
    async with database.transaction(NOW * 1000) as tx:
        await put(tx, Fixture(id=A))
        await put(tx, Fixture(id=B))


async def append(database: Database, *ids: str) -> None:
    for id_ in ids:
        async with database.transaction(NOW * 1000) as tx:
            await change(tx, id_, at=NOW)


async def prune(database: Database, most: int) -> int:
    """Prune as if the oldest so many changes were old; how many went."""
    async with database.transaction(NOW * 1000) as tx:
        return (await pruning.changes(tx, (NOW + 1) * 1000, most)).removed


class Reader:
    """A follower and what it handed on."""

    def __init__(self, database: Database, conninfo: str) -> None:
        self.seqs: list[int] = []
        self.resets = 0
        told = Told(self._hear, self._reset)
        self.follower = Follower(database, PostgresEars(conninfo), SteppedClock(NOW), told)

    def _hear(self, page: Sequence[Change]) -> None:
        self.seqs += [each.seq for each in page]

    def _reset(self) -> None:
        self.resets += 1


async def test_a_follower_behind_the_floor_begins_afresh(database: Database, conninfo: Conninfo) -> None:
    await matchday(database)
    reader = Reader(database, conninfo.app)
    await reader.follower.catch_up()
    await append(database, A, A, B, A)

    assert await prune(database, most=5) == 4, "of A 1, 3 and 4 went, of B 2"
    await append(database, B)
    await reader.follower.catch_up()

    assert (reader.seqs, reader.resets) == ([], 2)
    await append(database, B)
    await reader.follower.catch_up()
    assert (reader.seqs, reader.resets) == ([8], 2)


async def test_a_hole_within_a_page_is_seen_as_well(database: Database, conninfo: Conninfo) -> None:
    """The next change is there, those after it are not."""
    await matchday(database)
    reader = Reader(database, conninfo.app)
    await reader.follower.catch_up()
    await append(database, B, A, A, A)

    assert await prune(database, most=6) == 4
    await reader.follower.catch_up()

    assert (reader.seqs, reader.resets) == ([], 2)


async def test_a_follower_that_has_what_was_pruned_goes_on(database: Database, conninfo: Conninfo) -> None:
    await matchday(database)
    reader = Reader(database, conninfo.app)
    await append(database, A, A)
    await reader.follower.catch_up()
    await append(database, A)

    assert await prune(database, most=4) == 3
    await reader.follower.catch_up()

    assert (reader.seqs, reader.resets) == ([5], 1)


async def test_a_number_nobody_got_is_no_hole(database: Database, conninfo: Conninfo) -> None:
    await matchday(database)
    reader = Reader(database, conninfo.app)
    await reader.follower.catch_up()
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute("SELECT nextval(pg_get_serial_sequence('change', 'seq'))")

    await append(database, A)
    await reader.follower.catch_up()

    assert (reader.seqs, reader.resets) == ([4], 1)


async def test_a_reader_of_a_process_that_starts_after_pruning_is_told_the_state(
    database: Database, conninfo: Conninfo
) -> None:
    await matchday(database)
    await append(database, A, A, B, A)
    await prune(database, most=4)
    stage = Stage(database, conninfo.app)
    await stage.catch_up()
    epoch = stage.board.position.epoch if stage.board.position else ""

    def names(seq: int) -> list[str]:
        greeting = stage.channel.greet(Wanted(), str(Position.at(epoch, seq)))
        return [greeting.resume, *(each.name for each in greeted(greeting))]

    assert names(3) == ["reset", "reset", "snapshot"]
    assert names(4)[0] == "replayed"
