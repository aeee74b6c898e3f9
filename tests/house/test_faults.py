"""`docs/faults.md` has every row of the fault matrix, and every test it names exists."""

import re
from pathlib import Path

from touchline.simulator.faults.matrix import MATRIX, Seam

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([FS]\d\d) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "faults.md").read_text(encoding="utf-8"))


def test_every_fault_has_its_row_and_every_row_its_fault() -> None:
    assert [code for code, *_ in ROWS] == [*MATRIX]


def test_what_is_ours_is_said() -> None:
    outside = {code for code, what, *_ in ROWS if "*ours*" in what}

    assert outside == {code for code, fault in MATRIX.items() if fault.seam is Seam.OUTSIDE}


def test_every_row_names_tests_that_exist() -> None:
    named = {code: re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests) for code, _, _, tests in ROWS}
    missing = [
        f"{code}: {path}::{name}"
        for code, tests in named.items()
        for path, name in tests
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert all(named.values())
    assert missing == []
