"""How often we may be asked: token buckets shared by all processes, and what holds while Valkey is away.

A request takes a token from its process's lease (allowance.py); this loop renews the leases, a script call
each, at most CALLS_PER_S a second for one key. After FAILURES_MAX calls without an answer every process goes
by a bucket of its own, its share of the shared one, and looks for Valkey every LOCAL_S seconds.
"""

import asyncio
from collections import OrderedDict
from contextvars import ContextVar
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, cast

import structlog
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from touchline.clock import Clock
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings
from touchline.tenants.allowance import Allowance
from touchline.tenants.bucket import Grant, Policy

if TYPE_CHECKING:
    from collections.abc import Awaitable

SCRIPT = files("touchline.tenants").joinpath("limits.lua").read_text(encoding="utf-8")
ANSWER_MAX_S = 0.05
"""The budget of a script call."""
FAILURES_MAX = 3
LOCAL_S = 5.0
CONNECT_MAX_S = 1.0
"""The budget for finding Valkey again: no lease waits for it, and a far one may need a while to connect."""
KEYS_MAX = 10_000
"""Allowances kept; past them the one asked for longest ago is forgotten, and with it what it held."""
PUBLIC = "tl:rl:_platform:public"
IDLE_S = 60.0


class Limits:
    """The limits of one web process. Without Valkey it goes by its own share for good."""

    name = "limits"
    interval = "on demand"
    batch_size = 1

    def __init__(
        self, settings: LimitSettings, clock: Clock, metrics: Metrics, valkey: Valkey | None = None
    ) -> None:
        self.wake = asyncio.Event()
        self.local = valkey is None
        self.processes = settings.web_processes
        self._clock = clock
        self._metrics = metrics
        metrics.rate_limit_local.set(self.local)
        self._valkey = valkey
        self._failures = 0
        self._local_until = 0.0
        self._allowances: OrderedDict[str, Allowance] = OrderedDict()
        self._due: dict[str, Allowance] = {}
        public = Policy("public", settings.public_capacity, settings.public_refill_per_s)
        self.public = Allowance(public, PUBLIC, self, clock)
        """Of the routes everybody may ask: live, diary, match, stream and pages, of all tenants together."""
        self._limited: ContextVar[bool] = ContextVar("limited", default=False)

    def of(self, policy: Policy, key: str) -> Allowance:
        """The allowance of `key`, which is always asked for with the same policy."""
        found = self._allowances.get(key)
        if found is None:
            found = self._allowances[key] = Allowance(policy, key, self, self._clock)
            if len(self._allowances) > KEYS_MAX:
                self._allowances.popitem(last=False)
        self._allowances.move_to_end(key)
        return found

    def allows(self) -> bool:
        """Whether the request being answered got its token.

        Where it got none, an answer out of memory is given as ever (its headers say `X-Rate-Limited: 1`).
        What would need the database is not begun: raise TooManyRequests with `retry_after_s`. True outside
        a request.
        """
        return not self._limited.get()

    @property
    def retry_after_s(self) -> int:
        """Seconds until a request of the public routes is worth another try, at least 1."""
        return self.public.retry_after_s

    def remember(self, limited: bool) -> None:
        """Keep for `allows`, in the context of the request being answered, whether it got no token."""
        self._limited.set(limited)

    def lease(self, allowance: Allowance) -> None:
        """Bring this allowance a lease, soon."""
        self._due[allowance.key] = allowance
        self.wake.set()

    def refused(self, allowance: Allowance) -> None:
        """Count a request that got no token."""
        self._metrics.rate_limited.labels(allowance.policy.name).inc()

    async def turn(self) -> timedelta:
        """Renew the leases that are due; while Valkey is away, look for it."""
        wait_s = IDLE_S
        if self._valkey is not None and self.local:
            wait_s = await self._look_for(self._valkey)
        elif self._valkey is not None:
            wait_s = await self._renew(self._valkey)
        return timedelta(seconds=wait_s)

    async def _renew(self, valkey: Valkey) -> float:
        """Ask for every lease that is due and may be asked for; seconds until the next may be."""
        wait_s = IDLE_S
        for key, allowance in tuple(self._due.items()):
            pause_s = allowance.pause_s(self._clock.monotonic())
            if pause_s > 0:
                wait_s = min(wait_s, pause_s)
            elif await self._ask(valkey, allowance):
                del self._due[key]
            elif self.local:
                return LOCAL_S
            else:
                wait_s = 0.0
        return wait_s

    async def _ask(self, valkey: Valkey, allowance: Allowance) -> bool:
        """Ask the shared bucket; whether it answered."""
        policy, wanted = allowance.policy, allowance.wanted
        arguments = (policy.capacity, policy.refill_per_s, wanted, policy.window_s * 1000)
        allowance.calling(self._clock.monotonic())
        try:
            async with asyncio.timeout(ANSWER_MAX_S):
                asked = valkey.eval(SCRIPT, 1, allowance.key, *map(str, arguments))
                answer = await cast("Awaitable[list[int]]", asked)
        except (ValkeyError, OSError, TimeoutError) as error:
            self._metrics.rate_limit_calls.labels("failed").inc()
            self._failed(error)
            return False
        self._metrics.rate_limit_calls.labels("answered").inc()
        self._failures = 0
        allowance.receive(Grant(*answer), wanted, self._clock.monotonic())
        return True

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        if self._failures < FAILURES_MAX:
            return
        self.local = True
        self._metrics.rate_limit_local.set(1)
        self._local_until = self._clock.monotonic() + LOCAL_S
        for allowance in self._due.values():
            allowance.unanswered()
        self._due.clear()
        structlog.get_logger().warning(
            "limits.local", error=str(error) or type(error).__name__, processes=self.processes
        )

    async def _look_for(self, valkey: Valkey) -> float:
        """See whether Valkey is back; seconds until the next look."""
        wait_s = self._local_until - self._clock.monotonic()
        if wait_s > 0:
            return wait_s
        try:
            async with asyncio.timeout(CONNECT_MAX_S):
                await cast("Awaitable[bool]", valkey.ping())
        except (ValkeyError, OSError, TimeoutError):
            self._local_until = self._clock.monotonic() + LOCAL_S
            return LOCAL_S
        self.local = False
        self._failures = 0
        self._metrics.rate_limit_local.set(0)
        structlog.get_logger().info("limits.shared")
        return IDLE_S
