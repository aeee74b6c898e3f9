"""The breaker: when it opens, whom it lets through, what it says."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import EventDict
from tests.provider.clocks import JumpingClock

from touchline.errors import CircuitOpenError
from touchline.metrics import Metrics
from touchline.provider.resilience import RETRY_WAITS_S, Breaker, BreakerState, Ticket

PATH = "/match/detail_live"


def a_breaker(clock: JumpingClock) -> Breaker:
    return Breaker("thesports-http", clock, Metrics())


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit(PATH), "TIMEOUT")


def refused(breaker: Breaker) -> bool:
    try:
        breaker.abandoned(breaker.admit(PATH))
    except CircuitOpenError:
        return True
    return False


def test_the_retry_schedule_is_the_prescribed_one():
    assert RETRY_WAITS_S == (0.5, 1.0)


def test_five_failures_in_a_row_open_it_for_120_s(events: list[EventDict]):
    clock = JumpingClock()
    breaker = a_breaker(clock)

    fail(breaker, 4)
    assert breaker.state is BreakerState.CLOSED
    fail(breaker)

    assert breaker.state is BreakerState.OPEN
    clock.jump(119.9)
    with pytest.raises(CircuitOpenError) as refusal:
        breaker.admit(PATH, "k82rekhg0w8nrep")
    assert (refusal.value.code, refusal.value.provider) == ("CIRCUIT_OPEN", "thesports-http")
    clock.jump(0.1)
    assert breaker.admit(PATH).probe
    assert events == [
        {
            "event": "provider.circuit.opened",
            "log_level": "warning",
            "provider": "thesports-http",
            "state": "open",
            "reason": "TIMEOUT",
            "failure_count": 5,
        },
        {
            "event": "provider.circuit.skip",
            "log_level": "warning",
            "provider": "thesports-http",
            "endpoint": PATH,
            "match_id": "k82rekhg0w8nrep",
        },
        {
            "event": "provider.circuit.half_open",
            "log_level": "info",
            "provider": "thesports-http",
            "state": "half_open",
        },
    ]


def test_a_success_between_begins_the_count_anew():
    breaker = a_breaker(JumpingClock())
    fail(breaker, 4)
    breaker.succeeded(breaker.admit(PATH))
    fail(breaker, 4)

    assert breaker.state is BreakerState.CLOSED


def test_a_refusal_between_neither_counts_nor_begins_the_count_anew():
    breaker = a_breaker(JumpingClock())
    fail(breaker, 4)
    breaker.answered(breaker.admit(PATH))
    assert breaker.state is BreakerState.CLOSED
    fail(breaker)

    assert breaker.state is BreakerState.OPEN


def test_five_failures_over_more_than_a_minute_leave_it_closed():
    clock = JumpingClock()
    breaker = a_breaker(clock)
    for _ in range(20):
        fail(breaker)
        clock.jump(15.1)

    assert breaker.state is BreakerState.CLOSED


async def test_exactly_one_of_fifty_callers_probes():
    clock = JumpingClock()
    breaker = a_breaker(clock)
    fail(breaker, 5)
    clock.jump(120)

    async def call() -> Ticket | None:
        await clock.sleep(0)
        try:
            ticket = breaker.admit(PATH)
        except CircuitOpenError:
            return None
        await asyncio.sleep(0.01)
        breaker.failed(ticket, "NETWORK")
        return ticket

    admitted = [ticket for ticket in await asyncio.gather(*(call() for _ in range(50))) if ticket]

    assert [ticket.probe for ticket in admitted] == [True]
    assert breaker.state is BreakerState.OPEN
    clock.jump(119)
    assert refused(breaker)


def test_the_probe_closes_it(events: list[EventDict]):
    clock = JumpingClock()
    breaker = a_breaker(clock)
    fail(breaker, 5)
    clock.jump(120)
    breaker.succeeded(breaker.admit(PATH))

    assert breaker.state is BreakerState.CLOSED
    assert events[-1] == {
        "event": "provider.circuit.closed",
        "log_level": "info",
        "provider": "thesports-http",
        "state": "closed",
    }


def test_a_probe_that_is_given_up_leaves_room_for_the_next():
    clock = JumpingClock()
    breaker = a_breaker(clock)
    fail(breaker, 5)
    clock.jump(120)
    breaker.abandoned(breaker.admit(PATH))

    assert breaker.admit(PATH).probe


def test_a_result_from_before_the_circuit_opened_changes_nothing():
    clock = JumpingClock()
    breaker = a_breaker(clock)
    slow, slower = breaker.admit(PATH), breaker.admit(PATH)
    fail(breaker, 5)
    breaker.succeeded(slow)
    assert breaker.state is BreakerState.OPEN
    clock.jump(120)
    breaker.succeeded(breaker.admit(PATH))
    fail(breaker, 4)
    breaker.failed(slower, "TIMEOUT")

    assert breaker.state is BreakerState.CLOSED


STEPS = st.lists(
    st.tuples(st.sampled_from(["succeeded", "failed", "answered", "abandoned"]), st.floats(0, 70)), max_size=60
)


@given(STEPS)
def test_it_opens_exactly_by_the_rule(steps: list[tuple[str, float]]):
    clock = JumpingClock()
    breaker = a_breaker(clock)
    streak: list[float] = []
    open_until: float | None = None
    for outcome, wait_s in steps:
        clock.jump(wait_s)
        if open_until is not None and clock.monotonic() < open_until:
            assert refused(breaker)
            continue
        ticket = breaker.admit(PATH)
        assert ticket.probe == (open_until is not None)
        if outcome == "failed":
            breaker.failed(ticket, "TIMEOUT")
            streak = [*streak, clock.monotonic()][-5:]
            if ticket.probe or (len(streak) == 5 and streak[-1] - streak[0] <= 60):
                open_until, streak = clock.monotonic() + 120, []
        else:
            getattr(breaker, outcome)(ticket)
            if outcome == "succeeded":
                streak = []
            if ticket.probe and outcome != "abandoned":
                open_until = None
        assert (breaker.state is BreakerState.CLOSED) == (open_until is None)
