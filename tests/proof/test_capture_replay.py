"""A recording of the real push feed, replayed into a whole installation, ends as the rules say it must."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.proof.fold import Folded, fold, wire_claims, wire_ids
from tests.proof.installation import FastClock, Installation, say
from tests.shared import shared

RECORDING = "data/thesports/mqtt_capture.jsonl"
SPEED = 100.0
START_S = 14.0

ROWS = """
SELECT
    external_id, status_id,
    home_score_regular, away_score_regular, home_score_half_time, away_score_half_time,
    home_score_extra_time, away_score_extra_time, home_score_shoot_out, away_score_shoot_out,
    home_red_cards, away_red_cards, home_yellow_cards, away_yellow_cards, home_corners, away_corners,
    first_half_kickoff_ts, second_half_kickoff_ts, overtime_kickoff_ts
FROM ts_matches
"""


def recording_times(recording: Path) -> tuple[float, float]:
    """When the first and the last frame of a recording came."""
    lines = recording.read_text(encoding="utf-8").splitlines()
    return json.loads(lines[0])["est_recv_ts"], json.loads(lines[-1])["est_recv_ts"]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that has heard the whole recording."""
    recording = shared(RECORDING)
    first, last = recording_times(recording)
    clock = FastClock(time.time() + START_S, first, SPEED)
    directory = tmp_path_factory.mktemp("replay")
    settings = {
        "TOUCHLINE_SIMULATOR__RECORDING": str(recording),
        "TOUCHLINE_SIMULATOR__PUBLISH_RECORDING": "false",
    }
    with Installation(directory, clock, settings) as installation:
        say(f"replaying {(last - first) / 60:.0f} minutes at {SPEED:g}x")
        replay = installation.run("replay", str(recording), "--mqtt-url", installation.mqtt_url, "--clock")
        assert replay.wait((last - first) / SPEED + START_S + 20) == 0, replay.tail()
        installation.until_quiet()
        yield installation


def stored(installation: Installation) -> dict[str, Folded]:
    """What Postgres holds, in the shape of the fold."""
    with psycopg.connect(installation.conninfo) as connection:
        return {row[0]: _folded(row) for row in connection.execute(ROWS)}


def _folded(row: tuple) -> Folded:
    pairs = [None if row[at] is None else (row[at], row[at + 1]) for at in range(2, 16, 2)]
    goals, half_time, extra_time, kicks, red, yellow, corners = pairs
    return Folded(row[1], goals, half_time, extra_time, kicks, red, yellow, corners, *row[16:19])


@pytest.mark.timeout(120)
def test_every_match_of_the_recording_ends_as_its_fold(replayed):
    recording = shared(RECORDING)
    folded = fold(wire_claims(recording))
    expected = {match_id: folded.get(match_id, Folded()) for match_id in wire_ids(recording)}

    held = stored(replayed)
    mismatches = [
        f"{match_id}: stored {held.get(match_id)}, folded {match}"
        for match_id, match in sorted(expected.items())
        if held.get(match_id) != match
    ]

    assert len(expected) == 69
    assert not mismatches, "\n".join(["", *mismatches])


@pytest.mark.timeout(120)
def test_the_api_shows_what_the_fold_says(replayed):
    mismatches = []
    for match_id, match in sorted(fold(wire_claims(shared(RECORDING))).items()):
        shown = replayed.get(f"/api/matches/{match_id}")
        assert shown is not None, match_id
        board = match.extra_time or match.goals
        expected = (
            match.status,
            list(board),
            list(match.red),
            list(match.yellow),
            list(match.corners or (None, None)),
        )
        score, cards = shown["score"], shown["cards"]
        seen = (
            shown["status_id"],
            [score["home"], score["away"]],
            cards["red"],
            cards["yellow"],
            shown["corners"],
        )
        if seen != expected:
            mismatches.append(f"{match_id}: shown {seen}, folded {expected}")

    assert not mismatches, "\n".join(["", *mismatches])


@pytest.mark.timeout(120)
def test_the_minute_follows_the_last_stamp_while_the_column_keeps_the_first(replayed):
    """Stamps revised within the window are appended and followed."""
    recording = shared(RECORDING)
    revised: dict[tuple[str, int], list[int]] = {}
    for claim in wire_claims(recording):
        if claim.stamp and claim.stamp not in (known := revised.setdefault((claim.match_id, claim.status), [])):
            known.append(claim.stamp)
    with psycopg.connect(replayed.conninfo) as connection:
        found = connection.execute(
            "SELECT match_id, period, array_agg(kickoff_ts ORDER BY seq), bool_and(followed) "
            "FROM kickoff_revision GROUP BY match_id, period"
        ).fetchall()

    periods = {2: "first_half", 4: "second_half"}
    due = {
        (match_id, periods[status], tuple(s[1:]), True) for (match_id, status), s in revised.items() if s[1:]
    }
    assert {(match_id, period, tuple(stamps), all_) for match_id, period, stamps, all_ in found} == due
    assert len(due) == 6
