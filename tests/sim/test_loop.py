"""The loop on virtual time: what runs when, what is refused, and processes that stop where they stand."""

import asyncio
import time
from contextvars import copy_context

import pytest

from touchline.clock import SystemClock
from touchline.proving.loop import PROCESS, Forbidden, NothingLeft, VirtualLoop, play

CLOCK = SystemClock()
"""The product's own: on this loop its waits pass at once."""


def begin(loop, process, coroutine):
    context = copy_context()
    context.run(PROCESS.set, process)
    return loop.create_task(coroutine, context=context)


def test_an_hour_passes_in_no_time():
    loop = VirtualLoop()
    begun = time.monotonic()

    play(loop, CLOCK.sleep(3_600))

    assert loop.time() == pytest.approx(3_600)
    assert time.monotonic() - begun < 1


def test_timers_come_in_the_order_of_their_time():
    loop = VirtualLoop()
    seen = []

    async def later(seconds):
        await CLOCK.sleep(seconds)
        seen.append((round(loop.time()), seconds))

    async def main():
        async with asyncio.TaskGroup() as group:
            for seconds in (3, 1, 2):
                group.create_task(later(seconds))

    play(loop, main())

    assert seen == [(1, 1), (2, 2), (3, 3)]


def test_a_timeout_is_virtual_as_well():
    loop = VirtualLoop()

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        return loop.time()

    assert play(loop, main()) == pytest.approx(5)


def test_who_waits_for_nothing_is_said():
    with pytest.raises(NothingLeft):
        play(VirtualLoop(), asyncio.Event().wait())


async def _from_a_thread():
    asyncio.get_running_loop().call_soon_threadsafe(print)


async def _to_network():
    await asyncio.open_connection("127.0.0.1", 1)


@pytest.mark.parametrize("outside", [_from_a_thread, _to_network])
def test_what_depends_on_the_machine_is_refused(outside):
    with pytest.raises(Forbidden):
        play(VirtualLoop(), outside())


def test_a_killed_process_does_nothing_more_not_even_at_its_end():
    loop = VirtualLoop()
    seen = []

    async def process():
        try:
            while True:
                await CLOCK.sleep(1)
                seen.append(round(loop.time()))
        finally:
            seen.append("end")

    async def main():
        begin(loop, "p", process())
        await CLOCK.sleep(2.5)
        loop.freeze("p")
        await CLOCK.sleep(60)
        return list(seen)

    assert play(loop, main()) == [1, 2]


def test_a_paused_process_goes_on_and_finds_it_is_late():
    loop = VirtualLoop()
    seen = []
    wake = asyncio.Event()

    async def process():
        await wake.wait()
        seen.append(("woken", round(loop.time())))
        await CLOCK.sleep(1)
        seen.append(("slept", round(loop.time())))

    async def main():
        begin(loop, "p", process())
        await CLOCK.sleep(1)
        loop.freeze("p")
        wake.set()
        await CLOCK.sleep(60)
        assert seen == []
        loop.thaw("p")
        await CLOCK.sleep(5)

    play(loop, main())

    assert seen == [("woken", 61), ("slept", 62)]


def test_a_timer_that_fell_due_in_a_pause_rings_after_it():
    loop = VirtualLoop()
    seen = []

    async def process():
        await CLOCK.sleep(10)
        seen.append(round(loop.time()))

    async def main():
        begin(loop, "p", process())
        await CLOCK.sleep(1)
        loop.freeze("p")
        await CLOCK.sleep(30)
        loop.thaw("p")
        await CLOCK.sleep(1)

    play(loop, main())

    assert seen == [31]


def test_several_timers_of_one_instant_ring_in_their_order_after_a_pause():
    loop = VirtualLoop()
    seen = []

    async def process():
        for number in range(5):
            loop.call_at(10, seen.append, number)
        await CLOCK.sleep(20)

    async def main():
        begin(loop, "p", process())
        await CLOCK.sleep(1)
        loop.freeze("p")
        await CLOCK.sleep(1)
        loop.thaw("p")
        await CLOCK.sleep(10)

    play(loop, main())

    assert seen == [0, 1, 2, 3, 4]


def ended_in_a_group(tasks: int) -> list[int]:
    seen = []

    async def one(number):
        try:
            await CLOCK.sleep(60)
        finally:
            seen.append(number)

    async def group():
        async with asyncio.TaskGroup() as group:
            for number in range(tasks):
                group.create_task(one(number))

    async def main():
        task = asyncio.ensure_future(group())
        await CLOCK.sleep(1)
        task.cancel()
        await asyncio.wait((task,))

    play(VirtualLoop(), main())
    return seen


def test_a_group_cancels_its_tasks_in_the_same_order_every_time():
    first, again = ended_in_a_group(200), ended_in_a_group(200)
    assert sorted(first) == list(range(200))
    assert first == again


def test_work_for_a_thread_is_done_at_once():
    assert play(VirtualLoop(), asyncio.to_thread(sum, (1, 2))) == 3
