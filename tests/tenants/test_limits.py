"""The limits of processes on one Valkey: together, and through its going and coming."""

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest
from structlog.typing import EventDict
from tests.tenants.processes import HUNDRED, SYSTEM, Hasty, processes, until
from valkey.asyncio import Valkey

from touchline.embedded import valkey as embedded
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings
from touchline.tenants import limits as module
from touchline.tenants.bucket import Policy
from touchline.tenants.limits import PUBLIC, Limits

SLOW = LimitSettings(public_capacity=5_000, public_refill_per_s=1_000)


async def spend(limits: Limits, requests: int) -> int:
    """One request after the other, as on one connection; how many got a token."""
    taken = 0
    for _ in range(requests):
        await limits.public.settle()
        taken += limits.public.take()
    return taken


def shown(limits: Limits) -> bytes:
    limits.public.take()
    return limits.public.headers


@pytest.mark.usefixtures("client")
async def test_a_hundred_pass_and_then_none(server: embedded.Valkey) -> None:
    async with processes(server.url) as (one,):
        assert await spend(one, 100) == 100
        assert await spend(one, 20) <= 1
        assert b"x-rate-limited: 1" in shown(one)
        assert b"x-rate-limit-scope" not in shown(one)


@pytest.mark.usefixtures("client")
async def test_two_processes_exceed_the_bucket_by_at_most_a_block_each(server: embedded.Valkey) -> None:
    async with processes(server.url, 2, SLOW) as both:
        block = both[0].public.policy.block
        begun = SYSTEM.monotonic()

        async def hammer(limits: Limits) -> int:
            taken = 0
            while SYSTEM.monotonic() < begun + 0.6:
                taken += sum(limits.public.take() for _ in range(50))
                await asyncio.sleep(0.001)
            return taken

        taken = await asyncio.gather(*map(hammer, both))
        most = 5_000 + 1_000 * (SYSTEM.monotonic() - begun) + 2 * block

    assert 5_000 <= sum(taken) <= most


@pytest.mark.usefixtures("client")
async def test_what_was_spent_in_advance_is_paid(server: embedded.Valkey, client: Valkey) -> None:
    async with processes(server.url) as (one,):
        for _ in range(10):
            assert one.public.take()
        assert not one.public.take()

        await until(one.public.take)

        assert float((await client.hget(PUBLIC, "tokens")) or 0) == pytest.approx(80, abs=2)  # type: ignore[misc]


async def test_a_killed_valkey_leaves_limits_and_returns(
    own_server: embedded.Valkey, events: list[EventDict]
) -> None:
    async with processes(own_server.url, clock=Hasty()) as (one,):
        assert await spend(one, 30) == 30
        pid = own_server.pid
        assert pid
        os.kill(pid, signal.SIGKILL)

        with_own = await spend(one, 300)
        assert 10 <= with_own <= 50
        assert b"x-rate-limit-scope: process" in shown(one)
        assert one.local
        own_server.start()
        await until(lambda: not one.local)
        await until(lambda: b"x-rate-limit-scope" not in shown(one))

    said = [event for event in events if str(event["event"]).startswith("limits.")]
    assert [event["event"] for event in said] == ["limits.local", "limits.shared"]
    assert said[0]["processes"] == 2


async def test_a_valkey_that_swallows_everything_is_given_up_after_three_calls(tmp_path: Path) -> None:
    heard = 0

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        while await reader.read(4_096):
            pass
        writer.close()

    path = tmp_path / "valkey.sock"
    async with await asyncio.start_unix_server(swallow, path), processes(f"unix://{path}") as (one,):
        begun = SYSTEM.monotonic()
        one.public.take()
        await until(lambda: one.local)

        assert SYSTEM.monotonic() - begun == pytest.approx(3 * module.ANSWER_MAX_S, abs=0.1)
        assert heard == module.FAILURES_MAX
        assert b"x-rate-limit-scope: process" in shown(one)


@pytest.mark.usefixtures("client")
async def test_calls_that_fail_now_and_then_are_no_outage(server: embedded.Valkey, client: Valkey) -> None:
    metrics = Metrics()
    async with processes(server.url, metrics=metrics) as (one,):
        for _ in range(module.FAILURES_MAX):
            await client.client_pause(int(module.ANSWER_MAX_S * 1000) + 20)
            assert await spend(one, 12) == 12
        assert not one.local

    failed = re.search(r'rate_limit_calls_total{result="failed"} (\d)', metrics.render().decode())
    assert failed
    assert int(failed[1]) >= module.FAILURES_MAX


async def test_without_valkey_there_is_a_limit_from_the_first_request() -> None:
    alone = Limits(HUNDRED, SYSTEM, Metrics())

    assert sum(alone.public.take() for _ in range(200)) == 50
    assert b'ratelimit-policy: "public";q=50;w=60\r\n' in alone.public.headers
    assert b"x-rate-limit-scope: process\r\n" in alone.public.headers


async def test_no_more_keys_are_kept_than_may_be() -> None:
    alone = Limits(HUNDRED, SYSTEM, Metrics())
    policy = Policy("read", 100, 2)
    kept = [alone.of(policy, f"key {number}") for number in range(module.KEYS_MAX)]
    assert alone.of(policy, "key 0") is kept[0]

    alone.of(policy, "one more")

    assert alone.of(policy, "key 0") is kept[0]
    assert alone.of(policy, "key 2") is kept[2]
    assert alone.of(policy, "key 1") is not kept[1]


async def test_what_the_limits_do_is_counted(own_server: embedded.Valkey) -> None:
    metrics = Metrics()
    async with processes(own_server.url, metrics=metrics) as (one,):
        assert "rate_limit_local 0.0" in metrics.render().decode()
        refused = 120 - await spend(one, 120)
        assert f'rate_limited_total{{policy="public"}} {refused}.0' in metrics.render().decode()
        assert 'rate_limit_calls_total{result="answered"}' in metrics.render().decode()
        own_server.stop()

        await until(lambda: not one.public.take() and one.local)

    assert 'rate_limit_calls_total{result="failed"} 3.0' in metrics.render().decode()
    assert "rate_limit_local 1.0" in metrics.render().decode()
