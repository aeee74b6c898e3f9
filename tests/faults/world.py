"""What is played on the stage, its clock, and what is left of it."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from structlog.typing import EventDict
from tests.faults.programme import a_timeline, differences, is_counted, programme

from touchline.simulator.faults.outlet import ROOT, Faulty
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Reply
from touchline.simulator.scene import Scene
from touchline.simulator.script import Frame
from touchline.simulator.timelines import match_id

if TYPE_CHECKING:
    from tests.faults.stage import Stage


EPOCH = 1_770_465_600.0
KEPT_BYTES = 4_096
"""Of an answer that is noted."""


class FastClock:
    """Real time `times` as fast as the wall's, and football `speed` as fast as that.

    Both stand still at the epoch until `begin`.
    """

    def __init__(self, epoch: float, times: float, speed: float) -> None:
        self.speed = speed
        self._epoch = epoch
        self._times = times
        self._begun: float | None = None
        self._off_s = 0.0

    def begin(self) -> None:
        """Let time go on."""
        self._begun = time.monotonic()

    def monotonic(self) -> float:
        return time.monotonic() * self._times

    def real(self) -> float:
        passed_s = 0.0 if self._begun is None else time.monotonic() - self._begun
        return self._epoch + passed_s * self._times

    def now(self) -> float:
        return self._epoch + (self.real() - self._epoch) * self.speed + self._off_s

    def step(self, football_s: float) -> None:
        """Go on from another instant; below 0 from one that has been."""
        self._off_s += football_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._times)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._times):
                await event.wait()
        return event.is_set()


@dataclass(frozen=True)
class Asked:
    """A question as it reached the provider, and how it was answered."""

    at: float
    """Real time of the clock."""
    now: float
    """Football time."""
    path: str
    query: Mapping[str, str]
    reply: Reply


class Noting:
    """The faulty outlet, which notes what it was asked."""

    def __init__(self, switches: Switches, clock: FastClock) -> None:
        self.asked: list[Asked] = []
        self._faulty = Faulty(switches, clock)
        self._clock = clock

    def instant(self, path: str, now: float) -> float:
        return self._faulty.instant(path, now)

    async def reply(self, path: str, query: Mapping[str, str], reply: Reply) -> Reply:
        at, now = self._clock.monotonic(), self._clock.now()
        altered = await self._faulty.reply(path, query, reply)
        kept = msgspec.structs.replace(altered, body=altered.body[:KEPT_BYTES])
        self.asked.append(Asked(at, now, path.removeprefix(ROOT), query, kept))
        return altered

    async def push(self, frame: Frame) -> Sequence[Frame]:
        return await self._faulty.push(frame)


@dataclass(frozen=True, kw_only=True)
class World:
    """What is played, with which faults, and what somebody does meanwhile."""

    matches: Sequence[Mapping[str, Any]] = (a_timeline(),)
    faults: Sequence[str] = ()
    seed: int = 1
    epoch: float = EPOCH
    times: float = 8.0
    speed: float = 56.0
    environ: Mapping[str, str] = field(default_factory=dict)
    scene: Callable[[Sequence[Mapping[str, Any]], float, Switches], Scene] = programme
    """Makes what is played of `matches`, from an instant on."""
    meanwhile: "Callable[[Stage], Awaitable[None]] | None" = None
    listens: bool = True
    """Whether an ingest process is there from the start; else somebody starts one meanwhile."""
    ahead_s: float = 0.0
    """How far the provider's clock is ahead of ours, football seconds."""
    after_s: float = 120.0
    """Football seconds it goes on after the last word."""
    settled: "Callable[[Seen], bool] | None" = None
    """When it may end; by itself once every match is as its timeline."""


@dataclass
class Seen:
    """What a world left in its database and in its log."""

    world: World
    rows: dict[str, dict[str, Any]]
    incidents: list[dict[str, Any]]
    raw: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    catalogue: list[dict[str, Any]]
    providers: dict[str, dict[str, Any]]
    said: list[EventDict]
    asked: list[Asked]
    plan: dict[str, Any]
    notes: dict[str, Any]

    def events(self, *names: str) -> list[EventDict]:
        """What was said by these names."""
        return [one for one in self.said if one["event"] in names]

    def row(self, number: int = 1) -> dict[str, Any]:
        """The row of a match of the stage."""
        return self.rows[match_id(f"stage-{number}")]

    def wrong(self) -> list[str]:
        """Where rows differ from the timelines."""
        lines = {match_id(line["id"]): line for line in self.world.matches}
        return [
            f"{line['id']}: {each}"
            for id_, line in lines.items()
            for each in differences(line, self.rows.get(id_), self._held(id_))
        ]

    def _held(self, id_: str) -> Counter[tuple[int, int]]:
        return Counter(
            (one["type"], one["side"])
            for one in self.incidents
            if one["match_id"] == id_ and one["withdrawn_ts"] is None and is_counted(one["type"])
        )
