"""Halves and what of them is verified: kept by the one writer, in the transaction of what changed them."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.build import MATCH, T, a_claim, a_goal, a_marker, an_incident
from tests.conftest import Conninfo
from tests.db.stage import Stage
from tests.db.test_plans import nodes

from touchline.football.completeness import ATTEMPTS_MAX
from touchline.football.model import Goals, HalfStat, Halves, Incident, Observation, Side, Source, Stat, Status
from touchline.ids import MatchId
from touchline.store import completeness
from touchline.store.completeness import BACK_S, FIRST_WAIT_S
from touchline.store.db import Database

FIRST = (a_goal(minute=12), a_marker(11, minute=47))
SECOND = (a_goal(minute=60, side=Side.AWAY), an_incident(3, minute=93), a_marker(12, minute=94))
COUNTERS = (Stat(2, 5, 4),)
OF_A_HALF = (HalfStat(2, 3, 1),)
HALVES = ("incidents_first_half", "incidents_second_half", "incidents_extra")
KEPT = {*HALVES, "data_completeness", "statistics_second_half", "version"}
MINUTE_MS = 60_000


@pytest.fixture
async def stage(database: Database) -> Stage:
    opened = Stage(database)
    await opened.schedule(MATCH)
    return opened


def at_half_time(entries: Sequence[Incident] = FIRST, **said: Any) -> Observation:
    """The push channel: half-time, 1-0."""
    return a_claim(
        status=Status.HALF_TIME,
        goals=Goals((1, 1, 0, 0), (0, 0, 0, 0)),
        incidents=entries,
        stats=COUNTERS,
        **said,
    )


def at_the_end(entries: Sequence[Incident] = (*FIRST, *SECOND), **said: Any) -> Observation:
    """The push channel: over, 1-1."""
    goals = Goals((1, 1, 0, 0), (1, 0, 0, 0))
    known: dict[str, Any] = {"stats": COUNTERS, "at_ms": T + MINUTE_MS}
    return a_claim(status=Status.ENDED, goals=goals, incidents=entries, **(known | said))


def types(kept: Sequence[dict[str, Any]] | None) -> list[int] | None:
    return None if kept is None else [entry["type"] for entry in kept]


async def halves(stage: Stage) -> list[list[int] | None]:
    [row] = await stage.rows()
    return [types(row[name]) for name in HALVES]


async def flags(stage: Stage) -> dict[str, Any]:
    [row] = await stage.rows()
    return dict(row["data_completeness"])


# ---------------------------------------------------------------- kept with the change that caused it


async def test_half_time_keeps_the_first_half_and_the_end_the_rest(stage: Stage) -> None:
    assert await halves(stage) == [None, None, None]

    await stage.write(at_half_time())
    assert await halves(stage) == [[1, 11], None, None]
    assert await flags(stage) == {"first_half": True, "second_half": False, "full_time": False}

    await stage.write(at_the_end())
    assert await halves(stage) == [[1, 11], [1, 3, 12], []]
    assert (await flags(stage))["full_time"] is True


async def test_a_bare_status_keeps_the_half_as_well(stage: Stage) -> None:
    await stage.write(at_half_time())
    again = a_claim(status=Status.SECOND_HALF, at_ms=T + 1)
    await stage.write(again, a_claim(incidents=(*FIRST, *SECOND), at_ms=T + 2))

    await stage.write(a_claim(status=Status.ENDED, at_ms=T + 3))

    assert await halves(stage) == [[1, 11], [1, 3, 12], []]


async def test_a_late_edit_rewrites_the_halves_and_opens_the_flags_in_one_change(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end())
    await stage.write(
        a_claim(halves=Halves(second=OF_A_HALF), source=Source.HALF_STATS, at_ms=T + 2 * MINUTE_MS)
    )
    assert await flags(stage) == dict.fromkeys(("first_half", "second_half", "full_time"), True)
    [before] = await stage.rows()
    seqs = len(await stage.changes())

    edited = (*FIRST[:1], an_incident(4, minute=30), *FIRST[1:], *SECOND[1:])
    await stage.write(a_claim(incidents=edited, at_ms=T + 3 * MINUTE_MS))

    assert await halves(stage) == [[1, 4, 11], [3, 12], []]
    assert await flags(stage) == {
        "first_half": True,
        "second_half": False,
        "full_time": False,
        "reason": {"second_half": "goals_differ", "full_time": "goals_differ"},
    }
    [after] = await stage.rows()
    assert after["version"] == before["version"] + 1
    assert len(await stage.changes()) == seqs + 1


async def test_what_says_nothing_new_leaves_halves_and_flags_alone(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end())
    before = await stage.rows()

    await stage.write(at_the_end(at_ms=T + 2 * MINUTE_MS))

    for row in (after := await stage.rows()):
        row.pop("last_seen_ts")
    for row in before:
        row.pop("last_seen_ts")
    assert after == before


async def test_a_flag_is_a_flag(conninfo: Conninfo, stage: Stage) -> None:
    with psycopg.connect(conninfo.owner) as owner, pytest.raises(errors.CheckViolation, match="a_part_is"):
        owner.execute("""UPDATE ts_matches SET data_completeness = '{"first_half": "yes"}'""")


# ---------------------------------------------------------------- looking again


async def test_looking_again_counts_the_attempt_and_moves_no_column_of_the_match(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end(FIRST))
    [before] = await stage.rows()
    seqs = len(await stage.changes())

    [looked] = await stage.writer.look_again([MATCH])

    [after] = await stage.rows()
    assert {name for name in after if after[name] != before[name]} == {"data_completeness", "version"}
    assert after["data_completeness"] == before["data_completeness"] | {"attempts": 1, "checked_at": T // 1000}
    assert looked.completeness.attempts == 1
    assert len(await stage.changes()) == seqs, "nobody is told how often the provider was asked"


async def test_what_was_never_verified_is_kept_and_told_once(stage: Stage, conninfo: Conninfo) -> None:
    """A row of a version that kept no halves."""
    await stage.write(at_half_time(), at_the_end())
    await stage.write(
        a_claim(halves=Halves(second=OF_A_HALF), source=Source.HALF_STATS, at_ms=T + 2 * MINUTE_MS)
    )
    whole = await stage.rows()
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute(
            "UPDATE ts_matches SET"
            " incidents_first_half = NULL, incidents_second_half = NULL, incidents_extra = NULL,"
            """ data_completeness = '{"first_half": false, "second_half": false, "full_time": false,"""
            """ "reason": {"first_half": "unchecked", "second_half": "unchecked", "full_time": "unchecked"}}'"""
        )
    seqs = len(await stage.changes())

    await stage.writer.look_again([MATCH])

    [row], [known] = await stage.rows(), whole
    assert {name for name in row if row[name] != known[name]} <= {"version", "updated_at"}
    assert len(await stage.changes()) == seqs + 1
    await stage.writer.look_again([MATCH])
    assert await stage.rows() == [row], "a second look changes nothing"
    assert len(await stage.changes()) == seqs + 1


