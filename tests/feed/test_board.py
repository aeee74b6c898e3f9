"""The board against the database: whatever happens there, it shows the same, and says what changed."""

import msgspec
import pytest
from tests.conftest import Conninfo
from tests.feed.stage import WINDOW_S, Stage
from tests.web.matchday import NOW, Fixture, change, name, put, score, store

from touchline.feed.live import live_json
from touchline.feed.position import STEPS, Position
from touchline.feed.shapes import Counts, Live, LiveState
from touchline.feed.span import HELD_S, STEP_S
from touchline.football.model import CardShown, GoalCancelled, Side, Status, StatusChanged
from touchline.football.staleness import StaleReason
from touchline.ids import MatchId
from touchline.store.db import Database

ONE, TWO = "aaaaaaaaaaaaaa1", "aaaaaaaaaaaaaa2"
EXPECTED = """
SELECT
    m.external_id, m.home_score_display, m.away_score_display,
    (SELECT max(c.seq) FROM change AS c WHERE c.match_id = m.external_id)
FROM ts_matches AS m
WHERE m.deleted_at IS NULL AND (
    m.status_id IN (2, 3, 4, 5, 7)
    OR m.status_id = 1 AND m.match_time <= %(now)s AND m.match_time >= %(now)s - %(window_s)s
)
ORDER BY m.status_id = 1, m.match_time, m.competition_id, m.external_id
"""


@pytest.fixture
def stage(database: Database, conninfo: Conninfo) -> Stage:
    return Stage(database, conninfo.app)


async def run(database: Database, statement: str, **params: object) -> None:
    """Something that nobody tells the change stream."""
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute(statement.encode(), params)


async def expected(database: Database, now: float) -> list[tuple[object, ...]]:
    """The live window as the tables have it."""
    async with database.transaction(NOW * 1000) as tx:
        return await tx.rows(EXPECTED.encode(), {"now": int(now), "window_s": WINDOW_S})


async def assert_shows_the_truth(stage: Stage, database: Database) -> None:
    shown = [(each.item.id, *each.item.display, each.item.seq) for each in stage.board.live().entries]
    assert shown == await expected(database, stage.clock.now())


async def test_a_day_of_changes_is_shown_as_it_is_stored(database: Database, stage: Stage) -> None:
    await store(
        database,
        Fixture(id=ONE, competition="ccccccccccccc02"),
        Fixture(id=TWO, competition="ccccccccccccc01"),
        Fixture(id="aaaaaaaaaaaaaa3", status=Status.NOT_STARTED, match_time=NOW + 30, minute=None),
        Fixture(id="aaaaaaaaaaaaaa4", status=Status.ENDED),
    )
    await stage.catch_up()
    await assert_shows_the_truth(stage, database)
    async with database.transaction(NOW * 1000) as tx:
        await score(tx, ONE, 1, 0)
        await put(tx, Fixture(id="aaaaaaaaaaaaaa5", match_time=NOW - 60))
    await stage.catch_up()
    await assert_shows_the_truth(stage, database)
    await run(database, "UPDATE ts_matches SET status_id = 8 WHERE external_id = %(id)s", id=TWO)
    async with database.transaction(NOW * 1000) as tx:
        await change(tx, TWO, happened=[StatusChanged(before=Status.SECOND_HALF, after=Status.ENDED)])
    await stage.catch_up()
    await assert_shows_the_truth(stage, database)
    await stage.clock.advance(60)
    await stage.catch_up()
    await assert_shows_the_truth(stage, database)
    assert [each.shown.live_state for each in stage.board.live().entries][-1] is LiveState.EXPECTED


async def test_the_live_window_is_joined_from_what_is_encoded_already(database: Database, stage: Stage) -> None:
    await store(database, Fixture(id=ONE), Fixture(id=TWO))
    await stage.catch_up()

    view = stage.board.live()

    whole = Live(
        as_of=view.as_of,
        cursor=view.cursor,
        stale=view.stale,
        counts=Counts(in_play=2, expected=0),
        matches=[entry.shown for entry in view.entries],
    )
    assert live_json(view) == msgspec.json.encode(whole)
    assert view.cursor == str(stage.board.position)


