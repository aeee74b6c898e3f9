"""The matches of the board with their parts: read in the background, then when their content changes."""

from collections.abc import AsyncIterator, Sequence

import pytest
from tests.web.matchday import NOW, Fixture, change, name, score, store, tell
from tests.web.test_match import TOLD

from touchline.clock import SteppedClock
from touchline.errors import NotFound, StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.ears import PostgresEars
from touchline.feed.stream import Follower
from touchline.football.model import Status
from touchline.ids import MatchId
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings
from touchline.store.db import Database
from touchline.store.views import WholeText
from touchline.tenants.limits import Limits
from touchline.web.details import AT_ONCE, PACE_S, PAGE, REST, SWEEP_S, Details
from touchline.web.reads import Reads

ID = "aaaaaaaaaaaaaa1"


class Counted(Reads):
    """Notes what is asked of the database; `away` it answers nothing."""

    def __init__(self, database: Database, clock: SteppedClock) -> None:
        super().__init__(database, clock, Limits(LimitSettings(), clock, Metrics()))
        self.questions: list[list[MatchId]] = []
        self.away = False

    async def wholes(self, ids: Sequence[MatchId]) -> list[WholeText]:
        self.questions.append(list(ids))
        if self.away:
            raise StoreUnavailable("away")
        return await super().wholes(ids)


class House:
    """A board, who follows the database for it, and the details."""

    def __init__(self, database: Database, conninfo: str) -> None:
        self.clock = SteppedClock(NOW)
        self.board = Board(self.clock, Metrics(), 7_200)
        self.follower = Follower(database, PostgresEars(conninfo), self.clock, self.board)
        self.reads = Counted(database, self.clock)
        self.details = Details(self.board, self.reads, self.clock)

    async def settle(self) -> None:
        """All changes heard of, all that is wanted read."""
        await self.follower.catch_up()
        await self.clock.advance(PACE_S)
        while await self.details.turn() is not REST:
            await self.clock.advance(PACE_S)

    def read(self, match_id: str = ID) -> tuple[int, int | None, int] | None:
        """Version, minute and number of incidents held of a match."""
        held = self.details.held(match_id)
        if held is None:
            return None
        whole = held.read()
        return whole.item.seq, whole.item.minute, len(whole.incidents)


@pytest.fixture
async def house(database: Database, conninfo: tuple[str, str]) -> AsyncIterator[House]:
    built = House(database, conninfo[0])
    yield built
    await built.follower.close()


async def goal(database: Database) -> int:
    async with database.transaction(NOW * 1000) as tx:
        await tell(tx, ID, TOLD[:3])
        return await score(tx, ID, 1, 0)


async def flip(database: Database, minute: int) -> int:
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET minute = %(minute)s", {"minute": minute})
        return await change(tx, ID, kind="minute")


async def test_after_the_start_every_match_is_read_in_pages(house: House, database: Database) -> None:
    await store(database, *(Fixture(id=f"match{place:04}") for place in range(PAGE + 20)))

    await house.settle()

    assert [len(page) for page in house.reads.questions] == [PAGE, 20]
    assert all(house.details.held(match_id) for match_id in house.board.entries)


async def test_what_changed_is_read_again_but_not_for_a_minute(house: House, database: Database) -> None:
    await store(database, Fixture(), Fixture(id="other1"))
    await house.settle()
    house.reads.questions.clear()

    scored = await goal(database)
    await house.settle()
    assert house.reads.questions == [[ID]]
    assert house.read() == (scored, 67, 3)
    flipped = await flip(database, 68)
    await house.settle()

    assert house.reads.questions == [[ID]]
    assert house.read() == (flipped, 68, 3)


async def test_a_minute_that_moves_before_the_goal_was_read_hides_no_goal(
    house: House, database: Database
) -> None:
    await store(database, Fixture())
    await house.settle()
    await goal(database)
    await house.follower.catch_up()
    seq = await flip(database, 68)

    await house.settle()

    assert house.read() == (seq, 68, 3)


async def test_who_asks_before_it_was_read_again_gets_no_older_match(house: House, database: Database) -> None:
    await store(database, Fixture())
    await house.settle()
    seq = await goal(database)
    await house.follower.catch_up()
    assert house.details.held(ID) is None

    detail = await house.details.get(ID)

    assert (detail.read().item.seq, len(detail.read().incidents), detail.stale) == (seq, 3, False)
    assert house.read() == (seq, 67, 3)
    house.reads.questions.clear()
    await house.settle()
    assert house.reads.questions == []


async def test_a_read_faster_than_the_stream_is_not_turned_back(house: House, database: Database) -> None:
    await store(database, Fixture())
    await house.follower.catch_up()
    seq = await goal(database)

    await house.clock.advance(PACE_S)
    await house.details.turn()

    assert house.board.entries[MatchId(ID)].item.seq < seq
    assert house.read() == (seq, 67, 3)


async def test_without_the_database_the_board_goes_on_and_the_parts_stay(
    house: House, database: Database
) -> None:
    await store(database, Fixture())
    await house.settle()
    house.reads.away = True
    seq = await goal(database)
    await house.follower.catch_up()

    behind = await house.details.get(ID)
    house.board.lost()
    lost = house.details.held(ID)

    assert lost is not None
    for detail in (behind, lost):
        assert (detail.stale, detail.read().item.seq, detail.read().incidents) == (True, seq, [])
    house.reads.away = False
    await house.follower.catch_up()
    await house.settle()
    assert house.read() == (seq, 67, 3)


async def test_a_match_never_read_is_told_from_the_board_alone(house: House, database: Database) -> None:
    await store(database, Fixture(home_scores=(2, 0, 0, 0, 0, 0, 0)))
    await house.follower.catch_up()
    house.reads.away = True

    detail = await house.details.get(ID)

    assert (detail.stale, detail.read().item.display, detail.read().incidents) == (True, (2, 0), [])
    with pytest.raises(StoreUnavailable):
        await house.details.get("nobodysmatch1")


async def test_what_left_the_board_is_let_go(house: House, database: Database) -> None:
    await store(database, Fixture())
    await house.settle()
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute("UPDATE ts_matches SET deleted_at = now()")
        await change(tx, ID)
    await house.settle()

    assert house.details.held(ID) is None
    assert house.details._kept_bytes == 0
    with pytest.raises(NotFound):
        await house.details.get(ID)


async def test_a_match_far_away_is_read_when_it_is_asked_for(house: House, database: Database) -> None:
    await store(database, Fixture(status=Status.NOT_STARTED, match_time=NOW + 30 * 86_400))
    await house.settle()
    assert house.details.held(ID) is None

    detail = await house.details.get(ID)

    assert (detail.read().item.id, detail.stale) == (ID, False)
    assert house.details.held(ID) == detail


async def test_a_name_learnt_later_is_found_in_time(house: House, database: Database) -> None:
    await store(database, Fixture(venue="venue1"))
    await house.settle()
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "venue", "venue1", "Harbour Park")

    await house.clock.advance(SWEEP_S)
    await house.settle()

    held = house.details.held(ID)
    assert held is not None
    assert held.read().parts.venue == "Harbour Park"


async def test_questions_keep_their_pace(house: House, database: Database) -> None:
    await store(database, Fixture())
    await house.settle()
    await goal(database)
    await house.follower.catch_up()
    await house.clock.advance(PACE_S)
    assert await house.details.turn() == AT_ONCE
    await flip(database, 68)
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, ID, 2, 0)
    await house.follower.catch_up()
    asked = len(house.reads.questions)

    early = await house.details.turn()

    assert (len(house.reads.questions), early.total_seconds()) == (asked, PACE_S)
