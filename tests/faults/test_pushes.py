"""Rows F20 to F23 and F41 to F44: what is pushed, the connections it goes through, and who listens."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from tests.faults.ends import PLAIN
from tests.faults.plain import SHORT, WHOLE, Halves, Left, a_course, differences, named
from tests.faults.stage import METRICS, Stage, ended, play_all
from tests.faults.world import EPOCH, Seen, World

from touchline.embedded.postgres import Postgres
from touchline.loop import run_all
from touchline.simulator.faults.pushes_bursts import BURST_EVERY, CHANGES
from touchline.simulator.faults.pushes_line import CUTS
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme
from touchline.simulator.telling import punctual, tell
from touchline.sla.build import sla_loops

MATCHES = 4
FIRST_S, APART_S = 400, 7
SECOND_S = SHORT[1][0]
PROVIDERS = "SELECT to_jsonb(p) FROM provider_state AS p"
REVISIONS = "SELECT to_jsonb(r) FROM kickoff_revision AS r ORDER BY match_id, period, seq"
STATS_EVERY_S = 300
HEARTBEAT_S = 12
"""Real seconds after which the state of a channel is written down again."""
PUSHED_ALONE = {"times": 0.25, "speed": 400.0}
"""Polls come so seldom that what is pushed twice or late meets no newer word of theirs."""
SELDOM = {"TOUCHLINE_THESPORTS__POLL_S": "60"}
POLLED: Mapping[str, Any] = {"times": 3, "speed": 33.0, "environ": {}}
"""Polls name every match, long before its silence would be noticed."""


def scheduled(number: int, begins: float = EPOCH) -> int:
    return int(begins) + FIRST_S + APART_S * number


def some(halves: Halves = SHORT) -> Callable[..., Programme]:
    """The scene of some plain matches, seconds apart."""

    def scene(_lines: object, begins: float, _switches: Switches) -> Programme:
        courses = [a_course(f"match {number}", scheduled(number, begins), halves) for number in range(MATCHES)]
        return Programme([tell(course, punctual(STATS_EVERY_S), 1) for course in courses])

    return scene


async def to_the_end(stage: Stage) -> None:
    last = max(script.last_at for script in stage.scene.scripts(stage.clock.now()))
    await stage.until(last + 300)
    stage.notes["revisions"] = await stage.table(REVISIONS)


def is_right(halves: Halves) -> Callable[[Seen], bool]:
    return lambda seen: not wrong(seen, halves)


def wrong(seen: Seen, halves: Halves = SHORT) -> list[str]:
    """Where a match is not as it must be, or something of it was not told once."""
    return [
        f"match {number}: {each}"
        for number in range(MATCHES)
        for each in differences(PLAIN, left(seen, f"match {number}"), starts(number, halves))
    ]


def left(seen: Seen, name: str) -> Left:
    match_id = named(name)
    return Left(
        seen.rows[match_id],
        [one for one in seen.incidents if one["match_id"] == match_id],
        [one for one in seen.changes if one["match_id"] == match_id],
        [one for one in seen.notes["revisions"] if one["match_id"] == match_id],
    )


def starts(number: int, halves: Halves) -> Mapping[str, int]:
    return {"first_half": scheduled(number), "second_half": scheduled(number) + halves[1][0]}


def a_world(**more: Any) -> World:
    """Four plain matches, played to the end."""
    known: dict[str, Any] = {
        "matches": (),
        "times": 1.5,
        "speed": 66,
        "scene": some(),
        "meanwhile": to_the_end,
        "settled": is_right(SHORT),
        "environ": SELDOM,
    }
    return World(**(known | more))


async def two_listen(stage: Stage) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.listen(stop))
        await to_the_end(stage)
        stop.set()


LEAST_LOOKS = 10
CROWD, TOGETHER = 200, 20
STATS_OFTEN_S = 10
STORM_S = 110
CROWD_SPEED = 20
CAUGHT_UP_S = 8
"""Real seconds in which a process that begins late has heard everything."""
RESTARTS_S = (400, 725, 900, SECOND_S + 608)
"""From the first kick-off: in mid-match, at the whistle, in half-time, and as the second goal is told."""


async def restarted(stage: Stage) -> None:
    """One ingest process after the other, each ended as by a crash; the last one goes on to the end."""
    async with asyncio.TaskGroup() as group:
        for after_s in RESTARTS_S:
            listening = group.create_task(stage.listen(asyncio.Event()))
            await stage.until(scheduled(0) + after_s)
            await ended(listening)
        listening = group.create_task(stage.listen(asyncio.Event()))
        await to_the_end(stage)
        await stage.clock.sleep(CAUGHT_UP_S)
        await ended(listening)


async def watched(stage: Stage) -> None:
    """With the watch beside it."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(run_all(sla_loops(stage.db, stage.clock, METRICS, stage.settings), stage.clock, stop))
        await to_the_end(stage)
        stop.set()


