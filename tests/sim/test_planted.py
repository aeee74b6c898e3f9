"""Bugs are found: a few in every run, all of them in the proof."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sim.planted import PLANTED, Planted
from tests.sim.planting import NOT_SEEN, NotThere, hunt, plant, seen

from touchline.cli.main import CANNOT

QUICK = {
    "the minute flips half a minute early": 2,
    "a follower moves on before it has read": 3,
}
"""Bugs and the seeds that find them."""


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_every_bug_can_be_planted(bug: Planted, tmp_path: Path) -> None:
    assert plant(bug, tmp_path) == tmp_path


def test_a_bug_that_is_not_there_is_said(tmp_path: Path) -> None:
    bug = Planted("nowhere", "twin", (type(PLANTED[0].edits[0])("loop.py", "no such text", ""),))
    with pytest.raises(NotThere):
        plant(bug, tmp_path)


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_found(name: str, tmp_path: Path) -> None:
    [bug] = [one for one in PLANTED if one.name == name]
    assert hunt(bug, tmp_path, first=QUICK[name], seeds=1)


def prove(package: Path, *words: str) -> list[str]:
    """What `touchline prove` says of a failure, with the package below `package`."""
    ended = subprocess.run(
        [sys.executable, "-m", "touchline", "prove", *words],
        env=os.environ | {"PYTHONPATH": str(package)},
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == CANNOT, ended.stderr
    return ended.stdout.splitlines()


@pytest.mark.parametrize("seeds", ["1", "3"])
def test_the_trace_is_of_the_failure_that_is_told(seeds: str, tmp_path: Path) -> None:
    [bug] = [one for one in PLANTED if one.name == "the minute flips half a minute early"]
    package, first, again = plant(bug, tmp_path / "planted"), tmp_path / "first", tmp_path / "again"
    seed = str(QUICK[bug.name])

    told = prove(package, "--seed", seed, "--seeds", seeds, "--faults", bug.hunt.faults, "--trace", str(first))
    command = shlex.split(told[-1])
    prove(package, *command[3:], "--no-shorten", "--trace", str(again))

    assert command[:3] == ["Again:", "touchline", "prove"]
    assert told[2].strip() in first.read_text()
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.proof
@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_every_planted_bug_is_seen(bug: Planted, tmp_path: Path) -> None:
    found = seen(bug, tmp_path)
    print(found)  # noqa: T201 - the table of the proof
    assert NOT_SEEN not in found
