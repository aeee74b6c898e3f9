"""One run of a job: begun once anywhere, kept alive, cut off in time, ended once.

It knows tickets and rows; who brings the tickets is not its business. Exclusive is the row `running` of a lock:
it ends with the run, or, a lease after the last heartbeat, with the process.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable, TouchlineError
from touchline.jobs.body import HEARTBEAT_S, STUBBORN_S, Body, Cut, Lease
from touchline.jobs.job import Missed
from touchline.jobs.line import IN_TIME_S
from touchline.jobs.stagger import effective, error_s
from touchline.jobs.timetable import Entry, Timetable
from touchline.log import mask
from touchline.metrics import Metrics
from touchline.store import jobs
from touchline.store.db import Database, Tx
from touchline.store.jobs import LEASE_S, Begin, End, Ticket
from touchline.task import Run, Task

ATTEMPTS = 3
BEAT_MAX_S = 2.0
"""What a heartbeat may take, or an attempt to write an end; the next one comes anyway."""
RETRY_S = 0.5
LAST_WORD_S = 1.0
"""Real seconds in which the ends of what was cut off are tried to be written when the process ends."""
ERROR_CHARS_MAX = 2_000

WHY: Mapping[Cut, str] = {"timeout": "time-out", "cancelled": "cancelled", "lost": "no heartbeat"}
SKIPPED = {"skipped_overlap": "overlap", "skipped_lock": "lock"}

Came = jobs.Status | Literal["superseded", "known", "unknown"]
"""What came of a ticket: how its run ended, or that there was none, because a later slot took its place, it was
begun before, or nobody knows the job."""


class ProcessEnds(TouchlineError):
    """Nothing is begun any more. The ticket stays; the Lost Run Reaper hands it over again."""


class Runner:
    """Runs jobs, any number at a time."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        timetable: Timetable,
        tasks: Mapping[str, Task],
        node: str,
    ) -> None:
        """`tasks` by the keys of their jobs; `node`: this process, by a name that no other start of it has."""
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._entries = {entry.job.name: entry for entry in timetable}
        self._tasks = tasks
        self._node = node
        self._log = structlog.get_logger()
        self._bodies: set[Body] = set()
        self._under_way = 0
        self._ended = asyncio.Event()
        self._closed = False
        self._written_by = float("inf")
        """Until when ends may be written, monotonic: nobody waits longer for a process that is to end."""

    async def run(self, ticket: Ticket) -> Came:
        """Run what `ticket` orders, if it is still to be run; what came of it.

        Raises StoreUnavailable when the database does not let it begin, ProcessEnds once drained: then nothing
        was done.
        """
        if self._closed:
            raise ProcessEnds(f"{ticket.run_id} is left to others")
        entry = self._entries.get(ticket.job_name)
        if entry is None:
            self._log.warning("job.unknown", job=ticket.job_name, run_id=ticket.run_id)
            return "unknown"
        self._under_way += 1
        try:
            return await self._run(entry, ticket)
        finally:
            self._under_way -= 1
            self._ended.set()

    async def drain(self, within_s: float) -> None:
        """Wait for the runs under way, at most so many real seconds; then cut them off and wait for that."""
        deadline = self._clock.monotonic() + within_s
        while self._under_way and (left := deadline - self._clock.monotonic()) > 0:
            self._ended.clear()
            await self._clock.wait(self._ended, left)
        self._closed = True
        self._written_by = self._clock.monotonic() + LAST_WORD_S
        for body in self._bodies:
            body.stop()
        while self._under_way:
            self._ended.clear()
            await self._ended.wait()

    async def _run(self, entry: Entry, ticket: Ticket) -> Came:
        lease = Lease(self._clock, LEASE_S)
        came = await self._begin(entry, ticket)
        if came != "running":
            self._say_not_run(ticket, came)
            return came
        self._say_started(entry, ticket)
        with self._metrics.jobs_running.labels(ticket.job_name).track_inprogress():
            end = await self._carry_out(entry, ticket, lease)
        return end.status

    # ------------------------------------------------------------ begin

    async def _begin(self, entry: Entry, ticket: Ticket) -> Came:
        """`running`, or why it does not run."""
        run = self._asked(entry, ticket)
        async with self._db.transaction(now_ms(self._clock)) as tx:
            gives_way = entry.job.missed is not Missed.ALL and not ticket.by_hand
            if gives_way and await jobs.supersede(tx, ticket, overdue=self._is_overdue(entry, ticket)):
                return "superseded"
            lost = await jobs.lose(tx, run.lock)
            came = await self._take_lock(tx, run)
        self.say_lost(lost)
        return came

    def _is_overdue(self, entry: Entry, ticket: Ticket) -> bool:
        """Whether it lay in the queue until the next slot was due: nobody was there to take it."""
        now, next_slot = self._clock.now(), entry.schedule.after(ticket.scheduled_for)
        waited_s = (now - ticket.scheduled_for - ticket.offset_s) / self._clock.speed
        return waited_s > IN_TIME_S and next_slot + ticket.offset_s <= now and not ticket.made_up

    async def _take_lock(self, tx: Tx, run: Begin) -> Came:
        for _ in range(ATTEMPTS):
            # Not the transaction's time: it may have waited for a connection, and that makes the start late.
            if await jobs.begin(tx, run, now_ms(self._clock)):
                return "running"
            for run_id, job_name in await jobs.in_the_way(tx, run):
                if run_id == run.ticket.run_id:
                    return "known"
                status: jobs.Status = "skipped_overlap" if job_name == run.ticket.job_name else "skipped_lock"
                await jobs.skip(tx, run, status)
                return status
        raise StaleWrite("the lock changes hands faster than it can be asked for")

    def _asked(self, entry: Entry, ticket: Ticket) -> Begin:
        shown = "manual" if ticket.by_hand else effective(entry.job.cron, ticket.offset_s)
        return Begin(
            ticket=ticket,
            lock=entry.job.locks,
            node=self._node,
            schedule=entry.job.cron,
            effective_schedule="made up" if ticket.made_up else shown,
        )

    # ------------------------------------------------------------ carry out, end

    async def _carry_out(self, entry: Entry, ticket: Ticket, lease: Lease) -> End:
        run = Run(run_id=ticket.run_id, slot=ticket.scheduled_for, batch_size=entry.job.batch_size)
        began = self._clock.monotonic()
        body = Body(self._tasks[entry.job.key].run(run), self._clock, lease)
        self._bodies.add(body)
        if self._closed:
            body.stop()
        outer: asyncio.CancelledError | None = None
        try:
            cut = await body.watch(entry.job.timeout_s, lambda: self._beat(ticket.run_id))
        except asyncio.CancelledError as error:
            outer, cut = error, "cancelled"
        if cut is not None:
            await self._stop(body, ticket)
        self._bodies.discard(body)
        if cut is None and body.task.cancelled():
            cut = "cancelled" if lease.holds() else "lost"
        end = _end(entry, body, cut, round((self._clock.monotonic() - began) * 1000))
        if await self._write_end(ticket, end, lease):
            self._say_ended(ticket, end, body)
        else:
            end = msgspec.structs.replace(end, status="lost", error=WHY["lost"])
            self._say_end_lost(ticket, end)
        if outer is not None:
            raise outer
        return end

    async def _beat(self, run_id: str) -> bool:
        async with self._db.transaction(now_ms(self._clock), within_s=BEAT_MAX_S) as tx:
            return await jobs.beat(tx, run_id)

    async def _stop(self, body: Body, ticket: Ticket) -> None:
        """Cancel the body and wait for it. One that does not listen keeps the lock until it has ended."""
        if await body.end():
            return
        self._log.error("job.uncancellable", job=ticket.job_name, run_id=ticket.run_id, waited_s=STUBBORN_S)
        ended = False
        while not ended:
            with contextlib.suppress(TouchlineError):
                await self._beat(ticket.run_id)
            ended = await body.end(HEARTBEAT_S)

    async def _write_end(self, ticket: Ticket, end: End, lease: Lease) -> bool:
        """Write the end; while the database is away, as long as the run counts as alive; whether it was."""
        while True:
            left_s = self._written_by - self._clock.monotonic()
            within_s = max(RETRY_S, min(BEAT_MAX_S, left_s))
            try:
                async with self._db.transaction(now_ms(self._clock), within_s=within_s) as tx:
                    return await jobs.end(tx, ticket.run_id, end)
            except (StoreUnavailable, StaleWrite):
                if not lease.holds() or left_s <= RETRY_S:
                    return False
            await self._clock.sleep(RETRY_S)

    # ------------------------------------------------------------ what is said

    def _say_started(self, entry: Entry, ticket: Ticket) -> None:
        if not ticket.by_hand and not ticket.made_up:
            late_s = error_s(self._clock.now(), ticket.scheduled_for, ticket.offset_s)
            self._metrics.job_offset_error.labels(ticket.job_name).observe(late_s)
        self._log.info(
            "job.started",
            job=ticket.job_name,
            run_id=ticket.run_id,
            schedule=entry.job.cron,
            effective_schedule=self._asked(entry, ticket).effective_schedule,
            offset_s=ticket.offset_s,
        )

    def _say_not_run(self, ticket: Ticket, came: Came) -> None:
        if came in SKIPPED:
            self._metrics.job_runs.labels(ticket.job_name, came).inc()
            self._log.warning("job.skipped", job=ticket.job_name, run_id=ticket.run_id, reason=SKIPPED[came])
        else:
            self._log.debug("job.not_run", job=ticket.job_name, run_id=ticket.run_id, reason=came)

    def say_lost(self, lost: Sequence[tuple[str, str]]) -> None:
        """Runs of others that were given up."""
        for run_id, job_name in lost:
            self._metrics.job_runs.labels(job_name, "lost").inc()
            self._log.error("job.lost", job=job_name, run_id=run_id)

    def _say_ended(self, ticket: Ticket, end: End, body: Body) -> None:
        log = self._log.bind(job=ticket.job_name, run_id=ticket.run_id, duration_ms=end.duration_ms)
        self._metrics.job_seconds.labels(ticket.job_name).observe(end.duration_ms / 1000)
        self._metrics.job_runs.labels(ticket.job_name, end.status).inc()
        match end.status:
            case "success":
                self._metrics.job_last_success.labels(ticket.job_name).set(self._clock.now())
                log.info("job.completed", items=end.items, items_failed=end.failed)
            case "failed":
                raised = body.task.exception()
                known = raised is None or isinstance(raised, TouchlineError)
                log.error("job.failed", error=end.error, items=end.items, exc_info=None if known else raised)
            case "timeout":
                log.error("job.timeout", error=end.error)
            case "cancelled":
                log.warning("job.cancelled")
            case _:
                log.error("job.lost")

    def _say_end_lost(self, ticket: Ticket, end: End) -> None:
        """Whoever gives the run up says that it is lost, and counts it."""
        log = self._log.bind(job=ticket.job_name, run_id=ticket.run_id, duration_ms=end.duration_ms)
        self._metrics.job_seconds.labels(ticket.job_name).observe(end.duration_ms / 1000)
        log.warning("job.end.lost")


def _end(entry: Entry, body: Body, cut: Cut | None, took_ms: int) -> End:
    """How a run ended: cut off, or as its body says."""
    if cut is not None:
        return End(status=cut, duration_ms=took_ms, error=WHY[cut])
    raised = body.task.exception()
    if raised is not None:
        return End(status="failed", duration_ms=took_ms, error=_text(raised) or type(raised).__name__)
    done = body.task.result()
    well = not done.failed or entry.job.part_failures
    return End(
        status="success" if well else "failed",
        duration_ms=took_ms,
        items=done.items,
        failed=done.failed,
        error="" if well else f"{done.failed} of {done.items + done.failed} could not be done",
    )


def _text(raised: BaseException) -> str:
    """What it says, as text that can be stored."""
    said = mask(str(raised)).replace("\0", "").encode(errors="replace").decode()
    return said[:ERROR_CHARS_MAX]
