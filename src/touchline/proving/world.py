"""One simulation: an installation of several processes, its provider and its database, on virtual time.

Everything follows from the seed: what is played, how many processes there are, how fast football goes, how
long each answer takes, and which troubles and faults come when. The referee watches every commit. After the
hours are over all trouble ends, and what is stored must become what the provider finally means.
"""

import asyncio
import gc
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import TextIO

from msgspec import Struct

from touchline.feed.board import Board
from touchline.jobs.table import JOBS
from touchline.jobs.timetable import timetable
from touchline.proving import matchday, quiet, truth
from touchline.proving.clock import VirtualClock
from touchline.proving.hands import BACK_S
from touchline.proving.line import Way
from touchline.proving.loop import NothingLeft, VirtualLoop, play
from touchline.proving.matchday import Plan
from touchline.proving.process import Main, Process
from touchline.proving.provider import Asked, Provider
from touchline.proving.referee import Referee
from touchline.proving.roles import ingest, read, work
from touchline.proving.rules.board import Shown, unlike_rows
from touchline.proving.rules.changes import ChangeRows, Goals
from touchline.proving.rules.commit import Rule
from touchline.proving.rules.final import unlike
from touchline.proving.rules.followers import Followers
from touchline.proving.rules.jobs import JobRows, forgotten
from touchline.proving.rules.matches import MatchRows
from touchline.proving.rules.minutes import Minutes
from touchline.proving.rules.parts import Cursors, Leases, Parts
from touchline.proving.rules.told import Course
from touchline.proving.rules.watch import Watch
from touchline.proving.store import ProvingStore
from touchline.proving.surroundings import Surroundings
from touchline.proving.trace import Trace
from touchline.proving.troubles import Weather
from touchline.proving.turmoil import SKEW_S, Turmoil, drawn
from touchline.settings.parts import Settings, TheSports
from touchline.simulator.faults.outlet import ROOT, Faulty
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme
from touchline.simulator.publisher import publish

SPEEDS = (10.0, 30.0, 60.0, 120.0)
SPEED_WEIGHTS = (1, 4, 8, 4)
BEGINNING_S = 10.0
"""Real seconds until a new installation knows everything and keeps up."""
LOOK_S = 15.0
"""Football seconds between two looks at what must not be late."""
FLIP_S = 1.0
"""Real seconds from the boundary of a minute to its being on the board."""
TROUBLE_S = 130.0
"""The same while there is trouble: a process may stand still between reckoning and writing."""
FLIGHT_S = 0.5
"""Real seconds a word of the provider may be on its way."""
FOLLOW_S = 13.0
"""Real seconds from a word of the provider to its being stored, while there is no trouble."""
SNAPSHOT = "/match/detail_live"
SNAPSHOT_S = 8.0
"""Real seconds from a new connection of the push channel to the question what was missed."""
SETTLE_S = 120.0
"""Real seconds after everything is well within which everything must be right."""
LOOK_APART_S, LOOKS = 1.0, 2
LAST_LINES = 40
MISSES = ("F44", "P05", "P06", "P07")
"""Troubles in which messages are not heard."""
OTHER_COUNTS = ("F10", "F22")
"""Faults that tell of corners what they are not: none at all, and fifty others in a second."""
SETTINGS = Settings(thesports=TheSports(base_url=f"http://provider{ROOT}", requests_per_minute=10_000))


class Setup(Struct, frozen=True, kw_only=True):
    """What a simulation is made of."""

    plan: Plan
    faults: tuple[str, ...]
    """Codes of the troubles and faults that may come."""
    speed: float | None = None
    """Football seconds in a real one; None: the seed decides."""


class Verdict(Struct, kw_only=True):
    """What came of a simulation."""

    setup: Setup
    violations: list[str]
    at: float
    """Virtual seconds."""
    steps: int
    commits: int
    troubles: int
    calm_looks: int
    """How often it was calm enough to see that nothing was late."""
    match_hours: float
    lines: list[str]
    """The last lines of the trace, where something was found."""


MakeStore = Callable[[VirtualClock, Random], ProvingStore]


def simulate(setup: Setup, make_store: MakeStore, file: TextIO | None = None) -> Verdict:
    """Play one simulation; its trace goes to `file`, if there is one."""
    before = random.getstate()
    random.seed(setup.plan.seed)  # the product's own jitter
    gc.disable()  # a simulation is over before there is much to collect
    try:
        return _World(setup, make_store, file).play()
    finally:
        gc.enable()
        random.setstate(before)


