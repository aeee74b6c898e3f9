"""A recording is published as it was received, and every match in it has a schedule entry."""

import gzip
import json

import pytest
from tests.shared import shared

from touchline.errors import BadInput
from touchline.simulator.answers import answer
from touchline.simulator.recording import Recording

START = 1_790_000_000.0


def a_score(match_id: str, status: int, stamp: int) -> dict:
    return {"id": match_id, "score": [match_id, status, [1, 0, 0, 0, 0, 0, 0], [0] * 7, stamp, ""]}


def a_recording(path, lines: list[dict], *, publish: bool = True) -> Recording:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return Recording(path, START, publish=publish)


LINES = [
    {"t": 0.0, "topic": "a/b", "payload": [a_score("inthefirsthalf1", 2, 1_789_999_000)]},
    {"t": 2.5, "payload": [a_score("inthesecondhalf", 4, 1_789_999_900), a_score("alreadyover0001", 8, 0)]},
    {
        "t": 9.0,
        "payload": [{"id": "onlystatistics1", "stats": []}, a_score("inthefirsthalf1", 2, 1_789_998_940)],
    },
]


def test_frames_leave_as_they_came_when_their_time_comes(tmp_path):
    scene = a_recording(tmp_path / "r.jsonl", LINES)

    frames = list(scene.frames(START - 1, START + 5))

    assert [(frame.at, frame.topic) for frame in frames] == [
        (START, "a/b"),
        (START + 2.5, "thesports/football/match/v1"),
    ]
    assert json.loads(frames[1].payload) == LINES[1]["payload"]


def test_somebody_else_may_publish_them(tmp_path):
    scene = a_recording(tmp_path / "r.jsonl", LINES, publish=False)

    assert not list(scene.frames(START - 1, START + 50))
    assert len(list(scene.records(START))) == 4


def test_every_match_has_a_schedule_entry_from_before(tmp_path):
    scene = a_recording(tmp_path / "r.jsonl", LINES)

    times = {record["id"]: record["match_time"] for record in scene.records(START)}

    assert times == {
        "inthefirsthalf1": 1_789_999_000,
        "inthesecondhalf": 1_789_999_900 - 3_797,
        "alreadyover0001": int(START) - 7_200,
        "onlystatistics1": int(START) - 7_200,
    }
    for record in scene.records(START):
        assert record["status_id"] == 1
        assert record["home_scores"] == record["away_scores"] == [0] * 7
        assert record["updated_at"] < START


def test_a_gzipped_recording_is_read_as_well(tmp_path):
    packed = tmp_path / "r.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(json.dumps(line) for line in LINES).encode()))

    assert len(list(Recording(packed, START, publish=True).frames(START - 1, START + 50))) == 3


@pytest.mark.parametrize("content", [b"not json\n", b'{"t": 1}\n', b"[]\n"])
def test_a_line_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b'{"t": 0, "payload": []}\n' + content)

    with pytest.raises(BadInput, match="line 2"):
        Recording(path, START, publish=True)


def test_the_capture_is_published_whole_and_every_id_of_it_is_known():
    path = shared("data/thesports/mqtt_capture.jsonl")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    scene = Recording(path, START, publish=True)
    first, last = lines[0]["est_recv_ts"], lines[-1]["est_recv_ts"]

    frames = list(scene.frames(first - 1, last))

    assert [json.loads(frame.payload) for frame in frames] == [line["payload"] for line in lines]
    for match_id in {one["id"] for line in lines for one in line["payload"]}:
        body = answer(scene, "/match/recent/list", {"uuid": match_id}, first)
        assert [row["id"] for row in body["results"]] == [match_id]
        assert body["results"][0]["updated_at"] < first
