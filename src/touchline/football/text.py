"""What a fan reads instead of a minute: `67'`, `45+2'`, `HT`.

A pure function of the row, always a string; `—` where nothing is to be shown (football data,
minute engine). Nobody else makes such a text.
"""

from touchline.football.kickoff import Stamped
from touchline.football.minute import is_of_phase, second_period_from
from touchline.football.model import Match, Status

NOTHING = "—"

_STANDING: dict[Status, str] = {
    Status.ABNORMAL: NOTHING,
    Status.NOT_STARTED: NOTHING,
    Status.HALF_TIME: "HT",
    Status.SHOOT_OUT: "PEN",
    Status.ENDED: "FT",
    Status.DELAYED: "DELAY",
    Status.INTERRUPTED: "INT",
    Status.ABANDONED: "ABD",
    Status.CANCELLED: "CAN",
    Status.TO_BE_DETERMINED: "TBD",
}
_RUNNING: dict[Status, str] = {
    Status.FIRST_HALF: "1H",
    Status.SECOND_HALF: "2H",
    Status.EXTRA_TIME: "ET",
}

# 1,080 s after the only stamp of extra time its first period is taken to be over.
_FIRST_PERIOD_LAST_MINUTE = 108


def minute_text(status: Status, minute: int | None, *, of_phase: bool, second_period: bool) -> str:
    """The text for a stored `minute`.

    `of_phase`: the minute was written in the present phase; a running status otherwise shows its
    label, never an earlier half's minute. `second_period`: the minute was counted in the second period
    of extra time, which had a stamp of its own; until then it reads as what it was counted for.
    """
    if status in _STANDING:
        return _STANDING[status]
    if minute is None or not of_phase:
        return _RUNNING[status]
    if status is Status.FIRST_HALF:
        return capped(minute, 45)
    if status is Status.SECOND_HALF:
        return capped(minute, 90)
    in_second = second_period or minute > _FIRST_PERIOD_LAST_MINUTE
    return capped(minute, 120 if in_second else 105)


def capped(minute: int, last: int) -> str:
    """`minute` of a period whose last regular minute is `last`: `45'`, then `45+1'`."""
    return f"{minute}'" if minute <= last else f"{last}+{minute - last}'"


def of_match(match: Match) -> str:
    """The text for `match` as it stands."""
    return minute_text(
        match.status,
        match.minute,
        of_phase=is_of_phase(match.last_minute_update_ts, match.phase_entered_ts),
        second_period=is_of_second_period(match, match.last_minute_update_ts),
    )


def is_of_second_period(match: Stamped, last_minute_update_ts: int | None) -> bool:
    """Whether a minute stored then was counted in the second period of extra time."""
    announced = second_period_from(match)
    return announced is not None and is_of_phase(last_minute_update_ts, announced)
