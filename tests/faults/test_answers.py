"""Rows F01, F02, F06 to F13, F15 and S01: what a provider says wrongly, through HTTP and MQTT into the rows."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.faults.programme import LEAD_S, a_timeline, event, match_id
from tests.faults.scenes import and_later, fated, hit, with_a_table
from tests.faults.stage import Stage, play_all
from tests.faults.world import Seen, World

from touchline.embedded.postgres import Postgres
from touchline.simulator.faults.bodies import rows
from touchline.simulator.faults.fixtures import EDGE_MINUTES, PUT_OFF_S, Fate, edge_id, successor
from touchline.simulator.faults.forms import FOREIGN, FOREIGN_LIVE, UNNAMED
from touchline.simulator.faults.hidden import UNLISTED
from touchline.simulator.faults.switches import Switches
from touchline.simulator.faults.values import PREMATURE, WITHOUT_CORNERS
from touchline.simulator.wire import invented_id

SILENT_S = 600.0
"""Nothing is heard of a silent match for so long."""
SPRING = datetime.fromisoformat("2026-03-29T00:05:00+00:00").timestamp()
"""In this night clocks change in Europe, at 01:00 UTC."""
IN_PLAY_S = LEAD_S + 700
"""After the beginning of a world its match is in its first half."""


# ---------------------------------------------------------------- what is done meanwhile


async def ask_again_and_again(stage: Stage) -> None:
    """Note the forms in which the diary comes, and what the client reads in lists of several matches.

    Others ask too, so that not every turn is ours.
    """
    stage.notes["forms"] = [(await stage.ask("/match/diary"))["results"] for _ in range(16)]
    today = datetime.fromtimestamp(stage.clock.now(), UTC).date()
    await stage.until(stage.world.epoch + IN_PLAY_S)
    client = stage.client
    for _ in range(8):
        for reading in (await client.diary(today), await client.recent_page(1), await client.detail_live()):
            stage.notes.setdefault("read", []).append({one.match_id for one in reading.reports})


async def look_at_names(stage: Stage) -> None:
    """Note how a match is called while a name is missing, and once it no longer is."""
    today = datetime.fromtimestamp(stage.clock.now(), UTC).date()

    async def called(*names: str) -> bool:
        items = [item for item in await stage.day(today, "UTC") if item.id == match_id(NAMELESS)]
        stage.notes["called"] = [(one.home_team_id, one.home_name, one.away_name) for one in items]
        return bool(items) and {items[0].home_name, items[0].away_name} >= set(names)

    await stage.until_true(lambda: called(f"Right {NAMELESS}"))
    stage.notes["missing"] = stage.notes["called"]
    stage.switches.off("F07")
    await stage.until_true(lambda: called(f"Left {NAMELESS}"))


async def look_at_days(stage: Stage) -> None:
    """Note which fixtures of F08 the diaries of some zones show."""
    asked = [(day, zone) for day, zone, _ in LOCAL_DAYS]

    async def all_there() -> bool:
        return len(await stage.table("SELECT to_jsonb(m.id) FROM ts_matches AS m")) == len(EDGE_MINUTES) + 1

    await stage.until_true(all_there)
    stage.notes["days"] = {key: {item.id for item in await stage.day(*key)} for key in asked}


async def change_the_schedule(stage: Stage) -> None:
    """Note the rows while the first match is in play, and switch F11 on."""

    async def all_there() -> bool:
        return len((await stage.look()).rows) == len(Fate) + 1

    await stage.until_true(all_there)
    await stage.until(stage.world.epoch + IN_PLAY_S)
    stage.notes["before"] = (await stage.look()).rows
    stage.switches.on("F11")
    await stage.until_true(lambda: followed(stage))
    stage.notes["deleted"] = (await stage.ask("/deleted"))["results"]


async def followed(stage: Stage) -> bool:
    """Whether every change of the schedule is in the rows."""
    seen = await stage.look()
    return not [one for one in Fate if not follows(seen, one, stage.notes["before"])]


async def read_tables(stage: Stage) -> None:
    """Note what the client makes of the tables of a season, four times, and what is kept after its match."""
    season = stage.scene.catalogue.rows("season")[0]["id"]
    stage.notes["season"] = season
    stage.notes["tables"] = [await stage.client.season_tables(str(season)) for _ in range(4)]
    await stage.until(stage.last_word(stage.world.matches[0]))

    async def is_kept() -> bool:
        kept_tables = await stage.table("SELECT to_jsonb(s) FROM standing AS s ORDER BY group_num")
        stage.notes["kept"] = [(one["season_id"], one["group_num"]) for one in kept_tables]
        return bool(kept_tables)

    await stage.until_true(is_kept)


async def silence_a_match(stage: Stage) -> None:
    """Let a match in play be silent through its second half's beginning, and note what is said of it."""
    await stage.until(stage.world.epoch + IN_PLAY_S)
    stage.switches.on("S01")

    async def one_is_missing() -> bool:
        live = rows(await stage.ask("/match/detail_live"))
        return len(live) == 1

    await stage.until_true(one_is_missing)
    (heard,) = rows(await stage.ask("/match/detail_live"))
    (silent,) = {match_id(1), match_id(2)} - {str(heard["id"])}

    async def is_forgotten() -> bool:
        found = (await stage.look()).rows
        stage.notes["unheard_s"] = {id_: stage.clock.now() - row["last_seen_ts"] for id_, row in found.items()}
        return bool(stage.notes["unheard_s"][silent] > SILENT_S)

    await stage.until_true(is_forgotten)
    stage.notes["silent"] = silent
    stage.notes["asked"] = [
        await stage.ask(path, uuid=silent)
        for path in ("/match/recent/list", "/match/live/history", "/match/lineup/detail")
    ]
    stage.switches.off("S01")


