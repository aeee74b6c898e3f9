"""When which match's minute flips: a heap with one place a match."""

import heapq

from touchline.ids import MatchId


class Flips:
    """The next flip of each match, in football time. Setting a match anew moves it."""

    def __init__(self) -> None:
        self._at: dict[MatchId, float] = {}
        self._heap: list[tuple[float, MatchId]] = []

    def __len__(self) -> int:
        return len(self._at)

    def put(self, match_id: MatchId, at: float | None) -> None:
        """The next flip of `match_id`; None: it has none."""
        if at is None:
            self._at.pop(match_id, None)
        elif self._at.get(match_id) != at:
            self._at[match_id] = at
            heapq.heappush(self._heap, (at, match_id))

    def next(self) -> float | None:
        """The earliest flip."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float, most: int) -> list[tuple[float, MatchId]]:
        """Up to `most` matches whose flip has come, oldest first. They have none until they are put anew."""
        taken: list[tuple[float, MatchId]] = []
        while len(taken) < most and (at := self.next()) is not None and at <= now:
            _, match_id = heapq.heappop(self._heap)
            del self._at[match_id]
            taken.append((at, match_id))
        return taken
