"""The status machine: which status may follow which, and on whose word.

One row a status, as in the domain's table (football data, status machine). Every pair has an answer:
what a row does not allow at once needs a second word (`phase.py`). No status is ever inferred.
"""

from enum import StrEnum

from msgspec import Struct

from touchline.football.model import Match, Source, Status

PROVISIONAL_MS = 15 * 60_000
"""An end is provisional until this long passed without a claim of another status."""

SCHEDULE_SOURCES = frozenset({Source.RECENT_LIST, Source.DIARY, Source.SEASON_RECENT, Source.OPERATOR})

EVERY = frozenset(Status)
_FORWARD = frozenset({Status.DELAYED, Status.INTERRUPTED, Status.ABANDONED, Status.CANCELLED})
_STOPPED = frozenset({Status.ENDED, Status.TO_BE_DETERMINED}) | _FORWARD
_FIXTURE = frozenset({Status.NOT_STARTED, Status.DELAYED, Status.TO_BE_DETERMINED})


class Moves(Struct, frozen=True, kw_only=True):
    """Where a status may go at once; every other status needs a second word."""

    at_once: frozenset[Status] = frozenset()
    while_provisional: frozenset[Status] = frozenset()
    """At once as long as the end is provisional: the cup path 4-8-5-8-7-8."""
    by_schedule: frozenset[Status] = frozenset()
    """At once when a schedule source says so."""


NEXT: dict[Status, Moves] = {
    Status.NOT_STARTED: Moves(at_once=EVERY),
    Status.DELAYED: Moves(at_once=EVERY),
    Status.TO_BE_DETERMINED: Moves(at_once=EVERY),
    Status.FIRST_HALF: Moves(
        at_once=_STOPPED | {Status.HALF_TIME, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT}
    ),
    Status.HALF_TIME: Moves(at_once=_STOPPED | {Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT}),
    Status.SECOND_HALF: Moves(at_once=_STOPPED | {Status.EXTRA_TIME, Status.SHOOT_OUT}),
    Status.EXTRA_TIME: Moves(at_once=_STOPPED | {Status.SHOOT_OUT}),
    Status.SHOOT_OUT: Moves(at_once=_STOPPED),
    Status.ENDED: Moves(while_provisional=frozenset({Status.EXTRA_TIME, Status.SHOOT_OUT})),
    Status.INTERRUPTED: Moves(at_once=EVERY - {Status.ABNORMAL, Status.NOT_STARTED}),
    Status.ABNORMAL: Moves(by_schedule=_FIXTURE),
    Status.ABANDONED: Moves(by_schedule=_FIXTURE),
    Status.CANCELLED: Moves(by_schedule=_FIXTURE),
}


class Move(StrEnum):
    """How a status may follow another."""

    AT_ONCE = "at once"
    CONFIRMED = "when confirmed"


def move(before: Status, after: Status, *, provisional: bool, source: Source) -> Move:
    """How `after` may follow `before` when `source` says so. Total; an operator's word is enough."""
    row = NEXT[before]
    free = (
        after in row.at_once
        or (provisional and after in row.while_provisional)
        or (source in SCHEDULE_SOURCES and after in row.by_schedule)
        or source is Source.OPERATOR
    )
    return Move.AT_ONCE if free else Move.CONFIRMED


def label(status: Status) -> str:
    """The name the API uses, e.g. `first_half`."""
    return status.name.lower()


def is_provisional(match: Match, now_ms: int) -> bool:
    """Whether the end of `match` may still be taken back without a second word.

    The cup path (end of 90 minutes, then extra time or kicks) lies inside this time.
    """
    if match.status is not Status.ENDED:
        return False
    since_ms = max(match.phase_entered_ts * 1000, match.pending.contested_at_ms or 0)
    return now_ms - since_ms < PROVISIONAL_MS


# How far a match has come; extra time and kicks are not on every match's way.
_STAGE: dict[Status, int] = {
    Status.NOT_STARTED: 0,
    Status.DELAYED: 0,
    Status.FIRST_HALF: 1,
    Status.HALF_TIME: 2,
    Status.SECOND_HALF: 3,
    Status.EXTRA_TIME: 4,
    Status.SHOOT_OUT: 4,
    Status.ENDED: 4,
}
_WAY = (Status.NOT_STARTED, Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF)


def missed(before: Status, after: Status) -> tuple[Status, ...]:
    """The phases between `before` and `after` that nobody told us about; nothing is invented for them."""
    if before not in _STAGE or after not in _STAGE:
        return ()
    return _WAY[_STAGE[before] + 1 : _STAGE[after]]
