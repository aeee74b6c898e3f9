"""Kick-off stamps: the first one is kept for ever, later ones are kept beside it.

Invariants 8 and 15 and the resolution of their conflict (football data, fifteen invariants): the
column of a period is written once, while the match is in that period; a different stamp becomes a
revision. The minute follows the latest revision within 180 s of what it followed as a beginning:
the first stamp, the second period of extra time, or a resumption.
"""

from collections.abc import Iterator
from typing import Protocol

import msgspec
from msgspec import Struct

from touchline.football.model import KickoffRevision, Match, Pause, Period, Source, Status

WINDOW_S = 180
SECOND_PERIOD_S = range(900, 1_801)
"""How long after the first stamp of extra time the stamp of its second period comes."""

REVISIONS_MAX = 50
"""Of one period, kept for ever and read with every claim; a real one had three. What comes then is no news."""

REVISION = "revision"
OUT_OF_WINDOW = "out_of_window"
ET_SECOND_PERIOD = "et_second_period"
RESUME = "resume"

PERIODS: dict[Status, Period] = {
    Status.FIRST_HALF: Period.FIRST_HALF,
    Status.SECOND_HALF: Period.SECOND_HALF,
    Status.EXTRA_TIME: Period.OVERTIME,
}
_ORDER = (Period.FIRST_HALF, Period.SECOND_HALF, Period.OVERTIME)


class Stamped(Protocol):
    """Whatever has kick-off stamps: a match, or what the minute engine reads of it."""

    @property
    def first_half_kickoff_ts(self) -> int | None: ...
    @property
    def second_half_kickoff_ts(self) -> int | None: ...
    @property
    def overtime_kickoff_ts(self) -> int | None: ...
    @property
    def revisions(self) -> tuple[KickoffRevision, ...]: ...


class Course(Struct, frozen=True):
    """What the clock of a period runs on."""

    kickoff_ts: int
    """The stamp to count from."""
    begun_ts: int
    """The stamp its revisions are measured against."""
    pauses_from_ts: int = 0
    """Interruptions before this are contained in the stamp already."""
    second_from_ts: int | None = None
    """A minute stored from here on was counted after the second period of extra time was announced."""


def first(match: Stamped, period: Period) -> int | None:
    """The write-once stamp of `period`."""
    if period is Period.FIRST_HALF:
        return match.first_half_kickoff_ts
    if period is Period.SECOND_HALF:
        return match.second_half_kickoff_ts
    return match.overtime_kickoff_ts


def course(match: Stamped, period: Period) -> Course | None:
    """What the clock of `period` runs on, or None without a stamp."""
    stamp = first(match, period)
    if stamp is None:
        return None
    now = Course(stamp, stamp)
    for revision in match.revisions:
        if revision.period is period and revision.followed:
            now = _follow(now, revision)
    return now


def _follow(now: Course, revision: KickoffRevision) -> Course:
    stamp, seen_ts = revision.kickoff_ts, revision.observed_at_ms // 1000
    if revision.reason == ET_SECOND_PERIOD:
        return Course(stamp, stamp, now.pauses_from_ts, seen_ts + 1)
    if revision.reason == RESUME:
        return Course(stamp, stamp, seen_ts, now.second_from_ts)
    return Course(stamp, now.begun_ts, now.pauses_from_ts, now.second_from_ts)


def is_news(match: Match, status: Status, stamp: int | None) -> bool:
    """Whether `stamp`, claimed with `status`, says something about that status's period.

    Not a stamp in a status without a clock, not the one we heard last, not the stamp of an
    earlier period that was left standing, and none of a period that was revised without end.
    """
    period = PERIODS.get(status)
    if period is None or stamp is None or stamp == _heard(match, period):
        return False
    if sum(revision.period is period for revision in match.revisions) >= REVISIONS_MAX:
        return False
    earlier = _ORDER[: _ORDER.index(period)]
    return not any(abs(stamp - known) <= WINDOW_S for one in earlier for known in _stamps(match, one))


def take(match: Match, status: Status, stamp: int, source: Source, observed_at_ms: int) -> Match:
    """`match` with a stamp that is news: in its column if that is empty, else as a revision."""
    period = PERIODS[status]
    begun = first(match, period)
    if begun is None:
        return msgspec.structs.replace(match, **{f"{period}_kickoff_ts": stamp})
    reason = _reason(match, period, stamp)
    if reason == ET_SECOND_PERIOD:
        # A minute stored up to this second is the first period's: the second begins behind it.
        observed_at_ms = max(observed_at_ms, (match.last_minute_update_ts or 0) * 1000)
    revision = KickoffRevision(
        period=period,
        seq=1 + sum(known.period is period for known in match.revisions),
        kickoff_ts=stamp,
        delta_s=stamp - begun,
        source=source,
        observed_at_ms=observed_at_ms,
        followed=reason != OUT_OF_WINDOW,
        reason=reason,
    )
    return msgspec.structs.replace(match, revisions=(*match.revisions, revision))


def paused_s(pauses: tuple[Pause, ...], now_course: Course, now: float) -> float:
    """Seconds of interruption since the kick-off that `now_course` counts from."""
    return sum(
        max(0.0, min(now, pause.ended_ts or now) - max(pause.started_ts, now_course.kickoff_ts))
        for pause in pauses
        if pause.started_ts >= now_course.pauses_from_ts
    )


def _heard(match: Match, period: Period) -> int | None:
    """The stamp of `period` that was claimed last, followed or not."""
    for revision in reversed(match.revisions):
        if revision.period is period:
            return revision.kickoff_ts
    return first(match, period)


def _stamps(match: Match, period: Period) -> Iterator[int]:
    """Every stamp of `period` that was claimed, followed or not."""
    begun = first(match, period)
    if begun is not None:
        yield begun
    yield from (revision.kickoff_ts for revision in match.revisions if revision.period is period)


def _reason(match: Match, period: Period, stamp: int) -> str:
    known = course(match, period)
    begun = first(match, period)
    if known is None or begun is None:
        return REVISION
    if _resumes(match.pauses, known, stamp):
        return RESUME
    if period is Period.OVERTIME and known.second_from_ts is None and stamp - begun in SECOND_PERIOD_S:
        return ET_SECOND_PERIOD
    return REVISION if abs(stamp - known.begun_ts) <= WINDOW_S else OUT_OF_WINDOW


def _resumes(pauses: tuple[Pause, ...], known: Course, stamp: int) -> bool:
    """Whether `stamp` makes the clock go on, within 3 minutes, where the interruption froze it.

    A correction of the old stamp may come after an interruption too; then subtracting the
    interruption leaves the clock nearer to where it stood.
    """
    since = [
        pause
        for pause in pauses
        if pause.ended_ts is not None and pause.started_ts >= max(known.pauses_from_ts, known.kickoff_ts)
    ]
    if not since or since[-1].ended_ts is None:
        return False
    ended_ts = since[-1].ended_ts
    pause_s = paused_s(pauses, known, ended_ts)
    frozen_s = ended_ts - known.kickoff_ts - pause_s
    jump_s = abs(ended_ts - stamp - frozen_s)
    return jump_s <= WINDOW_S and jump_s < abs(ended_ts - stamp - pause_s - frozen_s)
