"""`python -m bench [--quick] [NAME …]`: measure us against a peer in the same run.

Prints a table, puts its rows into `bench/results.json` (rows of other names stay), and ends with 1 when a
figure that must be reached is not.
"""

import argparse
import importlib
import sys

from bench.report import Row, save, show

from touchline import log

MODULES = (
    "writer",
    "minute",
    "boundaries",
    "jobs",
    "latency",
    "startup",
    "serving",
    "fanout",
    "screen",
    "storm",
    "page",
    "proving",
)


def main() -> int:
    """Run the benchmarks that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: shows that it runs, not how fast")
    parser.add_argument("names", nargs="*", choices=[*MODULES, []], metavar="NAME", help=", ".join(MODULES))
    asked = parser.parse_args()
    log.configure("bench", level="ERROR", stream=sys.stderr)
    rows: list[Row] = []
    for name in asked.names or MODULES:
        print(f"{name} ...", file=sys.stderr)
        rows += importlib.import_module(f"bench.{name}").run(asked.quick)
    show(rows)
    save(rows, quick=asked.quick)
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
