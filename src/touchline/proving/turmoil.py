"""Troubles and faults as they come and go in one simulation, each by itself, when the seed says so."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from types import MappingProxyType

from touchline.proving.process import Process
from touchline.proving.surroundings import Surroundings
from touchline.proving.troubles import TROUBLES, Trouble, Weather, lasts, pause
from touchline.simulator.faults.matrix import MATRIX, Seam
from touchline.simulator.faults.switches import Switches

SKEW_S = 90.0
SLOW_S = 6.0
FAULT = Trouble(code="", title="a fault of the provider", every_s=120, lasts_s=(10, 90), after_s=60)
KINDS = (2, 5, 10)
"""How many kinds of trouble and faults befall one installation, about, where more of them may."""

Undo = Callable[[], None]


class Turmoil:
    """What befalls one installation. `run` goes on until it is cancelled, and then everything is well again."""

    def __init__(
        self,
        codes: Iterable[str],
        world: Surroundings,
        processes: Sequence[Process],
        switches: Switches,
        weather: Weather,
        length_s: float,
    ) -> None:
        self._codes = list(codes)
        self._world = world
        self._processes = processes
        self._switches = switches
        self._weather = weather
        self._length_s = length_s
        self._ahead_s = 0.0

    @property
    def ahead_s(self) -> float:
        """How far a clock is ahead, or was until a moment ago: what it said is on its way. Football seconds."""
        return self._ahead_s if self._weather.has_been("F42", self._world.loop.time()) else 0.0

    async def run(self) -> None:
        """Let every kind of trouble come and go."""
        async with asyncio.TaskGroup() as group:
            for code in self._codes:
                group.create_task(self._again_and_again(TROUBLES.get(code, FAULT), code))

    async def _again_and_again(self, trouble: Trouble, code: str) -> None:
        clock, rng = self._world.clock(""), self._world.rng
        befall = BEFALL.get(code, Turmoil._fault)
        while True:
            await clock.sleep(pause(trouble, rng, self._length_s))
            lasts_s = lasts(trouble, rng, self._length_s)
            undo = befall(self, code)
            if undo is None:
                continue
            self._weather.begins(code)
            self._world.trace.say("trouble", code=code, lasts_s=round(lasts_s, 3))
            with contextlib.ExitStack() as over:
                over.callback(self._ends, code, trouble, undo)
                await clock.sleep(lasts_s)

    def _ends(self, code: str, trouble: Trouble, undo: Undo) -> None:
        undo()
        self._weather.ends(code, self._world.loop.time() + trouble.after_s)
        self._world.trace.say("trouble over", code=code)

    def _running(self) -> Process | None:
        """One of the processes that run, if any does."""
        running = [process for process in self._processes if process.up and not process.stopped]
        return self._world.rng.choice(running) if running else None

    # ------------------------------------------------------------ what each does; it gives back how it ends

    def _skew(self, _code: str) -> Undo | None:
        process = self._running()
        if process is None:
            return None
        clock = self._world.clock(process.name)
        clock.skew_s = self._world.rng.uniform(-SKEW_S, SKEW_S)
        self._ahead_s = max(self.ahead_s, clock.skew_s)

        def put_right() -> None:
            clock.skew_s = 0.0

        return put_right

    def _kill(self, _code: str) -> Undo | None:
        process = self._running()
        if process is None:
            return None
        self._world.trace.say("killed", process.name)
        process.kill()
        self._world.store.kill(process.name)
        self._world.provider.disconnect(process.name)
        self._world.referee.followers.gone(process.name)
        for known in (self._world.lines, self._world.boards):
            known.pop(process.name, None)
        return process.start

    def _stop(self, _code: str) -> Undo | None:
        process = self._running()
        if process is None:
            return None
        self._world.trace.say("stopped", process.name)
        process.stop()
        return process.go_on

    def _database_gone(self, _code: str) -> Undo:
        store = self._world.store
        store.down = True

        def back() -> None:
            store.down = False

        return back

    def _database_slow(self, _code: str) -> Undo:
        world = self._world
        world.slowness_s = world.rng.uniform(0.1, SLOW_S)

        def fast() -> None:
            world.slowness_s = 0.0

        return fast

    def _answers_lost(self, _code: str) -> Undo:
        store = self._world.store
        store.lost_answers = self._world.rng.uniform(0.05, 0.5)

        def heard() -> None:
            store.lost_answers = 0.0

        return heard

    def _provider_dead(self, _code: str) -> Undo:
        provider = self._world.provider
        provider.dead = True
        for line in self._world.lines.values():
            line.cut()

        def alive() -> None:
            provider.dead = False

        return alive

    def _lines_cut(self, _code: str) -> Undo | None:
        lines = [line for line in self._world.lines.values() if line.stands]
        hit = [line for line in lines if self._world.rng.random() < 0.7]
        for line in hit:
            line.refused = True
            line.cut()

        def accept() -> None:
            for line in hit:
                line.refused = False

        return accept if hit else None

    def _frames_lost(self, _code: str) -> Undo:
        way = self._world.way
        way.lost, way.doubled = self._world.rng.uniform(0, 0.5), self._world.rng.uniform(0, 0.5)

        def whole() -> None:
            way.lost = way.doubled = 0.0

        return whole

    def _fault(self, code: str) -> Undo:
        self._switches.on(code)
        return lambda: self._switches.off(code)


def drawn(codes: Iterable[str], seed: int) -> list[str]:
    """Which of `codes` befall the installation of a seed.

    Some of many: where everything goes wrong at once nothing is ever seen to go right. With fewer codes those
    that were drawn stay, so that a failure can be shortened.
    """
    come = sorted(code for code in codes if code in TROUBLES or MATRIX[code].seam in (Seam.ANSWER, Seam.PUSH))
    kinds = Random(repr((seed, "kinds"))).choice(KINDS)  # noqa: S311 - a play, not a secret
    return [code for code in come if Random(repr((seed, code))).random() < kinds / len(come)]  # noqa: S311


BEFALL: Mapping[str, Callable[[Turmoil, str], Undo | None]] = MappingProxyType(
    {
        "F42": Turmoil._skew,
        "F44": Turmoil._kill,
        "P01": Turmoil._stop,
        "P02": Turmoil._database_gone,
        "P03": Turmoil._database_slow,
        "P04": Turmoil._answers_lost,
        "P05": Turmoil._provider_dead,
        "P06": Turmoil._lines_cut,
        "P07": Turmoil._frames_lost,
    }
)
