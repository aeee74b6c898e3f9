"""`touchline prove`: the product under a virtual clock, with everything going wrong that a seed thinks of."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from msgspec.structs import replace

from touchline.cli.main import CANNOT
from touchline.cli.progress import bar_of_known_length
from touchline.errors import BadInput
from touchline.proving.clones import Clones
from touchline.proving.matchday import Plan
from touchline.proving.seeds import Order, Played, codes, command, play, play_all, shortest
from touchline.proving.world import Setup

LAST_LINES = 12


class Kind(StrEnum):
    """What stores the matches."""

    TWIN = "twin"
    POSTGRES = "postgres"


def prove(
    *,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many, one after the other.")] = 1,
    hours: Annotated[float, typer.Option(min=0.01, max=48, help="Football hours of each.")] = 0.15,
    matches: Annotated[int, typer.Option(min=1, max=500, help="Matches of each.")] = 2,
    faults: Annotated[str, typer.Option(help="all, none, or codes separated by commas.")] = "all",
    store: Annotated[Kind, typer.Option(help="In memory, or on a real Postgres of its own.")] = Kind.TWIN,
    speed: Annotated[
        float | None, typer.Option(min=1, max=1_000, help="Football seconds in a real one.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; default: the machine's cores.")] = None,
    shorten: Annotated[
        bool, typer.Option("--shorten/--no-shorten", help="Look for the shortest command that shows a failure.")
    ] = True,
    trace: Annotated[
        Path | None, typer.Option(help="A file for all that happens; of many seeds, in the one that breaks.")
    ] = None,
) -> None:
    """Play whole installations on virtual time and look at every commit for what must never be.

    Example: touchline prove --seed 1 --seeds 500
    """
    wanted = codes(faults)
    if trace is not None:
        _check(trace)
    begun = monotonic()
    with _clones(store) as clones:
        orders = (
            Order(
                setup=Setup(plan=Plan(seed=number, matches=matches, hours=hours), faults=wanted, speed=speed),
                clones=clones,
                trace=trace if seeds == 1 else None,
            )
            for number in range(seed, seed + seeds)
        )
        tally = _Tally()
        processes = 1 if seeds == 1 else jobs or os.cpu_count() or 1
        failed = _first_failure(play_all(orders, processes), seeds, tally)
        typer.echo(tally.line(monotonic() - begun))
        if failed is not None:
            told = shortest(failed) if shorten else failed
            if trace is not None:
                play(replace(told.order, trace=trace))
            _tell(told)
            raise typer.Exit(CANNOT)


def _check(trace: Path) -> None:
    """Refuse what can't be written to, before anything is played."""
    try:
        trace.open("a", encoding="utf-8").close()
    except OSError as error:
        allowed = f"a file that can be written, in a directory that is there ({error.strerror})"
        raise BadInput("--trace", str(trace), allowed) from None


class _Tally:
    """What was played so far."""

    def __init__(self) -> None:
        self._seeds = self._steps = self._commits = self._troubles = self._calm_looks = 0
        self._match_hours = self._cpu_s = 0.0

    def add(self, played: Played) -> None:
        verdict = played.verdict
        self._seeds += 1
        self._steps += verdict.steps
        self._commits += verdict.commits
        self._troubles += verdict.troubles
        self._calm_looks += verdict.calm_looks
        self._match_hours += verdict.match_hours
        self._cpu_s += played.cpu_s

    def pace(self) -> float:
        """Match-hours a minute on one core."""
        return self._match_hours / self._cpu_s * 60

    def line(self, took_s: float) -> str:
        seeds = "1 seed" if self._seeds == 1 else f"{self._seeds} seeds"
        return (
            f"{seeds}, {self._match_hours:.1f} match-hours, {self._commits} commits judged,"
            f" {self._troubles} troubles, {self._calm_looks} looks in calm; {took_s:.1f} s,"
            f" on one core {self.pace():.0f} match-hours/min, {self._steps / self._cpu_s:.0f} steps/s"
        )


def _first_failure(all_played: Iterable[Played], seeds: int, tally: _Tally) -> Played | None:
    """Play until one breaks, and show how far it is."""
    with bar_of_known_length() as progress:
        bar = progress.add_task("seeds", total=seeds)
        for played in all_played:
            tally.add(played)
            progress.update(bar, advance=1, description=f"{tally.pace():.0f} match-hours/min")
            if played.verdict.violations:
                return played
    return None


def _tell(failed: Played) -> None:
    """What was found, what happened before it, and how to see it again."""
    verdict = failed.verdict
    typer.echo(f"Seed {failed.order.setup.plan.seed} breaks, at {verdict.at:.3f} virtual seconds:")
    for violation in verdict.violations[:3]:
        typer.echo(f"  {violation}")
    typer.echo("What happened before:")
    for line in verdict.lines[-LAST_LINES:]:
        typer.echo(f"  {line}")
    typer.echo(f"Again: {command(failed.order)}")


@contextlib.contextmanager
def _clones(kind: Kind) -> Iterator[Clones | None]:
    if kind is Kind.TWIN:
        yield None
        return
    with Clones.serve() as clones:
        yield clones
