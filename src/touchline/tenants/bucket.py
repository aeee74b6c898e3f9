"""The token bucket: what a policy allows, and its arithmetic.

A bucket begins full, gives a token to each request and fills again at a steady rate. The same arithmetic
stands in `limits.lua`, where all processes share one bucket by the clock of the server.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

WINDOW_LEAST_S = 60
BLOCK_LEAST = 10
CALLS_PER_S = 20
"""Script calls a process may make for one key in any second."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How much may be asked: `capacity` tokens at once, `refill_per_s` tokens a second for ever."""

    name: str
    capacity: int
    refill_per_s: float

    @property
    def window_s(self) -> int:
        """After so long without a request the bucket is full for certain, and may be forgotten."""
        return max(WINDOW_LEAST_S, math.ceil(self.capacity / self.refill_per_s))

    @property
    def block(self) -> int:
        """The most tokens a process holds on lease; by so many it may exceed the bucket.

        A process asks when half a block is left, so a call that does not empty the bucket brings at least
        half a block, and all calls of a second CALLS_PER_S / 2 blocks. These must carry a full bucket, and the
        refill: a block is the larger of the two times 2 / CALLS_PER_S, and at least BLOCK_LEAST. Of 20,000
        tokens that is 2,000, and a fast lane of 14,000 requests/s asks 14 times a second; of 100 it is 10.
        """
        most = max(self.capacity, self.refill_per_s)
        return min(self.capacity, max(BLOCK_LEAST, math.ceil(most * 2 / CALLS_PER_S)))

    def divided(self, processes: int) -> "Policy":
        """What one of so many processes may give out by itself: at least one token."""
        share = max(1, self.capacity // processes)
        return Policy(self.name, share, self.refill_per_s / processes)


class Grant(NamedTuple):
    """The answer of a bucket."""

    granted: int
    left: int
    """Whole tokens still in the bucket."""
    next_ms: int
    """Until there is a whole token; 0 while there is one."""
    full_ms: int
    """Until the bucket is full."""


class Bucket:
    """A bucket in this process. Times are seconds of any clock that does not step back."""

    __slots__ = ("_at", "_policy", "_tokens")

    def __init__(self, policy: Policy, tokens: float, now: float) -> None:
        self._policy = policy
        self._tokens = min(float(policy.capacity), tokens)
        self._at = now

    def take(self, wanted: int, now: float) -> Grant:
        """Give as many of the tokens wanted as there are."""
        capacity, rate = self._policy.capacity, self._policy.refill_per_s
        tokens = min(capacity, self._tokens + max(0.0, now - self._at) * rate)
        granted = min(wanted, math.floor(tokens))
        self._tokens = tokens - granted
        self._at = now
        return Grant(
            granted,
            math.floor(self._tokens),
            math.ceil(max(0.0, 1 - self._tokens) / rate * 1000),
            math.ceil((capacity - self._tokens) / rate * 1000),
        )
