"""What a benchmark run leaves behind."""

import json
from pathlib import Path

import pytest
from bench.report import Row, save
from bench.scale import STREAMS_MEASURED, Measured, plan
from hypothesis import given
from hypothesis import strategies as st


def a_row(name: str, ours: float) -> Row:
    return Row(name=name, ours=ours, peer=None, ratio=None, must="", met=None, unit="s", config="")


def test_a_run_of_some_keeps_the_rows_of_the_others_and_a_quick_one_those_measured_in_full(
    tmp_path: Path,
) -> None:
    path = tmp_path / "results.json"
    save([a_row("one", 1.0), a_row("other", 2.0)], quick=False, path=path)

    save([a_row("one", 3.0), a_row("new", 4.0)], quick=True, path=path)
    save([a_row("other", 5.0)], quick=False, path=path)

    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert {name: (row["ours"], row["quick"]) for name, row in rows.items()} == {
        "one": (1.0, False),
        "other": (5.0, False),
        "new": (4.0, True),
    }
    assert all(row["commit"] for row in rows.values())


MEASURED = Measured(changes_per_s=100.0, stream_bytes=2_000.0, snapshots_per_s=10_000.0)


@given(st.integers(1, 10**8), st.floats(0.1, 10_000))
def test_a_plan_has_a_place_for_every_fan_and_no_process_does_more_than_it_can(fans: int, rate: float) -> None:
    found = plan(fans, MEASURED, rate)

    streams = fans / found.processes
    assert streams <= STREAMS_MEASURED
    assert streams * rate <= MEASURED.changes_per_s * STREAMS_MEASURED
    assert found.memory_gb * 1e9 == pytest.approx(fans * MEASURED.stream_bytes)


def test_a_plan_by_hand() -> None:
    found = plan(16_000, MEASURED, changes_per_s=100.0)

    assert (found.processes, found.connections, found.reads_per_s) == (4, 12, 80.0)
    assert found.egress_gbit_s == 16_000 * 100 * 640 * 8 / 1e9
