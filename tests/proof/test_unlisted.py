"""A match the provider no longer lists, in a whole installation: noticed, asked about, marked, shown, and back.

The simulated provider falls silent about one match in play and goes on with the others, of which some are
quiet: nothing happens in them, and the provider names them all the same.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from tests.proof.installation import FastClock, Installation, say

SPEED = 15.0
EPOCH = 1_770_465_600.0
SETTINGS = {
    "TOUCHLINE_LOG__FORMAT": "json",
    "TOUCHLINE_SIMULATOR__MATCHES": "24",
    # Hardly any statistics, so that nothing is heard of a match in which nothing happens.
    "TOUCHLINE_SIMULATOR__STATS_INTERVAL_S": "3600",
}
NOTICED_S = (120, 300)
"""Football seconds from the last word to the warning."""
LADDER = [
    "match.stale.detected",
    "match.stale.reconcile.requested",
    "match.stale.reconcile.done",
    "match.stale.marked",
]
QUIET_SQL = """
SELECT external_id FROM ts_matches
WHERE status_id IN (2, 4, 5, 7) AND last_event_ts < %(now)s - 120 AND last_seen_ts > %(now)s - 100
"""
ENDED_SQL = "SELECT status_id = 8 FROM ts_matches WHERE external_id = %s"
KNOWN_SQL = "SELECT greatest(last_event_ts, last_seen_ts) FROM ts_matches WHERE external_id = %s"
TOLD_SQL = "SELECT at_ms FROM change WHERE match_id = %s AND kind = 'sla' ORDER BY seq"

Line = Mapping[str, Any]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in the middle of a matchday."""
    clock = FastClock(time.time(), EPOCH, SPEED)
    with Installation(tmp_path_factory.mktemp("unlisted"), clock, SETTINGS) as running:
        running.until("match in play", lambda: len(live(running)) >= 8, 20.0)
        yield running


@pytest.mark.timeout(120)
def test_a_match_that_is_no_longer_listed_climbs_the_ladder_and_comes_back(installation: Installation) -> None:
    switch(installation, on=["S01"])
    installation.until("error about the silent match", lambda: bool(said(installation, LADDER[-1])), 30.0)

    [marked] = said(installation, "match.stale.marked")
    lost = marked["match_id"]
    story = [line for line in lines(installation) if line.get("match_id") == lost and line["event"] in LADDER]
    assert [line["event"] for line in story] == LADDER
    assert [line["level"] for line in story] == ["warning", "info", "info", "error"]
    detected, requested, done, _ = story
    assert detected["timestamp"] <= requested["timestamp"] < done["timestamp"] <= marked["timestamp"]
    assert (done["outcome"], marked["reason"]) == ("absent", "reconcile_absent")
    assert marked["last_event_ts"] == detected["last_event_ts"]
    assert "provider_update_time" in marked
    assert NOTICED_S[0] < detected["age_s"] <= NOTICED_S[1]

    installation.until("word on the page", lambda: "Data delayed" in row(installation, lost), 5.0)
    assert live(installation)[lost]["stale_reason"] == "events_stale"
    installation.until("quiet match that is named", lambda: bool(quiet_matches(installation)), 20.0)
    known_ts = last_known_ts(installation, lost)
    quiet, shown = quiet_matches(installation), live(installation)
    assert {shown[id_]["stale_reason"] for id_ in quiet if id_ in shown} == {None}

    switch(installation, off=["S01"])
    installation.until("recovery", lambda: bool(said(installation, "match.stale.cleared")), 20.0)
    installation.until("page without a word", lambda: is_shown_in_time(installation, lost), 5.0)
    cleared = [line for line in said(installation, "match.stale.cleared") if line["match_id"] == lost]
    assert len(cleared) == 1
    assert {line["match_id"] for line in said(installation, "match.stale.detected")} == {lost}
    told = told_by_the_watch(installation, lost)
    # Who watches goes by what follows the play; a reader hears it later where another source had a word since.
    later = told[0] - known_ts <= NOTICED_S[0]
    assert len(told) == 2 + later, (told, known_ts)
    say(f"noticed after {detected['age_s']} s, back after {cleared[0]['duration_s']} s; {len(quiet)} quiet")


def lines(installation: Installation) -> list[Line]:
    """What all its processes have said, in order."""
    found = [json.loads(line) for line in installation.program.log() if line.startswith("{")]
    return sorted(found, key=lambda line: line["timestamp"])


def said(installation: Installation, event: str) -> list[Line]:
    """Every time an event was said."""
    return [line for line in lines(installation) if line["event"] == event]


def live(installation: Installation) -> dict[str, Any]:
    """The matches of the live window by id."""
    answer = installation.get("/api/matches/live")
    return {} if answer is None else {match["id"]: match for match in answer["matches"]}


def row(installation: Installation, match_id: str) -> str:
    """The match's row as the live page has it."""
    connection = http.client.HTTPConnection("127.0.0.1", installation.web_port, timeout=5)
    try:
        connection.request("GET", "/")
        page = connection.getresponse().read().decode()
    finally:
        connection.close()
    _, _, rest = page.partition(f'id="row-{match_id}-now"')
    return rest.partition('id="row-')[0]


def is_shown_in_time(installation: Installation, match_id: str) -> bool:
    """Whether the live page has the match and says nothing of a delay, or the match is over by now."""
    shown = row(installation, match_id)
    return "Data delayed" not in shown and (bool(shown) or is_over(installation, match_id))


def is_over(installation: Installation, match_id: str) -> bool:
    """Whether it has ended: the live page may have it no more."""
    with psycopg.connect(installation.conninfo) as connection:
        [ended] = connection.execute(ENDED_SQL, [match_id]).fetchone() or [False]
        return bool(ended)


def quiet_matches(installation: Installation) -> set[str]:
    """In play, silent for minutes, and named all the same."""
    with psycopg.connect(installation.conninfo) as connection:
        found = connection.execute(QUIET_SQL, {"now": int(installation.clock.now())})
        return {match_id for (match_id,) in found}


def last_known_ts(installation: Installation, match_id: str) -> int:
    """When anything about it was accepted last, or it was named."""
    with psycopg.connect(installation.conninfo) as connection:
        [known_ts] = connection.execute(KNOWN_SQL, [match_id]).fetchone() or [0]
        return int(known_ts)


def told_by_the_watch(installation: Installation, match_id: str) -> list[float]:
    """The football times of its change rows about silence, in order."""
    with psycopg.connect(installation.conninfo) as connection:
        rows = connection.execute(TOLD_SQL, [match_id])
        return [at_ms / 1000 for (at_ms,) in rows]


def switch(installation: Installation, **wanted: list[str]) -> None:
    """Turn faults of the simulated provider on or off."""
    connection = http.client.HTTPConnection("127.0.0.1", installation.sim_port, timeout=5)
    try:
        connection.request("POST", "/_sim/faults", json.dumps({"on": [], "off": []} | wanted))
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        connection.close()
