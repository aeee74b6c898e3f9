"""Which hosts are left alone, and for how long."""

from collections import OrderedDict
from collections.abc import Sequence

import structlog
from msgspec import Struct

from touchline.clock import Clock
from touchline.metrics import Metrics

FAILURES_MAX = 3
"""In a row; then the host rests."""
REST_FIRST_S = 60.0
REST_MAX_S = 3_600.0
HOSTS_MAX = 1_000
"""Hosts remembered; the one that was heard of longest ago is forgotten first."""


class Trouble(Struct):
    """A host that fails: how often in a row, how long it rests, until when (monotonic)."""

    failures: int = 0
    rest_s: float = 0.0
    until: float = float("-inf")


class Hosts:
    """A circuit for each host.

    After a rest one question goes out: an answer ends it, a failure makes the next rest twice as long.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._gauge = metrics.crest_hosts_resting
        self._troubles: OrderedDict[str, Trouble] = OrderedDict()
        self._log = structlog.get_logger()

    def resting(self) -> Sequence[str]:
        """The hosts that are not asked now."""
        now = self._clock.monotonic()
        return [host for host, trouble in self._troubles.items() if trouble.until > now]

    def answered(self, host: str) -> None:
        """It answered, be it with a refusal."""
        trouble = self._troubles.pop(host, None)
        if trouble is not None and trouble.rest_s:
            self._log.info("crest.host.back", host=host, failures=trouble.failures)
        self._count()

    def failed(self, host: str, reason: str, retry_after_s: float = 0.0) -> None:
        """It did not answer, or not well. A host that says when to come back is believed, up to REST_MAX_S."""
        trouble = self._troubles.setdefault(host, Trouble())
        self._troubles.move_to_end(host)
        trouble.failures += 1
        if trouble.failures >= FAILURES_MAX or retry_after_s:
            if not trouble.rest_s:
                self._log.warning("crest.host.resting", host=host, reason=reason)
            doubled_s = trouble.rest_s * 2 or REST_FIRST_S
            trouble.rest_s = min(REST_MAX_S, max(doubled_s, retry_after_s))
            trouble.until = self._clock.monotonic() + trouble.rest_s
        if len(self._troubles) > HOSTS_MAX:
            self._troubles.popitem(last=False)
        self._count()

    def _count(self) -> None:
        """A host counts until it has answered: it may be due and not asked yet."""
        self._gauge.set(sum(trouble.rest_s > 0 for trouble in self._troubles.values()))
