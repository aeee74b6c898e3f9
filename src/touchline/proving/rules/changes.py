"""The change stream: numbered in the order of commits, one row for whatever became visible, and no more."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from touchline.proving.rules.commit import Columns, Commit

UNSEEN = frozenset(
    {
        *("version", "last_seen_ts", "last_live_seen_ts", "pending", "updated_at", "provider_update_time"),
        *("data_completeness", "incidents_first_half", "incidents_second_half", "incidents_extra"),
    }
)
"""What no reader is shown."""
OF_A_MATCH = frozenset({"match", "minute"})
"""Kinds whose row says what the match row says; others tell of what only hangs on it."""


class ChangeRows:
    """What a commit appends belongs to what it changed, and follows on everything appended before."""

    def __init__(self) -> None:
        self._newest = 0
        self._locks: set[tuple[str, int]] = set()

    def broken(self, commit: Commit) -> Iterator[str]:
        told: dict[str, list[Columns]] = {}
        for row in commit.of("change"):
            if row.before is not None and row.after is not None:
                yield f"append-only: change {row.key} was rewritten"
            elif row.after is not None:
                yield from self._appended(row.after)
                told.setdefault(row.after["match_id"], []).append(row.after)
        yield from self._committed(told)
        yield from _rows_and_changes(commit, told)

    def _appended(self, change: Columns) -> Iterator[str]:
        if change["seq"] <= self._newest:
            yield f"order of commits: change {change['seq']} was committed after {self._newest}"
        self._newest = max(self._newest, change["seq"])

    def _committed(self, told: dict[str, list[Columns]]) -> Iterator[str]:
        """A version of a match is told in one commit only: told in two, one was written over the other."""
        for match_id, changes in told.items():
            for version in sorted({each["lock_version"] for each in changes if each["kind"] == "match"}):
                if (match_id, version) in self._locks:
                    yield f"lost update: version {version} of {match_id} was written twice"
                self._locks.add((match_id, version))


def _rows_and_changes(commit: Commit, told: dict[str, list[Columns]]) -> Iterator[str]:
    written: dict[str, Columns] = {}
    for row in commit.of("ts_matches"):
        if row.after is None:
            continue
        match_id = row.after["external_id"]
        written[match_id] = row.after
        moved = row.moved - UNSEEN
        if moved and match_id not in told:
            yield f"silent change: {sorted(moved)} of {match_id} were committed without a change row"
    for match_id, changes in told.items():
        last = [each for each in changes if each["kind"] in OF_A_MATCH]
        if not last:
            continue
        if match_id not in written:
            yield f"false change: change {last[-1]['seq']} tells of {match_id}, which was not written"
        elif _board(last[-1]) != _board_of_row(written[match_id]):
            yield f"false change: {_board(last[-1])} was told of {match_id}: {_board_of_row(written[match_id])}"


def _board(change: Columns) -> tuple[Any, ...]:
    return (
        change["status_id"],
        change["minute"],
        change["home_score"],
        change["away_score"],
        change["lock_version"],
    )


def _board_of_row(row: Columns) -> tuple[Any, ...]:
    return (
        row["status_id"],
        row["minute"],
        row["home_score_display"],
        row["away_score_display"],
        row["version"],
    )


class Goals:
    """Goal events add up to the score: each step once, none for nothing."""

    def __init__(self) -> None:
        self._scores: dict[str, list[int]] = {}
        self._told: Counter[tuple[str, str]] = Counter()

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("change"):
            if row.after is not None and row.before is None and row.after["kind"] == "match":
                yield from self._tell(row.after)

    def _tell(self, change: Columns) -> Iterator[str]:
        match_id = change["match_id"]
        board = [change["home_score"], change["away_score"]]
        known = self._scores.get(match_id)
        self._scores[match_id] = board
        if known is None:  # what had happened before a match was heard of is nobody's news
            return
        reckoned = list(known)
        for one in change["happened"]:
            side = int(one.get("side", 0)) - 1
            if one["event"] == "match.goal":
                reckoned[side] += 1
            elif one["event"] == "match.goal.cancelled":
                reckoned[side] -= 1
        if reckoned != board:
            seq = change["seq"]
            yield f"goal events: {known} with what change {seq} tells makes {reckoned}, the board says {board}"
