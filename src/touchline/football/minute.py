"""The minute: whole minutes since the kick-off of the running period, interruptions taken out.

The arithmetic of the minute engine (football data, minute engine). A minute is stored uncapped (47
for 45+2); what a fan reads is made of it in `text.py`. Times are Unix seconds, fractions allowed.
"""

from math import floor

from msgspec import Struct

from touchline.football import kickoff
from touchline.football.model import RUNNING, KickoffRevision, Match, Pause, Period, Status

EARLY_S = -120
"""A kick-off this far ahead of us already counts as its first minute; further ahead nothing does."""
OVERRUN_S = 120 * 60
"""No period lasts longer: the minute is held and somebody should look."""

KICKOFF_IN_FUTURE = "minute.kickoff_in_future"
OVERRUN = "minute.overrun"

_BASE = {Status.FIRST_HALF: 0, Status.SECOND_HALF: 45, Status.EXTRA_TIME: 90}
_SECOND_PERIOD_BASE = 105


class Running(Struct, frozen=True, kw_only=True):
    """What the minute of a match depends on."""

    status: Status
    phase_entered_ts: int
    phase_seen_live: bool = False
    first_half_kickoff_ts: int | None = None
    second_half_kickoff_ts: int | None = None
    overtime_kickoff_ts: int | None = None
    revisions: tuple[KickoffRevision, ...] = ()
    pauses: tuple[Pause, ...] = ()
    minute: int | None = None
    last_minute_update_ts: int | None = None


def of_match(match: Match) -> Running:
    """What the minute of `match` depends on."""
    return Running(
        status=match.status,
        phase_entered_ts=match.phase_entered_ts,
        phase_seen_live=match.phase_seen_live,
        first_half_kickoff_ts=match.first_half_kickoff_ts,
        second_half_kickoff_ts=match.second_half_kickoff_ts,
        overtime_kickoff_ts=match.overtime_kickoff_ts,
        revisions=match.revisions,
        pauses=match.pauses,
        minute=match.minute,
        last_minute_update_ts=match.last_minute_update_ts,
    )


def minute_at(running: Running, now: float) -> int | None:
    """The minute to store at `now`, or None where nothing is to be written.

    Nothing is written while the clock stands, without a stamp (unless we saw the period begin),
    more than two minutes before the kick-off and more than two hours after it. Within a period the
    minute never steps back: a later stamp makes it wait. Only the second period of extra time may
    begin below the minute the first one had reached.
    """
    clock = _clock(running, now)
    if clock is None or not EARLY_S <= clock.elapsed_s <= OVERRUN_S:
        return None
    counted = clock.base + max(0, floor(clock.elapsed_s / 60)) + 1
    return max(counted, _reached(running, clock))


def next_flip(running: Running, now: float) -> float | None:
    """When `minute_at` will next say something else than at `now`, if nothing is claimed; None: never."""
    clock = _clock(running, now)
    if clock is None or clock.elapsed_s >= OVERRUN_S:
        return None
    begun = now - clock.elapsed_s
    if clock.elapsed_s < EARLY_S:
        return begun + EARLY_S
    shown = max(max(0, floor(clock.elapsed_s / 60)) + 1, _reached(running, clock) - clock.base)
    return begun + 60 * shown if 60 * shown < OVERRUN_S else None


def differs(running: Running, minute: int) -> bool:
    """Whether `minute` must be written: the stored one is another, or belongs to an earlier period."""
    return running.minute != minute or not is_of_phase(running.last_minute_update_ts, counts_from(running))


def counts_from(running: Running) -> int:
    """A minute stored from here on belongs to the present phase, and to its second period if that has begun."""
    second = second_period_from(running) if running.status is Status.EXTRA_TIME else None
    return max(running.phase_entered_ts, second or 0)


def second_period_from(match: kickoff.Stamped) -> int | None:
    """A minute stored from here on was counted in the second period of extra time; None: not announced."""
    course = kickoff.course(match, Period.OVERTIME)
    return course.second_from_ts if course else None


def is_of_phase(last_minute_update_ts: int | None, phase_entered_ts: int) -> bool:
    """Whether the stored minute was written in the present phase."""
    return last_minute_update_ts is not None and last_minute_update_ts >= phase_entered_ts


def warning(running: Running, now: float) -> str | None:
    """The name of the WARN event that is due about this clock, if any."""
    clock = _clock(running, now)
    if clock is None or EARLY_S <= clock.elapsed_s <= OVERRUN_S:
        return None
    return KICKOFF_IN_FUTURE if clock.elapsed_s < EARLY_S else OVERRUN


class _Clock(Struct, frozen=True):
    """`elapsed_s` of play since the period began; `base` minutes came before it."""

    base: int
    elapsed_s: float
    since_ts: float
    """A minute stored from here on was counted by this clock."""


def _clock(running: Running, now: float) -> _Clock | None:
    if running.status not in RUNNING:
        return None
    base, since_ts = _BASE[running.status], float(running.phase_entered_ts)
    period = kickoff.PERIODS[running.status]
    course = kickoff.course(running, period)
    if course is None:
        if not running.phase_seen_live:
            return None
        course = kickoff.Course(running.phase_entered_ts, running.phase_entered_ts)
    elif any(pause.ended_ts == running.phase_entered_ts for pause in running.pauses):
        # The phase was not begun but resumed: what was shown before the stop still counts.
        since_ts = min(since_ts, kickoff.first(running, period) or since_ts)
    if course.second_from_ts is not None:
        base, since_ts = _SECOND_PERIOD_BASE, max(since_ts, course.second_from_ts)
    paused_s = kickoff.paused_s(running.pauses, course, now) if running.pauses else 0.0
    return _Clock(base, now - course.kickoff_ts - paused_s, since_ts)


def _reached(running: Running, clock: _Clock) -> int:
    """The minute this clock has shown already, 0 if none."""
    if running.minute is None or running.last_minute_update_ts is None:
        return 0
    return running.minute if running.last_minute_update_ts >= clock.since_ts else 0
