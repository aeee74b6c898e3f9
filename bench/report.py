"""What a benchmark finds: rows of figures, as a table and as `bench/results.json`."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, ours beside a peer's of the same run. None: not measured, or nothing is demanded."""

    name: str
    ours: float | None
    peer: float | None
    ratio: float | None
    must: str
    met: bool | None
    unit: str
    config: str


def show(rows: Sequence[Row]) -> None:
    """Print `rows` as a table."""
    table = Table(title="Benchmarks", title_justify="left")
    table.add_column("figure")
    for column in ("ours", "peer", "ratio", "unit"):
        table.add_column(column, justify="right")
    table.add_column("must")
    table.add_column("met")
    for row in rows:
        figures = (_figure(row.ours), _figure(row.peer), _figure(row.ratio))
        table.add_row(row.name, *figures, row.unit, row.must, _verdict(row.met))
    console = Console()
    console.print(table)
    for row in rows:
        console.print(f"[dim]{row.name}: {row.config}[/dim]", highlight=False)


def save(rows: Sequence[Row], *, quick: bool) -> None:
    """Write `rows` with the commit and the machine they were measured on."""
    results = {
        "commit": _commit(),
        "configuration": {
            "machine": platform.machine(),
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.system(),
            "quick": quick,
        },
        "rows": {row.name: asdict(row) for row in rows},
    }
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def _verdict(met: bool | None) -> str:
    if met is None:
        return ""
    return "[green]yes[/green]" if met else "[red]no[/red]"


def _commit() -> str:
    """The commit measured; `+` behind it where the tree differs from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--abbrev=40", "--dirty=+"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
