"""What a fault of the push channel repeats is the latest there was, and nothing is kept for ever."""

import json
from collections import Counter

import pytest

from touchline.clock import SteppedClock
from touchline.simulator.faults.outlet import Faulty
from touchline.simulator.faults.pushes_order import REPLAYED_EVERY, SWAPPED_EVERY
from touchline.simulator.faults.pushes_said import REMEMBERED_MAX, Said
from touchline.simulator.faults.switches import Switches
from touchline.simulator.script import Frame

pytestmark = pytest.mark.anyio


def a_frame(match_id: str, **kinds: object) -> Frame:
    return Frame(0.0, json.dumps([{"id": match_id, **kinds}]).encode())


def scores_told(frames: list[Frame]) -> set[int]:
    """Every first number of a score in `frames`, whatever their form."""
    found: set[int] = set()

    def look(part: object) -> None:
        if isinstance(part, dict):
            for name, value in part.items():
                if name == "score" and isinstance(value, list):
                    found.add(value[1])
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    for frame in frames:
        try:
            look(json.loads(frame.payload))
        except ValueError:
            continue
    return found


async def test_after_a_pause_nothing_old_is_repeated():
    switches = Switches(1)
    outlet = Faulty(switches, SteppedClock())
    switches.on("F20")
    await outlet.push(a_frame("aaaaaa", score=["aaaaaa", 1]))
    switches.off("F20")
    await outlet.push(a_frame("aaaaaa", score=["aaaaaa", 2]))
    switches.on("F20")

    told = [frame for _ in range(16) for frame in await outlet.push(a_frame("aaaaaa", stats=[]))]

    assert scores_told(told) == {2}


def an_outlet_in_disorder() -> tuple[Switches, Faulty]:
    switches = Switches(1)
    switches.on("F21")
    return switches, Faulty(switches, SteppedClock())


async def test_what_was_kept_back_comes_when_the_disorder_is_over():
    switches, outlet = an_outlet_in_disorder()
    one, other = a_frame("aaaaaa", score=["aaaaaa", 1]), a_frame("aaaaaa", score=["aaaaaa", 2])
    for number in range(1, SWAPPED_EVERY):
        await outlet.push(a_frame("aaaaaa", stats=[number]))

    assert await outlet.push(one) == []
    switches.off("F21")
    assert await outlet.push(other) == [one, other]
    assert await outlet.push(other) == [other]


async def test_what_comes_again_was_said_since_the_disorder_began():
    switches, outlet = an_outlet_in_disorder()
    await outlet.push(a_frame("aaaaaa", score=["aaaaaa", 1]))
    switches.off("F21")
    await outlet.push(a_frame("aaaaaa", score=["aaaaaa", 2]))
    switches.on("F21")

    told = [await outlet.push(a_frame("aaaaaa", score=["aaaaaa", 3 + n])) for n in range(REPLAYED_EVERY)]

    again = max(told, key=len)
    assert len(again) >= REPLAYED_EVERY - 2
    assert min(scores_told(list(again))) == 3


async def test_what_comes_again_is_what_was_on_the_wire():
    switches, outlet = an_outlet_in_disorder()
    switches.on("F20")
    pushed = [frame for n in range(REPLAYED_EVERY) for frame in await outlet.push(a_frame("aaaaaa", stats=[n]))]

    told = Counter(frame.payload for frame in pushed)
    assert sum(times - 1 for times in told.values()) >= REPLAYED_EVERY - 2


def test_what_is_remembered_is_bounded():
    known = Said()
    for number in range(REMEMBERED_MAX + 5):
        known.take(a_frame(f"match{number:08}", score=[number]))

    assert len(known.of_all) == REMEMBERED_MAX
    assert known.of("match00000000") == {}
    assert known.of(f"match{REMEMBERED_MAX:08}") == {"score": [REMEMBERED_MAX]}
