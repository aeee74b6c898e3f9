"""The slots of one job: which are decided, which is next, and what becomes of those that are due."""

from touchline.clock import Clock, real_until
from touchline.jobs.job import Missed
from touchline.jobs.switch import Switch
from touchline.jobs.timetable import Entry
from touchline.store.jobs import Fate, Slot

FLOOR_S = 5.0
"""Real seconds between two starts of a job."""
IN_TIME_S = 5.0
"""Real seconds after its start in which a slot is still handed over as if nothing had been."""
BACK_S = 24 * 3_600
"""How far back slots are written down that nobody decided; football seconds."""
FIRST_BACK_S = 366 * 24 * 3_600
"""How far back the last slot is looked for of a job that never ran; football seconds."""
AHEAD_S = 60.0
"""Real seconds by which clocks may differ: a slot that was decided longer before it came was so by a clock that
ran ahead."""
SLOTS_MAX = 500
"""Slots decided at a time."""


def come(clock: Clock) -> float:
    """Slots after that instant are nobody's to decide yet, by any clock that is right."""
    return clock.now() + AHEAD_S * clock.speed


class Line:
    """A job and how far its slots are decided."""

    def __init__(self, entry: Entry, clock: Clock, switch: Switch) -> None:
        self.job = entry.job
        self.handed_at = float("-inf")
        """When a run was handed over last, monotonic."""
        self._schedule = entry.schedule
        self._clock = clock
        self._switch = switch
        self._decided = float("-inf")
        self._next = 0

    def begin(self, newest: int | None) -> None:
        """The newest slot on record is this one; None: there is none. What is too old needs no word."""
        now = self._clock.now() - self.job.offset_s
        if newest is None:
            last = self._schedule.latest(now, now - FIRST_BACK_S)
            decided = now if last is None else last - 1
        elif self.job.missed is Missed.ALL or newest >= now - BACK_S:
            decided = newest
        else:
            last = self._schedule.latest(now, newest)
            decided = newest if last is None else min(now - BACK_S, last - 1)
        self._decided = decided
        self._next = self._schedule.after(decided)

    def first_words(self, newest: int | None) -> list[Slot]:
        """What is written down of a job without a past that is not made up for, so that its history begins."""
        if newest is not None or self.job.missed is Missed.LATEST:
            return []
        past = [slot for slot in self.due() if self._age_s(slot) > 0]
        return [Slot(job_name=self.job.name, scheduled_for=slot, fate="skipped") for slot in past]

    def decide(self, slot: int) -> None:
        """Every slot up to this one is decided."""
        if slot > self._decided:
            self._decided = slot
            self._next = self._schedule.after(slot)

    def is_ahead(self) -> bool:
        """Whether the clock was set back behind what is decided."""
        return self._decided > come(self._clock)

    def due(self) -> list[int]:
        """Slots whose start has come, oldest first, at most SLOTS_MAX."""
        now = self._clock.now()
        begun = self._schedule.between(self._decided, now, SLOTS_MAX)
        return [slot for slot in begun if self._start(slot) <= now]

    def waits_s(self) -> float:
        """Real seconds until the next start; 0 when it has come."""
        return real_until(self._clock, self._start(self._next))

    def rests_s(self) -> float:
        """Real seconds until a run may be handed over again."""
        return max(0.0, self.handed_at + FLOOR_S - self._clock.monotonic())

    def is_late(self, slot: int) -> bool:
        """Whether its start is too long ago to pass for one."""
        return self._age_s(slot) > IN_TIME_S

    def makes_up(self) -> bool:
        """Whether what is due next is late."""
        return self.is_late(self._next)

    def handed_over(self, slot: int) -> Slot:
        """`slot` as one that is handed over."""
        planned = slot + self.job.offset_s
        at_its_offset = self._switch.on or planned <= self._switch.since
        late = self.is_late(slot)
        at_once = not at_its_offset and slot < self._switch.since
        return Slot(
            job_name=self.job.name,
            scheduled_for=slot,
            fate="handed_over",
            offset_s=self.job.offset_s if at_its_offset and not late else 0,
            made_up=late or at_once,
            lane="made_up" if late else self.job.lane,
        )

    def passed_over(self, slot: int) -> Slot:
        """`slot` as one that is not handed over, and why."""
        fate: Fate = "skipped" if self.job.missed is Missed.SKIP else "superseded"
        if self._clock.monotonic() - self._age_s(slot) < self.handed_at + FLOOR_S:
            fate = "paced"
        return Slot(job_name=self.job.name, scheduled_for=slot, fate=fate)

    def _start(self, slot: int) -> float:
        """When the run of `slot` starts. What waited for its offset starts when stagger is switched off."""
        planned = slot + self.job.offset_s
        return planned if self._switch.on else max(slot, min(self._switch.since, planned))

    def _age_s(self, slot: int) -> float:
        """Real seconds since its start."""
        return (self._clock.now() - self._start(slot)) / self._clock.speed
