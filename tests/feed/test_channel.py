"""The JSON stream: what is told first, what follows, and what is told again to who comes back."""

from collections.abc import Sequence

import msgspec
import psycopg
import pytest
from tests.conftest import Conninfo
from tests.feed.line import Heard
from tests.feed.stage import Stage, greeted, told
from tests.web.matchday import NOW, Fixture, change, score, store

from touchline.feed.channel import REPLAY_MAX_BYTES, Wanted
from touchline.feed.live import live_json
from touchline.feed.position import HAPPENINGS_MAX, STEPS
from touchline.football.model import (
    CardShown,
    GoalCancelled,
    GoalDetailed,
    GoalReported,
    GoalScored,
    Happening,
    ResultCorrected,
    Side,
    Status,
    StatusChanged,
)
from touchline.ids import MatchId
from touchline.store.db import Database

ONE, TWO = "aaaaaaaaaaaaaa1", "aaaaaaaaaaaaaa2"
GOAL = GoalScored(side=Side.HOME, score=(1, 0), minute_text="12'", incident=4)


@pytest.fixture
async def stage(database: Database, conninfo: Conninfo) -> Stage:
    await store(
        database, Fixture(id=ONE, competition="ccccccccccccc01"), Fixture(id=TWO, competition="ccccccccccccc02")
    )
    stage = Stage(database, conninfo.app)
    await stage.catch_up()
    return stage


async def happen(database: Database, match_id: str, *what: Happening) -> int:
    async with database.transaction(NOW * 1000) as tx:
        return await change(tx, match_id, happened=what)


async def hide(database: Database, match_id: str) -> int:
    """Show a match nowhere any more; the number of that change."""
    async with database.transaction(NOW * 1000) as tx:
        await tx.execute(b"UPDATE ts_matches SET status_id = 0 WHERE external_id = %(id)s", {"id": match_id})
        return await change(tx, match_id)


def names(heard: Sequence[Heard]) -> list[str]:
    return [each.name for each in heard]


async def test_a_fresh_reader_is_told_the_live_window_and_its_place(stage: Stage) -> None:
    line, greeting = stage.join()

    [snapshot] = told(line)

    assert greeting.resume == "fresh"
    assert line.received.startswith(b"retry: ")
    assert (snapshot.name, snapshot.id) == ("snapshot", str(stage.board.position))
    assert snapshot.data == live_json(stage.board.live())


async def test_readers_share_the_bytes_of_a_snapshot(stage: Stage) -> None:
    one, two = stage.channel.greet(Wanted(), None), stage.channel.greet(Wanted(), None)

    assert one.pieces[1] is two.pieces[1]


async def test_what_happens_comes_before_the_state_it_leads_to(database: Database, stage: Stage) -> None:
    line, _ = stage.join()
    async with database.transaction(NOW * 1000) as tx:
        seq = await score(tx, ONE, 1, 0)
    await stage.catch_up()

    _, goal, match = told(line)

    assert (goal.name, goal.offset, match.name, match.offset) == ("goal", seq * STEPS - 1, "match", seq * STEPS)
    assert goal.json == {
        "match_id": ONE,
        "version": seq,
        "side": "home",
        "score": [1, 0],
        "minute_text": "68'",
        "incident": None,
    }
    assert match.data == stage.board.entries[MatchId(ONE)].json


@pytest.mark.parametrize(
    ("what", "name", "data"),
    [
        (GOAL, "goal", {"side": "home", "score": [1, 0], "minute_text": "12'", "incident": 4}),
        (
            GoalCancelled(side=Side.AWAY, score=(0, 0), previous=(0, 1), incident=7),
            "goal_cancelled",
            {"side": "away", "score": [0, 0], "previous": [0, 1], "incident": 7},
        ),
        (
            GoalDetailed(side=Side.HOME, score=(2, 1), incident=9),
            "goal_detail",
            {"side": "home", "score": [2, 1], "incident": 9},
        ),
        (
            GoalReported(side=Side.HOME, score=(2, 1), incident=9),
            "goal_reported",
            {"side": "home", "score": [2, 1], "incident": 9},
        ),
        (
            CardShown(side=Side.AWAY, type=15, incident=2),
            "card",
            {"side": "away", "card": "second_yellow", "incident": 2},
        ),
        (
            StatusChanged(before=Status.FIRST_HALF, after=Status.SECOND_HALF, missed=(Status.HALF_TIME,)),
            "status",
            {
                "status_id": 4,
                "status": "second_half",
                "previous": "first_half",
                "missed": ["half_time"],
                "resurrected": False,
            },
        ),
        (
            ResultCorrected(before=(2, 1), after=(1, 1)),
            "result_corrected",
            {"score": [1, 1], "previous": [2, 1]},
        ),
    ],
)
async def test_everything_that_happens_is_told(
    database: Database, stage: Stage, what: Happening, name: str, data: dict[str, object]
) -> None:
    line, _ = stage.join()
    seq = await happen(database, ONE, what)
    await stage.catch_up()

    _, heard, _ = told(line)

    assert heard.name == name
    assert heard.json == {"match_id": ONE, "version": seq} | data


