"""When jobs start: each slot is decided once, by whichever planner inserts its row first.

A slot is the minute of a cron, its start is slot + offset. At that instant the row is inserted and the run
handed over, in one transaction. Any number of planners may run; a slot nobody decided in time goes by its
job's policy:

    skip     it is written down as skipped
    latest   the last one is made up for, those before it are written down as superseded
    all      each is made up for

What a clock that ran ahead decided holds back nobody once it is set: those slots are decided again.

Where football time is fast a job starts at most once in FLOOR_S real seconds; slots between are written down
as paced.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import structlog

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite, StoreUnavailable
from touchline.jobs.job import Missed
from touchline.jobs.line import SLOTS_MAX, Line, come
from touchline.jobs.stagger import effective
from touchline.jobs.switch import Switch
from touchline.jobs.timetable import Timetable
from touchline.loop import Trouble
from touchline.store import flags, jobs
from touchline.store.db import Database, Tx
from touchline.store.jobs import Slot

LOOK_S = 5.0
"""Real seconds between two looks at the switch."""
SPREAD_S = 1.0
"""Real seconds between two runs that are made up for."""
STORE_RETRY_S = 1.0
UNDECIDED_MAX = 10_000
"""Slots taken back in one transaction."""
LEAVE_MAX_S = 1.0
"""Real seconds in which a planner says that it is no more; one that can't is forgotten a lease later."""


class Planner:
    """The loop `job_planner`."""

    name = "job_planner"
    interval = "each start; switch 5 s"

    def __init__(self, db: Database, clock: Clock, timetable: Timetable, switch: Switch, node: str) -> None:
        """`node`: this process, by a name that no other start of it has."""
        self.wake = asyncio.Event()
        self.batch_size = SLOTS_MAX
        self._db = db
        self._clock = clock
        self._lines = {entry.job.name: Line(entry, clock, switch) for entry in timetable}
        self._switch = switch
        self._node = node
        self._log = structlog.get_logger().bind(worker=self.name)
        self._knows = False
        self._announced = False
        self._trouble = Trouble(structlog.get_logger().bind(worker=self.name))
        self._look_due = float("-inf")
        self._made_up_at = float("-inf")

    def look_again(self) -> None:
        """Something was switched."""
        self._look_due = float("-inf")
        self.wake.set()

    async def turn(self) -> timedelta:
        """Decide every slot whose start has come; the wait is until the next start."""
        try:
            await self._look()
            if slots := self._due():
                await self._decide(slots)
        except (StoreUnavailable, StaleWrite) as error:
            # What was committed is not known: read it again. Starts do not wait for a longer back-off.
            self._knows = False
            self._trouble.begins(error)
            return timedelta(seconds=STORE_RETRY_S)
        self._trouble.ends()
        return timedelta(seconds=self._wait_s())

    async def leave(self) -> None:
        """Say that this planner is no more; nothing happens where the database is away."""
        with contextlib.suppress(StoreUnavailable, StaleWrite):
            async with self._db.transaction(now_ms(self._clock), within_s=LEAVE_MAX_S) as tx:
                await jobs.leave(tx, self._node)

    async def _look(self) -> None:
        """See how the switch stands and say that we live; at first, read how far every job is decided."""
        if any(line.is_ahead() for line in self._lines.values()):
            self._knows = False
        if not self._knows:
            await self._undecide()
        elif self._clock.monotonic() < self._look_due:
            return
        switch = self._switch
        async with self._transaction() as tx:
            switch.see(await flags.read(tx, flags.STAGGER))
            planner = jobs.Planner(node=self._node, stagger=switch.on, stagger_version=switch.version)
            await jobs.obey(tx, planner)
            if not self._knows:
                await self._begin(tx)
        self._look_due = self._clock.monotonic() + LOOK_S
        self._knows = True
        if not self._announced:
            self._announce()

    def _announce(self) -> None:
        """Say of each job that it is worked on here, as of every loop, and at which offset: now it is known."""
        self._announced = True
        for line in self._lines.values():
            job = line.job
            offset_s = job.offset_s if self._switch.on else 0
            structlog.get_logger().info(
                "worker.started",
                worker=job.name,
                interval=effective(job.cron, offset_s),
                schedule=job.cron,
                batch_size=job.batch_size,
                offset_s=offset_s,
            )

    async def _undecide(self) -> None:
        """Take back what a clock decided that ran ahead."""
        taken_back, last = 0, UNDECIDED_MAX
        while last == UNDECIDED_MAX:
            async with self._transaction() as tx:
                last = await jobs.undecide(tx, come(self._clock), UNDECIDED_MAX)
            taken_back += last
        if taken_back:
            self._log.warning("job.slots.undecided", slots=taken_back)

    async def _begin(self, tx: Tx) -> None:
        newest = await jobs.newest(tx, list(self._lines))
        words: list[Slot] = []
        for name, line in self._lines.items():
            line.begin(newest[name])
            words += line.first_words(newest[name])
        await jobs.plan(tx, words)
        for slot in words:
            self._lines[slot.job_name].decide(slot.scheduled_for)

    def _due(self) -> list[Slot]:
        """What becomes of the slots whose start has come."""
        slots: list[Slot] = []
        for line in self._lines.values():
            if line.waits_s() == line.rests_s() == 0:
                making_up = any(slot.made_up for slot in slots)
                slots += self._fates(line, making_up)
        return slots

    def _fates(self, line: Line, making_up: bool) -> Sequence[Slot]:
        """What becomes of the slots of one job, oldest first; nothing while its run has to wait its turn."""
        due = line.due()
        if line.job.missed is Missed.ALL:
            passed_over, chosen = [], due[0]
        elif len(due) == SLOTS_MAX or (line.job.missed is Missed.SKIP and line.is_late(due[-1])):
            return [line.passed_over(slot) for slot in due]
        else:
            *passed_over, chosen = due
        if line.is_late(chosen) and (making_up or self._spread_s() > 0):
            return []
        return [*map(line.passed_over, passed_over), line.handed_over(chosen)]

    async def _decide(self, slots: Sequence[Slot]) -> None:
        async with self._transaction() as tx:
            ours = await jobs.plan(tx, slots)
        now = self._clock.monotonic()
        for slot in slots:
            line = self._lines[slot.job_name]
            line.decide(slot.scheduled_for)
            if slot.fate == "handed_over":
                line.handed_at = now
                if slot.made_up:
                    self._made_up_at = now
        self._say_missed(ours)

    def _say_missed(self, slots: Sequence[Slot]) -> None:
        for name, line in self._lines.items():
            missed = [
                slot for slot in slots if slot.job_name == name and slot.fate in {"skipped", "superseded"}
            ]
            if missed:
                self._log.warning("job.slots.missed", job=name, slots=len(missed), policy=line.job.missed.value)

    def _wait_s(self) -> float:
        """Real seconds until there is something to do."""
        until = [self._look_due - self._clock.monotonic()]
        for line in self._lines.values():
            wait_s = max(line.waits_s(), line.rests_s())
            if line.waits_s() == 0 and line.makes_up():
                wait_s = max(wait_s, self._spread_s())
            until.append(wait_s)
        return max(0.0, min(until))

    def _spread_s(self) -> float:
        """Real seconds until the next run may be made up for."""
        return self._made_up_at + SPREAD_S - self._clock.monotonic()

    def _transaction(self) -> AbstractAsyncContextManager[Tx]:
        return self._db.transaction(now_ms(self._clock))
