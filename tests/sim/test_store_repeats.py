"""The same seed is the same play, to the last digit, whatever the machine does meanwhile."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from tests.build import MATCH, T, a_claim, a_goal
from tests.db.stage import from_the_diary

from touchline.errors import StoreUnavailable
from touchline.football.model import Status
from touchline.ingest.writer import Writer
from touchline.metrics import Metrics
from touchline.proving.clock import VirtualClock
from touchline.proving.handles import VirtualStore
from touchline.proving.loop import VirtualLoop, play
from touchline.proving.serial import SerialStore
from touchline.proving.twin.store import TwinStore
from touchline.settings.parts import Orchestrator

Play = Callable[[int], list[Any]]


async def two_writers(store: VirtualStore, clock: VirtualClock) -> list[Any]:
    """Two writers of one match, and what was committed when."""
    told: list[Any] = []
    store.on_commit = lambda changes: told.append(
        (clock.monotonic(), [(change.table, change.key, dict(change.after or {})) for change in changes])
    )
    store.lost_answers = 0.1
    metrics = Metrics()

    async def write(process: str) -> None:
        writer = Writer(store.database(process), clock, metrics, Orchestrator())
        for turn in range(8):
            goals = [a_goal(minute=10 + n, score=(n + 1, 0)) for n in range(turn // 2)]
            claim = a_claim(
                status=Status.FIRST_HALF,
                score=(len(goals), 0),
                incidents=goals,
                at_ms=T + turn,
                channel=process,
            )
            try:
                await writer.write([from_the_diary(MATCH), claim])
            except StoreUnavailable:
                told.append((clock.monotonic(), process))

    async with asyncio.TaskGroup() as group:
        for process in ("one", "two"):
            group.create_task(write(process))
    return told


@pytest.fixture(params=["twin", "postgres"])
def run(request: pytest.FixtureRequest) -> Play:
    """A play by its seed, on either store."""

    def on_twin(seed: int) -> list[Any]:
        loop = VirtualLoop()
        clock = VirtualClock(loop, T / 1000)
        return list(play(loop, two_writers(TwinStore(clock, Random(seed)), clock)))  # noqa: S311

    def on_postgres(seed: int) -> list[Any]:
        where = request.getfixturevalue("proving_database")
        loop = VirtualLoop()
        clock = VirtualClock(loop, T / 1000)
        with SerialStore(where.app, where.owner, clock, Random(seed)) as store:  # noqa: S311
            return list(play(loop, two_writers(store, clock)))

    return on_twin if request.param == "twin" else on_postgres


def test_the_same_seed_is_the_same_play(run: Play) -> None:
    first, again, other = run(4), run(4), run(5)

    assert first == again
    assert [when for when, _ in first] != [when for when, _ in other]
    assert len(first) > 3
