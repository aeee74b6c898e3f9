"""Whole installations under everything that goes wrong: seed by seed, nothing that must not be.

Each seed plays SHORT_H football hours of two matches (LONG_H in the proof), at a speed of its own, with every
trouble of the installation: killed and stopped processes, a database that is gone, slow or loses answers, a
dead provider, cut lines, lost and doubled frames, clocks that are off, two that listen.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from touchline.proving.clones import Clones
from touchline.proving.matchday import Plan
from touchline.proving.seeds import EVERYTHING, Order, codes, command, play
from touchline.proving.world import Setup

SEEDS, BLOCK = 500, 25
POSTGRES_SEEDS, POSTGRES_BLOCK = 20, 5
MANY_SEEDS, MANY_BLOCK = 10_000, 100
SHORT_H, LONG_H = 0.08, 0.15


def orders(first: int, many: int, clones: Clones | None = None, hours: float = SHORT_H) -> Iterator[Order]:
    for seed in range(first, first + many):
        plan = Plan(seed=seed, matches=2, hours=hours)
        yield Order(setup=Setup(plan=plan, faults=EVERYTHING), clones=clones)


def found(played) -> list[str]:
    """What was found, and how to see it again."""
    violations = played.verdict.violations
    return [*violations, command(played.order)] if violations else []


@pytest.mark.parametrize("first", range(1, SEEDS + 1, BLOCK))
def test_nothing_breaks_in_memory(first: int) -> None:
    played = [play(order) for order in orders(first, BLOCK)]
    assert [found(one) for one in played] == [[]] * BLOCK
    assert sum(one.verdict.troubles for one in played) >= BLOCK  # where nothing goes wrong nothing is shown


@pytest.mark.proof
@pytest.mark.parametrize("first", range(1, MANY_SEEDS + 1, MANY_BLOCK))
def test_ten_thousand_seeds(first: int) -> None:
    played = [play(order) for order in orders(first, MANY_BLOCK, hours=LONG_H)]
    assert [one for one in map(found, played) if one] == []


@pytest.mark.parametrize("first", range(1, POSTGRES_SEEDS + 1, POSTGRES_BLOCK))
def test_nothing_breaks_on_a_real_postgres(first: int, postgres) -> None:
    clones = Clones(postgres.app_conninfo, postgres.owner_conninfo)
    played = [play(order) for order in orders(first, POSTGRES_BLOCK, clones)]
    assert [found(one) for one in played] == [[]] * POSTGRES_BLOCK


def test_the_same_seed_leaves_the_same_trace_in_any_process(tmp_path: Path) -> None:
    traces = []
    for hash_seed in ("0", "4711"):
        trace = tmp_path / hash_seed
        subprocess.run(
            [
                *(sys.executable, "-m", "touchline", "prove", "--seed", "7"),
                *("--hours", "0.2", "--faults", "all", "--trace", str(trace)),
            ],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )
        traces.append(trace.read_bytes())
    assert traces[0].count(b"\n") > 100
    assert traces[0] == traces[1]


def test_faults_are_named_by_their_codes() -> None:
    assert codes("none") == ()
    assert codes("all") == EVERYTHING
    assert codes("f44, P02") == ("F44", "P02")


def test_a_failure_is_told_with_the_command_that_repeats_it() -> None:
    [order] = orders(3, 1)
    assert command(order).startswith("touchline prove --seed 3 --hours 0.08 --matches 2 --faults ")
