"""How often the provider may be asked: one token bucket for all processes of an installation.

The bucket lives in Valkey; without Valkey, or while it is down, each process keeps one of its
own. A quarter of the minute's budget may go at once and the rest drips in over the minute, so
that no minute ever sees more than the whole. Urgent calls may take the last token, others leave
some behind: live before repair before catalogue. All time here is real time.
"""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, cast

import structlog
from msgspec import Struct
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from touchline.clock import Clock
from touchline.errors import ProviderLimited

if TYPE_CHECKING:
    from collections.abc import Awaitable

BURST_SHARE = 0.25
REFILL_S = 60.1
"""A little more than a minute, lest rounding let one call too many into it."""
SLOW_S = 60.0
"""After the provider said "too many" the bucket fills at half speed for so long."""
WAIT_LEAST_S = 0.001
"""A shorter wait could be lost in the rounding of the clock and be repeated for ever."""
VALKEY_TIMEOUT_S = 1.0
VALKEY_PAUSE_S = 5.0
"""After Valkey failed it is left alone for so long."""


class Urgency(StrEnum):
    """Classes of calls, most urgent first."""

    LIVE = "live"
    REPAIR = "repair"
    CATALOGUE = "catalogue"


RESERVE_SHARE = {Urgency.LIVE: 0.0, Urgency.REPAIR: 0.2, Urgency.CATALOGUE: 0.5}
"""The share of a full bucket a class leaves to the more urgent ones."""
PATIENCE_S = {Urgency.LIVE: 5.0, Urgency.REPAIR: 15.0, Urgency.CATALOGUE: 90.0}
"""How long a call waits for its token before it is answered with ProviderLimited."""


class Bucket(Struct):
    """The state of a bucket: `tokens` at the instant `at`, blocked and slowed until later instants."""

    tokens: float
    at: float
    blocked_until: float = 0.0
    slow_until: float = 0.0


# KEYS[1] the bucket; ARGV: capacity, tokens a second, reserve. Answers the wait in ms, 0 if a token was taken.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local capacity, rate, reserve = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'blocked_until', 'slow_until')
local tokens, at = tonumber(held[1]) or capacity, tonumber(held[2]) or now
local blocked, slow = tonumber(held[3]) or 0, tonumber(held[4]) or 0
if now < slow then rate = rate / 2 end
tokens = math.min(capacity, tokens + math.max(0, now - math.max(at, blocked)) * rate)
local wait = 0
if now < blocked then
  wait = blocked - now
elseif tokens - 1 < reserve then
  wait = (reserve + 1 - tokens) / rate
else
  tokens = tokens - 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], 3600000)
return math.ceil(wait * 1000)
"""

# KEYS[1] the bucket; ARGV: seconds to block, seconds to be slow afterwards.
BLOCK = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local blocked = math.max(now + ARGV[1], tonumber(redis.call('HGET', KEYS[1], 'blocked_until')) or 0)
redis.call('HSET', KEYS[1], 'tokens', 0, 'at', string.format('%.6f', now),
  'blocked_until', string.format('%.6f', blocked), 'slow_until', string.format('%.6f', blocked + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
"""


def take(bucket: Bucket, now: float, capacity: float, rate: float, reserve: float) -> float:
    """Take one token and answer 0, or answer the seconds to wait. The same arithmetic as `TAKE`."""
    if now < bucket.slow_until:
        rate /= 2
    filled = max(0.0, now - max(bucket.at, bucket.blocked_until)) * rate
    bucket.tokens = min(capacity, bucket.tokens + filled)
    bucket.at = now
    if now < bucket.blocked_until:
        return bucket.blocked_until - now
    if bucket.tokens - 1 < reserve:
        return (reserve + 1 - bucket.tokens) / rate
    bucket.tokens -= 1
    return 0.0


def block(bucket: Bucket, now: float, seconds: float) -> None:
    """Let nobody take anything for so long, and fill slowly afterwards."""
    bucket.tokens = 0.0
    bucket.at = now
    bucket.blocked_until = max(bucket.blocked_until, now + seconds)
    bucket.slow_until = bucket.blocked_until + SLOW_S


class Budget:
    """The right to ask the provider. Never more than `requests_per_minute` in any minute."""

    def __init__(
        self,
        requests_per_minute: int,
        clock: Clock,
        valkey: Valkey | None = None,
        key: str = "touchline:budget",
    ) -> None:
        self._capacity = max(2.0, requests_per_minute * BURST_SHARE)
        self._rate = max(requests_per_minute - self._capacity, 0.5) / REFILL_S
        self._clock = clock
        self._valkey = valkey
        self._key = key
        self._own = Bucket(self._capacity, clock.monotonic())
        self._valkey_rests_until = float("-inf")
        self._log = structlog.get_logger()

    async def spend(self, urgency: Urgency, provider: str, endpoint: str) -> None:
        """Take a token, waiting for it as long as the class is patient. Raises ProviderLimited after that."""
        patient_until = self._clock.monotonic() + PATIENCE_S[urgency]
        while (wait_s := await self._take(urgency)) > 0:
            if self._clock.monotonic() + wait_s > patient_until:
                raise ProviderLimited(provider, endpoint, wait_s)
            await self._clock.sleep(max(wait_s, WAIT_LEAST_S))

    async def limited(self, seconds: float) -> None:
        """The provider wants to be left alone for so long: nobody asks before, and slowly afterwards."""
        block(self._own, self._clock.monotonic(), seconds)
        await self._run(BLOCK, seconds, SLOW_S)

    async def _take(self, urgency: Urgency) -> float:
        reserve = min(self._capacity * RESERVE_SHARE[urgency], self._capacity - 1)
        shared_ms = await self._run(TAKE, self._capacity, self._rate, reserve)
        if shared_ms is not None:
            return shared_ms / 1000
        return take(self._own, self._clock.monotonic(), self._capacity, self._rate, reserve)

    async def _run(self, script: str, *arguments: float) -> int | None:
        """What the script answers; None while there is no Valkey to ask."""
        now = self._clock.monotonic()
        if self._valkey is None or now < self._valkey_rests_until:
            return None
        try:
            async with asyncio.timeout(VALKEY_TIMEOUT_S):
                asked = cast("Awaitable[str]", self._valkey.eval(script, 1, self._key, *map(str, arguments)))
                answer = int(await asked)
        except (ValkeyError, OSError, TimeoutError) as error:
            if self._valkey_rests_until == float("-inf"):
                self._log.warning("provider.budget.local", error=type(error).__name__)
            self._valkey_rests_until = now + VALKEY_PAUSE_S
            return None
        if self._valkey_rests_until != float("-inf"):
            self._valkey_rests_until = float("-inf")
            self._log.info("provider.budget.shared")
        return answer
