"""When to ask a failing provider again, and when to leave it alone.

The retry schedule and the breaker of the provider rules: 5 consecutive failures within 60 s
open it for 120 s, then exactly one probe goes through. All time here is real time.
"""

from collections import deque
from enum import StrEnum

import structlog
from msgspec import Struct

from touchline.clock import Clock
from touchline.errors import CircuitOpenError
from touchline.metrics import Metrics

RETRY_WAITS_S = (0.5, 1.0)
"""Waits before the second and the third attempt; exact, without jitter (provider rules)."""

FAILURES_MAX = 5
WINDOW_S = 60.0
OPEN_S = 120.0


class BreakerState(StrEnum):
    """`half_open` lasts from the start of the probe to its result."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Ticket(Struct, frozen=True):
    """The right to make one attempt. Its result counts only within the generation it was given in."""

    generation: int
    probe: bool


class Breaker:
    """A circuit breaker for one provider.

    Every ticket of `admit` must be given back by exactly one of `succeeded`, `failed`, `answered`
    and `abandoned`. A result from before the last change of state is ignored, so neither a slow
    success of yesterday's attempt closes the circuit nor a slow failure opens it anew.
    """

    def __init__(self, provider: str, clock: Clock, metrics: Metrics) -> None:
        self._provider = provider
        self._clock = clock
        self._gauge = metrics.circuit_open.labels(provider)
        self._gauge.set(0)
        self._log = structlog.get_logger().bind(provider=provider)
        self._state = BreakerState.CLOSED
        self._generation = 0
        self._failures: deque[float] = deque(maxlen=FAILURES_MAX)
        self._open_until = 0.0
        self._probing = False
        self._skipped: set[str] = set()

    @property
    def state(self) -> BreakerState:
        """Where the circuit stands now."""
        return self._state

    def check(self, endpoint: str, match_id: str | None = None) -> None:
        """Raise CircuitOpenError (and say `provider.circuit.skip`) if an attempt would not be admitted."""
        if self._state is BreakerState.CLOSED:
            return
        waiting = self._state is BreakerState.OPEN and self._clock.monotonic() < self._open_until
        if waiting or self._probing:
            match = {} if match_id is None else {"match_id": match_id}
            if endpoint not in self._skipped:  # said once an outage; the rest would be repetition
                self._skipped.add(endpoint)
                self._log.warning("provider.circuit.skip", endpoint=endpoint, **match)
            raise CircuitOpenError(self._provider, endpoint)

    def admit(self, endpoint: str, match_id: str | None = None) -> Ticket:
        """The right to ask now. Raises CircuitOpenError while the circuit is open or its probe is out."""
        self.check(endpoint, match_id)
        if self._state is BreakerState.CLOSED:
            return Ticket(self._generation, probe=False)
        if self._state is BreakerState.OPEN:
            self._enter(BreakerState.HALF_OPEN)
            self._log.info("provider.circuit.half_open", state=self._state.value)
        self._probing = True
        return Ticket(self._generation, probe=True)

    def succeeded(self, ticket: Ticket) -> None:
        """The attempt brought an answer we can use."""
        if ticket.generation == self._generation:
            self._failures.clear()
            self._close_after(ticket)

    def answered(self, ticket: Ticket) -> None:
        """The provider answered, but refused, limited or puzzled us: no failure of the circuit."""
        if ticket.generation == self._generation:
            self._close_after(ticket)

    def failed(self, ticket: Ticket, reason: str) -> None:
        """The attempt ended transient (network, time-out, 5xx)."""
        if ticket.generation != self._generation:
            return
        now = self._clock.monotonic()
        self._failures.append(now)
        within = now - self._failures[0] <= WINDOW_S
        if ticket.probe or (len(self._failures) == FAILURES_MAX and within):
            self._open(reason, FAILURES_MAX if not ticket.probe else 1)

    def abandoned(self, ticket: Ticket) -> None:
        """The attempt was given up before it had a result; if it was the probe, the next caller probes."""
        if ticket.generation == self._generation and ticket.probe:
            self._probing = False

    def _close_after(self, ticket: Ticket) -> None:
        if ticket.probe:
            self._enter(BreakerState.CLOSED)
            self._skipped.clear()
            self._gauge.set(0)
            self._log.info("provider.circuit.closed", state=self._state.value)

    def _open(self, reason: str, failure_count: int) -> None:
        self._enter(BreakerState.OPEN)
        self._open_until = self._clock.monotonic() + OPEN_S
        self._gauge.set(1)
        self._log.warning(
            "provider.circuit.opened", state=self._state.value, reason=reason, failure_count=failure_count
        )

    def _enter(self, state: BreakerState) -> None:
        self._state = state
        self._generation += 1
        self._probing = False
        self._failures.clear()
