"""Whoever follows the change stream is told every change once, in the order of commits."""

from collections.abc import Iterable, Iterator

from touchline.proving.rules.commit import Commit


class Followers:
    """What was committed, and how far each follower has been told of it."""

    def __init__(self) -> None:
        self._committed: list[int] = []
        self._place: dict[int, int] = {0: 0}
        """Number of a change → how many were committed up to it."""
        self._told: dict[str, int] = {}
        self._since: dict[str, float] = {}

    def broken(self, commit: Commit) -> Iterator[str]:
        """A commit breaks nothing here; what it appended is to be told from now on."""
        for row in commit.of("change"):
            if row.before is None and row.after is not None:
                self._committed.append(row.after["seq"])
                self._place[row.after["seq"]] = len(self._committed)
        return iter(())

    def began(self, follower: str, newest: int) -> Iterator[str]:
        """`follower` has read everything as it is after `newest`."""
        if newest not in self._place:
            yield f"followers: {follower} begins at change {newest}, which was never committed"
        self._told[follower] = self._place.get(newest, 0)

    def told(self, follower: str, seqs: Iterable[int]) -> Iterator[str]:
        """`follower` was handed these changes."""
        for seq in seqs:
            place = self._told.get(follower, 0)
            due = self._committed[place] if place < len(self._committed) else None
            if seq != due:
                yield f"followers: {follower} was told change {seq} where {due} was due"
                return
            self._told[follower] = place + 1

    def gone(self, follower: str) -> None:
        """`follower` is no more."""
        self._told.pop(follower, None)

    def behind(self) -> Iterator[str]:
        """Who has not been told everything. Asked when everybody has had the time."""
        for follower, place in sorted(self._told.items()):
            if place < len(self._committed):
                first, missing = self._committed[place], len(self._committed) - place
                yield f"followers: {follower} was never told of {missing} changes from {first} on"