async def test_a_match_shown_nowhere_any_more_is_said_goodbye_to(database: Database, stage: Stage) -> None:
    lines = [
        stage.join(wanted)[0]
        for wanted in (
            Wanted(),
            Wanted(match_ids=frozenset({ONE})),
            Wanted(competition_ids=frozenset({"ccccccccccccc01"})),
        )
    ]
    seq = await hide(database, ONE)
    await stage.catch_up()

    for line in lines:
        [_, gone] = told(line)
        assert (gone.name, gone.json, gone.offset) == ("gone", {"match_id": ONE, "version": seq}, seq * STEPS)


async def test_a_filter_lets_through_what_was_asked_for(database: Database, stage: Stage) -> None:
    by_match, _ = stage.join(Wanted(match_ids=frozenset({ONE})))
    by_competition, _ = stage.join(Wanted(competition_ids=frozenset({"ccccccccccccc02"})))
    both, _ = stage.join(Wanted(frozenset({ONE}), frozenset({"ccccccccccccc01"})))
    for match_id in (ONE, TWO):
        await happen(database, match_id, GOAL)
    await stage.catch_up()

    def about(heard: Sequence[Heard]) -> list[tuple[str, object]]:
        return [(each.name, each.json.get("match_id") or each.json["id"]) for each in heard]

    assert about(told(by_match)[1:]) == [("goal", ONE), ("match", ONE)]
    assert about(told(by_competition)[1:]) == [("goal", TWO), ("match", TWO)]
    assert about(told(both)[1:]) == [("goal", ONE), ("match", ONE)]
    snapshot = msgspec.json.decode(told(by_match)[0].data)
    assert [each["id"] for each in snapshot["matches"]] == [ONE]
    assert snapshot["counts"] == {"in_play": 1, "expected": 0}


async def test_an_asked_match_is_in_the_snapshot_though_it_is_not_live(
    database: Database, stage: Stage
) -> None:
    await store(database, Fixture(id="aaaaaaaaaaaaaa9", status=Status.ENDED))
    await stage.catch_up()

    line, _ = stage.join(Wanted(match_ids=frozenset({"aaaaaaaaaaaaaa9", "unknownmatch"})))

    [match] = msgspec.json.decode(told(line)[0].data)["matches"]
    assert (match["id"], match["live_state"]) == ("aaaaaaaaaaaaaa9", None)


async def test_who_comes_back_is_told_what_he_missed(database: Database, stage: Stage) -> None:
    line, _ = stage.join()
    await happen(database, ONE, GOAL)
    await stage.catch_up()
    heard = told(line)

    for place, each in enumerate(heard):
        greeting = stage.channel.greet(Wanted(), each.id)
        assert greeting.resume == "replayed"
        assert greeted(greeting) == heard[place + 1 :]


async def test_who_comes_back_to_another_process_is_told_what_went(
    database: Database, conninfo: Conninfo, stage: Stage
) -> None:
    line, _ = stage.join()
    seq = await hide(database, ONE)
    later = Stage(database, conninfo.app)
    await later.catch_up()

    [gone] = greeted(later.channel.greet(Wanted(), told(line)[0].id))

    assert (gone.name, gone.json, gone.offset) == ("gone", {"match_id": ONE, "version": seq}, seq * STEPS)


