"""A database of an earlier version, with matches in it, is brought up to date: every row whole, and once."""

from typing import Any

import psycopg
from psycopg import sql
from tests.build import T
from tests.conftest import Conninfo
from tests.db.stage import Stage
from tests.db.test_migrate import make_older

from touchline.football.completeness import verified
from touchline.ids import MatchId
from touchline.store.completeness import due
from touchline.store.db import Database
from touchline.store.migrate import migrate, missing

HALVES = ("incidents_first_half", "incidents_second_half", "incidents_extra")
NEVER_CHECKED = {"first_half": False, "second_half": False, "full_time": False}
OPEN = NEVER_CHECKED | {"reason": dict.fromkeys(("first_half", "second_half", "full_time"), "unchecked")}
LIVE, ENDED, LONG_AGO, TO_COME = (MatchId(f"aaaaaaaaaaaaaa{number}") for number in range(4))
NOW = T // 1000
COUNTED = '[{"type": 2, "home": 3, "away": 1}]'
LISTED = """
[{"type": 1, "side": 1, "time": 12}, {"type": 11, "side": 0, "time": 45}, {"type": 12, "side": 0, "time": 93}]
"""
SIGNED = '{"status": {"source": "mqtt", "channel": "one", "observed_at_ms": 1, "seq": 1}}'
MATCHES = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, competition_id, home_team_id, away_team_id, phase_entered_ts,
    home_scores, away_scores, half_time_reached, statistics, first_half_stats, statistics_second_half, minute,
    last_minute_update_ts, last_event_ts, version, provenance, updated_at, created_at
)
SELECT
    given.id, given.entered_ts - 6000, given.status_id, 'league', 'home', 'away', given.entered_ts,
    '{1,1,0,0,3,0,0}', '{0,0,0,2,1,0,0}', given.status_id >= 3, %(counted)s, %(counted)s, %(counted)s, 47,
    given.entered_ts + 60, given.entered_ts + 60, 7, %(signed)s, now(), now()
FROM unnest(%(ids)s::text [], %(statuses)s::smallint [], %(entered)s::bigint [])
    AS given (id, status_id, entered_ts)
"""
INCIDENTS = """
INSERT INTO match_incident (match_id, ordinal, "position", first_seen_ts, what)
SELECT m.external_id, n, n - 1, m.phase_entered_ts, %(listed)s::jsonb -> n - 1
FROM ts_matches AS m, generate_series(1, 3) AS n
"""
PARTS = """
INSERT INTO kickoff_revision
SELECT external_id, 'second_half', 1, phase_entered_ts, -61, 'mqtt', 1, TRUE, 'revision' FROM ts_matches;
INSERT INTO match_pause SELECT external_id, phase_entered_ts - 100, phase_entered_ts FROM ts_matches;
INSERT INTO change
(match_id, kind, status_id, minute, minute_text, home_score, away_score, happened, lock_version, at_ms)
SELECT external_id, 'match', status_id, minute, 'x', 1, 0, '[]', n, phase_entered_ts * 1000 + n
FROM ts_matches, generate_series(1, 3) AS n;
INSERT INTO raw_payload (kind, reason, match_id, payload, kept_at) VALUES ('test', 'not JSON', '', '{', now());
INSERT INTO catalogue (kind, id, name) VALUES ('team', 'home', 'Harbour');
INSERT INTO match_lineup SELECT external_id, '{}' FROM ts_matches;
"""
TABLES = (
    "ts_matches",
    "match_incident",
    "kickoff_revision",
    "match_pause",
    "change",
    "change_log",
    "raw_payload",
    "catalogue",
    "match_lineup",
)
Rows = dict[str, list[dict[str, Any]]]


def fill(conninfo: Conninfo) -> None:
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        given = {
            "ids": [LIVE, ENDED, LONG_AGO, TO_COME],
            "statuses": [4, 8, 8, 1],
            "entered": [NOW - 900, NOW - 3_600, NOW - 30 * 86_400, NOW],
            "counted": COUNTED,
            "signed": SIGNED,
        }
        owner.execute(MATCHES, given)
        owner.execute(INCIDENTS, {"listed": LISTED})
        owner.execute(PARTS.encode())


def rows(conninfo: Conninfo) -> Rows:
    """Everything in the tables there were."""
    found: Rows = {}
    with psycopg.connect(conninfo.owner) as owner:
        for table in TABLES:
            statement = sql.SQL("SELECT to_jsonb(t) FROM {} AS t ORDER BY to_jsonb(t)::text")
            all_of_it = owner.execute(statement.format(sql.Identifier(table))).fetchall()
            found[table] = [row for (row,) in all_of_it]
    return found


def without(found: Rows, column: str) -> Rows:
    return {
        table: [{name: value for name, value in row.items() if name != column} for row in all_of_it]
        for table, all_of_it in found.items()
    }


def test_every_row_is_whole_and_a_second_run_changes_nothing(conninfo: Conninfo) -> None:
    make_older(conninfo, "0007")
    fill(conninfo)
    before = rows(conninfo)

    assert migrate(conninfo.owner)[:2] == ["0007_lease.sql", "0008_job.sql"]

    after = rows(conninfo)
    for table, all_of_it in without(before, "data_completeness").items():
        kept = without(after, "data_completeness")[table]
        assert [
            {name: row[name] for name in old} for old, row in zip(all_of_it, kept, strict=True)
        ] == all_of_it
    known = {row["external_id"]: row["data_completeness"] for row in after["ts_matches"]}
    assert known == {LIVE: NEVER_CHECKED, ENDED: OPEN, LONG_AGO: NEVER_CHECKED, TO_COME: NEVER_CHECKED}
    with psycopg.connect(conninfo.app) as app:
        found = app.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'idx_ts_matches_data_completeness'"
        ).fetchall()
        columns = app.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_name = 'ts_matches' AND column_name = ANY(%s)",
            [[*HALVES, "data_completeness"]],
        ).fetchone()
    assert [text for (text,) in found if "gin" in text]
    assert columns == (4,)

    assert missing(conninfo.owner) == []
    assert migrate(conninfo.owner) == []
    assert rows(conninfo) == after


async def test_what_ended_lately_is_looked_at_and_its_halves_are_kept(
    conninfo: Conninfo, database: Database
) -> None:
    make_older(conninfo, "0007")
    fill(conninfo)
    migrate(conninfo.owner)
    stage = Stage(database)

    async with database.transaction(T) as tx:
        assert [one.id for one in await due(tx, 50)] == [ENDED]
    [looked] = await stage.writer.look_again([ENDED])

    assert all(verified(looked).values())
    [row] = [row for row in await stage.rows() if row["external_id"] == ENDED]
    assert [len(row[name]) for name in HALVES] == [2, 1, 0]
    async with database.transaction(T) as tx:
        assert await due(tx, 50) == []