def kept(seen: Seen, what: str) -> set[str]:
    """The kinds of what was kept raw, or the reasons."""
    return {one[what] for one in seen.raw}


# ---------------------------------------------------------------- the worlds

UNREAD = {
    *("recent_list.bad_schedule", "recent_list.bad_goals"),
    *("detail_live.bad_goals", "detail_live.bad_incidents", "detail_live.bad_stats"),
}
BAD_LENGTHS = {"home has 6 slots, not 7", "home has 8 slots, not 7", "the score has 5 parts, not 6"}

LISTED, HIDDEN = hit("F15", UNLISTED, is_hit=False), hit("F15", UNLISTED)
NAMELESS = next(
    number
    for number in range(1, 99)
    if [
        Switches(1).drawn("F07", invented_id("team", f"{side} {number}")).random() < UNNAMED
        for side in ("Left", "Right")
    ]
    == [True, False]
)
CORNERLESS = hit("F10", WITHOUT_CORNERS)
EARLY = hit("F13", PREMATURE)
EXTRA = a_timeline(
    score={"ht": [2, 0], "ft": [3, 3], "aet": [4, 3]},
    periods=[
        {"period": one, "duration_s": 600 if one.endswith("H") else 300} for one in ("1H", "2H", "E1", "E2")
    ],
    events=[
        *a_timeline()["events"],
        event("2H", 540, "goal", "away", "G. Right"),
        event("E2", 60, "goal", "home", "A. Left"),
    ],
    decided_by="extra_time",
)
LOCAL_DAYS = (
    (date(2026, 3, 30), "Asia/Shanghai", "00:10 in UTC+8"),
    (date(2026, 3, 29), "Europe/Istanbul", "23:30 in UTC+3"),
    (date(2026, 3, 29), "Europe/Berlin", "before clocks change"),
    (date(2026, 3, 29), "Europe/Berlin", "after clocks change"),
    (date(2026, 3, 29), "Europe/Berlin", "23:30 in UTC+2"),
    (date(2026, 3, 30), "Europe/Berlin", "00:30 in UTC+2"),
    (date(2026, 3, 28), "America/New_York", "before clocks change"),
    (date(2026, 3, 29), "UTC", "the last minute of the day"),
)

