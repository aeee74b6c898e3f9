"""How TheSports stands towards us, and which calls are not worth making because of it.

An account that is refused is probed with one call every 60 s, an endpoint outside the plan
likewise while the others go on. After "too many requests" nobody asks before its time.
"""

import structlog

from touchline.clock import Clock
from touchline.errors import ProviderError, ProviderLimited, ProviderRefused, ProviderTransient
from touchline.provider.port import Health, ProviderState
from touchline.provider.thesports.envelope import PROVIDER, ScopeRefused

PROBE_EVERY_S = 60.0
WHOLE_ACCOUNT = ""


class Gate:
    """Hears how every attempt ended; `state` sums it up, `check` spares calls that would be refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._log = structlog.get_logger().bind(provider=PROVIDER)
        self._state = ProviderState(health=Health.UNKNOWN, since_ts=int(clock.real()))
        self._refused: dict[str, tuple[float, str]] = {}
        """Endpoint (or the whole account) → when it may be probed, and what we were told."""
        self._limited_until = float("-inf")
        self._down = ""

    @property
    def state(self) -> ProviderState:
        """The provider's health now, why, and since when."""
        return self._state

    def check(self, endpoint: str) -> None:
        """Raise ProviderRefused or ProviderLimited if this call is not to be made now.

        A call let through to a refused account or endpoint is its probe: the next one waits 60 s.
        """
        now = self._clock.monotonic()
        if now < self._limited_until:
            raise ProviderLimited(PROVIDER, endpoint, self._limited_until - now)
        due = [place for place in (WHOLE_ACCOUNT, endpoint) if place in self._refused]
        for place in due:
            probe_at, why = self._refused[place]
            if now < probe_at:
                raise ProviderRefused(PROVIDER, endpoint, f"not asked again yet ({why})")
        for place in due:
            self._refused[place] = (now + PROBE_EVERY_S, self._refused[place][1])

    def answered(self, endpoint: str) -> None:
        """The call was answered as it should be."""
        self._refused.pop(WHOLE_ACCOUNT, None)
        self._refused.pop(endpoint, None)
        self._down = ""
        self._sum_up()

    def failed(self, endpoint: str, error: ProviderError) -> None:
        """The call failed for good."""
        now = self._clock.monotonic()
        if isinstance(error, ProviderLimited):
            self._limited_until = max(self._limited_until, now + error.retry_after_s)
        elif isinstance(error, ProviderRefused):
            place = endpoint if isinstance(error, ScopeRefused) else WHOLE_ACCOUNT
            self._refused[place] = (now + PROBE_EVERY_S, str(error))
        if isinstance(error, ProviderTransient):
            self._down = f"no answer ({error.code})"
        else:
            self._down = ""
        self._sum_up()

    def _sum_up(self) -> None:
        health, reason = self._found()
        if (health, reason) == (self._state.health, self._state.reason):
            return
        changed = health is not self._state.health
        since_ts = int(self._clock.real()) if changed else self._state.since_ts
        self._state = ProviderState(health=health, reason=reason, since_ts=since_ts)
        if changed:
            say = self._log.info if health is Health.OK else self._log.warning
            say("provider.state", state=health.value, reason=reason)

    def _found(self) -> tuple[Health, str]:
        if self._refused:
            place = WHOLE_ACCOUNT if WHOLE_ACCOUNT in self._refused else min(self._refused)
            return Health.REFUSED, self._refused[place][1]
        if self._clock.monotonic() < self._limited_until:
            return Health.LIMITED, "too many requests"
        if self._down:
            return Health.DOWN, self._down
        return Health.OK, ""
