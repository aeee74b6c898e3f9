"""What hangs on a match, and the cursors: kept, appended, never taken back."""

from collections.abc import Callable, Iterable, Iterator

from touchline.proving.rules.commit import Changed, Commit, seconds

RECENT_LIST = "recent_list"


class Parts:
    """Incidents, revisions and pauses."""

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("match_incident"):
            yield from self._incident(row)
        for row in commit.of("kickoff_revision"):
            if row.before is not None or row.after is None:
                yield f"append-only: revision {row.key} was touched"
        for row in commit.of("match_pause"):
            yield from _pause(row)

    def _incident(self, row: Changed) -> Iterator[str]:
        if row.after is None:
            yield f"identity of incidents: {row.key} was deleted"
            return
        match_id, ordinal = row.after["match_id"], row.after["ordinal"]
        if row.before is None:
            expected = self._ordinals.get(match_id, 0) + 1
            if ordinal != expected:
                yield f"identity of incidents: {row.key} was made where {expected} was due"
            self._ordinals[match_id] = max(ordinal, expected)
        elif (row.before["first_seen_ts"], ordinal) != (row.after["first_seen_ts"], row.before["ordinal"]):
            yield f"identity of incidents: {row.key} became another"
        elif row.after["revision"] < row.before["revision"]:
            yield f"identity of incidents: the revision of {row.key} fell"


def _pause(row: Changed) -> Iterator[str]:
    if row.after is None:
        yield f"append-only: pause {row.key} was deleted"
    elif row.before is not None and row.before["ended_ts"] is not None and row.before != row.after:
        yield f"append-only: pause {row.key} was closed twice"


class Cursors:
    """A cursor never moves back, and never past what has no row yet. `announced`: the matches that the provider
    lists as changed up to an instant."""

    def __init__(self, announced: Callable[[int], Iterable[str]]) -> None:
        self._announced = announced
        self._rows: set[str] = set()

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("ts_matches"):
            if row.after is not None:
                self._rows.add(row.after["external_id"])
        for row in commit.of("sync_cursor"):
            if row.after is None:
                continue
            if row.before is not None and row.after["value"] < row.before["value"]:
                yield f"cursors: {row.key} moved back from {row.before['value']} to {row.after['value']}"
            if row.after["name"] == RECENT_LIST:
                for match_id in sorted(set(self._announced(row.after["value"])) - self._rows):
                    yield f"cursors: {row.key} stands at {row.after['value']}, before it {match_id} has no row"


class Leases:
    """A lease that has not run out stays with its holder."""

    def broken(self, commit: Commit) -> Iterator[str]:
        for row in commit.of("lease"):
            before, after = row.before, row.after
            if before is None or after is None or before["holder"] == after["holder"]:
                continue
            if seconds(before["until"]) > commit.at:
                yield f"leases: {row.key} went to {after['holder']} while {before['holder']} held it"
