"""Claims whose row was locked: kept, the newest of each group, and tried again with back-off."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from touchline.clock import Clock
from touchline.football.model import Group, Observation
from touchline.ids import MatchId
from touchline.ingest.conflation import conflate, without
from touchline.loop import backoff_s

FIRST_S = 0.1
MOST_S = 5.0


@dataclass(slots=True)
class _Kept:
    match_id: MatchId
    failures: int = 0
    due: float = 0.0
    claims: list[Observation] = field(default_factory=list)


class Retries:
    """What is tried again. Bounded by the matches in play: one claim a match, connection and group."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._matches: dict[MatchId, _Kept] = {}

    def __len__(self) -> int:
        return sum(len(kept.claims) for kept in self._matches.values())

    @property
    def claims(self) -> Iterator[Observation]:
        """What is kept."""
        return (claim for kept in self._matches.values() for claim in kept.claims)

    def keep(self, seen: Observation) -> None:
        """Try `seen` again later."""
        kept = self._matches.setdefault(seen.match_id, _Kept(seen.match_id))
        if kept.due <= self._clock.monotonic():
            kept.failures += 1
            kept.due = self._clock.monotonic() + backoff_s(kept.failures, FIRST_S, MOST_S)
        kept.claims = [claim for claim in conflate([*kept.claims, seen]) if claim is not None]

    def due(self) -> list[Observation]:
        """What is to be tried now, in order per match. What fails again is kept again."""
        now = self._clock.monotonic()
        claims: list[Observation] = []
        for kept in self._matches.values():
            if kept.claims and kept.due <= now:
                claims += kept.claims
                kept.claims = []
        return claims

    def wait_s(self) -> float | None:
        """Real seconds until something is due; None when nothing is kept."""
        dues = [kept.due for kept in self._matches.values() if kept.claims]
        return max(0.0, min(dues) - self._clock.monotonic()) if dues else None

    def answered(self, seen: Observation, settled: tuple[Group, ...]) -> None:
        """`seen` was not locked out: forget older claims about the groups it changed or found as it says."""
        kept = self._matches.get(seen.match_id)
        if kept is None:
            return
        thinned = (without(claim, settled) if _older(claim, seen) else claim for claim in kept.claims)
        kept.claims = [claim for claim in thinned if claim is not None]
        if not kept.claims:
            del self._matches[seen.match_id]


def _older(claim: Observation, newer: Observation) -> bool:
    if (claim.source, claim.channel) == (newer.source, newer.channel):
        return claim.seq < newer.seq
    return claim.observed_at_ms <= newer.observed_at_ms
