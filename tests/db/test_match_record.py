"""An illegal row is impossible, whoever writes it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from tests.conftest import Conninfo

T = 1_770_483_600
Connection = psycopg.Connection[Any]

MATCH = """
INSERT INTO ts_matches (external_id, match_time, phase_entered_ts, created_at, updated_at)
VALUES ('aaaaaaaaaaaaaa1', 1770483600, 1770483600, to_timestamp(1770483600), to_timestamp(1770483600))
"""


@pytest.fixture
def connection(conninfo: Conninfo) -> Iterator[Connection]:
    """The application's connection to a database with one match."""
    with psycopg.connect(conninfo.app, autocommit=True) as opened:
        opened.execute(MATCH)
        yield opened


def update(connection: Connection, **columns: Any) -> int:
    """Set `columns` of the match; how many rows that was."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in columns
    )
    return connection.execute(sql.SQL("UPDATE ts_matches SET {}").format(assignments), columns).rowcount


def value(connection: Connection, column: str) -> Any:
    query = sql.SQL("SELECT {} FROM ts_matches").format(sql.Identifier(column))
    return connection.execute(query).fetchall()[0][0]


@pytest.mark.parametrize(
    "columns",
    [
        {"status_id": 6},
        {"status_id": 14},
        {"status_id": -1},
        {"match_time": T * 1000},
        {"match_time": 0},
        {"first_half_kickoff_ts": 0},
        {"last_event_ts": T * 1000},
        {"home_scores": [0] * 6},
        {"home_scores": [0] * 8},
        {"home_scores": []},
        {"away_scores": [0, 0, 0, 0, 0, None, 0]},
        {"away_scores": [[0] * 7, [0] * 7]},
        {"away_scores": [-1, 0, 0, 0, 0, 0, 0]},
        {"away_scores": [0, 0, 0, 0, -2, 0, 0]},
        {"home_score_extra_time": 1},
        {"agg_home": 1},
        {"agg_home": -1, "agg_away": 0},
        {"minute": 0, "last_minute_update_ts": T},
        {"minute": 5},
        {"version": -1},
        {"provenance": "[]"},
        {"pending": "null"},
        {"statistics": "{}"},
        {"external_id": "short"},
    ],
    ids=str,
)
def test_an_illegal_value_is_refused(connection: Connection, columns: dict[str, Any]) -> None:
    with pytest.raises(errors.IntegrityError):
        update(connection, **columns)


@pytest.mark.parametrize("status_id", [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13])
def test_every_status_of_the_provider_fits(connection: Connection, status_id: int) -> None:
    assert update(connection, status_id=status_id) == 1


@pytest.mark.parametrize("id_", ["", "abc", "ABCDEFGHIJKLMNO", "a" * 33, "aaaaaa-aaaaaa", "aaaaaaa\n"])
def test_an_id_that_can_be_none_of_the_provider_is_refused(connection: Connection, id_: str) -> None:
    with pytest.raises(errors.CheckViolation):
        connection.execute(MATCH.replace("'aaaaaaaaaaaaaa1'", "%s"), [id_])


def test_a_match_exists_once(connection: Connection) -> None:
    with pytest.raises(errors.UniqueViolation):
        connection.execute(MATCH)


@pytest.mark.parametrize("column", ["first_half_kickoff_ts", "second_half_kickoff_ts", "overtime_kickoff_ts"])
def test_a_kickoff_is_written_once(connection: Connection, column: str) -> None:
    once = sql.SQL("UPDATE ts_matches SET {0} = %s WHERE {0} IS NULL").format(sql.Identifier(column))

    assert connection.execute(once, [T]).rowcount == 1
    assert connection.execute(once, [T + 60]).rowcount == 0
    for other in (T + 60, None):
        with pytest.raises(errors.IntegrityConstraintViolation, match="written once"):
            update(connection, **{column: other})
    assert update(connection, **{column: T}) == 1
    assert value(connection, column) == T


def test_provider_time_only_rises(connection: Connection) -> None:
    assert update(connection, provider_update_time=T) == 1
    assert update(connection, provider_update_time=T + 1) == 1
    for lower in (T, None):
        with pytest.raises(errors.IntegrityConstraintViolation, match="only rises"):
            update(connection, provider_update_time=lower)
    assert value(connection, "provider_update_time") == T + 1


def test_the_same_provider_time_again_changes_no_row(connection: Connection) -> None:
    newer = "UPDATE ts_matches SET provider_update_time = %(p)s WHERE coalesce(provider_update_time, 0) < %(p)s"

    assert [connection.execute(newer, {"p": T}).rowcount for _ in range(2)] == [1, 0]


def test_a_minute_is_never_erased(connection: Connection) -> None:
    update(connection, minute=47, last_minute_update_ts=T)

    with pytest.raises(errors.IntegrityConstraintViolation, match="never set to NULL"):
        update(connection, minute=None)
    assert value(connection, "minute") == 47


def test_the_same_minute_again_changes_no_row(connection: Connection) -> None:
    tick = "UPDATE ts_matches SET minute = 5, last_minute_update_ts = %s WHERE minute IS DISTINCT FROM 5"

    assert [connection.execute(tick, [T + at]).rowcount for at in (0, 30)] == [1, 0]


def test_the_version_never_falls(connection: Connection) -> None:
    update(connection, version=5)

    with pytest.raises(errors.IntegrityConstraintViolation, match="version only rises"):
        update(connection, version=4)


@pytest.mark.parametrize(
    "columns",
    [
        {"minute": 3, "last_minute_update_ts": T},
        {"last_seen_ts": T + 5},
        {"pending": '{"history_asked": true}'},
        {"version": 9},
        {"phase_entered_ts": T},
    ],
    ids=str,
)
def test_updated_at_stands_when_no_content_moves(connection: Connection, columns: dict[str, Any]) -> None:
    before = value(connection, "updated_at")

    update(connection, updated_at="2030-01-01", **columns)

    assert value(connection, "updated_at") == before


@pytest.mark.parametrize(
    "columns",
    [
        {"status_id": 2},
        {"home_scores": [1, 0, 0, 0, 0, 0, 0]},
        {"note": "moved"},
        {"statistics": '[{"type":2}]'},
    ],
    ids=str,
)
def test_updated_at_moves_with_content(connection: Connection, columns: dict[str, Any]) -> None:
    update(connection, updated_at="2030-01-01", **columns)

    assert value(connection, "updated_at").year == 2030


def test_the_split_score_follows_the_raw_one(connection: Connection) -> None:
    update(connection, home_scores=[2, 1, 0, 3, -1, 0, 0], away_scores=[1, 1, 1, 0, 4, 0, 0])

    assert value(connection, "home_score_display") == 2
    assert value(connection, "home_score_half_time") is None
    assert value(connection, "home_score_shoot_out") is None
    assert (value(connection, "home_corners"), value(connection, "away_corners")) == (None, 4)
    assert (value(connection, "away_red_cards"), value(connection, "home_yellow_cards")) == (1, 3)

    update(
        connection,
        home_scores=[2, 1, 0, 3, -1, 3, 0],
        away_scores=[2, 1, 1, 0, 4, 2, 5],
        half_time_reached=True,
        home_score_extra_time=3,
        away_score_extra_time=2,
    )

    assert (value(connection, "home_score_display"), value(connection, "home_score_regular")) == (3, 2)
    assert value(connection, "home_score_half_time") == 1
    assert (value(connection, "home_score_shoot_out"), value(connection, "away_score_shoot_out")) == (0, 5)


def test_a_generated_score_cannot_be_written(connection: Connection) -> None:
    with pytest.raises(errors.GeneratedAlways):
        update(connection, home_score_display=9)


def test_a_match_is_never_deleted_nor_renamed(connection: Connection) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute("DELETE FROM ts_matches")
    with pytest.raises(errors.IntegrityConstraintViolation, match="identity"):
        update(connection, external_id="bbbbbbbbbbbbbb2")


def test_a_revision_is_appended_and_stays(connection: Connection, conninfo: Conninfo) -> None:
    append = """INSERT INTO kickoff_revision
        (match_id, period, seq, kickoff_ts, delta_s, source, observed_at_ms, followed, reason)
        VALUES ('aaaaaaaaaaaaaa1', 'second_half', 1, 1770487400, -61, 'mqtt', 1, TRUE, 'revision')"""
    connection.execute(append)

    with pytest.raises(errors.UniqueViolation):
        connection.execute(append)
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        for rewrite in ("UPDATE kickoff_revision SET delta_s = 0", "DELETE FROM kickoff_revision"):
            with pytest.raises(errors.IntegrityConstraintViolation, match="append-only"):
                owner.execute(rewrite)


def test_a_pause_is_opened_once_and_closed_once(connection: Connection) -> None:
    connection.execute("INSERT INTO match_pause (match_id, started_ts) VALUES ('aaaaaaaaaaaaaa1', 1770485000)")

    with pytest.raises(errors.UniqueViolation):
        connection.execute(
            "INSERT INTO match_pause (match_id, started_ts) VALUES ('aaaaaaaaaaaaaa1', 1770485100)"
        )
    with pytest.raises(errors.CheckViolation):
        connection.execute("UPDATE match_pause SET ended_ts = 1770484999")
    connection.execute("UPDATE match_pause SET ended_ts = 1770485600")
    with pytest.raises(errors.IntegrityConstraintViolation, match="closed once"):
        connection.execute("UPDATE match_pause SET ended_ts = 1770485700")


def test_an_incident_keeps_its_identity(connection: Connection) -> None:
    connection.execute(
        """INSERT INTO match_incident (match_id, ordinal, "position", revision, first_seen_ts, what)
        VALUES ('aaaaaaaaaaaaaa1', 1, 0, 2, 1770485000, '{"type": 1, "side": 1, "time": 23}')"""
    )

    assert connection.execute("SELECT type, side, time FROM match_incident").fetchall() == [(1, 1, 23)]
    for rewrite in ("ordinal = 2", "first_seen_ts = 1770485001", "revision = 1"):
        with pytest.raises(errors.IntegrityConstraintViolation, match="identity"):
            connection.execute(b"UPDATE match_incident SET " + rewrite.encode())
    for illegal in ('{"type": 1, "side": 3, "time": 23}', '{"side": 1, "time": 23}'):
        with pytest.raises(errors.IntegrityError):
            connection.execute("UPDATE match_incident SET what = %s", [illegal])
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute("DELETE FROM match_incident")


def test_children_belong_to_a_match(connection: Connection) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        connection.execute("INSERT INTO match_tlive (match_id, lines) VALUES ('nobodynobody', '[]')")
