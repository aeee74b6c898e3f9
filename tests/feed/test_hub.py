"""The fan-out: the same bytes for everybody, nobody waited for, nobody told anything twice."""

import asyncio
import tracemalloc
from collections.abc import Callable, Sequence

import pytest
from tests.feed.line import Line

from touchline.clock import SteppedClock
from touchline.feed.event import Event, sse
from touchline.feed.hub import ALIVE_SLOTS, SLICE, SLOW_S, WAITING_MAX_BYTES, Hub, Seats
from touchline.feed.position import Position
from touchline.metrics import Metrics

ALIVE = sse("alive", b"{}")


class Hall:
    """A hub with a clock that can be stepped."""

    def __init__(self, streams_max: int = 10_000) -> None:
        self.clock = SteppedClock()
        self.metrics = Metrics()
        self.seats = Seats(self.metrics, streams_max)
        self.hub = Hub("test", self.clock, self.metrics, self.seats, lambda: ALIVE)
        self.offset = 0

    def event(self, key: str, *topics: str, lasting: bool = False, pad: int = 0) -> Event:
        """The next event; its name is its key."""
        self.offset += 256
        position = Position("e", self.offset)
        data = sse(key, b"." * pad, position)
        return Event(self.offset, "" if lasting else key, lasting, topics or ("all",), data)

    def publish(self, *keys: str, lasting: bool = False, pad: int = 0) -> list[int]:
        """Publish one event for each of `keys`; their offsets."""
        events = [self.event(key, lasting=lasting, pad=pad) for key in keys]
        self.hub.publish(events)
        return [event.offset for event in events]

    def join(self, *topics: str, flowing: bool = True) -> Line:
        line = Line(flowing=flowing)
        self.hub.join(line, topics or ("all",), ())
        return line


async def settle() -> None:
    """Let the turns of delivery run to their end."""
    for _ in range(60):
        await asyncio.sleep(0)


async def until(told: Callable[[], bool]) -> None:
    """Wait until `told` says so."""
    async with asyncio.timeout(5):
        while not told():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def names(line: Line) -> list[str]:
    return [heard.name for heard in line.heard if heard.name != "alive"]


async def test_what_is_given_is_counted() -> None:
    hall = Hall()
    lines = [hall.join() for _ in range(3)]
    event = hall.event("a", pad=100)
    hall.hub.publish([event])
    await settle()

    assert all(line.received.endswith(event.data) for line in lines)
    assert hall.metrics.delivered_bytes._value.get() == 3 * len(event.data)


async def test_readers_of_the_same_topics_are_given_the_same_bytes_in_one_write() -> None:
    hall = Hall()
    one, two, other = hall.join("all"), hall.join("all"), hall.join("match x")

    hall.publish("a", "b")
    hall.hub.publish([hall.event("c", "all", "match x")])
    await settle()

    assert names(one) == ["a", "b", "c"]
    assert names(other) == ["c"]
    assert one.writes[-1] is two.writes[-1]


async def test_an_event_of_two_topics_is_told_once() -> None:
    hall = Hall()
    line = hall.join("match x", "competition y")

    hall.hub.publish([hall.event("a", "all", "match x", "competition y")])
    await settle()

    assert names(line) == ["a"]


async def test_states_that_pile_up_are_told_once_and_what_lasts_every_time() -> None:
    hall = Hall()
    line = hall.join()

    hall.publish("score", "card")
    hall.publish("goal", "goal", lasting=True)
    newest = hall.publish("score")
    await settle()

    assert names(line) == ["card", "goal", "goal", "score"]
    assert line.heard[-1].offset == newest[0]


async def test_whoever_joins_during_a_turn_neither_misses_nor_doubles() -> None:
    hall = Hall()
    crowd = [hall.join() for _ in range(SLICE + 1)]
    first = hall.publish("a")
    await asyncio.sleep(0)
    assert [len(names(line)) for line in (crowd[0], crowd[-1])] == [1, 0], "the turn is under way"

    between = hall.join()
    second = hall.publish("b")
    after = hall.join()
    third = hall.publish("c")
    await settle()

    assert [each.offset for each in crowd[-1].heard if each.name != "alive"] == first + second + third
    assert names(between) == ["b", "c"]
    assert names(after) == ["c"]


