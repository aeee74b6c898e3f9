"""What time alone changes is told, once, and readers of snapshots and of streams have the same."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.conftest import Conninfo
from tests.feed.line import Line
from tests.feed.stage import WINDOW_S, Stage, told
from tests.web.matchday import NOW, Fixture, store

from touchline.feed.channel import Wanted
from touchline.feed.news import News
from touchline.feed.position import parse
from touchline.feed.shapes import LiveState, MatchItem
from touchline.football.model import Status
from touchline.football.staleness import StaleReason
from touchline.ids import MatchId
from touchline.metrics import Metrics
from touchline.settings.parts import Sla
from touchline.sla.watchdog import Watchdog
from touchline.sla.window import WindowTimer
from touchline.store.changes import after
from touchline.store.db import Database

ONE, TWO = MatchId("aaaaaaaaaaaaaa1"), MatchId("aaaaaaaaaaaaaa2")
FIXTURE = Fixture(
    id=TWO, status=Status.NOT_STARTED, match_time=NOW + 60, minute=None, last_event_ts=None, last_seen_ts=NOW
)


class Watch:
    """The watch and a web process on one database and one clock."""

    def __init__(self, database: Database, conninfo: str) -> None:
        self.db = database
        self.conninfo = conninfo
        self.stage = Stage(database, conninfo)
        self.clock = self.stage.clock
        self.dog = Watchdog(database, self.clock, Metrics(), Sla())
        self.timer = self.another()

    def another(self) -> WindowTimer:
        """A further timer on the same database."""
        return WindowTimer(self.db, self.clock, WINDOW_S)

    async def look(self) -> list[News]:
        """Both loops turn once, and the web process hears of it."""
        with capture_logs():
            await self.dog.turn()
            await self.timer.turn()
        return list(await self.stage.catch_up())

    async def changes(self, kind: str) -> list[MatchId]:
        """Whom the change rows of a kind are about."""
        async with self.db.transaction(NOW * 1000) as tx:
            return [change.match_id for change in await after(tx, 0, 1_000) if change.kind == kind]

    def shown(self, match_id: MatchId) -> MatchItem:
        """A match as the board shows it."""
        return self.stage.board.entries[match_id].shown


@pytest.fixture
def watch(database: Database, conninfo: Conninfo) -> Watch:
    return Watch(database, conninfo.app)


async def test_a_fixture_comes_into_the_window_and_falls_out_by_the_clock(watch: Watch) -> None:
    await store(watch.db, FIXTURE)
    await watch.look()
    wait = await watch.timer.turn()
    assert wait.total_seconds() == 30

    await watch.clock.advance(59)
    [news] = await watch.look()
    assert (watch.shown(TWO).live_state, news.membership) == (LiveState.EXPECTED, True)
    assert [entry.item.id for entry in news.changed] == [TWO]

    await watch.clock.advance(WINDOW_S)
    [news] = await watch.look()
    assert (watch.shown(TWO).live_state, news.membership) == (None, True)
    assert await watch.changes("window") == [TWO, TWO]


async def test_the_timer_wakes_at_the_border(watch: Watch) -> None:
    await store(watch.db, FIXTURE)
    await watch.clock.advance(45)

    assert (await watch.timer.turn()).total_seconds() == 15


async def test_any_number_of_timers_tell_a_border_once(watch: Watch) -> None:
    await store(watch.db, FIXTURE)
    await watch.timer.turn()
    await watch.clock.advance(61)

    await asyncio.gather(*(watch.another().turn() for _ in range(4)))
    await watch.timer.turn()

    assert await watch.changes("window") == [TWO]


async def test_what_was_crossed_while_nobody_watched_is_told_when_somebody_does(watch: Watch) -> None:
    await store(watch.db, FIXTURE)
    await watch.timer.turn()
    await watch.clock.advance(1_800)

    await watch.another().turn()

    assert await watch.changes("window") == [TWO]


async def test_a_match_that_began_is_told_by_its_own_change_alone(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE, match_time=NOW + 30))
    await watch.timer.turn()
    await watch.clock.advance(WINDOW_S + 60)
    await watch.timer.turn()

    assert await watch.changes("window") == []


async def test_silence_is_told_to_streams_with_a_version_of_its_own(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    await watch.look()
    line, _ = watch.stage.join()
    version = watch.shown(ONE).version

    await watch.clock.advance(130)
    [news] = await watch.look()

    assert [entry.shown.stale_reason for entry in news.changed] == [StaleReason.EVENTS_STALE]
    [heard] = [each for each in told(line) if each.name == "match"]
    assert (heard.json["stale_reason"], heard.json["version"]) == ("events_stale", version + 1)
    assert not news.retimed


async def test_while_somebody_watches_a_board_changes_nothing_by_itself(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    await store(watch.db, FIXTURE)
    await watch.look()
    generation = watch.stage.board.generation

    await watch.clock.advance(125)

    assert await watch.stage.catch_up() == []
    assert watch.stage.board.generation == generation
    assert (watch.shown(ONE).stale_reason, watch.shown(TWO).live_state) == (None, None)


async def test_when_nobody_watches_any_more_each_goes_by_its_own_clock(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    await watch.look()
    async with watch.db.transaction(0) as tx:
        await tx.execute("UPDATE watch SET awake_until = real_now() WHERE name = 'sla'")

    await watch.clock.advance(125)
    told_by_time = [*await watch.stage.catch_up(), *await watch.stage.catch_up()]

    assert [entry.shown.stale_reason for news in told_by_time for entry in news.retimed] == [
        StaleReason.EVENTS_STALE
    ]


async def test_a_clock_that_lags_does_not_unsay_what_was_told(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    late = Stage(watch.db, watch.conninfo)
    await watch.look()
    await late.catch_up()
    await watch.clock.advance(130)
    await watch.dog.turn()

    await late.catch_up()

    assert late.clock.now() < watch.clock.now() - 100
    assert late.board.entries[ONE].shown.stale_reason is StaleReason.EVENTS_STALE


async def test_a_snapshot_is_what_a_reader_of_the_stream_has(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    await store(watch.db, FIXTURE)
    await watch.look()
    line, _ = watch.stage.join()

    for _ in range(60):
        await watch.clock.advance(7)
        if int(watch.clock.now()) % 4 == 0:
            await watch.look()
        else:
            await watch.stage.catch_up()
        assert _folded(line) == _snapshot(watch.stage)


def _folded(line: Line) -> dict[str, Any]:
    """What a reader has who began with the snapshot and put every match in its place."""
    matches: dict[str, Any] = {}
    for heard in told(line):
        if heard.name == "snapshot":
            matches = {each["id"]: each for each in heard.json["matches"]}
        elif heard.name == "match":
            matches[heard.json["id"]] = heard.data
    return {id_: each for id_, each in matches.items() if each["live_state"] is not None}


def _snapshot(stage: Stage) -> dict[str, Any]:
    """What a reader is told who comes now."""
    line, _ = stage.join(Wanted())
    return _folded(line)


async def test_a_view_does_not_turn_back_when_a_match_falls_out_of_it(watch: Watch) -> None:
    await store(watch.db, Fixture(id=ONE))
    await store(watch.db, FIXTURE)
    await watch.look()
    await watch.clock.advance(60)
    await watch.look()
    entered = parse(watch.stage.board.live().cursor)

    await watch.clock.advance(WINDOW_S)
    await watch.timer.turn()
    await watch.stage.catch_up()
    reborn = Stage(watch.db, watch.conninfo)
    await reborn.catch_up()

    left = parse(watch.stage.board.live().cursor)
    assert entered is not None
    assert left is not None
    assert left.offset > entered.offset
    assert parse(reborn.board.live().cursor) == left


async def test_a_clock_that_was_wrong_for_a_while_silences_nothing(watch: Watch) -> None:
    await store(watch.db, FIXTURE)
    async with watch.db.transaction(0) as tx:
        await tx.execute("UPDATE watch SET told_ts = %(ahead)s", {"ahead": NOW + 90_000})
    await watch.timer.turn()
    await watch.clock.advance(61)

    await watch.timer.turn()

    assert await watch.changes("window") == [TWO]