async def test_a_match_that_somebody_holds_is_left_for_the_next_look(stage: Stage, conninfo: Conninfo) -> None:
    await stage.write(at_half_time(), at_the_end(FIRST))
    with psycopg.connect(conninfo.owner) as owner:
        owner.execute("SELECT FROM ts_matches FOR UPDATE")

        assert await stage.writer.look_again([MATCH]) == []


# ---------------------------------------------------------------- whom to ask about


async def due(stage: Stage, *, after_min: float, most: int = 50) -> list[MatchId]:
    async with stage.db.transaction(T + round(after_min * MINUTE_MS)) as tx:
        return [one.id for one in await completeness.due(tx, most)]


async def test_a_match_is_asked_about_once_its_end_is_final_and_for_a_day(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end(FIRST))
    ended_min = 0  # the stage's clock stands at T

    assert await due(stage, after_min=ended_min + 14.9) == []
    assert await due(stage, after_min=ended_min + 15) == [MATCH]
    assert await due(stage, after_min=ended_min + BACK_S / 60) == [MATCH]
    assert await due(stage, after_min=ended_min + BACK_S / 60 + 1) == []


async def test_a_contested_end_is_not_final_for_as_long_again(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end(FIRST))
    contest = a_claim(status=Status.SECOND_HALF, source=Source.DETAIL_LIVE, at_ms=T + 5 * MINUTE_MS)
    await stage.write(contest)

    assert await due(stage, after_min=16) == []
    assert await due(stage, after_min=20) == [MATCH]


