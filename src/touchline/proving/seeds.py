"""Many simulations, side by side on the cores of the machine, and the shortest way to see one again."""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import process_time

from msgspec import Struct
from msgspec.structs import replace

from touchline.errors import BadInput
from touchline.proving.clock import VirtualClock
from touchline.proving.clones import Clones
from touchline.proving.serial import SerialStore
from touchline.proving.store import ProvingStore
from touchline.proving.troubles import TROUBLES
from touchline.proving.twin.store import TwinStore
from touchline.proving.world import Setup, Verdict, simulate
from touchline.simulator.faults.matrix import MATRIX

TRIES_MAX = 24
"""Simulations played to find the shortest command for one failure."""
AHEAD = 4
"""Simulations handed to each process ahead of their turn."""
EVERYTHING = tuple(sorted({*TROUBLES, *MATRIX}))


class Order(Struct, frozen=True, kw_only=True):
    """A simulation to be played: on the twin, or on a clone of a real database; its trace goes to a file."""

    setup: Setup
    clones: Clones | None = None
    trace: Path | None = None


class Played(Struct, kw_only=True):
    """A simulation that was played, and what it cost."""

    order: Order
    verdict: Verdict
    cpu_s: float


def codes(text: str) -> tuple[str, ...]:
    """What `--faults` means: all, none, or codes separated by commas. Raises BadInput."""
    if text in {"all", "none"}:
        return EVERYTHING if text == "all" else ()
    wanted = [one.strip().upper() for one in text.split(",") if one.strip()]
    for code in wanted:
        if code not in EVERYTHING:
            raise BadInput("--faults", code, f"all, none, or codes of {', '.join(EVERYTHING)}")
    return tuple(wanted)


def play(order: Order) -> Played:
    """Play one simulation."""
    begun = process_time()
    with ExitStack() as open_:
        file = open_.enter_context(order.trace.open("w", encoding="utf-8")) if order.trace else None
        verdict = simulate(order.setup, lambda clock, rng: _store(order, open_, clock, rng), file)
    return Played(order=order, verdict=verdict, cpu_s=process_time() - begun)


def play_all(orders: Iterable[Order], processes: int) -> Iterator[Played]:
    """Play many, so many at a time; each as it is over."""
    if processes == 1:
        yield from map(play, orders)
        return
    waiting = iter(orders)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        begun: set[Future[Played]] = {pool.submit(play, order) for order in islice(waiting, processes * AHEAD)}
        while begun:
            over, begun = wait(begun, return_when=FIRST_COMPLETED)
            begun |= {pool.submit(play, order) for order in islice(waiting, len(over))}
            for future in over:
                yield future.result()


def shortest(failed: Played) -> Played:
    """The failure with fewer faults, hours and matches, as far as a few tries find one. Leaves no trace."""
    best, tries = failed, 0
    smaller = True
    while smaller and tries < TRIES_MAX:
        smaller = False
        for setup in _smaller(best.order.setup):
            tries += 1
            played = play(replace(best.order, setup=setup, trace=None))
            if _invariant(played) == _invariant(failed):
                best, smaller = played, True
                break
            if tries >= TRIES_MAX:
                break
    return best


def command(order: Order) -> str:
    """What to type to see it again."""
    plan, setup = order.setup.plan, order.setup
    faults = "all" if setup.faults == EVERYTHING else ",".join(setup.faults) or "none"
    store = "postgres" if order.clones else "twin"
    speed = "" if setup.speed is None else f" --speed {setup.speed:g}"
    return (
        f"touchline prove --seed {plan.seed} --hours {plan.hours:g} --matches {plan.matches}"
        f" --faults {faults} --store {store}{speed}"
    )


def _store(order: Order, open_: ExitStack, clock: VirtualClock, rng: Random) -> ProvingStore:
    if order.clones is None:
        return TwinStore(clock, rng)
    database = open_.enter_context(order.clones.fresh(order.setup.plan.seed))
    return open_.enter_context(SerialStore(database.app, database.owner, clock, rng))


def _smaller(setup: Setup) -> Iterator[Setup]:
    """What is tried in its place, the largest steps first."""
    faults, plan = setup.faults, setup.plan
    if len(faults) > 1:
        half = len(faults) // 2
        yield replace(setup, faults=faults[:half])
        yield replace(setup, faults=faults[half:])
    if plan.hours > 0.1:
        yield replace(setup, plan=replace(plan, hours=round(plan.hours / 2, 3)))
    if plan.matches > 1:
        yield replace(setup, plan=replace(plan, matches=plan.matches // 2))
    for fault in faults:
        yield replace(setup, faults=tuple(one for one in faults if one != fault))


def _invariant(played: Played) -> str | None:
    """What was broken, without the particulars."""
    violations = played.verdict.violations
    return violations[0].partition(":")[0] if violations else None