async def test_who_was_there_before_the_process_was_is_told_what_he_missed(
    database: Database, conninfo: Conninfo, stage: Stage
) -> None:
    line, _ = stage.join()
    for _ in range(3):
        await happen(database, ONE, GOAL)
        await stage.catch_up()
    uncut = told(line)
    later = Stage(database, conninfo.app)
    await later.catch_up()

    greeting = later.channel.greet(Wanted(), uncut[0].id)

    heard = greeted(greeting)
    assert greeting.resume == "replayed"
    assert [each for each in heard if each.name == "goal"] == [each for each in uncut if each.name == "goal"]
    assert heard[-1] == uncut[-1]


@pytest.mark.parametrize("after", ["ffffffff-256", "nonsense", "", "0-0"])
async def test_a_place_nobody_knows_is_a_reset_and_the_state(stage: Stage, after: str) -> None:
    greeting = stage.channel.greet(Wanted(), after)

    assert greeting.resume == "reset"
    assert names(greeted(greeting)) == ["reset", "snapshot"]
    assert greeted(greeting)[0].json == {"reason": "gone"}


async def test_a_place_that_is_not_reached_yet_is_a_reset(stage: Stage) -> None:
    assert stage.board.position is not None
    future = stage.board.position._replace(offset=stage.board.position.offset + 1)

    assert stage.channel.greet(Wanted(), str(future)).resume == "reset"


async def test_who_missed_too_much_is_told_the_state_instead(database: Database, stage: Stage) -> None:
    before = str(stage.board.position)
    size = len(stage.board.entries[MatchId(ONE)].json)
    for _ in range(3):
        async with database.transaction(NOW * 1000) as tx:
            for _ in range(REPLAY_MAX_BYTES // size // 3 + 1):
                await change(tx, ONE, happened=[GOAL] * 6)
        await stage.catch_up()

    assert stage.channel.greet(Wanted(), before).resume == "reset"
    assert stage.channel.greet(Wanted(match_ids=frozenset({TWO})), before).resume == "replayed"


async def test_another_log_tells_everybody_the_state_anew(
    database: Database, conninfo: Conninfo, stage: Stage
) -> None:
    line, _ = stage.join()
    part, _ = stage.join(Wanted(match_ids=frozenset({TWO})))
    with psycopg.connect(conninfo.owner, autocommit=True) as connection:
        connection.execute("UPDATE change_log SET epoch = 'ffffffff'")
    await stage.catch_up()
    await happen(database, ONE, GOAL)
    await stage.catch_up()

    assert names(told(line)) == ["snapshot", "reset", "snapshot", "goal", "match"]
    assert names(told(part)) == ["snapshot", "reset", "snapshot"]
    assert told(line)[1].json == {"reason": "new_log"}
    assert {each.id.split("-")[0] for each in told(line)[1:] if each.id} == {"ffffffff"}


async def test_more_at_once_than_has_a_place_is_a_reset_not_a_hole(database: Database, stage: Stage) -> None:
    line, _ = stage.join()
    before = str(stage.board.position)
    seq = await happen(database, ONE, *[GOAL] * (HAPPENINGS_MAX + 1))
    await stage.catch_up()

    assert names(told(line)) == ["snapshot", "reset", "snapshot"]
    assert told(line)[1].json == {"reason": "too_much"}
    assert told(line)[-1].offset == seq * STEPS
    assert stage.channel.greet(Wanted(), before).resume == "reset"
    assert stage.channel.greet(Wanted(), told(line)[-1].id).resume == "replayed"


async def test_before_the_first_look_there_is_an_empty_stale_state_then_the_whole(
    database: Database, conninfo: Conninfo
) -> None:
    await store(database, Fixture(id=ONE))
    stage = Stage(database, conninfo.app)
    line, _ = stage.join()
    await stage.catch_up()

    empty, reset, whole = told(line)

    assert msgspec.json.decode(empty.data)["stale"] is True
    assert (empty.id, reset.name) == ("0-0", "reset")
    assert len(msgspec.json.decode(whole.data)["matches"]) == 1


async def test_time_alone_makes_no_event_but_another_snapshot(database: Database, stage: Stage) -> None:
    line, _ = stage.join()
    before = stage.channel.greet(Wanted(), None).pieces[1]
    await stage.clock.advance(130)
    await stage.catch_up()
    await stage.catch_up()

    assert names(told(line)) == ["snapshot"]
    assert stage.channel.greet(Wanted(), None).pieces[1] != before
