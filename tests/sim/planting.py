"""Plants a bug in a copy of the package and looks for the first seed that finds it.

    python -m tests.sim.planting [WORD OF A NAME]

plants them one after the other and prints a line of the table for each.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sim.planted import PLANTED, Planted

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "touchline"
FOUND = re.compile(r"^Seed (\d+) breaks.*\n  (.+)$", re.MULTILINE)
TABLE = "| {} | {} | {} | {} |"
NOT_SEEN = "not seen"
TESTS_PASSED, TESTS_FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Found:
    """The seed that found a bug, and what it saw."""

    seed: int
    says: str


class NotThere(Exception):
    """The text a bug replaces is not in the package, or more than once."""


def plant(bug: Planted, directory: Path) -> Path:
    """A copy of the package with `bug` in it; what to put into PYTHONPATH."""
    copy = directory / "touchline"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in bug.edits:
        file = copy / edit.file
        text = file.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise NotThere(f"{bug.name}: {edit.file} has this {text.count(edit.old)} times: {edit.old}")
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    return directory


def hunt(bug: Planted, directory: Path, *, first: int = 1, seeds: int | None = None) -> Found | None:
    """The first of `seeds` that finds `bug`, planted below `directory`; None if none does.

    Raises AssertionError where that seed finds something without the bug as well.
    """
    found = played(bug, plant(bug, directory), first, seeds or bug.hunt.seeds)
    if found is not None and (as_it_is := played(bug, PACKAGE.parent, found.seed, 1)) is not None:
        raise AssertionError(f"{bug.name}: seed {found.seed} breaks without it: {as_it_is.says}")
    return found


def played(bug: Planted, package: Path, first: int, seeds: int) -> Found | None:
    """What the first seed that finds anything saw, with the package below `package`."""
    asked = bug.hunt
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "touchline", "prove", "--no-shorten", "--store", bug.store),
            *("--seed", str(first), "--seeds", str(seeds)),
            *("--hours", asked.hours, "--matches", asked.matches, "--faults", asked.faults),
            *(("--speed", asked.speed) if asked.speed else ()),
        ],
        env=os.environ | {"PYTHONPATH": str(package)},
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == 0:
        return None
    if (found := FOUND.search(ended.stdout)) is None:
        raise AssertionError(f"{bug.name}: {ended.stdout[-2_000:]} {ended.stderr[-2_000:]}")
    return Found(int(found[1]), found[2])


def guarded(bug: Planted, directory: Path) -> bool:
    """Whether the tests named as its guard fail with `bug` planted below `directory`."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not proof", bug.guard],
        env=os.environ | {"PYTHONPATH": str(directory)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode not in {TESTS_PASSED, TESTS_FAILED}:
        raise AssertionError(f"{bug.name}: {ended.stdout[-2_000:]} {ended.stderr[-2_000:]}")
    return ended.returncode == TESTS_FAILED


def seen(bug: Planted, directory: Path) -> str:
    """What saw `bug`, as a line of the table: a seed and its words, or else the tests that guard it."""
    found = hunt(bug, directory)
    if found is not None:
        return TABLE.format(bug.name, bug.store, found.seed, found.says)
    if bug.guard and guarded(bug, directory):
        return TABLE.format(bug.name, bug.store, "none", f"fails: {bug.guard}")
    return TABLE.format(bug.name, bug.store, NOT_SEEN, "")


def main(word: str = "") -> None:
    """Hunt every bug whose name has `word` in it."""
    print(TABLE.format("bug", "store", "seed", "what it saw"))  # noqa: T201 - the table
    for bug in PLANTED:
        if word in bug.name:
            with TemporaryDirectory() as directory:
                print(seen(bug, Path(directory)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:2])
