"""What was answered, added up in memory and told once a second.

Counting an answer here takes a fraction of a microsecond; three counters of the metrics library, shared
between processes, take four, which the fast lane would feel. So the sums go over in one step: to the
metrics, and into one log line for each route and status.
"""

from bisect import bisect_left

import structlog

from touchline.metrics import REQUEST_BUCKETS_S, Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STREAMS = frozenset({"/live/stream", "/api/stream"})
"""Routes whose time to answer means nothing."""
PROBES = frozenset({"/healthz", "/readyz", "/api/health", "/health/detailed", "/metrics"})
"""Routes that machines ask all day: told at DEBUG, so that a quiet site has a quiet log."""


class Sums:
    """Answers added up: how many, their body bytes, and how long they took."""

    __slots__ = ("by_bucket", "requests", "seconds", "sent_bytes", "slowest_s")

    def __init__(self) -> None:
        self.requests = 0
        self.sent_bytes = 0
        self.seconds = 0.0
        self.slowest_s = 0.0
        self.by_bucket = [0] * (len(REQUEST_BUCKETS_S) + 1)

    def add(self, took_s: float, sent_bytes: int) -> None:
        """One answer more."""
        self.requests += 1
        self.sent_bytes += sent_bytes
        self.seconds += took_s
        self.by_bucket[bisect_left(REQUEST_BUCKETS_S, took_s)] += 1
        self.slowest_s = max(self.slowest_s, took_s)

    def take_over(self, other: "Sums") -> None:
        """Add what `other` has."""
        self.requests += other.requests
        self.sent_bytes += other.sent_bytes
        self.seconds += other.seconds
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.by_bucket = [mine + theirs for mine, theirs in zip(self.by_bucket, other.by_bucket, strict=True)]

    def within_s(self, share: float) -> float:
        """The time within which `share` of the answers were given, rounded up to a bucket's bound."""
        seen = 0
        for bound, count in zip(REQUEST_BUCKETS_S, self.by_bucket, strict=False):
            seen += count
            if seen >= share * self.requests:
                return min(bound, self.slowest_s)
        return self.slowest_s


class Tallies:
    """The sums of one web process by route, method and status.

    Their number is bounded as long as `route` is the template of a route, never a path.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._counting: dict[tuple[str, str, int], Sums] = {}
        self._told: dict[tuple[str, int], Sums] = {}
        metrics.before_render.append(self.settle)

    def count(self, route: str, method: str, status: int, took_s: float, sent_bytes: int) -> None:
        """One answer more."""
        key = (route, method if method in METHODS else "other", status)
        sums = self._counting.get(key)
        if sums is None:
            sums = self._counting[key] = Sums()
        sums.add(took_s, sent_bytes)

    def settle(self) -> None:
        """Put what was counted into the metrics."""
        counted, self._counting = self._counting, {}
        for (route, method, status), sums in counted.items():
            self._metrics.requests.labels(route, method, str(status)).inc(sums.requests)
            self._metrics.sent_bytes.labels(route).inc(sums.sent_bytes)
            if route not in STREAMS:
                self._observe(route, sums)
            self._told.setdefault((route, status), Sums()).take_over(sums)

    def tell(self) -> None:
        """One line for each route and status since the last; silence where nothing was answered."""
        self.settle()
        told, self._told = self._told, {}
        log = structlog.get_logger()
        for (route, status), sums in sorted(told.items()):
            say = log.debug if route in PROBES else log.info
            timed = route not in STREAMS
            say(
                "http.summary",
                route=route,
                status=status,
                requests=sums.requests,
                bytes=sums.sent_bytes,
                p50_ms=_ms(sums.within_s(0.5)) if timed else None,
                p99_ms=_ms(sums.within_s(0.99)) if timed else None,
                slowest_ms=_ms(sums.slowest_s) if timed else None,
            )

    def _observe(self, route: str, sums: Sums) -> None:
        """Many observations in one step, into the buckets themselves: the library only takes one by one."""
        histogram = self._metrics.request_seconds.labels(route)
        histogram._sum.inc(sums.seconds)
        for bucket, count in zip(histogram._buckets, sums.by_bucket, strict=True):
            if count:
                bucket.inc(count)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
