"""Slots, runs, planners and switches of jobs (0008_job.sql)."""

from touchline.proving.twin.match_table import between
from touchline.proving.twin.tables import Check, Table, Trigger, columns, not_empty
from touchline.proving.twin.values import Row

FATES = frozenset({"handed_over", "skipped", "superseded", "paced"})
STATUSES = frozenset(
    ("running", "success", "failed", "timeout", "cancelled", "lost", "skipped_overlap", "skipped_lock")
)


def _has_its_end(row: Row) -> bool:
    runs = bool(row["status"] == "running")
    return (row["finished_at"] is None) == runs and (row["duration_ms"] is None) == runs


SLOTS = Table(
    name="job_slot",
    key=("job_name", "scheduled_for"),
    group="job_name",
    columns=columns("""
        job_name text
        scheduled_for bigint
        fate text
        planned_at timestamptz
        stagger_offset_s bigint
        made_up boolean = false
    """),
    checks=(
        not_empty("job_name"),
        Check("job_slot_fate_check", ("fate",), lambda row: row["fate"] in FATES),
        between(0, 59, "stagger_offset_s"),
    ),
)

_RUN_COLUMNS = columns("""
    run_id text
    job_name text
    scheduled_for bigint
    started_at timestamptz
    finished_at timestamptz null
    heartbeat_at timestamptz
    status text
    duration_ms bigint null
    items_processed bigint = 0
    items_failed bigint = 0
    error text = ""
    node text
    schedule text
    effective_schedule text
    stagger_offset_s bigint
    lock text
""")

RUNS = Table(
    name="job_execution_logs",
    key=("run_id",),
    columns=_RUN_COLUMNS,
    checks=(
        *(
            not_empty(column)
            for column in ("run_id", "job_name", "node", "schedule", "effective_schedule", "lock")
        ),
        Check("job_execution_logs_status_check", ("status",), lambda row: row["status"] in STATUSES),
        between(0, 2**63 - 1, "duration_ms"),
        between(0, 2**63 - 1, "items_processed"),
        between(0, 2**63 - 1, "items_failed"),
        between(0, 59, "stagger_offset_s"),
        Check("a_run_that_ended_has_an_end", ("status", "finished_at", "duration_ms"), _has_its_end),
    ),
    triggers=(
        Trigger(
            tuple(_RUN_COLUMNS),
            lambda old, _new: bool(old["status"] != "running"),
            "a run that has ended does not change",
        ),
    ),
    uniques={
        "job_execution_logs_slot": lambda row: (
            (row["job_name"], row["scheduled_for"]) if row["effective_schedule"] != "manual" else None
        ),
        "job_execution_logs_lock": lambda row: (row["lock"],) if row["status"] == "running" else None,
    },
)

FLAGS = Table(
    name="runtime_flag",
    key=("name",),
    columns=columns("""
        name text
        value boolean
        version bigint
        set_at timestamptz
    """),
    checks=(not_empty("name"), between(1, 2**63 - 1, "version")),
)

PLANNERS = Table(
    name="job_planner",
    key=("node",),
    columns=columns("""
        node text
        stagger boolean
        stagger_version bigint
        beat_at timestamptz
    """),
    checks=(not_empty("node"), between(0, 2**63 - 1, "stagger_version")),
)

AUDIT = Table(
    name="audit_log",
    key=("id",),
    ordered=True,
    identity="id",
    columns=columns("""
        id bigint
        at timestamptz
        who text
        what text
        before jsonb null
        after jsonb null
    """),
    checks=(not_empty("who"), not_empty("what")),
    append_only="what was audited does not change",
)

TABLES = (SLOTS, RUNS, FLAGS, PLANNERS, AUDIT)
