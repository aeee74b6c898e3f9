"""What hangs on a match, a table each (0001_match.sql, 0006_lineup_trend.sql)."""

from touchline.proving.twin.match_table import between, json_is, seconds
from touchline.proving.twin.tables import Check, Generated, Reference, Table, Trigger, columns
from touchline.proving.twin.values import Row, held

OF_A_MATCH = (Reference("match_id", "ts_matches"),)


def _whole(name: str, column: str, kind: type) -> Table:
    """One row a match, whole each time."""
    return Table(
        name=name,
        key=("match_id",),
        columns=columns(f"match_id text\n{column} jsonb"),
        checks=(json_is(kind, column),),
        references=OF_A_MATCH,
    )


def _of_what(field: str) -> Generated:
    def value(row: Row) -> int | None:
        number = held(row["what"]).get(field)
        return None if number is None else int(number)

    return Generated(("what",), value)


INCIDENTS = Table(
    name="match_incident",
    key=("match_id", "ordinal"),
    group="match_id",
    columns=columns("""
        match_id text
        ordinal integer
        position integer
        revision integer = 0
        withdrawn_ts bigint null
        first_seen_ts bigint
        what jsonb
        type smallint
        side smallint
        time smallint
    """),
    generated={field: _of_what(field) for field in ("type", "side", "time")},
    checks=(
        Check("match_incident_ordinal_check", ("ordinal",), lambda row: row["ordinal"] > 0),
        Check("match_incident_position_check", ("position",), lambda row: row["position"] >= 0),
        Check("match_incident_revision_check", ("revision",), lambda row: row["revision"] >= 0),
        seconds("withdrawn_ts"),
        seconds("first_seen_ts"),
        between(0, 2, "side"),
    ),
    triggers=(
        Trigger(
            ("match_id", "ordinal", "first_seen_ts", "revision"),
            lambda old, new: new["first_seen_ts"] != old["first_seen_ts"] or new["revision"] < old["revision"],
            "an incident keeps its identity; its revision only rises",
        ),
    ),
    references=OF_A_MATCH,
)

REVISIONS = Table(
    name="kickoff_revision",
    key=("match_id", "period", "seq"),
    group="match_id",
    columns=columns("""
        match_id text
        period text
        seq integer
        kickoff_ts bigint
        delta_s bigint
        source text
        observed_at_ms bigint
        followed boolean
        reason text
    """),
    checks=(
        Check(
            "kickoff_revision_period_check",
            ("period",),
            lambda row: row["period"] in {"first_half", "second_half", "overtime"},
        ),
        Check("kickoff_revision_seq_check", ("seq",), lambda row: row["seq"] > 0),
        seconds("kickoff_ts"),
        Check(
            "kickoff_revision_reason_check",
            ("reason",),
            lambda row: row["reason"] in {"revision", "out_of_window", "et_second_period", "resume"},
        ),
    ),
    append_only="append-only",
    references=OF_A_MATCH,
)

PAUSES = Table(
    name="match_pause",
    key=("match_id", "started_ts"),
    group="match_id",
    columns=columns("""
        match_id text
        started_ts bigint
        ended_ts bigint null
    """),
    checks=(
        seconds("started_ts"),
        Check(
            "match_pause_ended_ts_check",
            ("ended_ts", "started_ts"),
            lambda row: row["ended_ts"] is None or row["started_ts"] <= row["ended_ts"] <= 9_999_999_999,
        ),
    ),
    triggers=(
        Trigger(
            ("ended_ts",),
            lambda old, _new: old["ended_ts"] is not None,
            "a pause is appended and closed once",
        ),
    ),
    references=OF_A_MATCH,
    uniques={"match_pause_open": lambda row: (row["match_id"],) if row["ended_ts"] is None else None},
)

TABLES = (
    INCIDENTS,
    REVISIONS,
    PAUSES,
    _whole("match_tlive", "lines", list),
    _whole("match_lineup", "lineup", dict),
    _whole("match_trend", "trend", dict),
)
