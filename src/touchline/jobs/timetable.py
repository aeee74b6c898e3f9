"""The jobs as they run here: the table with what is set laid over it, checked as a whole."""

import difflib
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from touchline.errors import BadInput, NotFound, SettingsError
from touchline.jobs.job import Job, Missed, key_of
from touchline.jobs.schedule import Schedule
from touchline.jobs.stagger import OFFSETS, Start, conflicts
from touchline.settings.parts import JobSettings, Settings


class UnknownJob(NotFound):
    """There is no job of that name; the message names those that are near."""

    def __init__(self, asked: str, near: Sequence[str]) -> None:
        super().__init__("job", asked)
        hint = f" Did you mean {' or '.join(near)}?" if near else " `touchline jobs list` shows all."
        self.args = (f"{self}{hint}",)


class Entry(Struct, frozen=True):
    """A job and the schedule it has here."""

    job: Job
    schedule: Schedule

    @property
    def start(self) -> Start:
        """Where it starts, for the arithmetic of stagger."""
        return Start(self.job.name, self.schedule.grid(), self.job.offset_s)


Timetable = Sequence[Entry]
"""All jobs, in the order of the table."""


def timetable(jobs: Sequence[Job], settings: Settings) -> Timetable:
    """`jobs` as `settings` want them.

    Raises SettingsError for a job that does not exist, a cron that can't be used, and two jobs that could start
    in the same second, naming both. An offset that can't be used is warned of, and the table's own is taken.
    """
    keys = {job.key for job in jobs}
    problems = [f"{_setting(key, '*')}: there is no such job" for key in settings.job if key not in keys]
    zone = ZoneInfo(settings.web.timezone)
    entries = []
    for job in jobs:
        try:
            entries.append(_entry(job, settings.job.get(job.key, JobSettings()), zone))
        except BadInput as error:
            problems.append(f"{_setting(job.key, 'CRON')}: {error}")
    problems += [
        f"{one.name} and {other.name} can be due in the same minute and have the same offset, "
        f"{one.offset_s} s; set another one by {_setting(key_of(other.name), 'OFFSET')}"
        for one, other in conflicts([entry.start for entry in entries])
    ]
    if problems:
        raise SettingsError(problems)
    return tuple(entries)


def matched(entries: Timetable, tasks: Collection[str]) -> None:
    """Raises SettingsError for a job without a task or a task without a job; `tasks` are keys."""
    keys = {entry.job.key: entry.job.name for entry in entries}
    problems = [f"{name}: this job has no task" for key, name in keys.items() if key not in tasks]
    problems += [f"{key}: this task has no job" for key in tasks if key not in keys]
    if problems:
        raise SettingsError(problems)


def find(entries: Timetable, asked: str) -> Entry:
    """The job `asked` means, by its name or its key, in any case. Raises UnknownJob with those near it."""
    for entry in entries:
        if key_of(asked) == entry.job.key:
            return entry
    names = {entry.job.key: entry.job.name for entry in entries}
    near = [names[key] for key in difflib.get_close_matches(key_of(asked), names, n=3)]
    raise UnknownJob(asked, near)


def _entry(job: Job, own: JobSettings, zone: ZoneInfo) -> Entry:
    laid_over: dict[str, Any] = {"offset_s": _offset_s(job, own)}
    if own.cron is not None:
        laid_over["cron"] = own.cron
    if own.timeout_ms is not None:
        laid_over["timeout_s"] = own.timeout_ms / 1000
    if own.batch_size is not None:
        laid_over["batch_size"] = own.batch_size
    if own.missed is not None:
        laid_over["missed"] = Missed(own.missed)
    job = msgspec.structs.replace(job, **laid_over)
    return Entry(job, Schedule(job.cron, zone if job.local else None))


def _offset_s(job: Job, own: JobSettings) -> int:
    """The offset that is set, where it can be used; else the table's."""
    if own.offset is None:
        return job.offset_s
    if own.offset.isdecimal() and int(own.offset) in OFFSETS:
        return int(own.offset)
    structlog.get_logger().warning(
        "stagger.offset.invalid", job=job.name, given=own.offset, allowed="0 to 59", used=job.offset_s
    )
    return job.offset_s


def _setting(key: str, field: str) -> str:
    return f"TOUCHLINE_JOB__{key.upper()}__{field}"
