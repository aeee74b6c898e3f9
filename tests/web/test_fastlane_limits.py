"""What the fast lane does to who asks too much, too slowly, or takes nothing; and how it ends."""

import asyncio
import json
import socket

import pytest
from tests.web.wire import PAGE, House, Wire, connected, house

from touchline.clock import SteppedClock
from touchline.web.fastlane import FastLane
from touchline.web.framing import BODY_BYTES_MAX, HEAD_BYTES_MAX, HEADERS_MAX, PIPELINE_MAX, URL_BYTES_MAX
from touchline.web.sweep import BODY_S, HEADERS_S, IDLE_S, UNREAD_S

HOT = b"GET /hot HTTP/1.1\r\nHost: x\r\n\r\n"
COLD = b"GET /cold HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
LATE_S = 1.0
"""A sweep's round: who is late is found out so much later."""


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


async def _passes(it: House, clock: SteppedClock, seconds: float) -> None:
    """Let so much time pass, a round of the sweep each second, after all that was sent has been read."""
    await asyncio.sleep(0.02)
    for _ in range(int(seconds)):
        await clock.advance(1)
        await it.sweep.turn()
    await asyncio.sleep(0.02)


def _request(size: int, path: bytes = b"/hot", lines: int = 1) -> bytes:
    """A GET whose request target, names and values with their punctuation are `size` bytes together."""
    own = len(path) + len(b"Host: x\r\n") + lines * len(b"a: \r\n")
    fill = [b"a: \r\n"] * (lines - 1) + [b"a: %b\r\n" % (b"b" * (size - own))]
    return b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n" % (path, b"".join(fill))


async def _refused(wire: Wire, status: int) -> None:
    answer = await wire.answer()
    assert answer is not None
    assert answer.status == status
    assert answer.header("connection") == "close"
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("x-content-type-options") == "nosniff"
    assert json.loads(answer.body)["request_id"] == answer.header("x-request-id")
    assert await wire.ended()


async def test_a_head_as_large_as_it_may_be_is_read() -> None:
    async with house(fast=True) as it, connected(it.port) as wire:
        await wire.send(_request(HEAD_BYTES_MAX))
        largest = await wire.answer()
        await wire.send(_request(1_000, lines=HEADERS_MAX - 1))
        longest = await wire.answer()

    assert largest is not None
    assert longest is not None
    assert (largest.status, longest.status) == (200, 200)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (_request(HEAD_BYTES_MAX + 1), 431),
        (_request(1_000, lines=HEADERS_MAX), 431),
        (b"GET /hot HTTP/1.1\r\na: " + b"b" * 300_000, 431),
        (b"GET /" + b"a" * URL_BYTES_MAX + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /" + b"a" * 300_000, 414),
        (b"GET /hot HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"a" * (BODY_BYTES_MAX + 300_000), 413),
        (b"GET /hot HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: " + b"b" * BODY_BYTES_MAX * 2, 413),
    ],
    ids=["head", "lines", "endless line", "address", "endless address", "body", "endless trailer"],
)
async def test_too_much_is_refused(sent: bytes, status: int) -> None:
    async with house(fast=True) as it, connected(it.port) as wire:
        wire.writer.write(sent)
        await _refused(wire, status)


async def test_a_body_nobody_takes_ends_the_request() -> None:
    head = b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
    async with house(fast=True) as it, connected(it.port) as wire:
        wire.writer.write(head + b"a" * (BODY_BYTES_MAX + 300_000))
        early = await wire.answer()

        assert early is not None
        assert early.status == 200


