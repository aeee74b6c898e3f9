"""How this installation is doing, part by part: what health and readiness answer."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from touchline.clock import Clock
from touchline.errors import StoreUnavailable
from touchline.feed.board import Board
from touchline.feed.hub import Seats
from touchline.feed.stream import Follower
from touchline.store.views import ProviderLine
from touchline.web.reads import Reads

LOOK_EVERY = timedelta(seconds=5)
SILENT_S = 120
"""A channel nobody has written about for so long is unknown: ingest may be down."""
WORST_FIRST = ("refused", "down", "limited", "unknown", "ok")


class State(StrEnum):
    """How a part is doing."""

    OK = "ok"
    LIMITED = "limited"
    REFUSED = "refused"
    DOWN = "down"
    UNKNOWN = "unknown"


class Part(Struct, frozen=True, kw_only=True):
    """One part of the installation."""

    name: Annotated[str, Meta(examples=["database"])]
    state: State
    reason: str
    age_s: Annotated[float | None, Meta(description="seconds since it was last heard of")]


class Alive(Struct, frozen=True):
    """The process answers."""

    ok: bool


class Summary(Struct, frozen=True, kw_only=True):
    """Whether all is well, in one word a part."""

    ok: bool
    database: State
    provider: State
    changes: State


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether this process should be sent visitors, and what is not as it should be."""

    ready: bool
    reasons: list[str]


class Detail(Struct, frozen=True, kw_only=True):
    """Every part with its state, reason and age."""

    ok: bool
    now: Annotated[int, Meta(description="football time, Unix seconds UTC")]
    streams_open: int
    parts: list[Part]


class Health:
    """The loop that looks at the parts every few seconds, and what it saw last."""

    name = "health"
    interval = "5 s"
    batch_size = 1

    def __init__(self, reads: Reads, follower: Follower, board: Board, seats: Seats, clock: Clock) -> None:
        self._reads = reads
        self._follower = follower
        self._board = board
        self._seats = seats
        self._clock = clock
        self._providers: list[ProviderLine] = []
        self._looked_at: float | None = None
        self.wake = asyncio.Event()

    @property
    def provider(self) -> State:
        """The worst state of the provider's channels."""
        states = [part.state for part in self._provider_parts()]
        return next((State(each) for each in WORST_FIRST if each in states), State.UNKNOWN)

    async def turn(self) -> timedelta:
        """Look at the database and at what ingest says of the provider."""
        await self.look()
        return LOOK_EVERY

    async def look(self) -> None:
        """Ask the database now; one that does not answer is noted, not raised."""
        try:
            self._providers = await self._reads.providers()
        except StoreUnavailable:
            return
        self._looked_at = self._clock.monotonic()

    def summary(self) -> Summary:
        """All is well while the database answers and the provider speaks to us."""
        database, changes = self._database().state, self._changes().state
        well = database is State.OK and self.provider not in (State.REFUSED, State.DOWN)
        return Summary(ok=well, database=database, provider=self.provider, changes=changes)

    def readiness(self) -> Readiness:
        """Ready while there is something true to show: the database answers, or the board was read once."""
        parts = [self._database(), *self._provider_parts()]
        reasons = [f"{part.name}: {part.state} ({part.reason})" for part in parts if part.state is not State.OK]
        return Readiness(
            ready=self._database().state is State.OK or self._board.position is not None, reasons=reasons
        )

    def detail(self) -> Detail:
        """Every part."""
        return Detail(
            ok=self.summary().ok,
            now=int(self._clock.now()),
            streams_open=self._seats.taken,
            parts=[self._database(), self._changes(), *self._provider_parts()],
        )

    def _database(self) -> Part:
        if self._looked_at is None and self._reads.down_since is None:
            return Part(name="database", state=State.UNKNOWN, reason="not asked yet", age_s=None)
        age_s = None if self._looked_at is None else round(self._clock.monotonic() - self._looked_at, 1)
        if self._reads.down_since is None:
            return Part(name="database", state=State.OK, reason="", age_s=age_s)
        return Part(name="database", state=State.DOWN, reason="does not answer", age_s=age_s)

    def _changes(self) -> Part:
        if self._follower.down_since is not None:
            age_s = round(self._clock.real() - self._follower.down_since, 1)
            return Part(name="changes", state=State.DOWN, reason="can't be read", age_s=age_s)
        if self._board.position is None:
            return Part(name="changes", state=State.UNKNOWN, reason="not read yet", age_s=None)
        return Part(name="changes", state=State.OK, reason=f"at {self._board.position}", age_s=0.0)

    def _provider_parts(self) -> list[Part]:
        if not self._providers:
            return [Part(name="provider", state=State.UNKNOWN, reason="nothing said yet", age_s=None)]
        return [self._provider_part(line) for line in self._providers]

    def _provider_part(self, line: ProviderLine) -> Part:
        looked_ago_s = 0.0 if self._looked_at is None else self._clock.monotonic() - self._looked_at
        age_s = round(line.age_s + looked_ago_s, 1)
        if age_s > SILENT_S:
            return Part(name=line.channel, state=State.UNKNOWN, reason="ingest is silent", age_s=age_s)
        return Part(name=line.channel, state=State(line.state), reason=line.reason, age_s=age_s)