class _World:
    def __init__(self, setup: Setup, make_store: MakeStore, file: TextIO | None) -> None:
        plan = setup.plan
        self._setup = setup
        self._rng = rng = Random(repr((plan.seed, "world")))  # noqa: S311 - a play, not a secret
        self._loop = VirtualLoop()
        self._steps = self._calm_looks = 0
        start = matchday.begins(plan.seed)
        speed = setup.speed or rng.choices(SPEEDS, SPEED_WEIGHTS)[0]
        self._clock = clock = VirtualClock(self._loop, start, speed)
        self._length_s = plan.hours * 3_600 / speed
        self._weather = Weather(BEGINNING_S)
        self._trace = Trace(self._loop.time, file)
        switches = Switches(plan.seed)
        scene = matchday.scene(plan, setup.faults)
        self._minutes = Minutes(self._early_s, self._late_s)
        self._course = self._course_of(scene, start, speed)
        self._outlet = Faulty(switches, clock)
        store = make_store(clock, Random(repr((plan.seed, "store"))))  # noqa: S311
        referee = Referee(clock, self._trace, self._rules(scene), Followers())
        store.on_commit = referee.committed
        self._world = Surroundings(
            loop=self._loop,
            start=start,
            speed=speed,
            settings=SETTINGS,
            timetable=timetable(JOBS, SETTINGS),
            store=store,
            provider=Provider(scene, clock, self._outlet, rng, self._trace),
            referee=referee,
            trace=self._trace,
            rng=rng,
            way=Way(rng),
            clocks={"": clock},
        )
        self._owing: dict[str, float] = {}
        """Who connected to the push channel and has not asked for a snapshot since, and when he did."""
        self._world.provider.on_asked, self._world.provider.on_connected = self._asked, self._connected
        self._processes = [self._process(role, main) for role, main in self._cast()]
        self._turmoil = Turmoil(
            drawn(setup.faults, plan.seed),
            self._world,
            self._processes,
            switches,
            self._weather,
            self._length_s,
        )

    def _course_of(self, scene: Programme, start: float, speed: float) -> Course:
        return Course(
            truth.told(scene, start),
            1.0 + FLIGHT_S * speed,
            order_is_unsure=self._order_is_unsure,
            counts_are_told=lambda: not any(self._has_been(code) for code in OTHER_COUNTS),
        )

    def _rules(self, scene: Programme) -> Sequence[Rule]:
        return (
            MatchRows(self._event_off_s),
            ChangeRows(),
            Goals(),
            Parts(),
            JobRows(),
            Leases(),
            Watch(),
            Cursors(lambda until: truth.announced(scene, self._clock.now(), until)),
            self._course,
            self._minutes,
        )

    def play(self) -> Verdict:
        """From the first start to the verdict."""
        referee = self._world.referee
        with quiet.told(self._trace, lambda error: referee.note([error])):
            try:
                play(self._loop, self._play())
            except NothingLeft:
                referee.note(["nothing waits for ever: everybody waits, and nothing is due"])
        return self._verdict()

    def _verdict(self) -> Verdict:
        referee, plan = self._world.referee, self._setup.plan
        return Verdict(
            setup=self._setup,
            violations=referee.violations,
            at=self._loop.time(),
            steps=self._steps,
            commits=referee.commits,
            troubles=self._weather.begun,
            calm_looks=self._calm_looks,
            match_hours=plan.matches * plan.hours,
            lines=list(self._trace.last(LAST_LINES)) if referee.violations else [],
        )

    # ------------------------------------------------------------ who takes part

    def _cast(self) -> Iterator[tuple[str, Main]]:
        """One or two of each; two that listen if the faults want it."""
        two = "F43" in self._setup.faults and self._rng.random() < 0.5
        for number in range(1 + two):
            yield f"ingest-{number + 1}", partial(ingest, self._world)
        for number in range(self._rng.choice((1, 1, 2))):
            yield f"work-{number + 1}", partial(work, self._world)
        for number in range(self._rng.choice((1, 1, 2))):
            yield f"web-{number + 1}", partial(read, self._world)

    def _process(self, role: str, main: Main) -> Process:
        return Process(role, self._loop, main, self._ended)

    def _ended(self, process: str, error: BaseException) -> None:
        self._world.referee.note([f"a process ended: {process}: {error!r}"])

    # ------------------------------------------------------------ how it goes

    async def _play(self) -> None:
        """The hours, with everything that happens in them; then the settling."""
        referee = self._world.referee
        whistle = asyncio.ensure_future(referee.whistle.wait())
        game = asyncio.ensure_future(self._hours())
        await asyncio.wait((whistle, game), return_when=asyncio.FIRST_COMPLETED)
        self._steps = self._loop.steps  # in which order the rest is buried, nobody says
        for task in (whistle, game):
            task.cancel()
        await asyncio.wait((game,))
        if not game.cancelled() and (error := game.exception()) is not None:
            raise error

    async def _hours(self) -> None:
        world = self._world
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(
                publish(world.provider.scene, self._clock, self._outlet, world.provider.push, over)
            )
            looking = group.create_task(self._look())
            for process in self._processes:
                await self._clock.sleep(self._rng.uniform(0, 2))
                process.start()
            turmoil = group.create_task(self._turmoil.run())
            await self._clock.sleep(self._length_s)
            self._full_time()
            for task in (telling, looking, turmoil):
                task.cancel()
            await asyncio.wait((telling, looking, turmoil))
            self._trace.say("all is well")
            await self._settle()

    async def _look(self) -> None:
        """See now and then, when it is calm, that nothing is late."""
        world = self._world
        while True:
            await self._clock.sleep(LOOK_S / self._clock.speed)
            world.referee.note(self._unpaid())
            if not self._weather.is_calm(self._loop.time()):
                continue
            self._calm_looks += 1
            rows, now = world.store.rows("ts_matches"), self._clock.now()
            world.referee.note(self._minutes.late(rows, now))
            world.referee.note(self._course.behind(rows, now - FOLLOW_S * self._clock.speed, now))

    def _full_time(self) -> None:
        """The provider falls silent where it stands: what was missed until now, no later word makes good."""
        self._world.provider.ends_at = self._clock.now()

    async def _settle(self) -> None:
        """Wait until everything is as it should be, and stays so; what is not after so long never will be."""
        world = self._world
        until = max(self._loop.time(), self._weather.calm_from) + SETTLE_S
        looks = 0
        while looks < LOOKS and self._loop.time() < until:
            await self._clock.sleep(LOOK_APART_S)
            looks = 0 if (found := list(self._unsettled())) else looks + 1
        world.referee.note(found)

    def _unsettled(self) -> Iterator[str]:
        world = self._world
        rows, now = world.store.rows("ts_matches"), self._clock.now()
        end = truth.standing(world.provider.scene, world.provider.ends_at)
        yield from unlike(end, rows, world.store.rows("match_incident"))
        yield from world.referee.followers.behind()
        slots, runs = world.store.rows("job_slot"), world.store.rows("job_execution_logs")
        yield from forgotten(slots, runs, self._clock.real(), now - BACK_S)
        for reader, board in sorted(world.boards.items()):
            yield from unlike_rows(reader, _shown(board), rows)

    def _asked(self, asked: Asked) -> None:
        """A snapshot was asked for: that is what a new connection owes."""
        if asked.path.endswith(SNAPSHOT):
            self._owing.pop(asked.process, None)

    def _connected(self, process: str) -> None:
        self._owing[process] = self._loop.time()

    def _unpaid(self) -> Iterator[str]:
        """Who connected anew and has not asked what he missed, though nothing kept him from it."""
        now = self._loop.time()
        for process, since in sorted(self._owing.items()):
            if self._weather.only_was("P06", since) and now - since > SNAPSHOT_S:
                yield f"snapshot: {process} connected {now - since:.1f} s ago and has not asked what it missed"

    # ------------------------------------------------------------ how exact it must be

    def _early_s(self) -> float:
        """A process whose clock is ahead flips its minutes early."""
        return max(1.0, self._turmoil.ahead_s)

    def _off_s(self) -> float:
        """How far clocks are off, or have been until a moment ago, either way."""
        return SKEW_S if self._has_been("F42") else 1.0

    def _order_is_unsure(self) -> bool:
        """Clocks may be off. And of a past that is told again what was never heard looks like news."""
        missed = any(self._has_been(code) for code in MISSES)
        return self._has_been("F42") or (self._has_been("F21") and missed)

    def _has_been(self, code: str) -> bool:
        return self._weather.has_been(code, self._loop.time())

    def _event_off_s(self) -> float:
        return self._off_s() + self._late_s()

    def _late_s(self) -> float:
        """While there is trouble a minute may be written long after it was reckoned."""
        calm = self._weather.is_calm(self._loop.time())
        return 1.0 + (FLIP_S if calm else TROUBLE_S) * self._clock.speed


def _shown(board: Board) -> Mapping[str, Shown]:
    return {
        match_id: Shown(entry.item.status_id.value, entry.item.minute, entry.item.display)
        for match_id, entry in board.entries.items()
    }
