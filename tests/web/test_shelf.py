"""What is read for one request: once for all who ask, fresh for a moment, kept for bad days."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.clock import SteppedClock
from touchline.errors import NotFound, StoreUnavailable
from touchline.web.shelf import FRESH_S, Flights, Recent, Shelf


class Source:
    """Answers with the number of its question, until it is told otherwise."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> int:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        return number


@given(st.lists(st.tuples(st.sampled_from("kgd"), st.integers(0, 6))))
def test_what_was_used_last_is_held(steps: list[tuple[str, int]]) -> None:
    recent: Recent[int, int] = Recent(3)
    model: list[int] = []
    for what, key in steps:
        if what == "k":
            recent.keep(key, key * 10)
            model = [*(each for each in model if each != key), key][-3:]
        elif what == "d":
            recent.drop(key)
            model = [each for each in model if each != key]
        else:
            assert recent.get(key) == (key * 10 if key in model else None)
            model = sorted(model, key=lambda each: each == key)
        assert len(recent) == len(model)
    assert all(recent.get(key) is not None for key in model)


async def test_who_asks_meanwhile_joins_in() -> None:
    flights: Flights[str] = Flights()
    source = Source()

    found = await asyncio.gather(*(flights.join("one", source.read) for _ in range(50)))
    later = await flights.join("one", source.read)

    assert (set(found), later) == ({1}, 2)


async def test_a_caller_that_leaves_cancels_nothing() -> None:
    flights: Flights[str] = Flights()
    source = Source()
    source.gate.clear()
    async with asyncio.TaskGroup() as group:
        leader = group.create_task(flights.join("one", source.read))
        follower = group.create_task(flights.join("one", source.read))
        await asyncio.sleep(0)
        leader.cancel()
        await asyncio.sleep(0)
        source.gate.set()

    assert leader.cancelled()
    assert (follower.result(), source.asked) == (1, 1)


async def test_a_failure_reaches_who_waits_and_is_not_kept() -> None:
    flights: Flights[str] = Flights()
    source = Source()
    source.fails = StoreUnavailable("away")

    found = await asyncio.gather(*(flights.join("one", source.read) for _ in range(3)), return_exceptions=True)
    source.fails = None

    assert [type(each) for each in found] == [StoreUnavailable] * 3
    assert await flights.join("one", source.read) == 2


async def test_a_failure_nobody_waited_for_is_no_noise() -> None:
    flights: Flights[str] = Flights()
    source = Source()
    source.fails = StoreUnavailable("away")
    source.gate.clear()
    asking = asyncio.ensure_future(flights.join("one", source.read))
    await asyncio.sleep(0)
    asking.cancel()
    source.gate.set()

    with pytest.raises(asyncio.CancelledError):
        await asking
    source.fails = None
    assert await flights.join("one", source.read) == 2


async def test_a_copy_is_read_again_when_its_moment_is_over() -> None:
    clock, source = SteppedClock(), Source()
    shelf: Shelf[str, int] = Shelf(clock, 2)

    first = await shelf.get("one", source.read)
    assert (await shelf.get("one", source.read), shelf.fresh("one")) == (first, first)
    await clock.advance(FRESH_S)
    assert shelf.fresh("one") is None
    second = await shelf.get("one", source.read)

    assert (first.value, second.value, second.stale) == (1, 2, False)


async def test_who_may_not_read_gets_the_last_copy_whatever_its_age() -> None:
    clock, source = SteppedClock(), Source()
    shelf: Shelf[str, int] = Shelf(clock, 2)
    first = await shelf.get("one", source.read)

    assert shelf.last("one") is first
    await clock.advance(FRESH_S)
    last = shelf.last("one")
    assert last is not None
    assert (last.value, last.stale) == (1, True)
    assert shelf.last("two") is None


async def test_the_last_good_copy_answers_while_the_database_is_away() -> None:
    clock, source = SteppedClock(), Source()
    shelf: Shelf[str, int] = Shelf(clock, 2)
    await shelf.get("one", source.read)
    await clock.advance(FRESH_S)
    source.fails = StoreUnavailable("away")

    copy = await shelf.get("one", source.read)
    assert (copy.value, copy.stale, shelf.fresh("one")) == (1, True, copy)
    with pytest.raises(StoreUnavailable):
        await shelf.get("never", source.read)
    source.fails = None
    await clock.advance(FRESH_S)

    assert (await shelf.get("one", source.read)).stale is False


async def test_what_is_no_more_is_not_kept() -> None:
    clock, source = SteppedClock(), Source()
    shelf: Shelf[str, int] = Shelf(clock, 2)
    await shelf.get("one", source.read)
    await clock.advance(FRESH_S)
    source.fails = NotFound("match", "one")
    with pytest.raises(NotFound):
        await shelf.get("one", source.read)
    source.fails = StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        await shelf.get("one", source.read)
