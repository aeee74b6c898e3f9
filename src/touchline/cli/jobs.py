"""`touchline jobs`: what runs by itself, by hand."""

import asyncio
import os
import pwd
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from touchline import log
from touchline.cli.environment import load, with_options
from touchline.clock import Clock, now_ms
from touchline.embedded.installation import Installation
from touchline.errors import StoreUnavailable, TouchlineError
from touchline.jobs.punctuality import LOOK_BACK_S, Punctuality, crowded_seconds, predicted, punctuality
from touchline.jobs.stagger import starts_at
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import Entry, Timetable, find, timetable
from touchline.store import flags, job_reports, jobs
from touchline.store.db import Database
from touchline.store.job_reports import Past
from touchline.store.jobs import Planner, Ticket

DAY_S = 86_400
POLL_S = 0.2
TAKEN_MAX_S = 30.0
"""Real seconds in which a running worker must have taken a ticket."""
OBEYED_MAX_S = 30.0
"""Real seconds in which every worker must have obeyed a switch. Source: requirement, rollback of stagger."""
AWAY = "The database does not answer. Start the installation: `touchline up`."
AWAY_ELSEWHERE = (
    "The database at TOUCHLINE_DATABASE_URL does not answer. See that it runs and can be reached from here."
)
NOBODY = "No worker is running, so nothing would happen. Start one: `touchline up`, or `touchline work`."

Kind = TypeVar("Kind")
DataDir = Annotated[Path | None, typer.Option(help="The data directory of the installation.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A job, as `touchline jobs list` calls it.")]

OVERLAPS = (
    "Going by how long they take, these overlap. That is no fault, both run side by side; to keep two apart, "
    "set TOUCHLINE_JOB__<KEY>__OFFSET of one."
)
SECONDS_FROM_MS = 10_000
"""What took so long is told in seconds."""
UNFOLDED = 1_000
"""Columns, more than any table takes: a line of a file is a row."""

commands = typer.Typer(no_args_is_help=True)


class Stagger(StrEnum):
    """How the switch is to stand."""

    ON = "on"
    OFF = "off"


class Desk:
    """What the commands have before them."""

    def __init__(self, db: Database, clock: Clock, timetable: Timetable) -> None:
        self.db = db
        self.clock = clock
        self.timetable = timetable

    async def planners(self) -> list[Planner]:
        """The workers that plan jobs just now."""
        async with self.db.transaction(now_ms(self.clock)) as tx:
            return await jobs.planners(tx)


@commands.callback()
def _jobs() -> None:
    """What runs by itself: when, how it went, and by hand.

    Example: touchline jobs list
    """


@commands.command("list")
def list_(data_dir: DataDir = None) -> None:
    """Show every job: when it starts next, and how its last run went. Times are UTC.

    The seconds of the next start are the offset of the job.

    Example: touchline jobs list
    """
    _show(_at_desk(_overview, data_dir))


@commands.command()
def run(name: Name, data_dir: DataDir = None) -> None:
    """Have a running worker run a job now, and wait for the end; exits with 0 if it went well.

    Example: touchline jobs run "Diary Refresh"
    """

    async def wait_for(desk: Desk) -> Past:
        entry = find(desk.timetable, name)
        with Console().status(f"{entry.job.name}: waiting for a worker ..."):
            return await _run(desk, entry)

    past = _at_desk(wait_for, data_dir)
    typer.echo(f"{past.job_name}: {_went(past)}" + (f": {past.error}" if past.error else ""))
    if past.status != "success":
        raise typer.Exit(1)


@commands.command()
def history(
    name: Name,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many runs.")] = 20,
    data_dir: DataDir = None,
) -> None:
    """Show the last runs of a job, the newest first. Times are UTC.

    Example: touchline jobs history trend_sync --last 50
    """

    async def read(desk: Desk) -> Table:
        job_name = find(desk.timetable, name).job.name
        async with desk.db.transaction(now_ms(desk.clock)) as tx:
            return _history(job_name, await job_reports.history(tx, job_name, last))

    _show(_at_desk(read, data_dir))


@commands.command()
def stagger(
    to: Annotated[Stagger, typer.Argument(help="`off`: jobs start with their minute.")],
    data_dir: DataDir = None,
) -> None:
    """Switch the offsets of all jobs off or on, everywhere, without a restart. Audited.

    Example: touchline jobs stagger off
    """
    obeyed = _at_desk(lambda desk: _switch(desk, on=to is Stagger.ON), data_dir)
    if not obeyed:
        raise typer.Exit(1)


