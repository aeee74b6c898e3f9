"""Whether what is shown of a match may be behind the game (thresholds: provider rules for quiet matches).

Only `last_event_ts` is a clock for this; a match that some source still names is quiet, not stale.
"""

from touchline.feed.shapes import StaleReason
from touchline.football.model import Status
from touchline.store.views import Item

SILENT_S = 120
HALF_TIME_S = 900
OVERDUE_S = 15 * 60
PLAYING = frozenset({Status.FIRST_HALF, Status.SECOND_HALF, Status.EXTRA_TIME, Status.SHOOT_OUT})


def stale_reason(item: Item, now: float) -> StaleReason | None:
    """Why `item` may be behind at football time `now`, or None."""
    if item.status_id is Status.NOT_STARTED:
        overdue = now - item.match_time > OVERDUE_S and not _seen_within(item, now, OVERDUE_S)
        return StaleReason.OVERDUE_START if overdue else None
    if item.status_id is Status.HALF_TIME:
        return StaleReason.HALF_TIME_STALE if _silent(item, now, HALF_TIME_S) else None
    if item.status_id in PLAYING and _silent(item, now, SILENT_S):
        return StaleReason.NO_EVENTS if item.last_event_ts is None else StaleReason.EVENTS_STALE
    return None


def _silent(item: Item, now: float, threshold_s: int) -> bool:
    last = item.phase_entered_ts if item.last_event_ts is None else item.last_event_ts
    return now - last > threshold_s and not _seen_within(item, now, threshold_s)


def _seen_within(item: Item, now: float, threshold_s: int) -> bool:
    return item.last_seen_ts is not None and now - item.last_seen_ts <= threshold_s
