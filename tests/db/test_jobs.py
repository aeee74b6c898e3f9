"""Rows of jobs that can't be: an end without an end, two runs of a lock, a history that changes."""

import psycopg
import pytest
from psycopg import errors
from tests.conftest import Conninfo

RUN = """
INSERT INTO job_execution_logs (
    run_id, job_name, scheduled_for, started_at, finished_at, heartbeat_at, status, duration_ms, node, schedule,
    effective_schedule, stagger_offset_s, lock
) VALUES (
    %(run_id)s, 'A', %(slot)s, now(), %(end)s, now(), %(status)s, %(took)s, 'n', '* * * * *', %(shown)s,
    %(offset)s, %(lock)s
)
"""
RUNNING = {
    "run_id": "r",
    "slot": 60,
    "end": None,
    "status": "running",
    "took": None,
    "shown": "s",
    "offset": 0,
    "lock": "a",
}
ENDED = RUNNING | {"end": "2026-01-01", "status": "success", "took": 1}


def insert(conninfo: Conninfo, *rows: dict[str, object]) -> None:
    with psycopg.connect(conninfo.app) as app:
        for row in rows:
            app.execute(RUN, row)


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": "2026-01-01"},
        {"took": 1},
        {"status": "success"},
        {"status": "skipped"},
        {"offset": 60},
        {"lock": ""},
    ],
)
def test_an_illegal_run_is_refused(conninfo: Conninfo, wrong: dict[str, object]) -> None:
    with pytest.raises(errors.CheckViolation):
        insert(conninfo, RUNNING | wrong)


@pytest.mark.parametrize("other", [{"run_id": "q"}, {"run_id": "q", "slot": 120}])
def test_a_slot_and_a_lock_have_one_run(conninfo: Conninfo, other: dict[str, object]) -> None:
    with pytest.raises(errors.UniqueViolation):
        insert(conninfo, RUNNING, RUNNING | other)


def test_runs_by_hand_and_ended_ones_are_in_nobodys_way(conninfo: Conninfo) -> None:
    insert(
        conninfo,
        ENDED,
        RUNNING | {"run_id": "m", "shown": "manual"},
        RUNNING | {"run_id": "o", "slot": 120, "lock": "b"},
    )


@pytest.mark.parametrize("change", ["UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log"])
def test_the_application_can_not_change_what_was_audited(conninfo: Conninfo, change: str) -> None:
    with psycopg.connect(conninfo.app) as app:
        app.execute("INSERT INTO audit_log (at, who, what) VALUES (now(), 'me', 'flag')")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(change.encode())
