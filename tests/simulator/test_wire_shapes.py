"""What the simulator sends has the keys and types of what the provider was seen to send."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.shared import shared
from tests.simulator.play import DAY

from touchline.simulator.answers import answer
from touchline.simulator.seeded import Seeded

NOON = DAY * 86_400 + 43_200.0
# Documented, or seen once in two hundred, so that a capture may lack them.
OPTIONAL_IN_RECORD = {"environment", "ended", "agg_score", "related_id", "has_ot"}
DOCUMENTED_IN_INCIDENT = {"add_time": int, "home_score": int, "away_score": int}


@pytest.fixture(scope="module")
def scene() -> Seeded:
    return Seeded(5, 30, stats_every_s=60, two_stamps=True)


def asked(scene: Seeded, path: str, **query: str) -> dict[str, Any]:
    body = answer(scene, path, query, NOON)
    return json.loads(msgspec.json.encode(body))


def captured(name: str) -> Any:
    return json.loads(shared(f"data/thesports/{name}").read_text(encoding="utf-8"))


def captured_pushes() -> Iterator[dict[str, Any]]:
    for line in shared("data/thesports/mqtt_capture.jsonl").read_text(encoding="utf-8").splitlines():
        yield from json.loads(line)["payload"]


def shape(rows: list[dict[str, Any]]) -> dict[str, set[type]]:
    """Types seen of every key."""
    types: dict[str, set[type]] = {}
    for row in rows:
        for key, value in row.items():
            types.setdefault(key, set()).add(type(value))
    return types


def fits(ours: dict[str, set[type]], theirs: dict[str, set[type]]) -> None:
    assert set(ours) <= set(theirs), set(ours) - set(theirs)
    for key, types in ours.items():
        assert types <= theirs[key], (key, types, theirs[key])


def incidents_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [incident for row in rows for incident in row.get("incidents", ())]


def test_detail_live_has_the_shape_of_the_capture(scene):
    theirs, ours = captured("detail_live.json"), asked(scene, "/match/detail_live")

    assert set(ours) == set(theirs)
    fits(shape(ours["results"]), shape(theirs["results"]))
    assert set(shape(ours["results"])) == {"id", "score", "stats", "incidents", "tlive"}
    assert all(len(row["score"]) == 6 for row in ours["results"])
    for index in range(6):
        assert {type(row["score"][index]) for row in ours["results"]} == {
            type(row["score"][index]) for row in theirs["results"]
        }
    assert {len(side) for row in ours["results"] for side in row["score"][2:4]} == {7}


def test_statistics_have_the_shape_of_the_capture(scene):
    theirs = [stat for row in captured("detail_live.json")["results"] for stat in row["stats"]]
    ours = [stat for row in asked(scene, "/match/detail_live")["results"] for stat in row["stats"]]

    assert shape(ours) == shape(theirs)
    assert {stat["type"] for stat in ours} == {stat["type"] for stat in theirs}


def test_incidents_have_keys_and_types_that_were_seen(scene):
    theirs = incidents_of(captured("detail_live.json")["results"]) + incidents_of(list(captured_pushes()))
    ours = incidents_of(asked(scene, "/match/detail_live")["results"])
    documented = {key: {kind} for key, kind in DOCUMENTED_IN_INCIDENT.items()}

    fits(shape(ours), shape(theirs))
    for kind in {one["type"] for one in ours} & {one["type"] for one in theirs}:
        of_kind = [[one for one in rows if one["type"] == kind] for rows in (ours, theirs)]
        fits(shape(of_kind[0]), {**documented, **shape(of_kind[1])})
    assert all(list(one)[:3] == ["type", "position", "time"] for one in ours)


def test_pushes_have_the_shape_of_the_capture(scene):
    ours = [one for frame in scene.frames(NOON, NOON + 1_800) for one in json.loads(frame.payload)]
    theirs = list(captured_pushes())

    assert {frozenset(one) for one in ours} == {frozenset(one) for one in theirs}
    fits(shape(ours), shape(theirs))
    lines = [[line for one in pushes for line in one.get("tlive", ())] for pushes in (ours, theirs)]
    assert shape(lines[0]) == shape(lines[1])


def test_match_records_have_the_shape_of_the_capture(scene):
    theirs = [row for body in captured("recent_list_by_uuid.json").values() for row in body["results"]]
    ours = asked(scene, "/match/recent/list", page="1")["results"]

    required = set(shape(theirs)) - OPTIONAL_IN_RECORD
    assert all(required <= set(row) for row in ours)
    fits(shape(ours), shape(theirs))
    for part in ("coverage", "round", "environment"):
        fits(
            shape([row[part] for row in ours if part in row]),
            shape([row[part] for row in theirs if part in row]),
        )


def test_the_envelope_of_one_match_is_that_of_the_capture(scene):
    theirs = next(iter(captured("recent_list_by_uuid.json").values()))
    match_id = asked(scene, "/match/recent/list")["results"][0]["id"]

    ours = asked(scene, "/match/recent/list", uuid=match_id)

    assert list(ours) == list(theirs)
    assert list(ours["query"]) == list(theirs["query"])
    assert ours["query"] == {"total": 1, "type": "uuid", "uuid": match_id}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/team/additional/list", "teams_by_uuid.json"),
        ("/competition/additional/list", "competitions_by_uuid.json"),
    ],
)
def test_named_things_have_the_shape_of_the_capture(scene, path, name):
    theirs = [row for body in captured(name).values() for row in body["results"]]
    ours = asked(scene, path, page="1")["results"]

    optional = {"uid", "gender"} if "competition" in path else {"uid"}
    assert set(shape(ours)) | optional == set(shape(theirs)) | optional
    fits(shape(ours), shape(theirs))


def test_countries_have_the_shape_of_the_capture(scene):
    theirs, ours = captured("countries.json"), asked(scene, "/country/list")

    assert set(ours) == set(theirs)
    assert shape(ours["results"]) == shape(theirs["results"])