async def stepping_back(stage: Stage) -> None:
    """Our clock goes a minute and a half back in each half."""

    async def step() -> None:
        for after_s in (450, SECOND_S + 450):
            await stage.until(scheduled(0) + after_s)
            stage.clock.step(-90)

    async with asyncio.TaskGroup() as group:
        group.create_task(step())
        await watched(stage)


async def through_every_trouble(stage: Stage) -> None:
    """To the end, and until the connection is left alone again."""
    await to_the_end(stage)
    await stage.until_true(lambda: "go_away" in troubles(stage.heard), within_s=60)
    stage.switches.off("F23")
    await stage.clock.sleep(HEARTBEAT_S)
    await stage.until_true(lambda: is_connected(stage), within_s=30)


async def is_connected(stage: Stage) -> bool:
    states = {row["channel"]: row["state"] for row in await stage.table(PROVIDERS)}
    return states["thesports-mqtt"] == "ok"


def troubles(said: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["trouble"] for one in said if one["event"] == "simulator.line.troubled"]


def crowd(_lines: object, begins: float, _switches: Switches) -> Programme:
    """Two hundred matches, twenty of which begin in one second."""
    courses = [a_course(f"match {n}", begins + 60 + 2 * (n // TOGETHER), SHORT) for n in range(CROWD)]
    return Programme([tell(course, punctual(STATS_OFTEN_S), 1) for course in courses])


async def a_storm(stage: Stage) -> None:
    """A few minutes of football, and of the wall a second for twenty of them."""
    await stage.until(EPOCH + 60 + STORM_S)
    stage.notes["revisions"] = []


WORLDS = {
    "F20_F22": a_world(faults=["F20", "F22"], **PUSHED_ALONE),
    "F21": a_world(faults=["F21"], **PUSHED_ALONE),
    "F23": a_world(
        faults=["F23"],
        times=10,
        speed=45,
        scene=some(WHOLE),
        meanwhile=through_every_trouble,
        settled=is_right(WHOLE),
    ),
    "F42_ahead": a_world(ahead_s=90, meanwhile=watched, **POLLED),
    "F42_behind": a_world(ahead_s=-90, meanwhile=stepping_back, **POLLED),
    "F43": a_world(meanwhile=two_listen),
    "F44": a_world(listens=False, meanwhile=restarted),
}
ALONE = {
    "F41": a_world(
        faults=["F41"], times=1, speed=CROWD_SPEED, scene=crowd, meanwhile=a_storm, settled=lambda _: True
    )
}


@pytest.fixture(scope="module")
def seen(postgres: Postgres) -> Callable[[str], Seen]:
    """What each world left."""
    played, alone = play_all(postgres, WORLDS), play_all(postgres, ALONE)
    return lambda name: (alone if name in ALONE else played)(name)


@pytest.mark.parametrize("name", WORLDS)
def test_every_match_ends_as_the_truth_and_is_told_once(seen: Callable[[str], Seen], name: str) -> None:
    assert wrong(seen(name), WHOLE if name == "F23" else SHORT) == []


def test_what_is_no_message_is_kept_and_the_rest_is_heard(seen: Callable[[str], Seen]) -> None:
    kept = {(one["kind"], one["payload"][:9]) for one in seen("F20_F22").raw}

    assert kept == {
        *(("mqtt.not_json", '{"id":'), ("mqtt.not_json", r"\377\376")),
        *(("mqtt.bad_object", "null"), ("mqtt.bad_object", '"online"')),
        ("mqtt.bad_tlive", '"xxxxxxxx'),
    }


def test_each_of_fifty_changes_in_a_moment_is_a_change(seen: Callable[[str], Seen]) -> None:
    """The matches are alike, but for the bursts."""
    world = seen("F20_F22")
    rows = Counter(change["match_id"] for change in world.changes if change["kind"] == "match")
    bursts = sum(len(one["scores"]) for one in world.plan["matches"]) // BURST_EVERY

    assert bursts >= 2
    assert rows.total() - MATCHES * min(rows.values()) >= bursts * (CHANGES - 1) - MATCHES


def test_one_client_comes_back_for_ever(seen: Callable[[str], Seen]) -> None:
    world = seen("F23")
    clients = [one["clients"] for one in world.events("simulator.client.connected")]

    assert troubles(world.said)[:4] == ["flap", "fall_silent", "refuse", "go_away"]
    assert len(clients) > CUTS
    assert set(clients) == {1}
    assert world.providers["thesports-mqtt"]["state"] == "ok"


def test_after_each_connection_a_snapshot_is_asked_for(seen: Callable[[str], Seen]) -> None:
    world = seen("F23")
    wanted = world.events("ingest.snapshot.wanted")
    asked = [one for one in world.asked if one.path == "/match/detail_live"]

    assert len(wanted) == len(world.events("websocket.connected")) >= 2
    assert len(asked) >= len(wanted)


def test_a_crowd_and_a_storm_make_no_minute_late_and_lose_nothing(seen: Callable[[str], Seen]) -> None:
    """Not the first minute: it waits for the word of the kick-off."""
    world = seen("F41")
    kick_offs = {named(f"match {n}"): EPOCH + 60 + 2 * (n // TOGETHER) for n in range(CROWD)}
    lags_s = [
        (one["at_ms"] / 1000 - kick_offs[one["match_id"]] - 60 * (one["minute"] - 1)) / CROWD_SPEED
        for one in world.changes
        if one["kind"] == "minute" and one["minute"] > 1
    ]

    assert Counter(row["status_id"] for row in world.rows.values()) == {2: CROWD}
    assert len(lags_s) >= CROWD
    assert sum(lag_s <= 1.0 for lag_s in lags_s) >= 0.9 * len(lags_s)
    assert world.events("inbox.overflow", "websocket.disconnected") == []


@pytest.mark.parametrize("name", ["F42_ahead", "F42_behind"])
def test_a_clock_that_is_wrong_makes_no_minute_step_back(seen: Callable[[str], Seen], name: str) -> None:
    for number in range(MATCHES):
        changes = left(seen(name), f"match {number}").changes
        for status in (2, 4):
            minutes = [
                one["minute"] for one in changes if one["status_id"] == status and one["kind"] == "minute"
            ]
            assert minutes == sorted(minutes)
            assert len(minutes) >= 2


def test_a_wrong_clock_is_no_storm(seen: Callable[[str], Seen]) -> None:
    for name in ("F42_ahead", "F42_behind"):
        assert len(seen(name).events("freeze.tick.done")) >= LEAST_LOOKS
        assert seen(name).events("match.stale.detected", "match.stale.marked", "worker.failing") == []


@pytest.mark.parametrize("name", ["F43", "F44"])
def test_whoever_listens_the_board_goes_its_way_once(seen: Callable[[str], Seen], name: str) -> None:
    changes = left(seen(name), "match 0").changes
    boards = [(one["status_id"], one["home_score"], one["away_score"]) for one in changes]

    shown = [board for board, after in pairwise([*boards, None]) if board != after and board[0] != 1]
    assert shown == [(2, 0, 0), (2, 1, 0), (3, 1, 0), (4, 1, 0), (4, 1, 1), (8, 1, 1)]


def test_it_was_restarted(seen: Callable[[str], Seen]) -> None:
    assert len(seen("F44").events("websocket.connected")) == len(RESTARTS_S) + 1
