"""Every metric, in one place. Label values come from enums; `docs/events-and-metrics.md` lists them all.

Built once by the composition root and handed down. With `PROMETHEUS_MULTIPROC_DIR` set (the
supervisor does), all processes of an installation write to one directory and `render` sums them up.
"""

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.before_render: list[Callable[[], None]] = []
        """Who adds up in memory puts its sums in here first."""
        self._count_claims(registry)
        self._count_provider(registry)
        self._count_crests(registry)
        self._count_minutes(registry)
        self._count_silence(registry)
        self._count_jobs(registry)
        self._count_requests(registry)
        self._count_streams(registry)

    def render(self) -> bytes:
        """The Prometheus text of this installation (or of this process alone without a shared directory)."""
        for settle in self.before_render:
            settle()
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def _count_claims(self, registry: CollectorRegistry) -> None:
        self.updates = Counter(
            "orchestrator_updates_total",
            "Claims answered by the one writer.",
            ["status", "reason", "source"],
            registry=registry,
        )
        self.lock_contention = Gauge(
            "orchestrator_lock_contention_ratio",
            "Share of claims in the last batch whose row somebody else had written first.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.invalid_ids = Gauge(
            "orchestrator_invalid_ids_ratio",
            "Share of claims in the last batch whose match id is malformed or unknown.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.waiting_claims = Gauge(
            "ingest_waiting_claims",
            "Claims that wait for the schedule to make their match.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def _count_provider(self, registry: CollectorRegistry) -> None:
        self.messages = Counter(
            "websocket_messages_total", "Messages from the provider's push channel.", registry=registry
        )
        self.push_connected = Gauge(
            "websocket_connected",
            "1 while the push channel is connected.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.push_dropped = Counter(
            "websocket_conflated_total",
            "Statistics messages folded into a newer one because the queue was full.",
            registry=registry,
        )
        self.unreadable = Counter(
            "provider_unreadable_total",
            "Payloads or parts of payloads that could not be read and were kept raw.",
            ["kind"],
            registry=registry,
        )
        self.provider_updates = Counter(
            "provider_updates_total",
            "What the provider said has changed besides the score, each change once.",
            ["topic"],
            registry=registry,
        )
        self.provider_calls = Counter(
            "provider_requests_total",
            "HTTP attempts at the provider by result.",
            ["endpoint", "result"],
            registry=registry,
        )
        self.circuit_open = Gauge(
            "provider_circuit_open",
            "1 while the breaker is open.",
            ["provider"],
            registry=registry,
            multiprocess_mode="livemax",
        )

    def _count_crests(self, registry: CollectorRegistry) -> None:
        self.crest_checks = Counter(
            "crest_checks_total", "Logos asked for, by what came of it.", ["result"], registry=registry
        )
        self.crest_hosts_resting = Gauge(
            "crest_hosts_resting",
            "Hosts of logos that are left alone because they do not answer.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    def _count_minutes(self, registry: CollectorRegistry) -> None:
        self.minute_ticks = Counter("match_minute_ticks_total", "Minutes written.", registry=registry)
        self.minute_lag = Histogram(
            "match_minute_lag_seconds",
            "From a minute's true boundary to its write, in football seconds.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30),
            registry=registry,
        )

    def _count_silence(self, registry: CollectorRegistry) -> None:
        self.stale_matches = Gauge(
            "match_stale",
            "Matches that may be behind the game, by why.",
            ["reason"],
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self.reconciled = Counter(
            "match_reconcile_requests_total",
            "Questions about single matches, by what came of them.",
            ["cause", "outcome"],
            registry=registry,
        )

    def _count_jobs(self, registry: CollectorRegistry) -> None:
        self.job_runs = Counter(
            "job_runs_total", "Runs of jobs, and those that were skipped.", ["job", "status"], registry=registry
        )
        self.job_seconds = Histogram(
            "job_duration_seconds",
            "From the start of a job to its end.",
            ["job"],
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800),
            registry=registry,
        )
        self.job_offset_error = Histogram(
            "job_start_offset_error_seconds",
            "From slot + offset to the start, in football seconds.",
            ["job"],
            buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
            registry=registry,
        )
        self.jobs_running = Gauge(
            "job_running",
            "Runs under way.",
            ["job"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.job_last_success = Gauge(
            "job_last_success_timestamp",
            "When a job last ended well, Unix seconds of football time.",
            ["job"],
            registry=registry,
            multiprocess_mode="max",
        )

    def _count_requests(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "http_requests_total", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds",
            "Time to answer.",
            ["route"],
            buckets=REQUEST_BUCKETS_S,
            registry=registry,
        )
        self.sent_bytes = Counter(
            "http_response_bytes_total", "Bytes of bodies sent.", ["route"], registry=registry
        )
        self.rate_limited = Counter(
            "rate_limited_total", "Requests that got no token.", ["policy"], registry=registry
        )
        self.rate_limit_calls = Counter(
            "rate_limit_calls_total", "Leases asked of the shared buckets.", ["result"], registry=registry
        )
        self.rate_limit_local = Gauge(
            "rate_limit_local",
            "1 while each process goes by limits of its own.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    def _count_streams(self, registry: CollectorRegistry) -> None:
        self.streams = Gauge(
            "http_streams_open", "Open event streams.", registry=registry, multiprocess_mode="livesum"
        )
        self.streams_cut = Counter(
            "http_streams_cut_total", "Streams cut off because their reader was too slow.", registry=registry
        )
        self.deliveries = Counter(
            "feed_deliveries_total",
            "Turns of delivery: what was gathered, given to all readers.",
            registry=registry,
        )
        self.delivered_bytes = Counter(
            "feed_delivered_bytes_total",
            "Bytes of events given to readers of streams, beside their greetings.",
            registry=registry,
        )
        self.delivery_seconds = Histogram(
            "feed_delivery_duration_seconds",
            "From the beginning of a turn of delivery to its last reader.",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
            registry=registry,
        )
        self.greetings = Counter(
            "feed_greetings_total", "Streams opened, by how they began.", ["resume"], registry=registry
        )
        self.board_matches = Gauge(
            "feed_board_matches", "Matches held in memory.", registry=registry, multiprocess_mode="livemax"
        )