WORLDS = {
    "honest": World(),
    "F01": World(
        faults=["F01"], matches=[a_timeline(number) for number in (1, 2, 3)], meanwhile=ask_again_and_again
    ),
    "F02": World(faults=["F02"]),
    "F06": World(faults=["F06"], scene=and_later(*range(2, 9))),
    "F07": World(faults=["F07"], matches=[a_timeline(NAMELESS)], meanwhile=look_at_names),
    "F08": World(faults=["F08"], epoch=SPRING, meanwhile=look_at_days),
    "F09": World(faults=["F09"], settled=lambda seen: not seen.wrong() and kept(seen, "kind") >= UNREAD),
    "F10": World(
        faults=["F10"],
        matches=[a_timeline(CORNERLESS), a_timeline(hit("F10", WITHOUT_CORNERS, is_hit=False))],
        settled=lambda seen: len(seen.wrong()) <= 1 and kept(seen, "reason") >= BAD_LENGTHS,
    ),
    "F11": World(matches=[a_timeline(99)], scene=and_later(*map(fated, Fate)), meanwhile=change_the_schedule),
    "F12": World(faults=["F12"], times=22, speed=20, scene=with_a_table, meanwhile=read_tables),
    "F13": World(
        faults=["F13"],
        matches=[EXTRA],
        scene=and_later(EARLY),
        settled=lambda seen: not seen.wrong() and "detail_live.bad_status" in kept(seen, "kind"),
    ),
    "F15": World(
        faults=["F15"],
        matches=[a_timeline(LISTED), a_timeline(HIDDEN)],
        settled=lambda seen: len(seen.wrong()) <= 1,
    ),
    "S01": World(matches=[a_timeline(1), a_timeline(2)], meanwhile=silence_a_match),
}


@pytest.fixture(scope="module")
def seen(postgres: Postgres) -> Callable[[str], Seen]:
    """What each world left."""
    return play_all(postgres, WORLDS)


Look = Callable[[str], Seen]


# ---------------------------------------------------------------- the rows of the matrix


def test_without_a_fault_every_match_ends_as_its_timeline(seen: Look) -> None:
    honest = seen("honest")

    assert honest.wrong() == []
    assert honest.raw == []
    assert honest.events("simulator.faults.switched", "provider.http.retry") == []


def test_f01_every_form_of_results_says_the_same(seen: Look) -> None:
    world = seen("F01")

    assert world.wrong() == []
    assert world.raw == []
    forms = {json.dumps(form)[:12] for form in world.notes["forms"]}
    assert len(forms) == 4, forms
    assert world.notes["read"] == [{match_id(number) for number in (1, 2, 3)}] * 24


def test_f02_an_answer_without_the_wanted_match_touches_no_other(seen: Look) -> None:
    world = seen("F02")

    assert world.wrong() == []
    assert set(world.rows) == {match_id()}
    strangers = {one["match_id"] for one in world.events("match.absent")}
    assert len(strangers - {match_id()}) == FOREIGN_LIVE
    assert {one["items"] for one in world.events("provider.match.absent")} == {FOREIGN}


def test_f06_every_row_of_a_diary_comes_once_and_one_without_end_is_cut_off_and_said(seen: Look) -> None:
    world = seen("F06")

    assert world.wrong() == []
    assert {match_id(number) for number in range(1, 9)} <= set(world.rows)
    assert {one["pages_max"] for one in world.events("diary.pages_exceeded")} == {20}
    asked = [int(one.query["page"]) for one in world.asked if one.path == "/match/diary"]
    assert max(asked) == 20


def test_f07_a_team_is_shown_by_its_id_until_its_name_is_known(seen: Look) -> None:
    world = seen("F07")

    (home_id, home, away) = world.notes["missing"][0]
    assert (home, away) == (home_id, f"Right {NAMELESS}")
    assert world.notes["called"] == [(home_id, f"Left {NAMELESS}", f"Right {NAMELESS}")]
    assert world.wrong() == []


@pytest.mark.parametrize(("day", "zone", "edge"), LOCAL_DAYS)
def test_f08_a_match_at_the_edge_of_a_day_is_in_the_diary_of_its_local_day(
    seen: Look, day: date, zone: str, edge: str
) -> None:
    world = seen("F08")

    midnight = int(SPRING) // 86_400 * 86_400
    assert edge_id(midnight, EDGE_MINUTES[edge]) in world.notes["days"][day, zone]
    assert (
        edge_id(midnight, EDGE_MINUTES["the last minute of the day"])
        not in world.notes["days"][date(2026, 3, 29), "Europe/Berlin"]
    )
    assert world.wrong() == []


