"""Random programs of two processes, step by step on both stores: what comes of each step is the same."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import msgspec
import psycopg
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.conftest import Conninfo
from tests.sim.house import T
from tests.sim.operations import CHANGING, OPERATIONS

from touchline.errors import TouchlineError
from touchline.proving.clock import VirtualClock
from touchline.proving.handles import Pace, VirtualStore
from touchline.proving.loop import VirtualLoop, play
from touchline.proving.serial import SerialStore
from touchline.proving.store import RowChange
from touchline.proving.twin.schema import TABLES
from touchline.proving.twin.store import TwinStore

AT_ONCE = Pace(usual_s=0.0, slow_share=0.0, transaction_s=1e6)
SOON_S = 0.1
PROCESSES = ("one", "two")
UNLIKE: Mapping[str, Collection[str]] = {
    "ts_matches": ("id",),
    "change": ("recorded_at",),
    "lease": ("taken_at", "until"),
    "provider_state": ("since_at", "updated_at"),
    "job_slot": ("planned_at",),
    "job_execution_logs": ("heartbeat_at",),
    "job_planner": ("beat_at",),
    "runtime_flag": ("set_at",),
    "audit_log": ("at",),
    "reconcile_request": ("asked_at", "taken_until", "duration_ms"),
    "watch": ("awake_until",),
}
"""Columns that say how often a statement was tried, or when exactly: one that waits is tried again on
Postgres, and goes on in the twin."""


class Step(NamedTuple):
    """What one process does next."""

    process: int
    does: str
    """An operation, or `commit`, `undo`, `pass time`."""
    a: int = 0
    b: int = 0
    c: int = 0


small = st.integers(0, 4)
operation = st.sampled_from(sorted(CHANGING)) | st.sampled_from(sorted(OPERATIONS))
ending = st.sampled_from(["commit", "commit", "undo", "pass time"])
steps = st.builds(Step, st.integers(0, 1), operation | operation | operation | ending, small, small, small)


class Process:
    """One who does what he is told, one transaction after the other."""

    def __init__(self, store: VirtualStore, name: str) -> None:
        self._database = store.database(name)
        self._open: contextlib.AsyncExitStack | None = None
        self._tx: Any = None

    async def do(self, step: Step) -> Any:
        """What comes of it; an error is what comes of it as well, and ends the transaction."""
        try:
            if self._open is None:
                self._open = contextlib.AsyncExitStack()
                self._tx = await self._open.enter_async_context(self._database.transaction(T))
            return await OPERATIONS[step.does](self._tx, step.a, step.b, step.c)
        except (psycopg.Error, TouchlineError) as error:
            return await self._end(error)

    async def end(self, *, undo: bool) -> Any:
        return await self._end(ZeroDivisionError() if undo else None)

    async def _end(self, error: Exception | None) -> Any:
        open_, self._open, self._tx = self._open, None, None
        if open_ is None:
            return "nothing"
        try:
            await open_.__aexit__(None if error is None else type(error), error, None)
        except (psycopg.Error, TouchlineError) as came:
            return type(came).__name__
        return "committed" if error is None else type(error).__name__


async def run(store: VirtualStore, clock: VirtualClock, program: Sequence[Step]) -> list[Any]:
    """What came of each step and of those that had waited; at the end what is in the tables."""
    told: list[Any] = []
    store.on_commit = lambda changes: told.append(_plain(changes))
    processes = [Process(store, name) for name in PROCESSES]
    waiting: dict[int, asyncio.Task[Any]] = {}
    for step in program:
        if step.does == "pass time":
            if not waiting:
                await clock.sleep(25)
            continue
        if step.process in waiting or (waiting and step.does not in {"commit", "undo"}):
            continue
        process = processes[step.process]
        ends = step.does in {"commit", "undo"}
        doing = process.end(undo=step.does == "undo") if ends else process.do(step)
        waiting[step.process] = asyncio.ensure_future(doing)
        await clock.sleep(SOON_S)
        for number, task in sorted(waiting.items()):
            told.append((step, number, comparable(step.does, task.result()) if task.done() else "waits"))
        waiting = {number: task for number, task in waiting.items() if not task.done()}
        if (
            waiting and step.does == "ask"
        ):  # tried twice it takes its numbers twice, and what follows goes by them
            seen = list(told)
            await _end_all(processes, waiting)
            return seen
    told += await _end_all(processes, waiting)
    return told + [[_row(table, row) for row in store.rows(table)] for table in sorted(TABLES)]


async def _end_all(processes: Sequence[Process], waiting: Mapping[int, asyncio.Task[Any]]) -> list[Any]:
    came = [await process.end(undo=False) for number, process in enumerate(processes) if number not in waiting]
    for number, task in sorted(waiting.items()):
        came += [comparable("", await task), await processes[number].end(undo=False)]
    return came


def comparable(does: str, came: Any) -> Any:
    """What came of a step as plain values, rows in an order of their own."""
    if isinstance(came, str):
        return came
    plain = msgspec.to_builtins(came, enc_hook=str, order="sorted")
    return sorted(plain, key=repr) if isinstance(plain, list) and does in UNORDERED else plain


UNORDERED = frozenset({"some", "running", "tick", "lose", "lose any", "take", "news", "changes"})


def _plain(changes: Sequence[RowChange]) -> Any:
    rows = [
        (change.table, str(change.key), _row(change.table, change.before), _row(change.table, change.after))
        for change in changes
    ]
    return sorted((row for row in rows if row[2] != row[3]), key=repr)


def _row(table: str, row: Any) -> Any:
    if row is None:
        return None
    return {
        column: value.timestamp() if isinstance(value, datetime) else value
        for column, value in sorted(row.items())
        if column not in UNLIKE.get(table, ())
    }


def on_twin(program: Sequence[Step]) -> list[Any]:
    loop = VirtualLoop()
    clock = VirtualClock(loop, T / 1000)
    return list(play(loop, run(TwinStore(clock, Random(3), AT_ONCE), clock, program)))  # noqa: S311


def on_postgres(program: Sequence[Step], where: Conninfo) -> list[Any]:
    loop = VirtualLoop()
    clock = VirtualClock(loop, T / 1000)
    with SerialStore(where.app, where.owner, clock, Random(3), AT_ONCE) as store:  # noqa: S311
        return list(play(loop, run(store, clock, program)))


@settings(max_examples=25)
@given(program=st.lists(steps, min_size=12, max_size=40))
def test_a_program_does_the_same_on_both(proving_database: Conninfo, program: list[Step]) -> None:
    ours, theirs = on_twin(program), on_postgres(program, proving_database)

    for mine, real in zip(ours, theirs, strict=False):
        if mine != real:
            note(f"twin:     {mine}\npostgres: {real}")
        assert mine == real
    assert len(ours) == len(theirs)
