"""Statuses, the score tuple and the seven slots, as the wire has them."""

from msgspec import Struct

from touchline.football.model import Counts, Goals, Status, StatusClaim
from touchline.provider.thesports.shapes import Findings, Misread, entries, instant, whole

OLD_EXTRA_TIME = 6
GOALS_MAX = 999
COUNTS_MAX = 999


class Score(Struct, frozen=True):
    """The three groups a score speaks about; None for a group that was not said or can't be read."""

    status: StatusClaim | None = None
    goals: Goals | None = None
    counts: Counts | None = None


def read_tuple(value: object, match_id: str, found: Findings) -> Score:
    """`[match_id, status, home[7], away[7], kick-off stamp, remark]`, perhaps nested in lists of one.

    Without a status nothing of it is taken: what a slot means hangs on the status. A slot that
    can't be read costs its group, a stamp that can't be read only the stamp.
    """
    cells = found.group("bad_score", value, match_id, lambda: _six(value, match_id))
    if cells is None:
        return Score()
    status = found.group("bad_status", value, match_id, lambda: read_status(cells[1]))
    if status is None:
        return Score()
    stamp = found.group("bad_stamp", value, match_id, lambda: instant(cells[4], "stamp"))
    goals, counts = read_slots(cells[2], cells[3], value, match_id, found)
    return Score(StatusClaim(status, stamp), goals, counts)


def read_status(value: object) -> Status:
    """A known status; 6 is the old id of extra time."""
    number = whole(value, "status", 0, 9_999)
    try:
        return Status.EXTRA_TIME if number == OLD_EXTRA_TIME else Status(number)
    except ValueError:
        raise Misread(f"status {number} is unknown") from None


def read_slots(
    home: object, away: object, part: object, match_id: str, found: Findings
) -> tuple[Goals | None, Counts | None]:
    """Goals and counts of both sides from their seven slots; `part` is what is kept if they can't be read."""
    sides = found.group("bad_slots", part, match_id, lambda: (_seven(home, "home"), _seven(away, "away")))
    if sides is None:
        return None, None
    goals = found.group("bad_goals", part, match_id, lambda: Goals(*(_goals(side) for side in sides)))
    counts = found.group("bad_counts", part, match_id, lambda: Counts(*(_counts(side) for side in sides)))
    return goals, counts


def tuple_id(value: object) -> str | None:
    """The match id inside a score tuple, if it is there."""
    cells = _unwrapped(value)
    return cells[0] if isinstance(cells, list) and cells and isinstance(cells[0], str) else None


def _six(value: object, match_id: str) -> list[object]:
    cells = entries(_unwrapped(value), "score")
    if len(cells) != 6:
        raise Misread(f"the score has {len(cells)} parts, not 6")
    if cells[0] != match_id:
        raise Misread("the score names another match than its object")
    return cells


def _unwrapped(value: object) -> object:
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list | dict):
        value = value[0]
    if isinstance(value, dict):
        return entries(value, "score")
    return value


def _seven(value: object, name: str) -> list[object]:
    slots = entries(value, name)
    if len(slots) != 7:
        raise Misread(f"{name} has {len(slots)} slots, not 7")
    return slots


def _goals(slots: list[object]) -> tuple[int, int, int, int]:
    regular, half_time, extra_time, shoot_out = (
        whole(slots[index], f"slot {index}", 0, GOALS_MAX) for index in (0, 1, 5, 6)
    )
    return regular, half_time, extra_time, shoot_out


def _counts(slots: list[object]) -> tuple[int, int, int]:
    red = whole(slots[2], "slot 2", 0, COUNTS_MAX)
    yellow = whole(slots[3], "slot 3", 0, COUNTS_MAX)
    return red, yellow, whole(slots[4], "slot 4", -1, COUNTS_MAX)