async def test_a_turn_over_many_readers_lets_others_run() -> None:
    hall = Hall()
    for _ in range(4 * SLICE):
        hall.join()
    hall.publish("a")

    rounds = 0
    while hall.metrics.deliveries._value.get() == 0:
        await asyncio.sleep(0)
        rounds += 1

    assert rounds >= 4


async def test_who_leaves_in_the_middle_of_a_turn_is_not_written_to() -> None:
    hall = Hall()
    lines = [Line() for _ in range(SLICE + 1)]
    readers = [hall.hub.join(line, ("all",), ()) for line in lines]
    hall.publish("a")
    await asyncio.sleep(0)
    readers[-1].leave()
    readers[-1].leave()
    await settle()

    assert names(lines[-1]) == []
    assert hall.hub.open_streams == SLICE


async def test_a_reader_that_lags_is_told_the_newest_state_and_all_that_lasts_in_order() -> None:
    hall = Hall()
    line = hall.join(flowing=False)
    for keys in (["score", "corner"], ["score"]):
        hall.publish(*keys)
        hall.publish("goal", lasting=True)
        await settle()
    before = len(line.writes)

    line.take()
    await hall.hub.turn()
    line.take()

    assert names(line) == ["corner", "goal", "score", "goal"]
    assert len(line.writes) == before + 1
    offsets = [each.offset for each in line.heard if each.id is not None]
    assert offsets == sorted(offsets)


async def test_drained_need_not_be_waited_for() -> None:
    hall = Hall()
    line = Line(flowing=False)
    reader = hall.hub.join(line, ("all",), ())
    hall.publish("a")
    await settle()
    line.flowing = True
    line.take()

    reader.drained()

    assert names(line) == ["a"]


async def test_without_that_call_the_sweep_finds_out() -> None:
    hall = Hall()
    line = hall.join(flowing=False)
    hall.publish("a")
    await settle()
    line.flowing = True
    line.take()

    await until(lambda: names(line) == ["a"])


async def test_too_much_that_waits_cuts_one_reader_off_and_no_other() -> None:
    hall = Hall()
    slow, quick = hall.join(flowing=False), hall.join()
    pad = WAITING_MAX_BYTES // 4
    for _ in range(4):
        hall.publish("goal", lasting=True, pad=pad)
        await settle()

    assert slow.ended == "aborted"
    assert names(quick) == ["goal"] * 4
    assert hall.metrics.streams_cut._value.get() == 1
    assert hall.hub.open_streams == 1


