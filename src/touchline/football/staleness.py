"""Whether what is known of a match may be behind the game (football data, stale and frozen).

Silence is counted from the last event alone. A match that some source has just named is quiet, not
stale: thin matches say little, and nothing happens at half-time.
"""

from enum import StrEnum

from msgspec import Struct

from touchline.football.model import Status

SILENT_S = 120
HALF_TIME_S = 900
FROZEN_S = 1_800
OVERDUE_S = 900
PLAYING = frozenset({Status.FIRST_HALF, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT})


class StaleReason(StrEnum):
    """Why what is shown of a match may be behind the game."""

    NO_EVENTS = "no_events"
    EVENTS_STALE = "events_stale"
    HALF_TIME_STALE = "half_time_stale"
    HALF_TIME_FROZEN = "half_time_frozen"
    OVERDUE_START = "overdue_start"


THRESHOLDS_S = {
    StaleReason.NO_EVENTS: SILENT_S,
    StaleReason.EVENTS_STALE: SILENT_S,
    StaleReason.HALF_TIME_STALE: HALF_TIME_S,
    StaleReason.HALF_TIME_FROZEN: FROZEN_S,
    StaleReason.OVERDUE_START: OVERDUE_S,
}
"""Football seconds that each of them waits."""


class Vitals(Struct, frozen=True, kw_only=True):
    """What staleness is judged by. Instants are Unix seconds UTC."""

    status: Status
    match_time: int
    phase_entered_ts: int
    last_event_ts: int | None
    """When something about the match was last accepted."""
    last_seen_ts: int | None
    """When the provider last named it, changed or not."""


def stale_reason(vitals: Vitals, now: float) -> StaleReason | None:
    """Why a match may be behind at football time `now`; None while it goes on, or is named and merely quiet."""
    reason = _silence(vitals, now)
    if reason is StaleReason.HALF_TIME_FROZEN and not is_unseen(vitals, now, FROZEN_S):
        reason = StaleReason.HALF_TIME_STALE if _silent_s(vitals, now) > HALF_TIME_S else None
    if reason is None or not is_unseen(vitals, now, THRESHOLDS_S[reason]):
        return None
    return reason


def suspicion(vitals: Vitals, now: float) -> StaleReason | None:
    """Why an operator should look: `stale_reason`, and a half-time far too long whoever confirms it."""
    if is_frozen(vitals, now):
        return StaleReason.HALF_TIME_FROZEN
    return stale_reason(vitals, now)


def is_frozen(vitals: Vitals, now: float) -> bool:
    """Whether a half-time lasts far too long. The real ones take 15 to 21 minutes."""
    return vitals.status is Status.HALF_TIME and now - vitals.phase_entered_ts > FROZEN_S


def is_unseen(vitals: Vitals, now: float, within_s: float) -> bool:
    """Whether no source named the match within so many seconds."""
    return vitals.last_seen_ts is None or now - vitals.last_seen_ts > within_s


def age_s(vitals: Vitals, reason: StaleReason, now: float) -> float:
    """Seconds for which `reason` has been growing; it became one when they passed its threshold."""
    if reason is StaleReason.OVERDUE_START:
        return now - vitals.match_time
    if reason is StaleReason.HALF_TIME_FROZEN:
        return now - vitals.phase_entered_ts
    return _silent_s(vitals, now)


def _silence(vitals: Vitals, now: float) -> StaleReason | None:
    """What the clocks say, whoever named the match."""
    if vitals.status is Status.NOT_STARTED:
        return StaleReason.OVERDUE_START if now - vitals.match_time > OVERDUE_S else None
    if is_frozen(vitals, now):
        return StaleReason.HALF_TIME_FROZEN
    if vitals.status is Status.HALF_TIME:
        return StaleReason.HALF_TIME_STALE if _silent_s(vitals, now) > HALF_TIME_S else None
    if vitals.status in PLAYING and _silent_s(vitals, now) > SILENT_S:
        return StaleReason.NO_EVENTS if vitals.last_event_ts is None else StaleReason.EVENTS_STALE
    return None


def _silent_s(vitals: Vitals, now: float) -> float:
    last = vitals.phase_entered_ts if vitals.last_event_ts is None else vitals.last_event_ts
    return now - last