def test_f09_what_loses_nothing_is_read_and_the_rest_is_kept(seen: Look) -> None:
    world = seen("F09")

    assert world.wrong() == []
    assert kept(world, "kind") >= UNREAD
    times = {
        str(json.loads(one["payload"])["match_time"])
        for one in world.raw
        if one["kind"] == "recent_list.bad_schedule"
    }
    assert all(time in {"nan", "soon"} or time.endswith(".5") for time in times)


def test_f10_arrays_of_another_length_are_kept_and_no_corners_are_unknown(seen: Look) -> None:
    world = seen("F10")

    assert world.wrong() == [f"stage-{CORNERLESS}: corners is (None, None), should be (1, 0)"]
    assert kept(world, "reason") == BAD_LENGTHS


@pytest.mark.parametrize("wanted", Fate)
def test_f11_a_row_follows_its_match_and_keeps_its_id(seen: Look, wanted: Fate) -> None:
    world = seen("F11")

    assert follows(world, wanted, world.notes["before"])
    row, before = world.rows[match_id(fated(wanted))], world.notes["before"][match_id(fated(wanted))]
    assert row["id"] == before["id"]
    assert world.notes["deleted"] == {"match": [match_id(fated(Fate.DELETED))]}
    assert world.wrong() == []


def test_f12_a_table_of_another_season_is_refused_and_both_groups_are_read(seen: Look) -> None:
    world = seen("F12")

    readings = world.notes["tables"]
    assert [[table.group for table in reading.tables] for reading in readings] == [[1, 2], [], [1, 2], []]
    teams = [row.team_id for table in readings[0].tables for row in table.rows]
    assert len(teams) == len(set(teams)) == 2
    assert {table.season_id for reading in readings for table in reading.tables} == {world.notes["season"]}
    assert {one.kind for reading in readings for one in reading.unreadable} == {"standings.foreign_season"}
    assert world.notes["kept"] == [(world.notes["season"], 1), (world.notes["season"], 2)]


def test_f13_a_future_match_is_not_over_six_is_extra_time_and_unknown_statuses_are_kept(seen: Look) -> None:
    world = seen("F13")

    assert world.wrong() == []
    early = world.rows[match_id(EARLY)]
    assert (early["status_id"], early["home_scores"]) == (1, [0] * 7)
    assert 5 in {one["status_id"] for one in world.changes}
    assert "detail_live.bad_status" in kept(world, "kind")


def test_f15_a_match_that_is_in_no_list_gets_no_row_and_is_asked_for(seen: Look) -> None:
    world = seen("F15")

    assert set(world.rows) == {match_id(LISTED)}
    assert world.wrong() == [f"stage-{HIDDEN}: there is no row"]
    asked = [one for one in world.asked if one.query.get("uuid") == match_id(HIDDEN)]
    assert {one.path for one in asked} == {"/match/recent/list"}
    assert 1 <= len(asked) <= 1 + 3_600 // 300
    assert {one["match_id"] for one in world.events("match.absent")} == {match_id(HIDDEN)}


def test_s01_a_silent_match_is_heard_of_nowhere_until_the_switch_is_off(seen: Look) -> None:
    world = seen("S01")

    silent = world.notes["silent"]
    assert all(not rows(answer) for answer in world.notes["asked"])
    silent_s, other_s = (
        world.notes["unheard_s"][id_] for id_ in sorted(world.rows, key=lambda id_: id_ != silent)
    )
    assert silent_s > max(SILENT_S, other_s)
    assert world.wrong() == []


def follows(seen: Seen, wanted: Fate, before: Mapping[str, Any]) -> bool:
    """Whether a row is as the changed schedule says."""
    id_ = match_id(fated(wanted))
    row, was = seen.rows[id_], before[id_]
    match wanted:
        case Fate.RESCHEDULED:
            return bool(row["match_time"] == was["match_time"] + PUT_OFF_S)
        case Fate.POSTPONED:
            return bool(row["status_id"] == 9)
        case Fate.MERGED:
            merged = {one["id"]: one["merged_into"] for one in seen.catalogue if one["kind"] == "team"}
            heir = successor(was["home_team_id"])
            return bool(row["home_team_id"] == heir and merged.get(was["home_team_id"]) == heir)
        case Fate.TRANSFERRED:
            sides = (row["home_team_id"], row["away_team_id"])
            return bool(
                sides == (was["away_team_id"], was["home_team_id"]) and row["season_id"] != was["season_id"]
            )
        case _:
            return row["deleted_at"] is not None