@commands.command()
def validate(
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How far back to look.")] = 24,
    data_dir: DataDir = None,
) -> None:
    """Say of each job whether it started at its offset, and which are to be expected to overlap.

    Exits with 1 when one did not, or when too many started in one second.

    Example: touchline jobs validate --hours 6
    """
    if not _at_desk(lambda desk: _validate(desk, hours), data_dir):
        raise typer.Exit(1)


def _at_desk(do: Callable[[Desk], Awaitable[Kind]], data_dir: Path | None) -> Kind:
    """`do` it with the database of the installation."""
    settings = load(with_options(os.environ, {"TOUCHLINE_DATA_DIR": data_dir}))
    log.configure("jobs", form=settings.log.format, level="ERROR", stream=sys.stderr)
    conninfo, clock = Installation(settings).app_conninfo, settings.clock.build()

    async def opened() -> Kind:
        wait_s = settings.db.conn_timeout_s
        async with Database.open(conninfo, name="cli", min_size=0, max_size=1, timeout_s=wait_s) as db:
            return await do(Desk(db, clock, timetable(JOBS, settings)))

    try:
        return asyncio.run(opened())
    except StoreUnavailable as error:
        raise StoreUnavailable(AWAY if settings.database_url is None else AWAY_ELSEWHERE) from error


def _table(**looks: Any) -> Table:
    """A table whose cells are folded where the terminal is narrow."""
    return Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), **looks)


def _show(table: Table) -> None:
    """Print a table as wide as the terminal is, and unfolded to a file or another program."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=UNFOLDED)
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)


# ------------------------------------------------------------ list, history


async def _overview(desk: Desk) -> Table:
    now = desk.clock.now()
    planners = await desk.planners()
    staggered = all(planner.stagger for planner in planners)
    async with desk.db.transaction(now_ms(desk.clock)) as tx:
        names = [entry.job.name for entry in desk.timetable]
        seen = await job_reports.overview(tx, names, now - DAY_S)
    caption = f"Workers: {len(planners)}." if planners else NOBODY
    table = _table(caption=caption + ("" if staggered else " Stagger is off."), caption_justify="left")
    table.add_column("job")
    for column in ("next start", "last run"):
        table.add_column(column, no_wrap=True)
    table.add_column("status")
    for column in ("took", "failed\nin 24 h"):
        table.add_column(column, justify="right", no_wrap=True)
    for entry, last in zip(desk.timetable, seen, strict=True):
        table.add_row(
            entry.job.name,
            _at(_next_start(entry, now, on=staggered)),
            "–" if last.started_at is None else _at(last.started_at)[:-3],
            _status(last.status or "never ran"),
            _took(last.duration_ms),
            str(last.failures),
        )
    return table


def _next_start(entry: Entry, now: float, *, on: bool) -> float:
    slot = entry.schedule.after(now - starts_at(0, entry.job.offset_s, on=on))
    return starts_at(slot, entry.job.offset_s, on=on)


def _history(job_name: str, runs: list[Past]) -> Table:
    table = _table(title=job_name, title_justify="left", caption=None if runs else "It never ran.")
    table.add_column("started", no_wrap=True)
    for column in ("schedule", "status"):
        table.add_column(column)
    table.add_column("took", justify="right", no_wrap=True)
    for column in ("items", "error"):
        table.add_column(column)
    for past in runs:
        table.add_row(
            _at(past.started_at),
            past.effective_schedule,
            _status(past.status),
            _took(past.duration_ms),
            f"{past.items_processed}, {past.items_failed} failed"
            if past.items_failed
            else str(past.items_processed),
            escape(past.error),
        )
    return table


# ------------------------------------------------------------ run


async def _run(desk: Desk, entry: Entry) -> Past:
    """Hand a ticket over and wait for the end of its run."""
    if not await desk.planners():
        raise TouchlineError(NOBODY)
    ticket = Ticket(
        job_name=entry.job.name,
        scheduled_for=int(desk.clock.now()),
        lane=entry.job.lane,
        by_hand=secrets.token_hex(4),
    )
    async with desk.db.transaction(now_ms(desk.clock)) as tx:
        await jobs.hand_over(tx, [ticket])
    deadline = desk.clock.monotonic() + TAKEN_MAX_S
    while True:
        async with desk.db.transaction(now_ms(desk.clock)) as tx:
            past = await job_reports.run(tx, ticket.run_id)
        if past is not None and past.status != "running":
            return past
        if past is None and desk.clock.monotonic() > deadline:
            raise TouchlineError(
                f"No worker took it within {TAKEN_MAX_S:.0f} s: all are busy. It stays in the queue; "
                f'`touchline jobs history "{entry.job.name}"` shows when it ran.'
            )
        await desk.clock.sleep(POLL_S)


def _went(past: Past) -> str:
    took = "" if past.duration_ms is None else f" in {_took(past.duration_ms)}"
    return f"{past.status}{took}, {past.items_processed} items"


# ------------------------------------------------------------ stagger, validate


async def _switch(desk: Desk, *, on: bool) -> bool:
    """Turn the switch and see it obeyed; whether all did in time."""
    before = await desk.planners()
    began = desk.clock.monotonic()
    async with desk.db.transaction(now_ms(desk.clock)) as tx:
        flag = await flags.switch(tx, flags.STAGGER, on, operator(os.getuid()))
    typer.echo(f"before: {_stands(before)}")
    late = before
    while late and desk.clock.monotonic() - began < OBEYED_MAX_S:
        late = [planner for planner in await desk.planners() if planner.stagger_version < flag.version]
        if late:
            await desk.clock.sleep(POLL_S)
    typer.echo(f"after:  {_stands(await desk.planners())}")
    if not before:
        typer.echo("No worker is running; those that start go by it unless their environment says otherwise.")
    elif late:
        typer.echo(
            f"Not obeyed within {OBEYED_MAX_S:.0f} s by: {', '.join(planner.node for planner in late)}",
            err=True,
        )
    else:
        typer.echo(f"Obeyed everywhere after {desk.clock.monotonic() - began:.1f} s.")
    return not late


def operator(uid: int) -> str:
    """Who types, for the audit. In a container the number may be all there is."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _stands(planners: list[Planner]) -> str:
    if not planners:
        return "no workers"
    return ", ".join(f"{planner.node} {'on' if planner.stagger else 'off'}" for planner in planners)


