"""Tables, earlier meetings and team statistics follow from the matches that are played."""

import json

import pytest
from tests.simulator.play import DAY

from touchline.simulator.answers import answer
from touchline.simulator.seeded import Seeded

NOON = DAY * 86_400 + 43_200.0


@pytest.fixture(scope="module")
def scene() -> Seeded:
    return Seeded(5, 40, stats_every_s=60, two_stamps=True)


def asked(scene: Seeded, path: str, now: float = NOON, **query: str) -> list[dict]:
    body = answer(scene, path, query, now)
    assert body is not None
    assert body["code"] == 0
    return json.loads(json.dumps(body))["results"]


def test_a_table_moves_when_a_match_ends_and_adds_up(scene):
    moved = [
        (now, table)
        for now in range(int(NOON), int(NOON) + 7_200, 300)
        for table in asked(scene, "/table/live", now)
    ]
    ended = {
        str(record["season_id"])
        for now, _ in moved
        for record in scene.records(now)
        if record["status_id"] == 8 and now - int(str(record["updated_at"])) <= 600
    }

    assert moved
    assert {table["season_id"] for _, table in moved} <= ended
    for now, found in moved[:3]:
        rows = found["tables"][0]["rows"]
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows == sorted(
            rows, key=lambda row: (-row["points"], -row["goal_diff"], -row["goals"], row["team_id"])
        )
        for row in rows:
            assert (
                row["total"] == row["won"] + row["draw"] + row["loss"] == row["home_total"] + row["away_total"]
            )
            assert row["points"] == 3 * row["won"] + row["draw"]
        detail = asked(scene, "/season/recent/table/detail", now, uuid=found["season_id"])
        assert detail["tables"] == found["tables"]


def test_a_season_nobody_plays_has_no_table(scene):
    assert asked(scene, "/season/recent/table/detail", uuid="nobodyknowsthis") == {}


def test_what_was_counted_is_what_the_analysis_lists(scene):
    [tally, *_] = asked(scene, "/compensation/list", page="1")
    record = scene.record(tally["id"], NOON)
    history = asked(scene, "/match/analysis", uuid=tally["id"])["history"]

    won = 0
    for row in history["vs"]:
        home, away = row[5], row[6]
        own, other = (home, away) if home[0] == record["home_team_id"] else (away, home)
        won += own[2] > other[2]
    assert tally["history"]["home"]["won_count"] == won
    assert sum(tally["history"]["home"][f"{name}_count"] for name in ("won", "drawn", "lost")) == len(
        history["vs"]
    )
    assert all(row[3] < record["match_time"] for rows in history.values() for row in rows)


def test_only_coming_matches_are_compared(scene):
    live = next(record for record in scene.records(NOON) if record["status_id"] == 2)

    assert asked(scene, "/match/analysis", uuid=str(live["id"])) == {}
    assert str(live["id"]) not in {row["id"] for row in asked(scene, "/compensation/list", page="1")}


def test_team_statistics_are_those_of_the_live_detail_each_under_its_team(scene):
    told = {row["id"]: row["stats"] for row in asked(scene, "/match/team_stats/list")}
    details = {str(row["id"]): row for row in scene.details(NOON)}

    assert told
    for match_id, teams in told.items():
        record = scene.record(match_id, NOON)
        by_type = {row["type"]: row for row in details[match_id]["stats"]}
        for side in ("home", "away"):
            [team] = [team for team in teams if team["team_id"] == record[f"{side}_team_id"]]
            assert team["ball_possession"] == by_type[25][side]
            assert team["shots"] == by_type[21][side] + by_type[22][side]


def test_the_list_of_halves_has_what_each_detail_has(scene):
    rows = asked(scene, "/match/half/team_stats/list")

    assert rows
    for row in rows[:3]:
        assert asked(scene, "/match/half/team_stats/detail", uuid=row.pop("id")) == row
