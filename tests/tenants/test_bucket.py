"""The bucket gives what its policy allows: against another way to count, and in Valkey as in memory."""

import asyncio
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey.asyncio import Valkey

from touchline.tenants.bucket import Bucket, Grant, Policy
from touchline.tenants.limits import SCRIPT

POLICIES = st.builds(
    Policy, st.just("p"), st.integers(1, 500), st.integers(1, 4_000).map(lambda eighths: eighths / 8)
)
STEP_S = 1 / 1024
"""Times and rates are binary fractions, so that floats and fractions must agree to the last bit."""
ASKED = st.lists(st.tuples(st.integers(0, 4_096), st.integers(0, 600)), max_size=60)
HUNDRED = ("100", "0.001", "60000")


class Debt:
    """The same bucket counted the other way round: until when what was taken is paid off."""

    def __init__(self, policy: Policy) -> None:
        self._rate = Fraction(policy.refill_per_s)
        self._capacity = policy.capacity
        self._paid_at = Fraction(0)

    def take(self, wanted: int, now: Fraction) -> tuple[int, int, int]:
        """Tokens given and left, ms until nothing is owed."""
        owed_from = max(self._paid_at, now)
        left = math.floor(self._capacity - (owed_from - now) * self._rate)
        granted = min(wanted, left)
        self._paid_at = owed_from + granted / self._rate
        return granted, left - granted, math.ceil((self._paid_at - now) * 1000)


@given(POLICIES, ASKED)
def test_a_bucket_counts_as_its_debt_does(policy: Policy, asked: list[tuple[int, int]]) -> None:
    bucket, debt, ticks = Bucket(policy, policy.capacity, 0.0), Debt(policy), 0
    for gap, wanted in asked:
        ticks += gap
        grant = bucket.take(wanted, ticks * STEP_S)

        granted, left, full_ms = debt.take(wanted, Fraction(ticks, 1024))
        assert (grant.granted, grant.left) == (granted, left)
        assert grant.full_ms == pytest.approx(full_ms, abs=1)
        assert (grant.next_ms == 0) == (left >= 1)


@given(POLICIES, ASKED)
def test_no_window_sees_more_than_a_full_bucket_and_its_refill(
    policy: Policy, asked: list[tuple[int, int]]
) -> None:
    bucket, ticks, given_at = Bucket(policy, policy.capacity, 0.0), 0, []
    for gap, wanted in asked:
        ticks += gap
        given_at.append((ticks, bucket.take(wanted, ticks * STEP_S).granted))

    for first, (begun, _) in enumerate(given_at):
        total = 0
        for ended, granted in given_at[first:]:
            total += granted
            assert total <= policy.capacity + policy.refill_per_s * (ended - begun) * STEP_S


@given(POLICIES, st.integers(1, 50))
def test_shares_together_are_no_more_than_the_whole(policy: Policy, processes: int) -> None:
    share = policy.divided(processes)

    assert share.capacity * processes <= max(policy.capacity, processes)
    assert share.refill_per_s * processes == pytest.approx(policy.refill_per_s)
    assert 1 <= share.block <= share.capacity


@pytest.mark.parametrize(
    ("capacity", "refill_per_s", "block"),
    [(20_000, 20_000, 2_000), (100, 2, 10), (5, 1 / 60, 5), (50_000, 14_000, 5_000), (100, 20_000, 100)],
)
def test_twenty_blocks_of_a_second_carry_a_full_bucket_and_the_refill(
    capacity: int, refill_per_s: float, block: int
) -> None:
    assert Policy("p", capacity, refill_per_s).block == block


# ---------------------------------------------------------------- in Valkey


async def take(valkey: Valkey, key: str, capacity: str, rate: str, idle_ms: str, wanted: int = 1) -> Grant:
    answer = valkey.eval(SCRIPT, 1, key, capacity, rate, str(wanted), idle_ms)
    return Grant(*await answer)  # type: ignore[misc]


async def test_the_script_counts_as_the_bucket_does(client: Valkey) -> None:
    bucket = Bucket(Policy("p", 100, 0.001), 100, 0.0)
    for wanted in (1, 10, 0, 40, 60, 5):
        shared = await take(client, "same", *HUNDRED, wanted=wanted)
        own = bucket.take(wanted, 0.0)

        assert shared[:2] == own[:2]
        assert shared.next_ms == pytest.approx(own.next_ms, abs=3_000)
        assert shared.full_ms == pytest.approx(own.full_ms, abs=3_000)


async def test_of_400_calls_at_once_a_bucket_of_100_lets_100_pass(client: Valkey) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(take(client, "crowd", *HUNDRED)) for _ in range(400)]

    assert sum(call.result().granted for call in calls) == 100


async def test_an_empty_bucket_gives_one_token_when_it_said_it_would(client: Valkey) -> None:
    await take(client, "drip", "10", "20", "60000", wanted=10)
    empty = await take(client, "drip", "10", "20", "60000")
    assert (empty.granted, empty.left) == (0, 0)
    assert 0 < empty.next_ms <= 50

    await asyncio.sleep(empty.next_ms / 1000)

    assert (await take(client, "drip", "10", "20", "60000", wanted=10)).granted == 1


async def test_the_server_forgets_an_idle_bucket_and_none_that_is_not_full(client: Valkey) -> None:
    policy = Policy("p", 100, 2)

    await take(client, "idle", "100", "2", str(policy.window_s * 1000))

    assert 59_000 < await client.pttl("idle") <= 60_000
    assert policy.window_s >= policy.capacity / policy.refill_per_s


async def test_a_clock_that_steps_back_stops_no_bucket(client: Valkey) -> None:
    await take(client, "back", "10", "1000", "60000", wanted=10)
    ahead = int((await client.time())[0]) * 1000 + 3_600_000
    await client.hset("back", "at", str(ahead))  # type: ignore[misc]

    await take(client, "back", "10", "1000", "60000")
    await asyncio.sleep(0.02)

    assert (await take(client, "back", "10", "1000", "60000", wanted=10)).granted == 10
