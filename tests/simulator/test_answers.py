"""Every endpoint answers its envelope, its pages and its parameters as documented."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import chain

import pytest
from tests.simulator.play import DAY

from touchline.simulator.answers import LISTS, WrongQuestion, answer
from touchline.simulator.seeded import Seeded

NOON = DAY * 86_400 + 43_200.0
UTC_8 = timezone(timedelta(hours=8))


@pytest.fixture(scope="module")
def scene() -> Seeded:
    return Seeded(5, 40, stats_every_s=60, two_stamps=True)


def ids(body: dict) -> list[str]:
    return [row["id"] for row in body["results"]]


@pytest.mark.parametrize("date", [None, datetime.fromtimestamp(NOON, UTC_8).strftime("%Y%m%d")])
def test_a_diary_is_the_day_of_utc_plus_8_by_stamp_and_by_date(scene, date):
    query = {"date": date} if date else {"tsp": str(int(NOON))}

    body = answer(scene, "/match/diary", query, NOON)

    days = {datetime.fromtimestamp(row["match_time"], UTC_8).date() for row in body["results"]}
    assert days == {datetime.fromtimestamp(NOON, UTC_8).date()}
    assert len(ids(body)) > 400


def test_a_diary_by_its_first_second_is_the_same_day(scene):
    midnight = datetime.fromtimestamp(NOON, UTC_8).replace(hour=0, minute=0, second=0, microsecond=0)

    by_midnight = answer(scene, "/match/diary", {"tsp": str(int(midnight.timestamp()))}, NOON)

    assert ids(by_midnight) == ids(answer(scene, "/match/diary", {}, NOON))


def test_a_diary_names_what_its_rows_refer_to(scene):
    body = answer(scene, "/match/diary", {}, NOON)
    named = {kind: {row["id"] for row in rows} for kind, rows in body["results_extra"].items()}

    for row in body["results"]:
        assert {row["home_team_id"], row["away_team_id"]} <= named["team"]
        assert row["competition_id"] in named["competition"]
        assert row["season_id"] in named["season"]
        assert row["venue_id"] in named["venue"]
        assert row["referee_id"] in named["referee"]
        assert row["round"]["stage_id"] in named["stage"]
    assert body["query"]["type"] == "diary"


def test_a_diary_comes_in_pages_when_asked(scene):
    whole = ids(answer(scene, "/match/diary", {}, NOON))
    pages = [ids(answer(scene, "/match/diary", {"page": str(n), "limit": "200"}, NOON)) for n in range(1, 5)]

    assert list(chain.from_iterable(pages)) == whole
    assert pages[-1] == []


def test_pages_of_recent_matches_end_with_an_empty_one(scene):
    pages = [answer(scene, "/match/recent/list", {"page": str(n)}, NOON) for n in range(1, 6)]
    seen = list(chain.from_iterable(ids(page) for page in pages))

    assert len(seen) == len(set(seen)) > 2_000
    assert pages[-1]["query"] == {"total": 0, "type": "page", "page": 5}
    assert [len(page["results"]) for page in pages[:2]] == [1_000, 1_000]


def test_by_time_come_the_changed_ones_oldest_change_first(scene):
    since = int(NOON) - 600

    body = answer(scene, "/match/recent/list", {"time": str(since)}, NOON)

    changes = [row["updated_at"] for row in body["results"]]
    assert changes == sorted(changes)
    assert all(since <= change <= NOON for change in changes)
    assert body["query"]["min_time"] == changes[0]
    assert body["query"]["max_time"] == changes[-1]
    assert {row["status_id"] for row in body["results"]} & {2, 4}


def test_an_unknown_id_is_absent(scene):
    assert answer(scene, "/match/recent/list", {"uuid": "nobodyknowsthis"}, NOON)["results"] == []
    assert answer(scene, "/match/live/history", {"uuid": "nobodyknowsthis"}, NOON)["results"] == {}


def test_history_is_told_of_finished_matches_only(scene):
    rows = answer(scene, "/match/recent/list", {"time": str(int(NOON) - 1_200)}, NOON)["results"]
    finished = next(row for row in rows if row["status_id"] == 8)
    running = next(row for row in rows if row["status_id"] == 4)

    history = answer(scene, "/match/live/history", {"uuid": finished["id"]}, NOON)["results"]

    assert history["score"][1:3] == [8, finished["home_scores"]]
    assert history["incidents"]
    assert answer(scene, "/match/live/history", {"uuid": running["id"]}, NOON)["results"] == {}


def test_a_season_lists_its_matches(scene):
    season = answer(scene, "/match/diary", {}, NOON)["results"][0]["season_id"]

    rows = answer(scene, "/match/season/recent", {"uuid": season}, NOON)["results"]

    assert rows
    assert {row["season_id"] for row in rows} == {season}


@pytest.mark.parametrize("path", LISTS)
def test_every_named_thing_is_found_by_page(scene, path):
    seen: list[str] = []
    for page in range(1, 20):
        rows = ids(answer(scene, path, {"page": str(page)}, NOON))
        if not rows or set(rows) <= set(seen):
            break
        seen += rows

    assert len(seen) == len(set(seen)) > 0
    assert page < 19


def test_every_name_of_the_catalogue_is_found_by_id_and_by_time(scene):
    row = answer(scene, "/team/additional/list", {"page": "2"}, NOON)["results"][-1]

    by_id = answer(scene, "/team/additional/list", {"uuid": row["id"]}, NOON)
    by_time = answer(scene, "/team/additional/list", {"time": str(row["updated_at"])}, NOON)

    assert by_id["results"] == [row]
    assert row in by_time["results"]


def test_a_withdrawn_match_leaves_every_list_and_is_said_to_be_deleted(scene):
    deleted = answer(scene, "/deleted", {}, NOON)["results"]["match"]

    listed = {
        row["id"]
        for page in "123"
        for row in answer(scene, "/match/recent/list", {"page": page}, NOON)["results"]
    }
    assert deleted
    assert not listed & set(deleted)
    assert answer(scene, "/match/recent/list", {"uuid": deleted[0]}, NOON)["results"] == []


def test_data_update_names_seasons_of_matches_that_just_ended(scene):
    instants = range(int(NOON), int(NOON) + 3_600, 60)
    updates = [answer(scene, "/data/update", {}, instant)["results"] for instant in instants]

    named = [entry for update in updates for entry in update.get("3", ())]
    assert named
    assert all(set(entry) == {"season_id", "update_time"} for entry in named)


def test_what_does_not_exist_is_none_and_what_cannot_be_read_is_said(scene):
    assert answer(scene, "/match/everything", {}, NOON) is None
    with pytest.raises(WrongQuestion, match="page"):
        answer(scene, "/match/recent/list", {"page": "first"}, NOON)
    with pytest.raises(WrongQuestion, match="date"):
        answer(scene, "/match/diary", {"date": "yesterday"}, NOON)


def test_outside_the_known_days_there_is_nothing(scene):
    far = datetime.fromtimestamp(NOON + 30 * 86_400, UTC).strftime("%Y%m%d")

    assert answer(scene, "/match/diary", {"date": far}, NOON)["results"] == []


def test_line_ups_are_announced_when_they_become_known_and_standings_when_a_match_ends(scene):
    told = answer(scene, "/data/update", {}, NOON)["results"]
    expected = [
        script.id
        for script in scene.scripts(NOON)
        if any(NOON - 120 <= script.course.fixture.scheduled - ahead <= NOON for ahead in (4_500, 2_400))
        and answer(scene, "/match/lineup/detail", {"uuid": script.id}, NOON)["results"]
    ]

    assert expected
    assert sorted(row["match_id"] for row in told["1"]) == sorted(expected)
    assert all(0 <= NOON - row["update_time"] <= 120 for rows in told.values() for row in rows)


@pytest.mark.parametrize(("path", "people"), [("/coach/list", 1), ("/player/with_stat/list", 16)])
def test_people_are_listed_with_their_team(scene, path, people):
    rows = answer(scene, path, {"page": "1"}, NOON)["results"]
    [one] = answer(scene, path, {"uuid": rows[0]["id"]}, NOON)["results"]
    teams = {
        row["id"]: row
        for page in range(1, 4)
        for row in answer(scene, "/team/additional/list", {"page": str(page)}, NOON)["results"]
    }

    assert one == rows[0]
    assert {row["team_id"] for row in rows} <= teams.keys()
    assert len({row["id"] for row in rows}) == len(rows) == min(1_000, 468 * people)
