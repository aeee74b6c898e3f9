"""The provider's codes and shapes, written from its field list and not from our reader of it.

What is sent is plain JSON, so the values here are what JSON knows.
"""

import hashlib
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Record: TypeAlias = dict[str, Json]

TOPIC = "thesports/football/match/v1"
ID_LENGTH = 15
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

# Match statuses.
NOT_STARTED = 1
FIRST_HALF = 2
HALF_TIME = 3
SECOND_HALF = 4
EXTRA_TIME = 5
SHOOT_OUT = 7
ENDED = 8
DELAYED = 9
INTERRUPTED = 10
ABANDONED = 11
CANCELLED = 12
TO_BE_DETERMINED = 13
RUNNING = (FIRST_HALF, SECOND_HALF, EXTRA_TIME)
LIVE = (*RUNNING, HALF_TIME, SHOOT_OUT)
STAMPED = RUNNING  # in every other status the kick-off stamp is 0

# Slots of home[7] and away[7].
GOALS, AT_HALF_TIME, REDS, YELLOWS, CORNERS, AFTER_EXTRA_TIME, KICKS = range(7)
NO_CORNER_DATA = -1

# Sides, as `position` of an incident.
NEUTRAL, HOME, AWAY = 0, 1, 2

# Incident types.
GOAL = 1
YELLOW = 3
RED = 4
PENALTY = 8
SUBSTITUTION = 9
MARK_HALF_TIME = 11
MARK_NINETY = 12
SECOND_YELLOW = 15
PENALTY_MISSED = 16
OWN_GOAL = 17
BOARD = 19
MARK_EXTRA_TIME = 26
MARK_KICKS = 27
REVIEW = 28
KICK_SCORED = 29
KICK_MISSED = 30
GOAL_TYPES = (GOAL, PENALTY, OWN_GOAL)

# Video review results that take something back or give it.
GOAL_STANDS = 1
GOAL_CANCELLED = 2
RED_CANCELLED = 6


def invented_id(*parts: object) -> str:
    """A provider-like id (15 of `[a-z0-9]`) that always follows from `parts`."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=12).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(ID_LENGTH):
        number, rest = divmod(number, 36)
        letters.append(ALPHABET[rest])
    return "".join(letters)


def other(side: int) -> int:
    """The opponents of `side`."""
    return AWAY if side == HOME else HOME


def goal_minute(period: int, seconds: int) -> tuple[int, int]:
    """`time` and `add_time` of something `seconds` into period 0..3: the minute runs on in stoppage."""
    first, last = ((1, 45), (46, 90), (91, 105), (106, 120))[period]
    minute = first + seconds // 60
    return minute, max(0, minute - last)
