"""How a match row may change: the invariants that one row before and after a commit can show."""

from collections.abc import Callable, Iterator

from touchline.proving.rules.commit import Changed, Columns, Commit

RUNNING = frozenset({2, 4, 5})
KICKOFFS = {"first_half_kickoff_ts": 2, "second_half_kickoff_ts": 4, "overtime_kickoff_ts": 5}
"""The write-once columns, and the status in which each may be set."""
OF_THE_ENGINE = frozenset({"minute", "last_minute_update_ts"})
SIGHT = frozenset({"last_seen_ts", "last_live_seen_ts"})
"""When a source last named the match: no content, and no version."""
INSTANTS = (
    *KICKOFFS,
    "match_time",
    "phase_entered_ts",
    "last_minute_update_ts",
    "provider_update_time",
    "last_event_ts",
    "last_seen_ts",
    "ended_ts",
)
SCHEDULE_SOURCES = frozenset({"diary", "recent_list", "season_recent"})


class MatchRows:
    """One row at a time. `off_s`: how far clocks may be off at the moment, football seconds."""

    def __init__(self, off_s: Callable[[], float]) -> None:
        self._off_s = off_s

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("ts_matches"):
            if row.after is None:
                yield f"a match is for ever: {row.key} was deleted"
            elif row.before is None:
                yield from _made(row.key, row.after)
            else:
                yield from _changed(row, row.before, row.after)
                yield from _kickoffs(commit, row, row.before, row.after)
                yield from self._event(commit.now, row, row.after)

    def _event(self, now: float, row: Changed, after: Columns) -> Iterator[str]:
        event = after["last_event_ts"]
        if "last_event_ts" in row.moved and abs(event - now) > self._off_s():
            yield f"invariant 12: last_event_ts of {row.key} is {event}, the clock says {now:.0f}"


def _made(key: object, after: Columns) -> Iterator[str]:
    word = after["provenance"].get("schedule")
    if word is None or word["source"] not in SCHEDULE_SOURCES:
        yield f"invariant 14: the row of {key} was made by {word and word['source']}, not by the schedule"
    yield from _instants(key, after)


def _changed(row: Changed, before: Columns, after: Columns) -> Iterator[str]:
    key, moved = row.key, row.moved
    yield from _version(key, before, after, moved)
    yield from _minute(key, before, after, moved)
    yield from _instants(key, after)
    old, new = before["provider_update_time"], after["provider_update_time"]
    if old is not None and (new is None or new < old):
        yield f"invariant 3: provider_update_time of {key} fell from {old} to {new}"
    if "external_id" in moved or "created_at" in moved:
        yield f"identity: {key} became {after['external_id']}"


def _version(key: object, before: Columns, after: Columns, moved: frozenset[str]) -> Iterator[str]:
    step = after["version"] - before["version"]
    if step not in {0, 1}:
        yield f"version: that of {key} went from {before['version']} to {after['version']} in one commit"
    content = moved - OF_THE_ENGINE - SIGHT - {"version", "updated_at"}
    if step == 0 and content:
        yield f"version: {sorted(content)} of {key} changed without it"
    if "updated_at" in moved and not content:
        yield f"updated_at: that of {key} moved without content"


def _minute(key: object, before: Columns, after: Columns, moved: frozenset[str]) -> Iterator[str]:
    if not moved & OF_THE_ENGINE:
        return
    if before["minute"] is not None and after["minute"] is None:
        yield f"invariant 10: the minute of {key} was erased"
    if moved - OF_THE_ENGINE:
        yield f"invariant 2: with the minute of {key} {sorted(moved - OF_THE_ENGINE)} changed"
    if after["status_id"] not in RUNNING:
        yield f"invariant 10: the minute of {key} moved in status {after['status_id']}"
    same_phase = (before["last_minute_update_ts"] or 0) >= after["phase_entered_ts"]
    if "minute" not in moved and same_phase and after["status_id"] != 5:
        yield f"invariant 9: minute {after['minute']} of {key} was written again"


def _kickoffs(commit: Commit, row: Changed, before: Columns, after: Columns) -> Iterator[str]:
    """A commit may take a match through several statuses; its change rows tell of each."""
    for column in sorted(KICKOFFS.keys() & row.moved):
        if before[column] is not None:
            yield f"invariant 8: {column} of {row.key} was {before[column]} and became {after[column]}"
            continue
        told = [change.after for change in commit.of("change") if change.after is not None]
        passed = {change["status_id"] for change in told if change["match_id"] == after["external_id"]}
        if KICKOFFS[column] not in passed | {after["status_id"]}:
            yield f"invariant 15: {column} of {row.key} was set in status {after['status_id']}"


def _instants(key: object, row: Columns) -> Iterator[str]:
    for column in INSTANTS:
        value = row[column]
        if value is not None and not 1_000_000_000 < value < 3_000_000_000:
            yield f"invariant 1: {column} of {key} is {value}, which is no Unix second of our time"