@pytest.mark.parametrize("sent", [COLD, b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"])
async def test_a_pipeline_has_an_end(sent: bytes) -> None:
    async with house(fast=True) as it, connected(it.port) as wire:
        await wire.send(SLOW + sent * (2 * PIPELINE_MAX))
        await asyncio.sleep(0.05)
        it.gate.set()
        answers = []
        while (answer := await wire.answer()) is not None:
            answers.append(answer)

    assert len(answers) == 1 + PIPELINE_MAX
    assert answers[-1].header("connection") == "close"


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET /hot HTTP/1.1\r\nHost: x\r\n", b"G"])
async def test_headers_that_do_not_come_are_waited_for_so_long(sent: bytes) -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        await wire.send(sent)
        await _passes(it, clock, HEADERS_S - LATE_S)
        assert not wire.reader.at_eof()
        await _passes(it, clock, 2 * LATE_S)

        if sent:
            await _refused(wire, 408)
        assert await wire.ended()


async def test_a_head_that_drips_has_no_more_time() -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        for byte in HOT[: int(HEADERS_S + LATE_S)]:
            await wire.send(bytes([byte]))
            await _passes(it, clock, 1)

        await _refused(wire, 408)


@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_a_body_that_does_not_come_is_waited_for_so_long(method: bytes) -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        await wire.send(method + b" /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234")
        await _passes(it, clock, BODY_S - LATE_S)
        await wire.send(b"5")
        assert not wire.reader.at_eof()
        await _passes(it, clock, 2 * LATE_S)

        await _refused(wire, 408)


@pytest.mark.parametrize("sent", [HOT, COLD])
async def test_an_idle_connection_is_kept_so_long(sent: bytes) -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        for _ in range(3):
            await wire.send(sent)
            assert await wire.answer() is not None
            await _passes(it, clock, IDLE_S - LATE_S)
        assert not wire.reader.at_eof()
        await _passes(it, clock, 2 * LATE_S)

        assert await wire.ended()


async def test_an_answer_that_takes_its_time_is_not_the_clients_fault() -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        await wire.send(SLOW)
        await _passes(it, clock, 60)
        it.gate.set()
        answer = await wire.answer()

    assert answer is not None
    assert answer.body == b"slow"


@pytest.mark.parametrize("sent", [HOT, COLD.replace(b"/cold", b"/hot?cold")])
async def test_who_does_not_take_his_answer_is_let_go(sent: bytes) -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", it.port))
            for _ in range(80):
                await asyncio.get_running_loop().sock_sendall(client, sent)
            await _until_stuck(it)
            await _passes(it, clock, UNREAD_S - LATE_S)
            assert len(it.sweep.connections) == 1
            await _passes(it, clock, 3 * LATE_S)

            assert len(it.sweep.connections) == 0
            with pytest.raises(ConnectionResetError):
                await _read_on(client)


async def _read_on(client: socket.socket) -> None:
    """Read to the end, which must come soon."""
    async with asyncio.timeout(5):
        while await asyncio.get_running_loop().sock_recv(client, 65_536):
            pass


async def _until_stuck(it: House) -> None:
    """Until a client has taken nothing for a while of what waits for it."""
    (connection,) = it.sweep.connections
    assert isinstance(connection, FastLane)
    waiting = 0
    async with asyncio.timeout(5):
        while not waiting or waiting != connection.transport.get_write_buffer_size():
            waiting = connection.transport.get_write_buffer_size()
            await asyncio.sleep(0.05)


async def test_who_takes_his_answer_slowly_gets_it_all() -> None:
    clock = SteppedClock()
    async with house(fast=True, clock=clock) as it, connected(it.port) as wire:
        wire.writer.transport.pause_reading()
        await wire.send(HOT * 50)
        await _passes(it, clock, UNREAD_S - LATE_S)
        wire.writer.transport.resume_reading()
        for _ in range(50):
            answer = await wire.answer()
            assert answer is not None
            assert answer.body == PAGE.body


async def test_at_the_end_the_answer_under_way_is_given_and_nobody_comes_in() -> None:
    async with house(fast=True) as it, connected(it.port) as busy, connected(it.port) as idle:
        await idle.send(HOT)
        await idle.answer()
        await busy.send(SLOW)
        await asyncio.sleep(0.05)
        it.server.should_exit = True
        assert await idle.ended()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", it.port)
        it.gate.set()
        answer = await busy.answer()

        assert answer is not None
        assert (answer.body, answer.header("connection")) == (b"slow", "close")
        assert await busy.ended()


async def test_at_the_end_requests_that_wait_their_turn_are_answered() -> None:
    async with house(fast=True) as it, connected(it.port) as wire:
        await wire.send(SLOW + HOT + COLD)
        await asyncio.sleep(0.05)
        it.server.should_exit = True
        await asyncio.sleep(0.15)
        it.gate.set()
        answers = [await wire.answer() for _ in range(3)]

        assert [answer and answer.header("connection") for answer in answers] == [None, None, "close"]
        assert await wire.ended()
