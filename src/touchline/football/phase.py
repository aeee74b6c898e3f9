"""Entering a status, or holding one that needs a second word.

What a transition writes beside the status (football data, status machine: entering). A phase that
nobody told us about gets nothing invented.
"""

from msgspec.structs import replace

from touchline.football import kickoff, status
from touchline.football.model import (
    RUNNING,
    Held,
    Match,
    Observation,
    Pause,
    Pending,
    Reason,
    Source,
    Status,
    StatusClaim,
)

REPEAT_MS = 20_000
"""The same poll may confirm itself after this long."""
WATCHED_S = 120
"""A match that was heard of this recently is one whose transitions we see."""

_AFTER_FIRST_HALF = frozenset(
    {Status.HALF_TIME, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT, Status.ENDED}
)
_BEFORE_HALF_TIME = frozenset({Status.NOT_STARTED, Status.FIRST_HALF})
_BEFORE_SHOOT_OUT = _BEFORE_HALF_TIME | {Status.HALF_TIME, Status.SECOND_HALF, Status.EXTRA_TIME}
_WATCHING = frozenset({Source.MQTT, Source.DETAIL_LIVE, Source.OPERATOR})


def stands(match: Match, claim: StatusClaim) -> bool:
    """Whether `claim` says nothing that `match` does not know."""
    return claim.status is match.status and not kickoff.is_news(match, claim.status, claim.kickoff_ts)


def take(
    before: Match, state: Match, claim: StatusClaim, seen: Observation, now_ms: int
) -> tuple[Match, Reason]:
    """The match after a status claim that is newer than what stands."""
    if claim.kickoff_ts is not None and not 0 < claim.kickoff_ts <= 9_999_999_999:
        return state, Reason.WRONG_SHAPE
    if claim.status is state.status:
        return _stamped(state, claim, seen), Reason.APPLIED
    provisional = status.is_provisional(before, now_ms)
    way = status.move(state.status, claim.status, provisional=provisional, source=seen.source)
    if way is status.Move.CONFIRMED and not _is_confirmed(state.pending.status, claim.status, seen):
        return _held(state, claim.status, seen, provisional=provisional), Reason.BACKWARD_UNCONFIRMED
    return _stamped(_entered(state, claim.status, seen, now_ms), claim, seen), Reason.APPLIED


def _is_confirmed(held: Held | None, claimed: Status, seen: Observation) -> bool:
    """Whether another source said the same before, or the same poll did 20 s ago, and nobody else since."""
    if held is None or held.value != claimed:
        return False
    if held.source is not seen.source:
        return True
    return seen.source is not Source.MQTT and seen.observed_at_ms - held.observed_at_ms >= REPEAT_MS


def _held(state: Match, claimed: Status, seen: Observation, *, provisional: bool) -> Match:
    held = state.pending.status
    if held is None or held.value != claimed or held.source is not seen.source:
        held = Held(value=claimed, source=seen.source, channel=seen.channel, observed_at_ms=seen.observed_at_ms)
    contested_ms = state.pending.contested_at_ms
    if provisional:  # an end that has become final stays so
        contested_ms = max(seen.observed_at_ms, contested_ms or 0)
    pending = replace(state.pending, status=held, contested_at_ms=contested_ms)
    return state if pending == state.pending else replace(state, pending=pending)


def _entered(state: Match, after: Status, seen: Observation, now_ms: int) -> Match:
    at = _instant(state, after, seen, now_ms)
    return replace(
        state,
        status=after,
        phase_entered_ts=at,
        phase_seen_live=_saw_it(state, after, seen, now_ms),
        half_time_reached=after in _AFTER_FIRST_HALF
        or (state.half_time_reached and after not in _BEFORE_HALF_TIME),
        shoot_out_reached=after is Status.SHOOT_OUT
        or (state.shoot_out_reached and after not in _BEFORE_SHOOT_OUT),
        pauses=_pauses(state.pauses, after, at),
        pending=_settled(state.pending),
    )


def _instant(state: Match, after: Status, seen: Observation, now_ms: int) -> int:
    """When the match entered `after`: when we heard of it, which may be long before we can decide.

    Never before the phase it leaves, so that phases and interruptions follow one another.
    """
    at = max(min(seen.observed_at_ms, now_ms) // 1000, state.phase_entered_ts)
    if after is Status.INTERRUPTED and state.pauses:
        return max(at, state.pauses[-1].started_ts + 1)  # its start names an interruption
    if after in RUNNING and not _resumes(state, after):
        # A minute stored in this very second is the earlier phase's: the new phase begins behind it.
        return max(at, (state.last_minute_update_ts or 0) + 1)
    return at


def _resumes(state: Match, after: Status) -> bool:
    """Whether play goes on in the period that was interrupted, and with it the minute shown before."""
    return state.status is Status.INTERRUPTED and kickoff.first(state, kickoff.PERIODS[after]) is not None


def _stamped(state: Match, claim: StatusClaim, seen: Observation) -> Match:
    if claim.kickoff_ts is None or not kickoff.is_news(state, claim.status, claim.kickoff_ts):
        return state
    return kickoff.take(state, claim.status, claim.kickoff_ts, seen.source, seen.observed_at_ms)


def _saw_it(state: Match, after: Status, seen: Observation, now_ms: int) -> bool:
    """Whether the match was watched live up to this transition, so that it has just happened.

    Not where a phase was missed, nor where no live source had told of the match shortly before.
    """
    watched_ts = state.last_live_seen_ts
    if seen.source not in _WATCHING or watched_ts is None or status.missed(state.status, after):
        return False
    return max(now_ms - seen.observed_at_ms, now_ms - watched_ts * 1000) <= WATCHED_S * 1000


def _pauses(pauses: tuple[Pause, ...], after: Status, at: int) -> tuple[Pause, ...]:
    if after is Status.INTERRUPTED:
        return (*pauses, Pause(at))
    if pauses and pauses[-1].ended_ts is None:
        return (*pauses[:-1], Pause(pauses[-1].started_ts, at))
    return pauses


def _settled(pending: Pending) -> Pending:
    if pending.status is None and pending.contested_at_ms is None:
        return pending
    return replace(pending, status=None, contested_at_ms=None)
