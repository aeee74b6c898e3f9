"""What the history of jobs says. All instants are football time, Unix seconds."""

from collections.abc import Sequence

from msgspec import Struct

from touchline.store.db import Tx
from touchline.store.jobs import Status
from touchline.store.sql import load

SQL = load("job_reports")


class Overview(Struct, frozen=True, kw_only=True):
    """A job's last run; None: it never ran. `failures` are those of the time asked about."""

    job_name: str
    status: Status | None
    started_at: float | None
    duration_ms: int | None
    failures: int


class Past(Struct, frozen=True, kw_only=True):
    """One run."""

    run_id: str
    job_name: str
    scheduled_for: int
    started_at: float
    status: Status
    duration_ms: int | None
    items_processed: int
    items_failed: int
    error: str
    node: str
    effective_schedule: str


class Started(Struct, frozen=True, kw_only=True):
    """A start that had an offset to keep."""

    job_name: str
    scheduled_for: int
    started_at: float
    offset_s: int


class NotDone(Struct, frozen=True, kw_only=True):
    """A slot, the latest of its job, whose run was not carried to its end."""

    job_name: str
    scheduled_for: int
    ended_at: float


async def overview(tx: Tx, names: Sequence[str], since: float) -> list[Overview]:
    """Of each job, in that order; failures since that instant."""
    return await tx.rows_as(Overview, SQL["overview"], {"names": list(names), "since": since})


async def history(tx: Tx, job_name: str, limit: int) -> list[Past]:
    """The newest runs of a job."""
    return await tx.rows_as(Past, SQL["history"], {"job_name": job_name, "limit": limit})


async def run(tx: Tx, run_id: str) -> Past | None:
    """One run, or None while nobody has begun it."""
    rows = await tx.rows_as(Past, SQL["run"], {"run_id": run_id})
    return rows[0] if rows else None


async def starts(tx: Tx, since: float) -> list[Started]:
    """Starts after an instant, in their order."""
    return await tx.rows_as(Started, SQL["starts"], {"since": since})


async def p95_s(tx: Tx, since: float) -> dict[str, float]:
    """Within which time 95 % of the runs of each job ended since an instant."""
    return {name: float(seconds) for name, seconds in await tx.rows(SQL["p95"], {"since": since})}


async def not_done(tx: Tx, names: Sequence[str]) -> list[NotDone]:
    """Of these jobs those whose latest slot failed, in the order in which they did, and no run since is well.

    A run that went through everything and could not do single items is none of them.
    """
    return await tx.rows_as(NotDone, SQL["not_done"], {"names": list(names)})
