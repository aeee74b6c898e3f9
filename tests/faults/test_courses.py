"""Rows F22, F24 to F40, F45, F46: matches that go, or are told, in every way of the matrix.

All of them are played side by side, through HTTP and MQTT into one database, with the minute engine at
work; each must end as written by hand in `ends.py`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from tests.faults.ends import ENDS
from tests.faults.minutes import Clocked, misjudged
from tests.faults.plain import WHOLE, Left, a_course, differences, named
from tests.faults.stage import METRICS, Stage, play_all
from tests.faults.world import EPOCH, Seen, World

from touchline.embedded.postgres import Postgres
from touchline.loop import run_all
from touchline.simulator.faults.courses import COURSES, told
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme
from touchline.simulator.telling import punctual
from touchline.sla.build import sla_loops

STATS_EVERY_S = 600
WAYS = [(code, name) for code, ends in ENDS.items() for name in ends]
A_DAY_LATER = ("F46", "replaced a day later")
LONG_ROWS = {"F25", "F28", "F38", "F39", "F40"}
LONG_WAYS = {
    ("F35", "1>9>1"),
    ("F35", "13>2"),
    ("F35", "12>1"),
    ("F35", "4>8>4"),
    ("F36", "no end"),
    ("F37", "no stamp"),
}
"""These take hours, or ask for polls so close in football time as the provider allows."""
PERIODS = {"1H": "first_half", "2H": "second_half", "E1": "overtime"}
LOOK_S = 0.3
"""Of the wall, between two looks."""
SETTLED_EARLY = """
SELECT jsonb_build_object('id', external_id) FROM ts_matches
WHERE status_id IN (1, 2) AND home_score_half_time IS NOT NULL
"""
CARDS_OF_ENDED = """
SELECT jsonb_build_object('id', external_id, 'cards', ARRAY[home_yellow_cards, away_yellow_cards])
FROM ts_matches WHERE status_id = 8
"""
REVISIONS = "SELECT to_jsonb(r) FROM kickoff_revision AS r ORDER BY match_id, period, seq"


def wrong(seen: Seen, code: str, name: str) -> list[str]:
    """Where the match of one way is not as it must be."""
    return differences(ENDS[code][name], left(seen, code, name), starts(seen, named(f"{code} {name}")))


def left(seen: Seen, code: str, name: str) -> Left:
    """What is left of the match of one way."""
    match_id = named(f"{code} {name}")
    return Left(
        seen.rows[match_id],
        [one for one in seen.incidents if one["match_id"] == match_id],
        [one for one in seen.changes if one["match_id"] == match_id],
        [one for one in seen.notes["revisions"] if one["match_id"] == match_id],
    )


def starts(seen: Seen, match_id: str) -> Mapping[str, int]:
    """The true kick-off of each period that has a stamp of its own, also of a second half never begun."""
    planned = next(one for one in seen.plan["matches"] if one["id"] == match_id)
    begun = {PERIODS[one["period"]]: one["start"] for one in planned["periods"] if one["period"] in PERIODS}
    return {"second_half": planned["scheduled"] + WHOLE[1][0], **begun}


def world_of(code: str, name: str) -> str:
    """The world in which a way is played."""
    if (code, name) == A_DAY_LATER:
        return "a_day"
    return "long" if code in LONG_ROWS or (code, name) in LONG_WAYS else "courses"


def a_world(name: str, first_s: int, *, times: float, speed: float) -> World:
    """The plain match in each way of a world, scheduled `first_s` after the beginning."""
    ways = [way for way in WAYS if world_of(*way) == name]

    def scene(_lines: object, begins: float, _switches: Switches) -> Programme:
        manner = punctual(STATS_EVERY_S)
        courses = ((a_course(f"{code} {name}", begins + first_s), COURSES[code][name]) for code, name in ways)
        return Programme([told(course, [way], manner, 1) for course, way in courses])

    return World(
        matches=(),
        times=times,
        speed=speed,
        scene=scene,
        meanwhile=play_to_the_end,
        settled=lambda seen: all(not wrong(seen, *way) for way in ways),
        environ={"TOUCHLINE_THESPORTS__POLL_S": "60"},
    )


async def play_to_the_end(stage: Stage) -> None:
    """Watch over it until the last word, look in again and again, and note what only the database knows."""
    stop = asyncio.Event()
    watch = sla_loops(stage.db, stage.clock, METRICS, stage.settings)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_all(watch, stage.clock, stop))
        await look_in(stage)
        stop.set()
    stage.notes["revisions"] = await stage.table(REVISIONS)


async def look_in(stage: Stage) -> None:
    last = max(script.last_at for script in stage.scene.scripts(stage.clock.now()))
    early: set[str] = set()
    cards: set[tuple[str, int, int]] = set()
    while stage.clock.now() < last + 600:
        early |= {row["id"] for row in await stage.table(SETTLED_EARLY)}
        cards |= {(row["id"], *row["cards"]) for row in await stage.table(CARDS_OF_ENDED)}
        await asyncio.sleep(LOOK_S)
    stage.notes |= {"early": early, "cards": cards}


WORLDS = {
    "courses": a_world("courses", 300, times=0.5, speed=720),
    "long": a_world("long", 2_700, times=15, speed=40),
    "a_day": a_world("a_day", 3_000, times=4, speed=1_250),
}


@pytest.fixture(scope="module")
def seen(postgres: Postgres) -> Callable[[str], Seen]:
    """What each world left."""
    return play_all(postgres, WORLDS)


def test_every_way_of_every_row_is_played() -> None:
    ways = {(code, name) for code, ways in COURSES.items() for name in ways}
    assert set(WAYS) == ways


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_it_ends_as_the_truth(seen: Callable[[str], Seen], code: str, name: str) -> None:
    assert wrong(seen(world_of(code, name)), code, name) == []


MINUTES = {
    ("F24", "by -1 s"): Clocked("second_half", 4, 45),
    ("F24", "by -5 s"): Clocked("first_half", 2, 0),
    ("F24", "by -48, -54, -62 s"): Clocked("first_half", 2, 0, since_s=1_300),
    ("F24", "by -61 s"): Clocked("second_half", 4, 45, since_s=500),
    ("F24", "by +30 s"): Clocked("second_half", 4, 45, since_s=500),
    ("F24", "by +400 s"): Clocked("first_half", 2, 0, since_s=500),
    ("F24", "0 at first"): Clocked("second_half", 4, 45, since_s=500),
    ("F24", "0 later"): Clocked("second_half", 4, 45, since_s=500),
    ("F24", "90 s ahead"): Clocked("first_half", 2, 0, since_s=500),
    ("F24", "600 s ahead"): Clocked("first_half", 2, 0, off_s=600, since_s=700),
    ("F25", "for three minutes"): Clocked("second_half", 4, 45),
    ("F25", "for the whole half"): Clocked("second_half", 4, 45, by_ear=True),
    ("F35", "2>10>2"): Clocked("first_half", 2, 0, off_s=900, since_s=2_400),
    ("F37", "no stamp"): Clocked("overtime", 5, 90, by_ear=True),
    ("F37", "one stamp"): Clocked("overtime", 5, 90),
    ("F37", "two stamps"): Clocked("overtime", 5, 105, off_s=1_050, since_s=1_080),
    ("F37", "more than 120 minutes"): Clocked("overtime", 5, 105, off_s=1_290, since_s=1_330),
    ("F38", "a new stamp"): Clocked("second_half", 4, 45, off_s=7_200, since_s=9_060),
    ("F38", "the old stamp"): Clocked("second_half", 4, 45, off_s=7_200, since_s=9_060, by_ear=True),
}
"""The stretches whose minutes are counted from another instant than without the fault, or may seem to be."""


@pytest.mark.parametrize(("code", "name"), MINUTES)
def test_the_minute_follows_the_right_stamp(seen: Callable[[str], Seen], code: str, name: str) -> None:
    world = seen(world_of(code, name))
    kick_offs = starts(world, named(f"{code} {name}"))

    assert misjudged(MINUTES[code, name], left(world, code, name).changes, kick_offs) == []


def test_no_half_time_score_is_known_before_half_time(seen: Callable[[str], Seen]) -> None:
    assert [seen(world).notes["early"] for world in WORLDS] == [set()] * len(WORLDS)


def test_a_kick_off_in_the_future_is_said(seen: Callable[[str], Seen]) -> None:
    warned = {one["match_id"] for one in seen("courses").events("minute.kickoff_in_future")}

    assert warned == {named("F24 600 s ahead")}


@pytest.mark.parametrize("name", ["no second half", "no half-time"])
def test_a_phase_that_nobody_told_of_is_said(seen: Callable[[str], Seen], name: str) -> None:
    gaps = {one["match_id"] for one in seen("courses").events("match.transition.gap")}

    assert named(f"F36 {name}") in gaps


@pytest.mark.parametrize("name", ["with added time", "without"])
def test_a_goal_of_the_stoppage_is_of_the_first_half(seen: Callable[[str], Seen], name: str) -> None:
    row = left(seen("courses"), "F33", name).row

    assert counted(row["incidents_first_half"]) == {(1, 1): 2, (1, 2): 1, (3, 2): 1, (11, 0): 1}
    assert counted(row["incidents_second_half"]) == {(1, 2): 1, (9, 1): 1, (9, 2): 2, (12, 0): 1}


def test_a_goal_in_45_and_6_stands_before_one_in_46(seen: Callable[[str], Seen]) -> None:
    match = left(seen("courses"), "F45", "45+6, then 46")
    listed = sorted(match.incidents, key=lambda one: one["position"])
    goals = [one["what"] for one in listed if one["type"] == 1]

    assert [(one["time"], one["side"]) for one in goals] == [(11, 1), (51, 1), (46, 2), (56, 2)]
    assert [one["score"] for one in match.told("match.goal")] == [[1, 0], [2, 0], [2, 1], [2, 2]]


@pytest.mark.parametrize("name", list(ENDS["F31"]))
def test_who_is_rewritten_stays_who_he_is(seen: Callable[[str], Seen], name: str) -> None:
    """What is listed in the end are the rows that were there first."""
    rows = left(seen("courses"), "F31", name).incidents
    listed = {one["ordinal"] for one in rows if one["withdrawn_ts"] is None}

    assert listed & late(rows, before_minute=27) == set()


CARDS = {"mirrored": {(2, 1)}, "a card corrected": {(2, 1), (2, 2)}, "goals corrected": {(2, 1)}}


@pytest.mark.parametrize("name", CARDS)
def test_mirrored_repeats_are_never_shown(seen: Callable[[str], Seen], name: str) -> None:
    shown = {tuple(cards) for id_, *cards in seen("long").notes["cards"] if id_ == named(f"F28 {name}")}

    assert shown == CARDS[name]


def test_only_a_frozen_half_time_is_an_error(seen: Callable[[str], Seen]) -> None:
    marked = {(one["match_id"], one["reason"]) for one in seen("long").events("match.stale.marked")}
    breaks = {named(f"F39 {name}") for name in ENDS["F39"]}

    assert {one for one in marked if one[0] in breaks} == {(named("F39 40 minutes"), "half_time_frozen")}


def test_a_silent_match_that_the_provider_confirms_is_no_error(seen: Callable[[str], Seen]) -> None:
    silent = named("F40 twenty minutes")

    assert [one for one in seen("long").events("match.stale.marked") if one["match_id"] == silent] == []


def counted(listed: Sequence[Mapping[str, Any]]) -> Counter[tuple[int, int]]:
    return Counter((one["type"], one["side"]) for one in listed)


def late(rows: Sequence[Mapping[str, Any]], before_minute: int) -> set[int]:
    """Ordinals of what happened early and was first seen only when the list was rewritten."""
    rewritten = EPOCH + 300 + 1_600
    return {
        one["ordinal"]
        for one in rows
        if one["what"]["time"] <= before_minute and one["first_seen_ts"] > rewritten
    }
