"""Whatever happens to a reader's line, in the end he has what a reader has whose line was never cut."""

import asyncio
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed.line import Heard, Line, events

from touchline.clock import SteppedClock
from touchline.feed.event import Event, sse
from touchline.feed.hub import WAITING_MAX_BYTES, Hub, Seats
from touchline.feed.log import EventLog
from touchline.feed.position import STEPS, Position, parse
from touchline.metrics import Metrics

EPOCH = "e"
ALIVE = sse("alive", b"{}")
BULK = WAITING_MAX_BYTES // 3


class Publish(NamedTuple):
    """Changes of matches, each with what happened in it; `delivered`: their turn comes before the next step."""

    changes: tuple[tuple[str, int], ...]
    bulky: bool
    delivered: bool


class Take(NamedTuple):
    """The kernel takes so many bytes."""

    count: int


class Flow(NamedTuple):
    """The kernel takes everything from now on, or nothing."""

    on: bool


class Cut(NamedTuple):
    """The line is cut after so many of the bytes under way; the reader comes back at once or later."""

    arriving: int
    back: bool


Step = Publish | Take | Flow | Cut | str

publishes = st.builds(
    Publish,
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=4).map(tuple),
    st.sampled_from([False, False, False, True]),
    st.booleans(),
)
steps = st.lists(
    st.one_of(
        publishes,
        publishes,
        publishes,
        st.builds(Take, st.integers(1, 200)),
        st.builds(Flow, st.sampled_from([False, False, True])),
        st.builds(Cut, st.integers(0, 400), st.booleans()),
        st.sampled_from(["turn", "round", "back", "back"]),
    ),
    min_size=10,
    max_size=60,
)


class Stage:
    """A hub and its log, and a reader who comes back where he was."""

    def __init__(self, log: EventLog) -> None:
        self.clock = SteppedClock()
        metrics = Metrics()
        self.hub = Hub("test", self.clock, metrics, Seats(metrics, 10), lambda: ALIVE)
        self.log = log
        self.log.begin(Position(EPOCH, 0))
        self.seq = 0
        self.states: dict[str, int] = {}
        self.heard: list[Heard] = []
        self.resets = 0
        self.line = Line()
        self.leave: Callable[[], None] | None = None

    def publish(self, wanted: Publish) -> None:
        told: list[Event] = []
        for match, happened in wanted.changes:
            self.seq += 1
            last = STEPS * self.seq
            told += [self._event("goal", match, last - place, wanted.bulky) for place in range(happened, 0, -1)]
            told.append(self._event("match", match, last, wanted.bulky))
        newest = {event.key: event for event in told if not event.lasting}
        told = [event for event in told if event.lasting or newest[event.key] is event]
        self.states |= {key: event.offset // STEPS for key, event in newest.items()}
        self.log.append(told, STEPS * self.seq)
        self.hub.publish(told)

    def _event(self, name: str, match: str, offset: int, bulky: bool) -> Event:
        position = Position(EPOCH, offset)
        data = b"%s=%d %s" % (match.encode(), self.seq, b"." * (BULK if bulky else 0))
        return Event(offset, match, name == "goal", ("all",), sse(name, data, position))

    def snapshot(self) -> bytes:
        """All states, and the place they are valid at."""
        here = Position(EPOCH, STEPS * self.seq)
        return sse("snapshot", " ".join(f"{match}={seq}" for match, seq in self.states.items()).encode(), here)

    def connect(self) -> None:
        if self.leave is not None:
            return
        self.line = Line(flowing=self.line.flowing)
        last = next((each.id for each in reversed(self.heard) if each.id is not None), f"{EPOCH}-0")
        position = parse(last)
        assert position is not None
        missed = self.log.after(position)
        if missed is None:
            self.resets += 1
            self.heard = []
            pieces: Sequence[bytes] = (self.snapshot(),)
        else:
            pieces = tuple(event.data for event in missed)
        self.leave = self.hub.join(self.line, ("all",), pieces).leave

    def disconnect(self, arriving: int) -> None:
        if self.leave is not None:
            self.line.take(arriving)
            self.leave()
            self.heard += events(bytes(self.line.received))
            self.leave = None

    async def act(self, step: Step) -> None:
        match step:
            case Publish():
                self.publish(step)
                if step.delivered:
                    await turns()
            case Take(count):
                self.line.take(count)
            case Flow(on):
                self.line.flowing = on
            case Cut(arriving, back):
                self.disconnect(arriving)
                if back:
                    self.connect()
            case "turn":
                await asyncio.sleep(0)
            case "round":
                await self.clock.advance(3)
                await self.hub.turn()
            case "back":
                self.connect()
        if self.line.ended is not None:
            self.disconnect(0)

    async def finish(self) -> None:
        """Let everything that is under way arrive."""
        for _ in range(3):
            self.connect()
            self.line.flowing = True
            self.line.take()
            await turns()
            await self.hub.turn()
            if self.line.ended is not None:
                self.disconnect(0)
        self.disconnect(10**9)


async def turns() -> None:
    """Let the turns of delivery run to their end."""
    for _ in range(5):
        await asyncio.sleep(0)


async def played(steps: Sequence[Step], log: EventLog) -> tuple[Stage, list[Heard]]:
    """The stage after all `steps`, and what a reader heard whose line was never cut."""
    stage = Stage(log)
    uncut = Line()
    stage.hub.join(uncut, ("all",), ())
    stage.connect()
    for step in steps:
        await stage.act(step)
    await stage.finish()
    return stage, told(uncut.heard)


def told(heard: Sequence[Heard]) -> list[Heard]:
    return [each for each in heard if each.name in {"goal", "match"}]


def newest(heard: Sequence[Heard]) -> dict[bytes, int]:
    """The version of each match that the reader shows in the end."""
    shown = {}
    for each in heard:
        if each.name in {"match", "snapshot"}:
            shown |= {match: int(version) for match, version in re.findall(rb"(\w)=(\d+)", each.data)}
    return shown


def rises(numbers: Sequence[int]) -> bool:
    return all(before < after for before, after in pairwise(numbers))


def versions(heard: Sequence[Heard], match: bytes) -> list[int]:
    return [newest([each])[match] for each in heard if each.name == "match" and each.data.startswith(match)]


@given(steps)
@settings(max_examples=200)
def test_a_reader_that_was_cut_and_came_back_has_what_an_uncut_one_has(steps: list[Step]) -> None:
    stage, uncut = asyncio.run(played(steps, EventLog()))
    heard = told(stage.heard)

    assert stage.resets == 0
    assert newest(heard) == newest(uncut)
    assert [each for each in heard if each.name == "goal"] == [each for each in uncut if each.name == "goal"]
    for each in (heard, uncut):
        assert rises([one.offset for one in each])
        assert all(rises(versions(each, match)) for match in (b"a", b"b", b"c"))


@given(steps)
@settings(max_examples=100)
def test_where_the_log_forgets_the_state_is_told_and_everything_after_it(steps: list[Step]) -> None:
    stage, uncut = asyncio.run(played(steps, EventLog(events_max=3)))
    heard = told(stage.heard)

    assert newest(stage.heard) == newest(uncut)
    snapshots = [each.offset for each in stage.heard if each.name == "snapshot"]
    assert len(snapshots) <= 1, "what was heard before a reset is forgotten"
    later = [each for each in uncut if each.name == "goal" and each.offset > max(snapshots, default=0)]
    assert [each for each in heard if each.name == "goal"] == later
