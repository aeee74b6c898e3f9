"""Who watches for silence, what was asked and what came of it (0009_sla.sql)."""

from touchline.proving.twin.match_parts import OF_A_MATCH
from touchline.proving.twin.match_table import seconds
from touchline.proving.twin.tables import Check, Table, columns, not_empty
from touchline.proving.twin.values import BEFORE_ALL

CAUSES = frozenset({"stale", "sweep", "stuck"})
OUTCOMES = frozenset({"applied", "confirmed_unchanged", "absent", "failed", "exception"})

REQUESTS = Table(
    name="reconcile_request",
    key=("id",),
    group="match_id",
    ordered=True,
    identity="id",
    columns=columns("""
        id bigint
        match_id text
        cause text
        asked_ts bigint
        asked_at timestamptz
        taken_by text = ""
        taken_until timestamptz null
        outcome text null
        groups text[] = []
        reason text = ""
        duration_ms integer null
        told boolean = false
    """),
    checks=(
        Check("reconcile_request_cause_check", ("cause",), lambda row: row["cause"] in CAUSES),
        Check(
            "reconcile_request_outcome_check",
            ("outcome",),
            lambda row: row["outcome"] is None or row["outcome"] in OUTCOMES,
        ),
    ),
    uniques={
        "reconcile_request_open": lambda row: (
            (row["match_id"], row["cause"]) if row["outcome"] is None else None
        )
    },
)

EPISODES = Table(
    name="stale_episode",
    key=("match_id",),
    columns=columns("""
        match_id text
        reason text
        shown text null
        began_ts bigint
        marked text = ""
    """),
    checks=(not_empty("reason"), seconds("began_ts")),
    references=OF_A_MATCH,
)

WATCH = Table(
    name="watch",
    key=("name",),
    columns=columns("""
        name text
        told_ts bigint = 0
        awake_until timestamptz = "-infinity"
        alarm text = ""
        alarm_ts bigint = 0
    """),
    checks=(Check("watch_name_check", ("name",), lambda row: row["name"] in {"sla", "window"}),),
    first_rows=tuple(
        {"name": name, "told_ts": 0, "awake_until": BEFORE_ALL, "alarm": "", "alarm_ts": 0}
        for name in ("sla", "window")
    ),
)

TABLES = (REQUESTS, EPISODES, WATCH)
