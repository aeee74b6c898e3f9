"""The captured payloads read without a remainder, in exactly the numbers they are known to have."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from tests.shared import shared

from touchline.football.model import Status
from touchline.provider.port import Kind, Reading
from touchline.provider.thesports import wire
from touchline.provider.thesports.envelope import open_answer

GROUPS = ("status", "goals", "counts", "incidents", "stats", "tlive", "schedule")


def said(readings: list[Reading]) -> Counter[str]:
    """How often each group was said."""
    return Counter(
        group
        for reading in readings
        for report in reading.reports
        for group in GROUPS
        if getattr(report.says, group) is not None
    )


def test_all_2200_pushed_messages_read():
    with shared("data/thesports/mqtt_capture.jsonl").open() as lines:
        readings = [wire.read_push(json.dumps(json.loads(line)["payload"]).encode()) for line in lines]

    assert len(readings) == 2_200
    assert not [part for reading in readings for part in reading.unreadable]
    assert said(readings) == {
        "stats": 2_013,
        "status": 141,
        "goals": 141,
        "counts": 141,
        "incidents": 108,
        "tlive": 18,
    }
    reports = [report for reading in readings for report in reading.reports]
    assert len(reports) == 2_280
    assert len({report.match_id for report in reports}) == 69
    assert all(report.provider_time is None for report in reports)
    for report in reports:
        if status := report.says.status:
            running = status.status in {Status.FIRST_HALF, Status.SECOND_HALF}
            assert (status.kickoff_ts is not None) == running


def test_all_102_live_matches_read():
    body = shared("data/thesports/detail_live.json").read_bytes()
    reading = wire.read_detail_live(open_answer("/match/detail_live", body, None, 0.0))

    assert not reading.unreadable
    assert len({report.match_id for report in reading.reports}) == len(reading.reports) == 102
    assert sum(len(report.says.incidents or ()) for report in reading.reports) == 434
    assert sum(len(report.says.stats or ()) for report in reading.reports) == 630
    assert said([reading])["tlive"] == 0
    assert all(report.provider_time is None for report in reading.reports)


def test_all_102_match_records_read():
    readings = [
        wire.read_match_records(open_answer("/a", body, None, 0.0), "recent_list")
        for _, body in answers("recent_list_by_uuid")
    ]

    assert not [part for reading in readings for part in reading.unreadable]
    assert said(readings) == {"status": 102, "goals": 102, "counts": 102, "schedule": 102}
    ids = [report.match_id for reading in readings for report in reading.reports]
    assert ids == [asked for asked, _ in answers("recent_list_by_uuid")]
    schedules = [report.says.schedule for reading in readings for report in reading.reports]
    assert sum(bool(schedule and schedule.environment) for schedule in schedules) == 77
    assert sum(bool(schedule and schedule.ended_ts) for schedule in schedules) == 14
    assert sum(bool(schedule and schedule.aggregate and schedule.related_id) for schedule in schedules) == 4
    assert all(report.provider_time for reading in readings for report in reading.reports)


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [("teams_by_uuid", Kind.TEAM, 204), ("competitions_by_uuid", Kind.COMPETITION, 41)],
)
def test_all_named_things_read(name: str, kind: Kind, count: int):
    readings = [wire.read_named(open_answer("/a", body, None, 0.0), kind) for _, body in answers(name)]
    records = [record for reading in readings for record in reading.catalogue]

    assert not [part for reading in readings for part in reading.unreadable]
    assert len(records) == count
    assert [record.id for record in records] == [asked for asked, _ in answers(name)]
    assert all(record.name and record.updated_at for record in records)


def test_all_212_countries_read():
    body = shared("data/thesports/countries.json").read_bytes()
    reading = wire.read_named(open_answer("/country/list", body, None, 0.0), Kind.COUNTRY)

    assert not reading.unreadable
    assert len({record.id for record in reading.catalogue}) == 212
    assert all(record.parent_id for record in reading.catalogue)


def answers(name: str) -> Iterator[tuple[str, bytes]]:
    """The captured answers of a file by the id that was asked for."""
    captured = json.loads(shared(f"data/thesports/{name}.json").read_bytes())
    for asked, answer in captured.items():
        yield asked, json.dumps(answer).encode()