async def test_states_of_one_thing_never_wait_twice() -> None:
    hall = Hall()
    slow = hall.join(flowing=False)
    for _ in range(20):
        hall.publish("score", pad=WAITING_MAX_BYTES // 2)
        await settle()

    assert slow.ended is None


async def step(hall: Hall, seconds: float) -> None:
    """Let seconds pass, each with its turn."""
    for _ in range(int(seconds)):
        await hall.clock.advance(1)
        await hall.hub.turn()


async def test_a_reader_that_takes_nothing_is_cut_off_in_time() -> None:
    hall = Hall()
    line = hall.join(flowing=False)
    hall.publish("a")
    await settle()

    await step(hall, SLOW_S - 1)
    assert line.ended is None
    await step(hall, 1)
    assert line.ended == "aborted"


async def test_a_reader_that_takes_a_little_now_and_then_stays() -> None:
    hall = Hall()
    line = hall.join(flowing=False)
    hall.publish("a")
    await settle()
    for _ in range(4):
        await step(hall, SLOW_S - 2)
        line.take(1)

    assert line.ended is None


async def test_without_news_a_dead_reader_is_found_by_alive() -> None:
    hall = Hall()
    line = hall.join(flowing=False)

    await step(hall, ALIVE_SLOTS + SLOW_S + 1)

    assert line.ended == "aborted"


async def test_everybody_hears_alive_every_ten_seconds_and_each_second_has_its_share() -> None:
    hall = Hall()
    lines = [hall.join() for _ in range(5 * ALIVE_SLOTS)]
    heard = [len(line.writes) for line in lines]
    for _ in range(2 * ALIVE_SLOTS):
        await step(hall, 1)
        now = [len(line.writes) for line in lines]
        assert sum(now) - sum(heard) == 5
        heard = now

    assert {len(line.heard) for line in lines} == {3}


async def test_a_late_turn_catches_up_on_alive() -> None:
    hall = Hall()
    lines = [hall.join() for _ in range(20)]

    await hall.clock.advance(60)
    await hall.hub.turn()

    assert {len(line.heard) for line in lines} == {2}


async def test_the_world_anew_replaces_what_was_not_told_yet() -> None:
    hall = Hall()
    quick, slow, part = hall.join(), hall.join(flowing=False), hall.join("match x")
    hall.publish("goal", lasting=True)
    await settle()
    hall.publish("never", lasting=True)

    hall.hub.restart(lambda topics: (sse("snapshot", " ".join(topics).encode()),))
    hall.publish("next")
    await settle()
    slow.take()
    await hall.hub.turn()
    slow.take()

    assert names(quick) == ["goal", "snapshot", "next"]
    assert names(slow) == ["snapshot", "next"]
    assert names(part) == ["snapshot"]
    assert part.heard[-1].data == b"match x"


async def test_the_seats_of_a_process_are_counted_over_all_its_hubs() -> None:
    hall = Hall(streams_max=2)
    other = Hub("other", hall.clock, hall.metrics, hall.seats, lambda: ALIVE)
    hall.join()
    reader = other.join(Line(), ("rows",), ())
    assert hall.hub.full
    assert other.full

    reader.leave()

    assert not hall.hub.full
    assert other.topics == frozenset()


async def test_at_the_end_everything_gathered_is_told_then_goodbye() -> None:
    hall = Hall()
    quick, slow = hall.join(), hall.join(flowing=False)
    hall.publish("a")

    hall.hub.close()
    late = Line()
    hall.hub.join(late, ("all",), ())
    hall.publish("unheard")
    await settle()

    assert names(quick) == ["a", "bye"]
    assert quick.ended == slow.ended == late.ended == "finished"
    assert hall.hub.full


async def test_who_does_not_take_the_goodbye_is_cut_off() -> None:
    hall = Hall()
    aborted: list[str] = []

    class Deaf(Line):
        def finish(self, last: bytes) -> None:
            pass

        def abort(self) -> None:
            aborted.append("now")

    for sink in (Deaf(), Line()):
        reader = hall.hub.join(sink, ("all",), ())
    hall.hub.close(within_s=0.02)
    reader.leave()

    await until(lambda: bool(aborted))
    assert aborted == ["now"]


async def test_a_reader_costs_a_few_hundred_bytes() -> None:
    hall, lines = Hall(), [Line() for _ in range(2_000)]
    tracemalloc.start()
    try:
        readers = [hall.hub.join(line, ("all",), ()) for line in lines]
        hall.publish("a")
        await settle()
        ours = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*/feed/hub.py")])
    finally:
        tracemalloc.stop()

    assert 50 < sum(each.size for each in ours.statistics("filename")) / len(readers) < 500


@pytest.mark.parametrize("counts", [(1, 0), (0, 1), (3, 2)])
async def test_topics_are_those_of_who_listens(counts: Sequence[int]) -> None:
    hall = Hall()
    readers = [
        hall.hub.join(Line(), (f"match {kind}",), ()) for kind, count in enumerate(counts) for _ in range(count)
    ]

    assert hall.hub.topics == {f"match {kind}" for kind, count in enumerate(counts) if count}
    for reader in readers:
        reader.leave()
    assert hall.hub.topics == frozenset()
