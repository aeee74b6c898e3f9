"""Parts killed during play, and two ingest processes at once: the same truth as if nothing had happened.

Three installations play the same real matches by the same clock, each with a simulated provider of
its own. One is left alone. In one Postgres, the provider with its broker, ingest and web are killed
outright, again and again. In one a second ingest process works beside the first.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from tests.proof import final
from tests.proof.follow import Follower
from tests.proof.installation import FastClock, Installation, say
from tests.proof.judge import Limits, judge
from tests.proof.matchday import LIST_S, Matchday, matchday, provider_settings, until_all_ended
from tests.proof.timelines import choose, read
from tests.shared import shared

SPEED = 75.0
START_S = 30.0
MATCHES = 8
SEED = 11
LONGEST_S = 6_900

# (minute after the first kick-off, what dies). Some die while others are not back yet. The breaker keeps
# a provider that was gone at arm's length for two real minutes, here most of a match; an ingest process
# that starts anew asks at once.
KILLS = (
    (6, "postgres"),
    (17, "sim"),
    (28, "ingest"),
    (38, "web"),
    (44, "ingest"),
    (45, "postgres"),
    (64, "sim"),
    (66, "postgres"),
    (80, "ingest"),
    (81, "web"),
    (94, "postgres"),
    (100, "ingest"),
)
SECOND_INGEST = 3
"""The minute in which the second ingest process joins."""
OUTAGE_S = 20.0
"""Real seconds in which everything must have caught up after a kill."""
BUSY_S = 5.0
"""The same where nothing is killed: three installations share the machine."""
LATE_S = {"alone": BUSY_S, "killed": OUTAGE_S, "doubled": BUSY_S}

TOLD = {"event", "side", "score", "type", "before", "after"}
MORE_NEWS_MOST = 1.02
"""Of rows that show another board: two processes may not make a match waver."""
MORE_ROWS_MOST = 1.02
"""Of all rows: whatever is polled is polled by one process of the two. One that told again what the other has
told would come near to 2."""

MATCHES_SQL = """
SELECT
    external_id, status_id, home_scores, away_scores, half_time_reached, shoot_out_reached,
    first_half_kickoff_ts, second_half_kickoff_ts, overtime_kickoff_ts, statistics
FROM ts_matches WHERE external_id = ANY(%(ids)s)
"""
INCIDENTS_SQL = """
SELECT match_id, jsonb_agg(what ORDER BY "position") FROM match_incident
WHERE match_id = ANY(%(ids)s) AND withdrawn_ts IS NULL GROUP BY match_id
"""


@dataclass(frozen=True, slots=True)
class Played:
    """One installation after the last whistle."""

    installation: Installation
    follower: Follower
    day: Matchday

    def state(self) -> dict[str, tuple[Any, ...]]:
        """What the database holds of every match, times of our own aside."""
        ids = {"ids": list(self.day.timelines)}
        with psycopg.connect(self.installation.conninfo) as connection:
            lists = dict(connection.execute(INCIDENTS_SQL, ids).fetchall())
            rows = connection.execute(MATCHES_SQL, ids).fetchall()
        return {row[0]: (*row[1:], lists.get(row[0])) for row in rows}

    def happenings(self) -> Counter[tuple[str, ...]]:
        """What the change stream told, without the minute it was told in and the number of an incident."""
        return Counter(
            (row.match_id, *(f"{name}={value}" for name, value in sorted(what.items()) if name in TOLD))
            for row in self.follower.rows
            for what in row.happened
        )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    """The three installations, by name, after the same matches."""
    path = shared("data/timelines.jsonl")
    short = [match for match in read(path) if match.football_s < LONGEST_S]
    chosen = choose(short, MATCHES, SEED)
    clock = FastClock(time.time() + START_S, 1_770_000_000, SPEED)
    settings = provider_settings(path, chosen)
    with contextlib.ExitStack() as stack:
        three = {}
        started = [Installation(tmp_path_factory.mktemp(name), clock, settings).start() for name in LATE_S]
        for installation in started:
            stack.callback(installation.program.stop)
        for name, installation in zip(LATE_S, started, strict=True):
            stack.enter_context(installation)
            follower = stack.enter_context(Follower(installation.conninfo, clock))
            day = matchday(installation, chosen, flight_s=LATE_S[name] * SPEED)
            three[name] = Played(installation, follower, day)
            assert clock.now() < three[name].day.first, "the installations came up after the first kick-off"
        first = three["killed"].day.first
        clock.wait_until(first + 60 * SECOND_INGEST)
        second = three["doubled"].installation.run("ingest")
        stack.callback(second.stop)
        for minute, victim in KILLS:
            clock.wait_until(first + 60 * minute)
            say(f"killing {victim} in minute {minute}")
            three["killed"].installation.kill(victim)
        for one in three.values():
            until_all_ended(one.installation, one.day, one.follower, within_s=OUTAGE_S)
        second.must_run()
        assert any("websocket.connected" in line for line in second.log()), second.tail()
        yield three


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["killed", "doubled"])
def test_the_state_is_that_of_an_undisturbed_run(played, name):
    alone, other = played["alone"].state(), played[name].state()
    mismatches = [
        f"{id_}: {other.get(id_)}, alone {alone[id_]}" for id_ in alone if other.get(id_) != alone[id_]
    ]

    assert len(alone) == MATCHES
    assert not mismatches, "\n".join(["", *mismatches])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["alone", "killed", "doubled"])
def test_every_match_ends_as_its_timeline(played, name):
    mismatches = final.mismatches(played[name].installation, played[name].day)

    assert not mismatches, "\n".join(["", *mismatches])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["alone", "killed", "doubled"])
def test_each_goal_and_card_is_in_the_change_stream_once_and_the_board_never_steps_back(played, name):
    one = played[name]
    late_s = LATE_S[name] * SPEED
    # Events so close may be told at once. That every minute is shown in time is shown elsewhere, in peace.
    limits = Limits(late_s=late_s, early_s=0.2 * SPEED, flight_s=late_s, list_s=LIST_S)
    mismatches = [
        f"{match_id}: {line}"
        for match_id, expected in one.day.expected.items()
        for line in judge(expected, one.follower.of(match_id), limits).mismatches
    ]

    assert not mismatches, "\n".join(["", *mismatches])


@pytest.mark.timeout(240)
def test_two_ingest_processes_tell_what_one_tells(played):
    """The same happenings, each once, and no more rows of the change stream than one process writes."""
    alone, doubled = played["alone"], played["doubled"]
    rows = [sum(row.kind == "match" for row in one.follower.rows) for one in (alone, doubled)]
    say(f"change rows of one ingest process and of two: {rows}")

    news = [_boards_shown(one) for one in (alone, doubled)]
    say(f"of these with another board: {news}")

    assert alone.happenings() == doubled.happenings()
    assert news[1] <= news[0] * MORE_NEWS_MOST
    assert rows[1] <= rows[0] * MORE_ROWS_MOST


def _boards_shown(one: Played) -> int:
    """How often a match's board became another: status or score."""
    shown: dict[str, object] = {}
    times = 0
    for row in one.follower.rows:
        times += shown.get(row.match_id) != row.board
        shown[row.match_id] = row.board
    return times


@pytest.mark.timeout(240)
def test_a_death_is_said_once_and_the_recovery_too(played):
    log = played["killed"].installation.program.log()

    for process in ("postgres", "ingest", "web"):
        died = [line for line in log if "process.died" in line and process in line]
        back = [line for line in log if "process.recovered" in line and process in line]
        assert died, process
        assert back, process
        assert len(died) <= sum(victim == process for _, victim in KILLS)
