"""Line-ups, trends and statistics of the halves follow from the match that is played."""

import json
from itertools import chain

import pytest
from tests.simulator.play import DAY, matchdays

from touchline.simulator.answers import answer
from touchline.simulator.half_stats import halves
from touchline.simulator.pressure import trend
from touchline.simulator.script import Script
from touchline.simulator.seeded import Seeded
from touchline.simulator.teamsheet import sheet

NOON = DAY * 86_400 + 43_200.0


@pytest.fixture(scope="module")
def scene() -> Seeded:
    return Seeded(5, 40, stats_every_s=60, two_stamps=True)


@pytest.fixture(scope="module")
def covered() -> list[Script]:
    """Matches that are played and told with all their parts; cup ties into extra time among them."""
    scripts = [one for one in matchdays() if one.course.spans and not one.course.thin]
    assert any(len(one.course.spans) > 2 for one in scripts)
    return scripts


def asked(scene: Seeded, path: str, now: float = NOON, **query: str) -> dict:
    body = answer(scene, path, query, now)
    assert body is not None
    assert body["code"] == 0
    return json.loads(json.dumps(body))


# ---------------------------------------------------------------- endpoints


def test_every_covered_match_in_play_has_a_trend_and_no_other(scene):
    told = {row["match_id"]: row["trend"] for row in asked(scene, "/match/trend/live")["results"]}
    records = {script.id: script.record(NOON) for script in scene.scripts(NOON)}

    assert told
    assert all(records[match_id]["status_id"] in {2, 3, 4, 5, 7} for match_id in told)
    for match_id, found in told.items():
        detail = asked(scene, "/match/trend/detail", uuid=match_id)
        assert detail["results"] == found
        assert detail["query"] == {"total": 1, "type": "uuid", "uuid": match_id}


@pytest.mark.parametrize("path", ["trend/detail", "lineup/detail", "half/team_stats/detail"])
def test_of_an_unknown_or_uncovered_match_nothing_is_told(scene, path):
    thin = next(script.id for script in scene.scripts(NOON) if script.course.thin)

    for match_id in ("nobodyknowsthis", thin, ""):
        assert asked(scene, f"/match/{path}", uuid=match_id)["results"] == {}


def test_a_record_says_an_hour_ahead_whether_a_line_up_will_come(scene):
    for script in scene.scripts(NOON):
        before = script.course.fixture.scheduled - 3_500
        promised = script.record(before)["coverage"]["lineup"] == 1
        assert promised == (sheet(script, before) is not None) == (not script.course.thin)


# ---------------------------------------------------------------- line-ups


def test_a_line_up_is_told_expected_then_confirmed(covered):
    for script in covered:
        kick_off = script.course.fixture.scheduled
        stages = [sheet(script, kick_off - ahead) for ahead in (4_501, 4_500, 2_401, 2_400)]
        assert [stage and stage["confirmed"] for stage in stages] == [None, 0, 0, 1]


def test_a_side_is_eleven_on_the_pitch_with_numbers_of_their_own_and_one_captain(covered):
    for script in covered:
        told = sheet(script, script.course.fixture.scheduled)
        for name, squad in zip(("home", "away"), script.course.squads, strict=True):
            players = told["lineup"][name]
            starters = [player for player in players if player["first"]]
            assert [player["id"] for player in players] == [player.id for player in squad]
            assert len(starters) == 11
            assert len({player["shirt_number"] for player in players}) == len(players)
            assert sum(player["captain"] for player in players) == 1
            assert len({(player["x"], player["y"]) for player in starters}) == 11
            lines = [int(count) for count in told[f"{name}_formation"].split("-")]
            assert sum(lines) == 10
            assert [player["position"] for player in starters].count("D") == lines[0]
            assert all(0 < player["x"] < 100 and 0 < player["y"] < 100 for player in starters)


def test_marks_are_the_told_incidents_of_the_players(covered):
    """Whoever is named in the list at the end is marked for it, at the same minute."""
    marked = 0
    for script in covered:
        now = script.last_at
        told = sheet(script, now)
        marks = {
            (player["id"], mark["type"], mark["minute"] + mark.get("addtime", 0))
            for name in ("home", "away")
            for player in told["lineup"][name]
            for mark in player.get("incidents", ())
        }
        incidents = script.detail(now)["incidents"]
        named = {
            (entry[role], entry["type"], entry["time"])
            for entry in incidents
            for role in ("player_id", "in_player_id", "out_player_id")
            if role in entry and entry["type"] not in {28, 29, 30}
        }
        assert marks == named
        marked += len(marks)
    assert marked > 50


def test_who_has_not_played_has_no_rating(covered):
    for script in covered:
        told = sheet(script, script.course.ended)
        for player in chain.from_iterable(told["lineup"].values()):
            came_on = any(mark["type"] == 9 for mark in player.get("incidents", ()))
            assert (player["rating"] != "0.0") == bool(player["first"] or came_on)
            assert 0.0 <= float(player["rating"]) <= 10.0


# ---------------------------------------------------------------- trends


def test_a_minute_once_told_stands(covered):
    for script in covered:
        whole = trend(script, script.course.ended)
        for now in range(script.course.spans[0].start, script.course.ended, 600):
            told = trend(script, now)
            for half, all_of_it in zip(told["data"] if told else [], whole["data"], strict=False):
                assert half == all_of_it[: len(half)]


def test_extra_time_is_appended_to_the_second_list(covered):
    for script in covered:
        first, second = trend(script, script.course.ended)["data"]
        assert len(first) == 45
        assert len(second) == (75 if len(script.course.spans) > 2 else 45)


# ---------------------------------------------------------------- halves


def test_the_halves_add_up_to_what_the_counters_say(covered):
    for script in covered:
        told = halves(script, script.course.ended)
        stood = {row["type"]: row for row in script.detail(script.course.spans[1].end)["stats"]}
        for code in (2, 3, 21, 23, 24):
            halved = [sum(pair) for pair in zip(told["p1"][str(code)], told["p2"][str(code)], strict=True)]
            assert halved[0] >= stood[code]["home"]
        assert sum(told["p1"]["25"]) == sum(told["p2"]["25"]) == 100
        assert ("o1" in told) == (len(script.course.spans) > 2)


def test_nothing_is_said_of_a_half_before_it_is_over(covered):
    for script in covered[:20]:
        first, second = script.course.spans[:2]
        assert halves(script, first.end - 1) is None
        assert set(halves(script, second.end - 1)) == {"ft", "p1"}
        assert {"ft", "p1", "p2"} <= set(halves(script, second.end))
