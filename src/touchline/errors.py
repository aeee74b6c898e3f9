"""What can go wrong, as one small tree.

    TouchlineError
    ├── SettingsError          settings that can't be used; every problem at once
    ├── BadInput               a field, its value and what is allowed
    ├── NotFound               nothing by that id
    ├── ProviderError          the provider did not give us what we asked for
    │   ├── ProviderTransient  network, time-out or 5xx: worth another try
    │   ├── ProviderRefused    our address, account or plan: no retry
    │   ├── ProviderLimited    asked too often; says when to come back
    │   ├── ProviderAnswer     answered, but not in a shape we can read
    │   └── CircuitOpenError   not asked at all: the breaker is open
    ├── StaleWrite             somebody else wrote the row first
    ├── TooManyRequests        no token is left; says when to come back
    ├── StoreUnavailable       the database does not answer
    └── EmbeddedError          the embedded services can't be started
        └── DirectoryInUse     another `touchline up` holds the data directory

Messages are safe to show to anybody. Only `web/problems.py` knows HTTP statuses
and only `cli/` knows exit codes.
"""

from collections.abc import Sequence


class TouchlineError(Exception):
    """Whatever Touchline raises on purpose. `str()` is safe to show."""


class SettingsError(TouchlineError):
    """Settings that can't be used. `problems` lists every one, each naming setting, value and range."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"These settings can't be used:\n{lines}")


class BadInput(TouchlineError):
    """Input that names the field, the value as given and what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field = field
        self.value = value
        self.allowed = allowed
        super().__init__(f"{field}: {value!r} is not allowed; allowed is {allowed}.")


class NotFound(TouchlineError):
    """Nothing of that kind has that id."""

    def __init__(self, kind: str, asked: str) -> None:
        self.kind = kind
        self.asked = asked
        super().__init__(f"There is no {kind} {asked!r}.")


class ProviderError(TouchlineError):
    """The provider did not give us what we asked for. `code` is the `error_code` of the log."""

    code = "PROVIDER_ERROR"

    def __init__(self, provider: str, endpoint: str, message: str) -> None:
        self.provider = provider
        self.endpoint = endpoint
        super().__init__(f"{provider} {endpoint}: {message}")


class ProviderTransient(ProviderError):
    """Network, time-out or 5xx. `code` says which (`TIMEOUT`, `NETWORK`, `HTTP_503` …)."""

    def __init__(self, provider: str, endpoint: str, code: str) -> None:
        super().__init__(provider, endpoint, f"no answer ({code})")
        self.code = code


class ProviderRefused(ProviderError):
    """The provider refuses us: address, account or plan. Retrying does not help."""

    code = "REFUSED"


class ProviderLimited(ProviderError):
    """We asked too often. `retry_after_s` is what the provider (or our own budget) wants us to wait."""

    code = "LIMITED"

    def __init__(self, provider: str, endpoint: str, retry_after_s: float) -> None:
        super().__init__(provider, endpoint, f"too many requests; come back in {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class ProviderAnswer(ProviderError):
    """The provider answered with something that is no answer (HTML, half a body, an unknown code)."""

    code = "BAD_ANSWER"


class CircuitOpenError(ProviderError):
    """The breaker is open, so the provider was not asked."""

    code = "CIRCUIT_OPEN"

    def __init__(self, provider: str, endpoint: str) -> None:
        super().__init__(provider, endpoint, "the circuit is open; not asked")


class StaleWrite(TouchlineError):
    """The row's version moved between reading and writing: read again, decide again."""


class TooManyRequests(TouchlineError):
    """The rate limit of the route is used up. `retry_after_s` is when another try is worth it."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Too many requests; come back in {retry_after_s} s.")


class StoreUnavailable(TouchlineError):
    """The database does not answer. What we still hold is served, marked stale."""


class EmbeddedError(TouchlineError):
    """The embedded services can't be started; the message says what to do next."""


class DirectoryInUse(EmbeddedError):
    """Another `touchline up` holds the data directory."""
