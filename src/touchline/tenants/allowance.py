"""What one process may spend of one bucket, and the header lines that say so."""

import asyncio
import math
from collections import deque
from typing import Protocol

from touchline.clock import Clock
from touchline.tenants.bucket import BLOCK_LEAST, CALLS_PER_S, Bucket, Grant, Policy

REFRESH_S = 1.0
"""What is known of a bucket in use is never older."""
RENDER_S = 0.1
"""Header lines are used again for so long, unless a step of tokens is gone."""
STEPS = 10
"""Into so many steps of `Remaining` a block is cut."""
PAUSE_S = 1 / CALLS_PER_S
"""A bucket that is asked all the time is left alone for so long between two calls."""
BURST = CALLS_PER_S // 2
"""So many calls may follow at once. Without an end to that, all calls of a second would be made at its
beginning, and a crowd be refused for the rest of it. Blocks as small as BLOCK_LEAST are asked for as they
are needed: all calls of a second carry no more than such a bucket holds."""
SETTLE_MAX_S = 0.2
"""How long a request that can wait does so for a lease: until a dead Valkey is given up, and a little."""
NEVER = -math.inf


class Source(Protocol):
    """Where leases come from."""

    local: bool
    """Whether the shared bucket can't be reached, so that each process keeps one of its own."""
    processes: int
    """Among how many processes the shared bucket is divided then."""

    def lease(self, allowance: "Allowance") -> None:
        """Bring this allowance a lease, soon."""

    def refused(self, allowance: "Allowance") -> None:
        """Count a request that got no token."""


class Allowance:
    """Tokens of one key that this process holds on lease.

    To take one touches memory only. The lease is renewed beside the requests: `take` asks the source when
    half of it is spent, `receive` is told what the bucket gave. Until the first answer the process spends
    one block in advance, and what it owes is paid from the next leases; hence the tokens spent by all
    processes never exceed those of the bucket by more than one block a process.
    """

    def __init__(self, policy: Policy, key: str, source: Source, clock: Clock) -> None:
        self.policy = policy
        self.key = key
        self._source = source
        self._clock = clock
        self._share = policy.divided(source.processes)
        self._own: Bucket | None = None
        self._block = self._held = self._owed = policy.block
        self._step = max(1, self._block // STEPS)
        self._left = policy.capacity - self._block
        self._full_at = self._empty_until = self._pause_until = self._outdated_at = NEVER
        self._calls: deque[float] = deque(maxlen=CALLS_PER_S)
        self._asked = self._limited = False
        self._news = asyncio.Event()
        self._headers = b""
        self._rendered_held, self._rendered_until = 0, NEVER

    def take(self) -> bool:
        """Take a token for one request; False where there is none."""
        now = self._clock.monotonic()
        if self._source.local:
            self._lease_own(now)
        elif not self._asked and self._needs_lease(now, self._block // 2):
            self._ask()
        limited = self._held == 0
        if limited:
            self._source.refused(self)
        else:
            self._held -= 1
        if limited != self._limited or self._held < self._rendered_held or now >= self._rendered_until:
            self._limited = limited
            self._render(now)
        return not limited

    async def settle(self) -> None:
        """Wait, at most SETTLE_MAX_S, while the lease is spent and the bucket is not known to be empty.

        For requests that the framework answers: many of them at one instant then get every token there is.
        """
        until = self._clock.monotonic() + SETTLE_MAX_S
        while (now := self._clock.monotonic()) < until and self._may_have_more(now):
            self._ask()
            self._news.clear()
            await self._clock.wait(self._news, until - now)

    @property
    def limited(self) -> bool:
        """Whether the newest request got no token."""
        return self._limited

    @property
    def retry_after_s(self) -> int:
        """Seconds until it is worth another try, at least 1."""
        return math.ceil(max(1.0, self._empty_until - self._clock.monotonic()))

    @property
    def headers(self) -> bytes:
        """The header lines for the answer to the request that was taken last.

        `Remaining` is a floor of what this process knows: the tokens in the bucket when it was last asked
        (at most REFRESH_S ago while it is used) and those held on lease, cut to a step or RENDER_S old.
        """
        return self._headers

    @property
    def wanted(self) -> int:
        """Tokens for a full lease with everything paid."""
        return self._owed + self._block - self._held

    def pause_s(self, now: float) -> float:
        """How long the shared bucket must not be asked yet."""
        crowded = self._calls[0] + 1.0 - now if len(self._calls) == CALLS_PER_S else 0.0
        return max(0.0, crowded, self._pause_until - now)

    def calling(self, now: float) -> None:
        """The shared bucket is asked at this instant."""
        calls = self._calls
        calls.append(now)
        busy = len(calls) >= BURST and calls[-BURST] > now - BURST * PAUSE_S
        if busy and self._block > BLOCK_LEAST:
            self._pause_until = now + PAUSE_S

    def receive(self, grant: Grant, wanted: int, now: float) -> None:
        """Take in what the shared bucket gave when asked for `wanted` tokens."""
        self._asked = False
        self._own = None
        self._fill(grant, wanted, now)
        self._news.set()

    def unanswered(self) -> None:
        """The shared bucket can't be reached; nobody will answer."""
        self._asked = False
        self._news.set()

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._source.lease(self)

    def _may_have_more(self, now: float) -> bool:
        spent = not self._source.local and self._held == 0
        return spent and now >= self._empty_until and self.pause_s(now) == 0

    def _needs_lease(self, now: float, least: int) -> bool:
        return (self._held <= least and now >= self._empty_until) or now >= self._outdated_at

    def _lease_own(self, now: float) -> None:
        """Renew the lease from a bucket of this process, which begins with its share of what was known."""
        if self._own is None:
            missing = max(0.0, self._full_at - now) * self._share.refill_per_s
            self._own = Bucket(self._share, self._share.capacity - missing, now)
            self._held = self._owed = 0
            self._empty_until = self._outdated_at = NEVER
        if self._needs_lease(now, 0):
            wanted = min(self._block, self._share.capacity) - self._held
            self._fill(self._own.take(wanted, now), wanted, now)

    def _fill(self, grant: Grant, wanted: int, now: float) -> None:
        paid = min(self._owed, grant.granted)
        self._owed -= paid
        self._held += grant.granted - paid
        self._left = grant.left
        self._full_at = now + grant.full_ms / 1000
        self._empty_until = now + grant.next_ms / 1000 if grant.granted < wanted else NEVER
        self._outdated_at = now + REFRESH_S
        self._rendered_until = NEVER

    def _render(self, now: float) -> None:
        policy = self._share if self._own else self.policy
        self._rendered_held = self._held // self._step * self._step
        self._rendered_until = now + RENDER_S
        remaining = 0 if self._limited else min(policy.capacity, self._left + self._rendered_held)
        full_s = max(0.0, self._full_at - now)
        self._headers = (
            f"x-rate-limit-remaining: {remaining}\r\n"
            f"x-rate-limit-reset: {math.ceil(self._clock.real() + full_s)}\r\n"
            f'ratelimit-policy: "{policy.name}";q={policy.capacity};w={policy.window_s}\r\n'
            f'ratelimit: "{policy.name}";r={remaining};t={math.ceil(full_s)}\r\n'
            + ("x-rate-limit-scope: process\r\n" if self._own else "")
            + ("x-rate-limited: 1\r\n" if self._limited else "")
        ).encode("ascii")