async def test_a_goal_is_told_with_its_entry_and_its_place(database: Database, stage: Stage) -> None:
    await store(database, Fixture(id=ONE))
    await stage.catch_up()
    async with database.transaction(NOW * 1000) as tx:
        goal = await score(tx, ONE, 1, 0)
        back = await change(
            tx, ONE, happened=[GoalCancelled(side=Side.HOME, score=(0, 0), previous=(1, 0), incident=None)]
        )
        red = await change(tx, ONE, happened=[CardShown(side=Side.AWAY, type=4, incident=3)])

    [news] = await stage.catch_up()

    [entry] = news.changed
    assert (entry.goal, entry.goal_side, entry.cancelled, entry.red) == (goal, Side.HOME, back, red)
    assert news.position.offset == red * STEPS
    assert [each.seq for each in news.happened] == [goal, back, red]
    assert not news.membership


async def test_who_comes_back_to_another_process_finds_the_same_flashes(
    database: Database, conninfo: Conninfo, stage: Stage
) -> None:
    await store(database, Fixture(id=ONE))
    async with database.transaction(NOW * 1000) as tx:
        goal = await score(tx, ONE, 1, 0)
    await stage.catch_up()
    later = Stage(database, conninfo.app)
    await later.catch_up()

    assert stage.board.entries[MatchId(ONE)].goal == goal
    assert later.board.entries == stage.board.entries
    assert later.board.position == stage.board.position


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ts_matches SET status_id = 0 WHERE external_id = %(id)s",
        "UPDATE ts_matches SET deleted_at = now() WHERE external_id = %(id)s",
    ],
)
async def test_a_match_shown_nowhere_is_gone(database: Database, stage: Stage, statement: str) -> None:
    await store(database, Fixture(id=ONE), Fixture(id=TWO))
    await stage.catch_up()
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute(statement.encode(), {"id": ONE})
        seq = await change(tx, ONE)

    [news] = await stage.catch_up()

    assert (list(news.gone), news.beyond, news.membership) == ([ONE], [], True)
    assert list(stage.board.entries) == [TWO]
    assert stage.board.live().cursor == str(Position.at(news.position.epoch, seq))


async def test_rescheduled_out_of_today_and_back(database: Database, stage: Stage) -> None:
    moved = "UPDATE ts_matches SET match_time = %(at)s WHERE external_id = %(id)s"
    await store(database, Fixture(id=ONE, status=Status.NOT_STARTED, match_time=NOW + 600, minute=None))
    await stage.catch_up()
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute(moved.encode(), {"id": ONE, "at": NOW + 10 * 86_400})
        await change(tx, ONE)

    [out] = await stage.catch_up()
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute(moved.encode(), {"id": ONE, "at": NOW + 900})
        await change(tx, ONE)
    [back] = await stage.catch_up()

    assert (list(out.gone), [each.item.id for each in out.beyond], out.changed) == ([ONE], [ONE], [])
    assert ([each.item.id for each in back.changed], back.gone, back.membership) == ([ONE], [], True)


async def test_what_is_far_off_is_told_but_not_held(database: Database, stage: Stage) -> None:
    await stage.catch_up()
    await store(database, Fixture(id=ONE, status=Status.NOT_STARTED, match_time=NOW + 9 * 86_400, minute=None))

    [news] = await stage.catch_up()

    assert [each.item.id for each in news.beyond] == [ONE]
    assert not stage.board.entries


async def test_time_brings_matches_in_and_takes_them_out(database: Database, stage: Stage) -> None:
    await store(
        database,
        Fixture(id=ONE, status=Status.ENDED, match_time=NOW - HELD_S + STEP_S),
        Fixture(id=TWO, status=Status.NOT_STARTED, match_time=NOW + HELD_S + 2 * STEP_S, minute=None),
    )
    await stage.catch_up()
    assert list(stage.board.entries) == [ONE]

    await stage.clock.advance(3 * STEP_S)
    told = await stage.catch_up()

    assert list(stage.board.entries) == [TWO]
    assert [list(news.gone) for news in told if news.gone] == [[ONE]]
    assert stage.board.between(NOW + HELD_S, NOW + HELD_S + 3 * STEP_S) == [stage.board.entries[MatchId(TWO)]]


async def test_a_day_that_is_not_held_whole_is_not_answered(database: Database, stage: Stage) -> None:
    assert stage.board.between(NOW, NOW + 60) is None
    await store(database, Fixture(id=ONE, match_time=NOW - 60), Fixture(id=TWO, match_time=NOW))
    await stage.catch_up()

    assert stage.board.between(NOW - 60, NOW) == [stage.board.entries[MatchId(ONE)]]
    assert stage.board.between(NOW, NOW + HELD_S + 2 * STEP_S) is None
    assert stage.board.covers(NOW - HELD_S, NOW + HELD_S)


