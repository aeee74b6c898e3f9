"""Which matches the board looks at again without a change: names are learnt, the quiet are still named."""

from collections.abc import Collection
from math import ceil

from touchline.clock import Clock
from touchline.ids import MatchId

PACE_S = 1.0
ROUND_S = 60
"""Real seconds in which every match is looked at once."""
SLICE_MIN = 20
DOUBTS_EVERY_S = 3.0
DOUBTS_MAX = 500
"""Doubted matches looked at in one go; the others have their turn in the next."""


class Refresh:
    """The order in which matches are looked at again: a slice a second, the doubted ones first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._round: list[MatchId] = []
        self._doubted: dict[MatchId, None] = {}
        self._took_at = self._settled_at = float("-inf")

    def doubt(self, match_id: MatchId) -> None:
        """What is held of this match may be behind: time alone makes it look stale."""
        self._doubted[match_id] = None

    def take(self, held: Collection[MatchId]) -> frozenset[MatchId]:
        """Those to be looked at now; none when the last look was less than PACE_S ago."""
        now = self._clock.monotonic()
        if now - self._took_at < PACE_S:
            return frozenset()
        self._took_at = now
        return frozenset([*self._slice(held), *self._settled(now)])

    def _slice(self, held: Collection[MatchId]) -> list[MatchId]:
        self._round = self._round or list(held)
        size = max(SLICE_MIN, ceil(len(held) / ROUND_S))
        taken = self._round[-size:]
        del self._round[-size:]
        return taken

    def _settled(self, now: float) -> list[MatchId]:
        if now - self._settled_at < DOUBTS_EVERY_S:
            return []
        self._settled_at = now
        taken = list(self._doubted)[:DOUBTS_MAX]
        for match_id in taken:
            del self._doubted[match_id]
        return taken