async def test_nobody_asks_about_a_match_that_is_whole_or_not_over(stage: Stage) -> None:
    await stage.write(at_half_time(FIRST[1:]))
    assert "reason" in await flags(stage)
    assert await due(stage, after_min=30) == []

    await stage.write(
        at_the_end(), a_claim(halves=Halves(second=OF_A_HALF), source=Source.HALF_STATS, at_ms=T + 1)
    )
    assert await due(stage, after_min=30) == []


async def test_each_wait_is_twice_as_long_and_eight_attempts_are_enough(stage: Stage) -> None:
    await stage.write(at_half_time(), at_the_end(FIRST))
    at = 15.0
    for attempt in range(ATTEMPTS_MAX):
        assert await due(stage, after_min=at) == [MATCH]
        await stage.clock.advance(T / 1000 + at * 60 - stage.clock.now())
        await stage.writer.look_again([MATCH])
        wait_min = FIRST_WAIT_S / 60 * 2**attempt
        assert await due(stage, after_min=at + wait_min - 0.1) == []
        at += wait_min
    assert await due(stage, after_min=at) == []
    assert (await flags(stage))["attempts"] == ATTEMPTS_MAX


async def test_who_was_never_asked_about_comes_first_then_the_oldest_attempt(stage: Stage) -> None:
    ids = [MatchId(f"aaaaaaaaaaaaaa{number}") for number in range(2, 6)]
    await stage.schedule(*ids)
    for id_ in ids:
        await stage.write(at_the_end(FIRST, match_id=id_))
    for id_ in (ids[2], ids[0]):
        await stage.clock.advance(60)
        await stage.writer.look_again([id_])

    assert await due(stage, after_min=60) == [ids[1], ids[3], ids[2], ids[0]]
    assert await due(stage, after_min=60, most=3) == [ids[1], ids[3], ids[2]]


# ---------------------------------------------------------------- found by the index

FILL = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, competition_id, home_team_id, away_team_id, phase_entered_ts,
    updated_at, created_at, data_completeness
)
SELECT
    'match' || lpad((n + 3000)::text, 9, '0'), %(now)s - n * 20, CASE WHEN n < 0 THEN 1 ELSE 8 END,
    'c', 'h', 'a', %(now)s - n * 20, now(), now(),
    CASE
        WHEN n < 0 THEN '{"first_half": false, "second_half": false, "full_time": false}'::jsonb
        WHEN n %% 100 = 0
            THEN '{"first_half": true, "second_half": true, "full_time": false}'::jsonb
                || '{"reason": {"full_time": "goals_differ"}}'
        ELSE '{"first_half": true, "second_half": true, "full_time": true}'
    END
FROM generate_series(-3000, 5000) AS n
"""


def test_the_few_that_are_open_are_found_by_their_index(conninfo: Conninfo) -> None:
    asked = {
        "now": T // 1000,
        "back_s": BACK_S,
        "provisional_s": 900,
        "attempts_max": ATTEMPTS_MAX,
        "wait_s": FIRST_WAIT_S,
        "most": 50,
    }
    with psycopg.connect(conninfo.owner, autocommit=True) as owner, psycopg.ClientCursor(owner) as cursor:
        cursor.execute(FILL, {"now": T // 1000})
        cursor.execute("ANALYZE ts_matches")
        cursor.execute(b"EXPLAIN (FORMAT JSON) " + completeness.SQL["due"], asked)
        [[[explained]]] = cursor.fetchall()
        cursor.execute(completeness.SQL["due"], asked)
        found = cursor.fetchall()

    used = [node.get("Index Name") for node in nodes(explained["Plan"])]
    assert "idx_ts_matches_data_completeness" in used
    assert "Seq Scan" not in [node["Node Type"] for node in nodes(explained["Plan"])]
    assert len(found) == 43, "every hundredth of those that ended between 15 min and 24 h ago"
