"""What to do about a match that may be behind the game: a ladder of three steps, decided and not done here.

    A  noticed    said once an episode (WARN)
    B  asked      the provider is asked, at most once a cool-down; what came of it is said
    C  marked     said once (ERROR): the provider does not know it, or gave no answer

An answer that confirms the match ends the ladder at B. Where the provider can't be asked at all, that is
one alarm about the provider, and no match is marked for it. A half-time that is far too long is marked at
once. Source: football data, stale and frozen.
"""

from enum import StrEnum

from msgspec import Struct

from touchline.football.staleness import StaleReason, age_s, stale_reason, suspicion
from touchline.store.episodes import Episode, Watched
from touchline.store.requests import Asked, Outcome

DAY_S = 86_400
"""Nobody is asked any more about a match that has been silent for a day."""
UNASKED = frozenset({"CIRCUIT_OPEN", "REFUSED"})
"""Error codes that are about the provider, not about a match."""


class Barrier(StrEnum):
    """Why nobody can be asked at all."""

    CIRCUIT_OPEN = "circuit_open"
    REFUSED = "refused"


class Skip(StrEnum):
    """Why the provider is not asked just now."""

    IN_FLIGHT = "in_flight"
    COOLDOWN = "cooldown"
    CIRCUIT_OPEN = "circuit_open"
    REFUSED = "refused"


class Mark(StrEnum):
    """Why the operator is told."""

    ABSENT = "reconcile_absent"
    FAILED = "reconcile_failed"
    EXCEPTION = "reconcile_exception"
    FROZEN = "half_time_frozen"


MARKS = {Outcome.ABSENT: Mark.ABSENT, Outcome.FAILED: Mark.FAILED, Outcome.EXCEPTION: Mark.EXCEPTION}


class Step(Struct, frozen=True, kw_only=True):
    """What is to be done about one match now. By default nothing."""

    episode: Episode | None = None
    """As it is from now on; None when there is none."""
    detected: bool = False
    cleared: bool = False
    moved: bool = False
    """Whether a reader is to be told: the episode began or ended, or what readers see of it is another."""
    mark: Mark | None = None
    ask: bool = False
    skip: Skip | None = None
    remaining_s: int = 0
    """Until the cool-down is over."""


def step(
    seen: Watched, now: float, cooldown_s: float, barrier: Barrier | None, done: Asked | None = None
) -> Step:
    """What to do about `seen` at football time `now`, where `done` is the question whose outcome is news."""
    before = seen.episode
    reason = None if seen.deleted else suspicion(seen.followed, now)
    if reason is None:
        return Step(cleared=before is not None, moved=before is not None)
    shown = stale_reason(seen.shown, now)
    mark = _mark(reason, before, done)
    skip, remaining_s = _skip(seen, now, cooldown_s, barrier)
    return Step(
        episode=Episode(
            match_id=seen.match_id,
            reason=reason,
            shown=shown,
            began_ts=int(now) if before is None else before.began_ts,
            marked=mark or ("" if before is None else before.marked),
        ),
        detected=before is None,
        moved=before is None or before.shown is not shown,
        mark=mark,
        ask=skip is None and age_s(seen.followed, reason, now) <= DAY_S,
        skip=skip,
        remaining_s=remaining_s,
    )


def _mark(reason: StaleReason, before: Episode | None, done: Asked | None) -> Mark | None:
    """Whether the operator is to be told now: once an episode, and once more when it turns out frozen."""
    marked = "" if before is None else before.marked
    if reason is StaleReason.HALF_TIME_FROZEN:
        return None if marked == Mark.FROZEN else Mark.FROZEN
    if marked or before is None or done is None or done.outcome is None or done.reason in UNASKED:
        return None
    # An answer to what was asked in an earlier episode says nothing about this one.
    return MARKS.get(done.outcome) if done.asked_ts >= before.began_ts else None


def _skip(seen: Watched, now: float, cooldown_s: float, barrier: Barrier | None) -> tuple[Skip | None, int]:
    """Why not to ask, and how much is left of the cool-down."""
    asked = seen.asked
    if asked is not None and asked.outcome is None:
        return Skip.IN_FLIGHT, 0
    left_s = 0.0 if asked is None or asked.asked_ts > now else asked.asked_ts + cooldown_s - now
    if left_s > 0:
        return Skip.COOLDOWN, round(left_s)
    return (None, 0) if barrier is None else (Skip(barrier.value), 0)
