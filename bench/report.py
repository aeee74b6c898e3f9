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


def save(rows: Sequence[Row], *, quick: bool, path: Path = RESULTS) -> None:
    """Write `rows`, each with the commit and the machine it was measured on; other rows of `path` stay.

    What a quick run shows takes the place of nothing that was measured in full.
    """
    measured = {"commit": _commit(), "quick": quick, "machine": _machine()}
    kept = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else {}
    full = {name for name, row in kept.items() if not row["quick"]} if quick else set()
    results = {"rows": kept | {row.name: asdict(row) | measured for row in rows if row.name not in full}}
    path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _machine() -> str:
    """What it was measured on, such as `2 x86_64, Linux, Python 3.11.7`."""
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} {platform.machine()}, {system}"


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
