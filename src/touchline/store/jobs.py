"""Slots, hand-overs and runs of jobs.

A slot is decided once, by whoever inserts its row; a run is begun once, by whoever inserts its row. Leases
and heartbeats go by real time, the database's own.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from touchline.store.db import Tx, as_json
from touchline.store.sql import load

SQL = load("jobs")
TICKETS, SWITCHES = "procrastinate_queue_v1#", "touchline_flag"
"""Channels of NOTIFY: there are tickets in the lane whose name follows; something was switched."""
LEASE_S = 20.0
"""Real seconds without a heartbeat after which a run, or a planner, counts as gone."""

Lane = Literal["short", "long", "made_up"]
"""What waits in one is not in the way of the others: jobs that must end within a minute, those that may take
longer, and what is made up for, one after the other."""
Fate = Literal["handed_over", "skipped", "superseded", "paced"]
Status = Literal[
    "running", "success", "failed", "timeout", "cancelled", "lost", "skipped_overlap", "skipped_lock"
]


class Ticket(Struct, frozen=True, kw_only=True):
    """The order to run a job for one slot."""

    job_name: str
    scheduled_for: int
    """The slot: the minute of the cron without the offset, football time in Unix seconds."""
    offset_s: int = 0
    made_up: bool = False
    """It is handed over after its time."""
    lane: Lane = "short"
    by_hand: str = ""
    """Something of its own where somebody wants the run at once, whatever the cron."""

    @property
    def run_id(self) -> str:
        """The same for every ticket of a slot."""
        return f"{self.job_name}@{self.scheduled_for}" + (f"-{self.by_hand}" if self.by_hand else "")


class Slot(Struct, frozen=True, kw_only=True):
    """What becomes of one slot of a job."""

    job_name: str
    scheduled_for: int
    fate: Fate
    offset_s: int = 0
    made_up: bool = False
    lane: Lane = "short"

    @property
    def ticket(self) -> Ticket:
        return Ticket(
            job_name=self.job_name,
            scheduled_for=self.scheduled_for,
            offset_s=self.offset_s,
            made_up=self.made_up,
            lane=self.lane,
        )


class Begin(Struct, frozen=True, kw_only=True):
    """A run that wants to begin."""

    ticket: Ticket
    lock: str
    node: str
    schedule: str
    effective_schedule: str


class End(Struct, frozen=True, kw_only=True):
    """What came of a run."""

    status: Status
    duration_ms: int
    items: int = 0
    failed: int = 0
    error: str = ""


class Planner(Struct, frozen=True, kw_only=True):
    """A planner that lives, and the switch it goes by."""

    node: str
    stagger: bool
    stagger_version: int


_ticket = msgspec.json.Decoder(Ticket)


async def newest(tx: Tx, names: Sequence[str]) -> dict[str, int | None]:
    """Up to which slot everything of each job is decided; None: nothing ever was."""
    rows = await tx.rows(SQL["newest"], {"names": list(names)})
    return {row[0]: row[1] for row in rows}


async def plan(tx: Tx, slots: Sequence[Slot]) -> list[Slot]:
    """Decide `slots` and hand over what is to run; those that were decided here, by nobody before."""
    rows = await tx.rows(SQL["plan"], {"slots": as_json(slots)})
    ours = {(job_name, slot) for job_name, slot in rows}
    decided = [slot for slot in slots if (slot.job_name, slot.scheduled_for) in ours]
    await hand_over(tx, [slot.ticket for slot in decided if slot.fate == "handed_over"])
    return decided


async def undecide(tx: Tx, after: float, limit: int) -> int:
    """Delete slots later than that, so many at most, so that they are decided again; how many.

    What was run of them stays, and is not run again.
    """
    return await tx.execute(SQL["undecide"], {"after": int(after), "limit": limit})


async def hand_over(tx: Tx, tickets: Sequence[Ticket]) -> None:
    """Put `tickets` into the queue; workers wake when the transaction commits."""
    if tickets:
        queued = [msgspec.structs.asdict(ticket) | {"run_id": ticket.run_id} for ticket in tickets]
        await tx.rows(SQL["hand_over"], {"tickets": as_json(queued)})


async def pending(tx: Tx, since: int) -> list[Ticket]:
    """Slots from `since` on that were handed over and that nobody has begun, in the order of planning."""
    return await tx.rows_as(Ticket, SQL["pending"], {"since": since})


async def supersede(tx: Tx, ticket: Ticket, *, overdue: bool = False) -> bool:
    """Whether the slot of `ticket` gave way to a later one: handed over too, or `overdue` to be."""
    given = {"job_name": ticket.job_name, "scheduled_for": ticket.scheduled_for, "overdue": overdue}
    return await tx.execute(SQL["supersede"], given | {"now": tx.now}) > 0


async def lose(tx: Tx, lock: str, lease_s: float = LEASE_S) -> list[tuple[str, str]]:
    """Give up who holds `lock` and has been silent for a lease; its run id and job."""
    given = {"lock": lock, "lease_s": lease_s, "now_ms": tx.now_ms}
    return [(run_id, job_name) for run_id, job_name in await tx.rows(SQL["lose"], given)]


async def begin(tx: Tx, run: Begin, at_ms: int | None = None) -> bool:
    """Whether `run` runs from here on: its slot was not begun before, and nobody holds its lock.

    `at_ms` is football time just now; by default that at which the transaction was asked for.
    """
    begun = _begun(tx, run) | ({} if at_ms is None else {"now_ms": at_ms})
    return await tx.row(SQL["begin"], begun) is not None


async def in_the_way(tx: Tx, run: Begin) -> list[tuple[str, str]]:
    """What kept `run` from beginning, as run id and job: itself, begun before, or the holder of its lock."""
    rows = await tx.rows(SQL["in_the_way"], {"run_id": run.ticket.run_id, "lock": run.lock})
    return [(run_id, job_name) for run_id, job_name in rows]


async def skip(tx: Tx, run: Begin, status: Status) -> None:
    """Write down that `run` was not run: `skipped_overlap` or `skipped_lock`."""
    await tx.execute(SQL["skip"], _begun(tx, run) | {"status": status})


async def beat(tx: Tx, run_id: str) -> bool:
    """Say that the run is alive; False when it counts as lost."""
    return await tx.execute(SQL["beat"], {"run_id": run_id}) > 0


async def end(tx: Tx, run_id: str, what: End) -> bool:
    """Write down the end of a run; False when it had been given up for lost."""
    return (
        await tx.execute(SQL["end"], msgspec.structs.asdict(what) | {"run_id": run_id, "now_ms": tx.now_ms}) > 0
    )


async def lose_any(tx: Tx, limit: int, lease_s: float = LEASE_S) -> list[tuple[str, str]]:
    """Give up runs that have been silent for a lease; their ids and jobs."""
    given = {"lease_s": lease_s, "now_ms": tx.now_ms, "limit": limit}
    return [(run_id, job_name) for run_id, job_name in await tx.rows(SQL["lose_any"], given)]


async def take_back(tx: Tx, limit: int, lease_s: float = LEASE_S) -> list[Ticket]:
    """Clear the queue of tickets whose taker is gone; those that were never begun, to be handed over again."""
    rows = await tx.rows(SQL["take_back"], {"limit": limit, "lease_s": lease_s})
    return [_ticket.decode(args) for (args,) in rows]


async def forget(tx: Tx, before: int, limit: int) -> int:
    """Delete runs and slots from before that slot, so many of each at most; how many."""
    given = {"before": before, "limit": limit}
    runs = await tx.execute(SQL["forget_runs"], given)
    return runs + await tx.execute(SQL["forget_slots"], given)


async def forget_processes(tx: Tx) -> int:
    """Delete what processes left behind that have been gone for a day; how many."""
    [(forgotten,)] = await tx.rows(SQL["forget_processes"])
    return int(forgotten)


async def obey(tx: Tx, planner: Planner) -> None:
    """Say that this planner lives, and which switch it goes by."""
    given = {"node": planner.node, "stagger": planner.stagger, "version": planner.stagger_version}
    await tx.execute(SQL["obey"], given)


async def leave(tx: Tx, node: str) -> None:
    """Say that this planner is no more."""
    await tx.execute(SQL["leave"], {"node": node})


async def planners(tx: Tx, lease_s: float = LEASE_S) -> list[Planner]:
    """The planners that live."""
    return await tx.rows_as(Planner, SQL["planners"], {"lease_s": lease_s})


def _begun(tx: Tx, run: Begin) -> dict[str, object]:
    return {
        "run_id": run.ticket.run_id,
        "job_name": run.ticket.job_name,
        "scheduled_for": run.ticket.scheduled_for,
        "offset_s": run.ticket.offset_s,
        "node": run.node,
        "schedule": run.schedule,
        "effective_schedule": run.effective_schedule,
        "lock": run.lock,
        "now_ms": tx.now_ms,
    }