async def _validate(desk: Desk, hours: float) -> bool:
    """Print how offsets were kept; whether all were."""
    now = desk.clock.now()
    async with desk.db.transaction(now_ms(desk.clock)) as tx:
        starts = await job_reports.starts(tx, now - hours * 3_600)
        p95_s = await job_reports.p95_s(tx, now - max(hours * 3_600, LOOK_BACK_S))
    found = punctuality(starts)
    _show(_kept(f"Starts of the last {hours:g} h against slot + offset", found, desk.timetable))
    crowded = crowded_seconds(starts)
    for second, names in crowded.items():
        typer.echo(f"{_at(second)}: {len(names)} starts in one second: {', '.join(names)}")
    if reached := predicted(desk.timetable, p95_s):
        typer.echo(OVERLAPS)
    for reach in reached:
        typer.echo(
            f"  {reach.name}, up to {reach.p95_s:.1f} s, still runs"
            f" when {reach.into} starts {reach.after_s} s after it"
        )
    if not found:
        typer.echo("Nothing has started in that time.")
    return not crowded and all(one.kept for one in found)


def _kept(title: str, found: Sequence[Punctuality], timetable: Timetable) -> Table:
    """How each job kept its offset; those that did not start at all come last."""
    table = _table(title=title, title_justify="left")
    table.add_column("job")
    for column in ("starts", "offset", "p50 s", "p99 s", "max s", "early", "kept"):
        table.add_column(column, justify="right")
    for one in found:
        offsets = ", ".join(f"+{offset_s}" for offset_s in one.offsets)
        figures = (f"{one.p50_s:.3f}", f"{one.p99_s:.3f}", f"{one.max_s:.3f}", str(one.early))
        verdict = "[green]yes[/]" if one.kept else "[red]no[/]"
        table.add_row(one.job_name, str(one.starts), offsets, *figures, verdict)
    started = {one.job_name for one in found}
    for entry in timetable:
        if entry.job.name not in started:
            table.add_row(entry.job.name, "0", *("–" for _ in range(6)))
    return table


def _at(instant: float) -> str:
    """Without the year: what is shown is at most weeks away."""
    return datetime.fromtimestamp(instant, UTC).strftime("%m-%d %H:%M:%S")


def _took(duration_ms: int | None) -> str:
    if duration_ms is None:
        return "–"
    return f"{duration_ms:,} ms" if duration_ms < SECONDS_FROM_MS else f"{duration_ms / 1000:,.0f} s"


def _status(status: str) -> str:
    """Of two words where it has two, so that it can be folded."""
    colour = {"success": "green", "running": "cyan", "never ran": "dim"}.get(status, "red")
    return f"[{colour}]{status.replace('_', ' ')}[/]"
