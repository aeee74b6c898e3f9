"""Plants a bug in a copy of the package and looks for the first seed that finds it."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.sim.planted import Planted

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "touchline"
FOUND = re.compile(r"^Seed (\d+) breaks.*\n  (.+)$", re.MULTILINE)
SEEDS = 400
ON_POSTGRES = 120
HOURS = {"twin": "0.3", "postgres": "0.3"}


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
    """The first of `seeds` that finds `bug`, planted below `directory`; None if none does."""
    most = seeds or (SEEDS if bug.store == "twin" else ON_POSTGRES)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "touchline", "prove", "--no-shorten"),
            *("--seed", str(first), "--seeds", str(most), "--hours", HOURS[bug.store], "--store", bug.store),
        ],
        env=os.environ | {"PYTHONPATH": str(plant(bug, directory))},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == 0:
        return None
    if (found := FOUND.search(ended.stdout)) is None:
        raise AssertionError(f"{bug.name}: {ended.stdout[-2_000:]} {ended.stderr[-2_000:]}")
    return Found(int(found[1]), found[2])
