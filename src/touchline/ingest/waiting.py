"""The waiting room: claims about matches the schedule has not made yet.

Bounded twice: at most IDS_MAX matches, and KEEP_S each. Both bounds are real time and real memory:
they are about how long a provider takes to answer, not about football.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from touchline.clock import Clock
from touchline.football.model import Observation
from touchline.ids import MatchId
from touchline.ingest.conflation import conflate
from touchline.metrics import Metrics

IDS_MAX = 1_000
KEEP_S = 600.0
CLAIMS_MAX = 64
"""Claims a match may have here; past that they are conflated, then the oldest go."""


@dataclass(slots=True)
class _Waiting:
    since: float
    claims: list[Observation] = field(default_factory=list)


class WaitingRoom:
    """Claims in order per match, oldest match first."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger().bind(part="waiting")
        self._rooms: OrderedDict[MatchId, _Waiting] = OrderedDict()
        self._full = False

    def __contains__(self, match_id: object) -> bool:
        return match_id in self._rooms

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def ids(self) -> list[MatchId]:
        """The matches waited for."""
        return list(self._rooms)

    def add(self, seen: Observation) -> bool:
        """Let `seen` wait; whether it is the first about its match (then somebody should ask)."""
        first = seen.match_id not in self._rooms
        if first:
            self._make_place()
            self._rooms[seen.match_id] = _Waiting(self._clock.monotonic())
        claims = self._rooms[seen.match_id].claims
        claims.append(seen)
        if len(claims) > CLAIMS_MAX:
            claims[:] = [kept for kept in conflate(claims) if kept is not None][-CLAIMS_MAX:]
        self._count()
        return first

    def leave(self, match_id: MatchId) -> list[Observation]:
        """The claims of a match that has a row now, in order; they wait no longer."""
        room = self._rooms.pop(match_id, None)
        self._count()
        return [] if room is None else room.claims

    def expire(self) -> None:
        """Send away what waited longer than KEEP_S."""
        latest = self._clock.monotonic() - KEEP_S
        gone = []
        while self._rooms and next(iter(self._rooms.values())).since <= latest:
            gone.append(self._rooms.popitem(last=False)[0])
        if gone:
            self._log.warning("claims.waiting.expired", matches=len(gone), match_ids=gone[:10])
        self._full = self._full and len(self._rooms) >= IDS_MAX
        self._count()

    def _make_place(self) -> None:
        if len(self._rooms) < IDS_MAX:
            return
        self._rooms.popitem(last=False)
        if not self._full:
            self._full = True
            self._log.warning("claims.waiting.full", matches_max=IDS_MAX)

    def _count(self) -> None:
        self._metrics.waiting_claims.set(sum(len(room.claims) for room in self._rooms.values()))
