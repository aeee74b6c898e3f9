"""The minute over every real match: its own arithmetic beside the product's."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.shared import shared

from touchline.football.minute import Running, minute_at, next_flip
from touchline.football.model import KickoffRevision, Period, Source, Status
from touchline.football.text import minute_text

START = 1_800_000_000
LEAD_S = {"1H": 0, "2H": 900, "E1": 270, "E2": 90}
STATUS = {
    "1H": Status.FIRST_HALF,
    "2H": Status.SECOND_HALF,
    "E1": Status.EXTRA_TIME,
    "E2": Status.EXTRA_TIME,
}
FIRST_MINUTE = {"1H": 1, "2H": 46, "E1": 91, "E2": 106}
LAST_MINUTE = {"1H": 45, "2H": 90, "E1": 105, "E2": 120}
COLUMN = {
    "1H": "first_half_kickoff_ts",
    "2H": "second_half_kickoff_ts",
    "E1": "overtime_kickoff_ts",
}
ONLY_STAMP_S = 1_080
"""After so long with one stamp, extra time is taken to be in its second period."""


@pytest.fixture(scope="module")
def timelines() -> list[dict[str, Any]]:
    with shared("data/timelines.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def placed(timeline: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """(period, start, length in seconds), one after the other with believable breaks."""
    now = START
    for one in timeline["periods"]:
        now += LEAD_S[one["period"]]
        yield one["period"], now, round(one["duration_s"])
        now += round(one["duration_s"])


def rows(timeline: dict[str, Any]) -> Iterator[tuple[str, int, int, Running]]:
    """Each period with the row as it stands while it is played."""
    stamps: dict[str, int] = {}
    revisions: tuple[KickoffRevision, ...] = ()
    for period, start, length in placed(timeline):
        if period == "E2":
            revision = KickoffRevision(
                period=Period.OVERTIME,
                seq=1,
                kickoff_ts=start,
                delta_s=start - stamps["overtime_kickoff_ts"],
                source=Source.MQTT,
                observed_at_ms=start * 1000,
                followed=True,
                reason="et_second_period",
            )
            revisions = (revision,)
        else:
            stamps[COLUMN[period]] = start
        running = Running(status=STATUS[period], phase_entered_ts=start, revisions=revisions, **stamps)
        yield period, start, length, running


def expected(period: str, elapsed_s: int) -> str:
    """The minute text by the written rule: first minute of the period and whole minutes since its stamp."""
    minute = FIRST_MINUTE[period] + elapsed_s // 60
    last = LAST_MINUTE[period]
    return f"{minute}'" if minute <= last else f"{last}+{minute - last}'"


def test_the_text_of_sampled_seconds_of_every_match(timelines: list[dict[str, Any]]) -> None:
    assert len(timelines) == 2_556
    compared = 0
    for timeline in timelines:
        for period, start, length, running in rows(timeline):
            limit = min(length, ONLY_STAMP_S - 1) if period == "E1" else length
            for elapsed_s in {0, 59, 60, 61, limit // 2, limit // 3, limit - 1, limit, *range(7, limit, 611)}:
                minute = minute_at(running, start + elapsed_s)
                second = any(one.reason == "et_second_period" for one in running.revisions)
                text = minute_text(running.status, minute, of_phase=True, second_period=second)
                assert text == expected(period, elapsed_s), (timeline["id"], period, elapsed_s)
                compared += 1
    assert compared > 50_000


def test_the_longest_stoppage_times_are_shown(timelines: list[dict[str, Any]]) -> None:
    longest = {"1H": 0, "2H": 0}
    for timeline in timelines:
        for period, start, length, running in rows(timeline):
            if period in longest:
                minute = minute_at(running, start + length)
                assert minute is not None
                longest[period] = max(longest[period], minute)
    assert longest["1H"] >= 62
    assert longest["2H"] >= 45 + 66


def test_flips_walk_through_every_minute_of_a_match(timelines: list[dict[str, Any]]) -> None:
    longest = max(timelines, key=lambda one: sum(part["duration_s"] for part in one["periods"]))
    for period, start, length, running in rows(longest):
        now, minutes = float(start), []
        while now <= start + length:
            minutes.append(minute_at(running, now))
            flip = next_flip(running, now)
            assert flip is not None
            now = flip
        assert minutes == list(range(FIRST_MINUTE[period], FIRST_MINUTE[period] + length // 60 + 1))
