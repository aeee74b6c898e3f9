"""The minute on the board against the kick-off stamps beside it, reckoned anew."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import Any

from touchline.proving.rules.commit import Columns, Commit

BASE = {2: 0, 4: 45, 5: 90}
COLUMN = {2: "first_half_kickoff_ts", 4: "second_half_kickoff_ts", 5: "overtime_kickoff_ts"}
PERIOD = {2: "first_half", 4: "second_half", 5: "overtime"}
SECOND_PERIOD = 105
EXTRA_TIME = 5
OVERRUN_S = 7_200
EARLY_S = -120


class Minutes:
    """What was committed of stamps and interruptions, and the minute that follows from it.

    `early_s` and `late_s`: how far clocks and engines may be off at the moment, football seconds.
    """

    def __init__(self, early_s: Callable[[], float], late_s: Callable[[], float]) -> None:
        self._early_s = early_s
        self._late_s = late_s
        self._revisions: dict[str, list[Columns]] = {}
        self._pauses: dict[str, dict[int, Columns]] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("kickoff_revision"):
            if row.after is not None:
                self._revisions.setdefault(row.after["match_id"], []).append(row.after)
        for row in commit.of("match_pause"):
            if row.after is not None:
                self._pauses.setdefault(row.after["match_id"], {})[row.after["started_ts"]] = row.after
        for row in commit.of("ts_matches"):
            if row.before is not None and row.after is not None and "minute" in row.moved:
                yield from self._written(commit.now, row.before, row.after)
                yield from _stepped_back(row.before, row.after)

    def _written(self, now: float, before: Columns, after: Columns) -> Iterator[str]:
        """Whatever was due at some moment of late may be written; what is not due yet may not."""
        match_id, minute = after["external_id"], after["minute"]
        early = self._early_s()
        latest = self.minute(before, now + early, ahead_s=early)
        if latest is None:  # the clock may have come to a stand meanwhile
            latest = self.minute(before, now - self._late_s())
        if latest is None:
            yield f"minute: {minute} of {match_id} was written where the clock stands"
            return
        first = self._first(before)
        earliest = max(first, self.minute(before, now - self._late_s()) or first)
        if not earliest <= minute <= latest:
            yield f"minute: {minute} of {match_id} was written where {earliest} to {latest} was due"

    def late(self, rows: Iterable[Columns], now: float) -> Iterator[str]:
        """Running matches whose minute has not flipped though its boundary has passed for long enough."""
        for row in rows:
            due = self.minute(row, now - self._late_s())
            if due is not None and (row["minute"] is None or row["minute"] < due) and self._stood(row, now):
                yield f"minute in time: {row['minute']} of {row['external_id']} still stands, {due} is due"

    def minute(self, row: Columns, at: float, ahead_s: float = 0.0) -> int | None:
        """The minute that follows from what is committed, uncapped; None while the clock stands.

        `ahead_s`: how far `at` is ahead of the clock by which a period is over.
        """
        status = row["status_id"]
        if status not in BASE:
            return None
        counted = self._counted(row, status)
        if counted is None:
            return None
        base, stamp, pauses_from = counted
        elapsed = at - stamp - self._paused_s(row["external_id"], stamp, pauses_from, at)
        if not EARLY_S - self._early_s() <= elapsed <= OVERRUN_S + ahead_s:
            return None
        return base + max(0, floor(elapsed / 60)) + 1

    def _first(self, row: Columns) -> int:
        counted = self._counted(row, row["status_id"])
        return 1 + (counted[0] if counted else BASE[row["status_id"]])

    def _stood(self, row: Columns, now: float) -> bool:
        """Whether the phase, and whatever moved its stamp, is older than the engine may take."""
        since: int = max(row["phase_entered_ts"], row["last_event_ts"] or 0)
        return now - since > self._late_s()

    def _counted(self, row: Columns, status: int) -> tuple[int, int, int] | None:
        """(minutes before, stamp, interruptions count from)."""
        stamp = row[COLUMN[status]]
        base, pauses_from = BASE[status], 0
        if stamp is None:
            return (base, row["phase_entered_ts"], 0) if row["phase_seen_live"] else None
        for revision in self._revisions.get(row["external_id"], ()):
            if revision["period"] != PERIOD[status] or not revision["followed"]:
                continue
            stamp = revision["kickoff_ts"]
            if revision["reason"] == "et_second_period":
                base = SECOND_PERIOD
            elif revision["reason"] == "resume":
                pauses_from = revision["observed_at_ms"] // 1000
        return base, stamp, pauses_from

    def _paused_s(self, match_id: str, stamp: int, pauses_from: int, at: float) -> float:
        pauses: Mapping[int, Columns] = self._pauses.get(match_id, {})
        spans: Sequence[tuple[Any, Any]] = [
            (max(one["started_ts"], stamp), one["ended_ts"] or at)
            for one in pauses.values()
            if one["started_ts"] >= pauses_from
        ]
        return float(sum(max(0.0, min(at, ended) - started) for started, ended in spans))


def _stepped_back(before: Columns, after: Columns) -> Iterator[str]:
    """Within a period the minute waits, it never steps back. Extra time has two periods under one status."""
    periods = [(row["status_id"], row["phase_entered_ts"]) for row in (before, after)]
    was, is_ = before["minute"], after["minute"]
    if None in (was, is_) or periods[0] != periods[1] or after["status_id"] == EXTRA_TIME:
        return
    if before["last_minute_update_ts"] >= before["phase_entered_ts"] and is_ < was:
        yield f"minute: {was} of {after['external_id']} stepped back to {is_} within its period"
