"""`python -m bench.scale`: what a crowd needs, by arithmetic on what was measured here.

Reads `bench/results.json` (`make bench` writes it) and prints a row for each size of crowd. What is assumed of
a busy day stands below, by name; docs/scale.md says how to read it.
"""

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.fanout import STREAM
from bench.report import RESULTS
from rich.console import Console
from rich.table import Table

FANS = (1_000, 8_000, 100_000, 1_000_000, 10_000_000)
STREAMS_MEASURED = 8_000
MATCHES_LIVE = 1_000
"""At once, on the busiest Saturday of a season."""
CHANGES_PER_MATCH_MIN = 2
"""Its minute, and one thing more."""
BYTES_PER_CHANGE = 640
"""A match as the stream tells it."""
HEADROOM = 0.5
"""Of a core: what is left is for snapshots, pages and a goal in every match at once."""
CONNECTIONS_PER_PROCESS = 3
"""The least a web process keeps: two of its pool and the one that listens."""
WAKES_PER_S = 20
"""A follower reads at most so often: changes that come meanwhile are one page."""
RELAY_FROM_PROCESSES = 100
"""From here on followers read a relay, not the database (docs/scale.md)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one core of the machine the benchmarks ran on."""

    changes_per_s: float
    """The highest rate held with STREAMS_MEASURED streams."""
    stream_bytes: float
    snapshots_per_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What so many fans need."""

    fans: int
    processes: int
    memory_gb: float
    egress_gbit_s: float
    connections: int
    reads_per_s: float


def plan(fans: int, measured: Measured, changes_per_s: float) -> Plan:
    """Web processes of a core each, and what they ask of the network and the database."""
    by_rate = measured.changes_per_s * STREAMS_MEASURED * HEADROOM / changes_per_s
    streams = max(1, min(STREAMS_MEASURED, int(by_rate)))
    processes = math.ceil(fans / streams)
    return Plan(
        fans=fans,
        processes=processes,
        memory_gb=fans * measured.stream_bytes / 1e9,
        egress_gbit_s=fans * changes_per_s * BYTES_PER_CHANGE * 8 / 1e9,
        connections=processes * CONNECTIONS_PER_PROCESS,
        reads_per_s=processes * min(changes_per_s, WAKES_PER_S),
    )


def changes_per_s() -> float:
    """Of all matches together."""
    return MATCHES_LIVE * CHANGES_PER_MATCH_MIN / 60


def measured(path: Path = RESULTS) -> Measured:
    """What `make bench` found. Raises KeyError and OSError where it has not run."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return Measured(
        changes_per_s=rows["highest rate of changes held"]["ours"],
        stream_bytes=rows["memory of an open stream"]["ours"],
        snapshots_per_s=rows["GET /api/matches/live, 200, 200 matches"]["ours"],
    )


def main() -> int:
    """Print the plan for each size of crowd."""
    argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__).parse_args()
    try:
        found = measured()
    except (KeyError, OSError):
        print("Nothing is measured yet: run `make bench ARGS='serving fanout'` first.", file=sys.stderr)
        return 1
    rate = changes_per_s()
    table = Table(
        title=f"{MATCHES_LIVE:,} live matches, {rate:.0f} changes/s, every fan on {STREAM} of all matches"
    )
    for column in ("fans", "web processes", "memory GB", "egress Gbit/s", "connections", "reads/s of the log"):
        table.add_column(column, justify="right")
    for fans in FANS:
        one = plan(fans, found, rate)
        reads = "relay" if one.processes > RELAY_FROM_PROCESSES else f"{one.reads_per_s:,.0f}"
        table.add_row(
            f"{fans:,}", f"{one.processes:,}", f"{one.memory_gb:,.2f}", f"{one.egress_gbit_s:,.1f}",
            f"{one.connections:,}", reads,
        )  # fmt: skip
    Console().print(table)
    Console().print(f"Snapshots: {found.snapshots_per_s:,.0f}/s a core without a cache in front.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