async def test_a_board_that_is_full_holds_what_is_live_and_leaves_days_to_the_database(
    database: Database, conninfo: Conninfo
) -> None:
    stage = Stage(database, conninfo.app, matches_max=2)
    later = Fixture(id=TWO, status=Status.NOT_STARTED, match_time=NOW + 600, minute=None)
    await store(database, later)
    await stage.catch_up()
    assert stage.board.covers(NOW, NOW + 900)

    await store(database, Fixture(id=ONE), Fixture(id="aaaaaaaaaaaaaa3", match_time=NOW - 90))
    await store(
        database, Fixture(id="aaaaaaaaaaaaaa4", status=Status.NOT_STARTED, match_time=NOW + 700, minute=None)
    )
    await stage.catch_up()

    await assert_shows_the_truth(stage, database)
    assert set(stage.board.entries) == {ONE, TWO, "aaaaaaaaaaaaaa3"}
    assert stage.board.between(NOW, NOW + 900) is None


async def test_quiet_is_looked_into_before_it_is_called_stale(database: Database, stage: Stage) -> None:
    await store(database, Fixture(id=ONE, last_event_ts=NOW - 5, last_seen_ts=NOW - 5))
    await stage.catch_up()
    await run(
        database, "UPDATE ts_matches SET last_seen_ts = %(at)s WHERE external_id = %(id)s", id=ONE, at=NOW + 110
    )

    await stage.clock.advance(125)
    told = [*await stage.catch_up(), *await stage.catch_up()]
    assert (told, stage.board.entries[MatchId(ONE)].shown.stale_reason) == ([], None)

    await stage.clock.advance(120)
    [news] = [*await stage.catch_up(), *await stage.catch_up()]
    assert [each.shown.stale_reason for each in news.retimed] == [StaleReason.EVENTS_STALE]
    assert (news.changed, news.membership) == ([], False)


async def test_a_name_learnt_late_is_shown_within_a_round(database: Database, stage: Stage) -> None:
    await store(database, Fixture(id=ONE))
    await stage.catch_up()
    async with database.transaction(NOW * 1000) as tx:
        await name(tx, "team", "hhhhhhhhhhhhh01", "Home FC")

    [news] = await stage.catch_up()

    assert [each.shown.home.name for each in news.retimed] == ["Home FC"]
    assert not news.changed


async def test_the_generation_rises_with_every_visible_difference_and_with_nothing_else(
    database: Database, stage: Stage
) -> None:
    await store(database, Fixture(id=ONE))
    await stage.catch_up()
    first, view = stage.board.generation, stage.board.live()
    await stage.catch_up()
    assert stage.board.generation == first
    assert stage.board.live() is view

    async with database.transaction(NOW * 1000) as tx:
        await change(tx, ONE, kind="minute")
    await stage.catch_up()
    assert stage.board.generation > first
    assert stage.board.entries[MatchId(ONE)].shown.version == view.entries[0].shown.version + 1


async def test_a_database_that_is_silent_makes_it_stale_and_its_word_fresh(
    database: Database, stage: Stage
) -> None:
    assert stage.board.stale
    await store(database, Fixture(id=ONE))
    await stage.catch_up()
    assert not stage.board.stale

    stage.board.lost()
    assert stage.board.live().stale
    await stage.catch_up()
    assert not stage.board.stale

    await stage.clock.advance(6)
    await stage.board.turn()
    assert stage.board.live().stale
    assert [each.item.id for each in stage.board.live().entries] == [ONE]


async def test_with_the_database_gone_time_goes_on(database: Database, stage: Stage) -> None:
    await store(database, Fixture(id=ONE))
    await stage.catch_up()

    await stage.clock.advance(130)
    await stage.board.turn()

    assert [each.shown.stale_reason for each in stage.board.live().entries] == [StaleReason.EVENTS_STALE]


async def test_a_listener_that_fails_keeps_nobody_from_hearing(database: Database, stage: Stage) -> None:
    def fail(_: object) -> None:
        raise RuntimeError

    stage.board.listeners.insert(0, fail)
    await store(database, Fixture(id=ONE))

    [news] = await stage.catch_up()

    assert news.reset
