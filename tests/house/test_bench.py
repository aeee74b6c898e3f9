"""What a benchmark run leaves behind."""

import json
from pathlib import Path

from bench.report import Row, save


def a_row(name: str, ours: float) -> Row:
    return Row(name=name, ours=ours, peer=None, ratio=None, must="", met=None, unit="s", config="")


def test_a_run_of_some_keeps_the_rows_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    save([a_row("one", 1.0), a_row("other", 2.0)], quick=False, path=path)

    save([a_row("one", 3.0)], quick=True, path=path)

    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert {name: (row["ours"], row["quick"]) for name, row in rows.items()} == {
        "one": (3.0, True),
        "other": (2.0, False),
    }
    assert all(row["commit"] for row in rows.values())
