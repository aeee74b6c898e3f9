"""What failed and would be left for hours is made up for again, a few times and further and further apart.

It is about jobs of the policy `latest` that come up rarely: what the provider did not give at the first start
is not wanted a day later. Each attempt is a slot of its own, a minute after the one before, with a row and a
run as every other; the failure before it stays one.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms, real_until
from touchline.jobs.job import Missed
from touchline.jobs.timetable import Entry, Timetable
from touchline.store import job_reports, jobs
from touchline.store.db import Database
from touchline.store.job_reports import NotDone
from touchline.store.jobs import Slot

RARE_S = 3_600
"""Football seconds to the next slot from which on a failure is not left to that."""
FIRST_S = 300.0
"""Real seconds after a failure; twice as long after each one more."""
TIMES_MAX = 8
"""Which makes a day less three hours."""
STEP_S = 60
"""Between the slot that failed and the one that stands for it again."""
LOOK_S = 30.0
SPREAD_S = 1.0
"""Real seconds between two looks, and between two slots."""


class Repetition:
    """The loop `job_repetition`. Any number may run: whoever inserts a slot has decided it."""

    name = "job_repetition"
    interval = "30 s"
    batch_size = 1

    def __init__(self, db: Database, clock: Clock, timetable: Timetable) -> None:
        self.wake = asyncio.Event()
        self._db = db
        self._clock = clock
        self._entries = {entry.job.name: entry for entry in timetable if entry.job.missed is Missed.LATEST}
        self._log = structlog.get_logger().bind(worker=self.name)

    async def turn(self) -> timedelta:
        """Hand over the first job that is to run again; the next one follows in a moment."""
        async with self._db.transaction(now_ms(self._clock)) as tx:
            slots = self._due(await job_reports.not_done(tx, list(self._entries)))[:1]
            ours = await jobs.plan(tx, slots) if slots else []
        for slot in ours:
            self._log.info("job.repeated", job=slot.job_name, run_id=slot.ticket.run_id)
        return timedelta(seconds=SPREAD_S if slots else LOOK_S)

    def _due(self, failures: Sequence[NotDone]) -> list[Slot]:
        found = [self._again(self._entries[failure.job_name], failure) for failure in failures]
        return [slot for slot in found if slot is not None]

    def _again(self, entry: Entry, failure: NotDone) -> Slot | None:
        """The slot that stands for one that failed; None while it is too early, or where the next will do."""
        failed = failure.scheduled_for
        first = entry.schedule.latest(failed, failed - (TIMES_MAX + 1) * STEP_S)
        if first is None or entry.schedule.after(first) - first < RARE_S:
            return None
        times = (failed - first) // STEP_S
        since_s = (self._clock.now() - failure.ended_at) / self._clock.speed
        if times >= TIMES_MAX or since_s < FIRST_S * 2**times or self._is_in_the_way(entry, failed):
            return None
        return Slot(
            job_name=entry.job.name,
            scheduled_for=failed + STEP_S,
            fate="handed_over",
            made_up=True,
            lane="made_up",
        )

    def _is_in_the_way(self, entry: Entry, failed: int) -> bool:
        """Whether a run might still be under way when the next slot starts, which would be skipped for it."""
        return real_until(self._clock, entry.schedule.after(failed)) <= entry.job.timeout_s
