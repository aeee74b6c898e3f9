"""The queue of frames: bounded, in order, and only statistics ever make room."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.provider.thesports.frames import Frame, FrameQueue, stats_of

MATCHES = ("k82rekhg0w8nrep", "965mkyhk2gllr1g", "z318q66hp66qo9j")

FRAMES = st.tuples(st.sampled_from(["stats", "score", "incidents"]), st.sampled_from(MATCHES))


def a_frame(kind: str, match: str, seq: int) -> Frame:
    payload = json.dumps([{"id": match, kind: [seq]}]).encode()
    return Frame(payload, "t", "c1", seq, 0)


@pytest.mark.parametrize(
    ("payload", "match"),
    [
        (b'[{"id":"k82rekhg0w8nrep","stats":[{"type":2}]}]', b"k82rekhg0w8nrep"),
        (b'[{"stats": [], "id" : "k82rekhg0w8nrep"}]', b"k82rekhg0w8nrep"),
        (b'[{"id":"k82rekhg0w8nrep","stats":[],"score":[]}]', None),
        (b'[{"id":"k82rekhg0w8nrep","stats":[]},{"id":"965mkyhk2gllr1g","stats":[]}]', None),
        (b'[{"id":"k82rekhg0w8nrep","incidents":[]}]', None),
        (b'["k82rekhg0w8nrep",2]', None),
        (b'[{"id":"BAD","stats":[]}]', None),
        (b"", None),
    ],
)
def test_a_statistics_frame_is_known_without_parsing(payload: bytes, match: bytes | None):
    assert stats_of(payload) == match


@given(st.lists(FRAMES, max_size=60), st.integers(1, 12))
def test_nothing_is_lost_but_statistics_with_newer_ones_behind_them(frames: list[tuple[str, str]], most: int):
    queue = FrameQueue(most)
    sent = [a_frame(kind, match, seq) for seq, (kind, match) in enumerate(frames)]
    refused = [frame for frame in sent if not queue.put(frame)]
    assert len(queue) <= most
    left = asyncio.run(queue.take(most)) if len(queue) else []

    assert left == sorted(left, key=lambda frame: frame.seq)
    lost = [frame for frame in sent if frame not in left and frame not in refused]
    assert len(lost) == queue.conflated
    for frame in lost:
        match = stats_of(frame.payload)
        assert match is not None
        assert any(stats_of(later.payload) == match and later.seq > frame.seq for later in sent)
    if refused:
        newest = {stats_of(frame.payload): frame.seq for frame in left if stats_of(frame.payload)}
        assert sum(stats_of(frame.payload) is not None for frame in left) == len(newest)


@given(st.lists(st.integers(1, 5) | FRAMES))
def test_what_is_taken_and_put_in_turns_stays_in_order(steps: list[int | tuple[str, str]]):
    async def run() -> list[Frame]:
        queue, out = FrameQueue(4), []
        for seq, step in enumerate(steps):
            if isinstance(step, tuple):
                queue.put(a_frame(*step, seq))
            elif len(queue):
                out += await queue.take(step)
        return out + (await queue.take(4) if len(queue) else [])

    taken = [frame.seq for frame in asyncio.run(run())]
    assert taken == sorted(set(taken))


def test_the_oldest_superseded_frame_goes_first():
    queue = FrameQueue(4)
    kinds = [("stats", 0), ("score", 0), ("stats", 1), ("stats", 0), ("stats", 1), ("score", 1)]
    for seq, (kind, match) in enumerate(kinds):
        assert queue.put(a_frame(kind, MATCHES[match], seq))

    assert [frame.seq for frame in asyncio.run(queue.take(9))] == [1, 3, 4, 5]
    assert queue.conflated == 2


def test_few_large_frames_fill_the_queue_as_many_small_ones_do():
    size = len(a_frame("score", MATCHES[0], 1).payload)
    queue = FrameQueue(100, bytes_max=4 * size)
    told = [queue.put(a_frame("score", MATCHES[0], seq)) for seq in range(1, 7)]

    assert told == [True] * 4 + [False] * 2
    assert not queue.is_half_empty
    assert [frame.seq for frame in asyncio.run(queue.take(2))] == [1, 2]
    assert queue.is_half_empty
    assert queue.put(a_frame("stats", MATCHES[0], 7))
    assert queue.put(a_frame("stats", MATCHES[0], 8))
    assert queue.put(a_frame("score", MATCHES[0], 9)), "statistics that are told anew make room for it"
    assert [frame.seq for frame in asyncio.run(queue.take(9))] == [3, 4, 8, 9]


@pytest.mark.anyio
async def test_taking_waits_for_a_frame():
    queue = FrameQueue(4)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        taken = group.create_task(queue.take(9))
        await asyncio.sleep(0)
        assert not taken.done()
        queue.put(a_frame("score", MATCHES[0], 1))

    assert [frame.seq for frame in taken.result()] == [1]
