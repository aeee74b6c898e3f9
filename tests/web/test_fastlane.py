"""The fast lane speaks HTTP as uvicorn does: the same bytes sent to both, the answers compared."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import pytest
from tests.web.wire import PAGE, House, Wire, connected, house

TELLING = (
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "etag",
    "vary",
    "cache-control",
    "x-content-type-options",
)
"""Headers that must be the same; ids and dates never are."""

HOT = b"GET /hot HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"HEAD /hot HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
HELD = b"GET /hot HTTP/1.1\r\nHost: x\r\nIf-None-Match: %b\r\n\r\n" % PAGE.variant(b"").etag
COLD = b"GET /cold HTTP/1.1\r\nHost: x\r\n\r\n"
NONE = b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
BAD_BODY = b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
KINDS = {"hot": HOT, "head": HEAD, "held": HELD, "cold": COLD, "body": BODY}


class Both(NamedTuple):
    """The same application, behind the lane and behind uvicorn alone."""

    lane: House
    plain: House


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="module")
async def both(anyio_backend: object) -> AsyncIterator[Both]:
    async with house(fast=True) as lane, house(fast=False) as plain:
        yield Both(lane, plain)


def _methods(sent: bytes) -> list[str]:
    """The methods of whole requests, in order."""
    return [method.decode() for method in re.findall(rb"(GET|HEAD|POST) \S+ HTTP/1\.[01]\r\n", sent)]


async def _told(port: int, pieces: Sequence[bytes]) -> list[object]:
    """What is answered to the pieces, and whether the connection is of use afterwards."""
    sent = b"".join(pieces)
    told: list[object] = []
    async with connected(port) as wire:
        await wire.send(*pieces)
        for method in _methods(sent):
            answer = await wire.answer(method)
            if answer is None:
                return [*told, "closed"]
            told.append((answer.status, [answer.header(name) for name in TELLING], answer.body))
        return [*told, await _is_open(wire)]


async def _is_open(wire: Wire) -> str:
    wire.writer.write(b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await wire.answer()
    return "closed" if answer is None else f"open: {answer.status}"


async def _same(both: Both, *pieces: bytes) -> list[object]:
    lane, plain = await _told(both.lane.port, pieces), await _told(both.plain.port, pieces)
    assert lane == plain, pieces
    return lane


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS, 3)), ids="-".join)
async def test_pipelined_answers_come_in_order(both: Both, order: tuple[str, ...]) -> None:
    told = await _same(both, b"".join(KINDS[kind] for kind in order))

    assert len(told) == 4
    assert told[-1] == "open: 404"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_may_come_in_any_two_pieces(both: Both, kind: str) -> None:
    whole = KINDS[kind]
    expected = await _told(both.plain.port, [whole])
    for cut in range(1, len(whole)):
        assert await _told(both.lane.port, [whole[:cut], whole[cut:]]) == expected, cut


async def test_a_request_may_come_byte_by_byte(both: Both) -> None:
    one_by_one = [bytes([byte]) for byte in HOT + BODY + HELD]
    assert len(await _same(both, *one_by_one)) == 4


async def test_the_same_bytes_again_are_the_same_request(both: Both) -> None:
    async with connected(both.lane.port) as wire:
        bodies = []
        for sent in (HOT, HOT, HELD, HOT, HELD):
            await wire.send(sent)
            answer = await wire.answer()
            assert answer is not None
            bodies.append((answer.status, answer.body))

    hot, held = (200, PAGE.body), (304, b"")
    assert bodies == [hot, hot, held, hot, held]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /hot HTTP/1.0\r\n\r\n",
        b"GET /cold HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"GET /hot HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"HEAD /hot HTTP/1.0\r\n\r\n",
        b"GET /hot HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"HEAD /hot HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /cold HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
async def test_who_wants_one_answer_gets_one_and_the_end(both: Both, request_: bytes) -> None:
    told = await _same(both, request_)
    again = await _same(both, request_)  # recalled, where the lane has seen it

    assert told == again
    assert told[-1] == "closed"


@pytest.mark.parametrize("path", [b"/hot", b"/cold"])
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    ],
)
async def test_a_body_nobody_wants_is_read_over(both: Both, path: bytes, rest: bytes) -> None:
    request = b"GET %b HTTP/1.1\r\nHost: x\r\n%b" % (path, rest)
    told = await _told(both.lane.port, [request + HOT + COLD])

    assert [answer[0] for answer in told[:-1]] == [200, 200, 200]  # type: ignore[index]
    assert told[-1] == "open: 404"
    if b"Upgrade" not in rest:  # uvicorn loses what comes behind it
        assert told == await _told(both.plain.port, [request + HOT + COLD])


async def test_a_client_that_asks_first_is_told_to_go_on(both: Both) -> None:
    for port in (both.lane.port, both.lane.port, both.plain.port):
        async with connected(port) as wire:
            await wire.send(
                b"POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            )
            interim = await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), 5)
            await wire.send(b"ok")
            answer = await wire.answer()

            assert interim.startswith(b"HTTP/1.1 100 ")
            assert answer is not None
            assert answer.body == b"given ok"


async def test_who_is_not_told_to_go_on_can_not_stay(both: Both) -> None:
    async with connected(both.lane.port) as wire:
        await wire.send(b"POST /none HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        answer = await wire.answer()

        assert answer is not None
        assert (answer.status, answer.header("connection")) == (404, "close")
        assert await wire.ended()


async def test_a_get_that_asks_first_is_told_to_go_on_when_its_turn_comes(both: Both) -> None:
    asks = b"GET /hot HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    async with connected(both.lane.port) as wire:
        await wire.send(COLD + asks)
        cold = await wire.answer()
        interim = await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), 5)
        await wire.send(b"ok" + COLD)
        hot, again = await wire.answer(), await wire.answer()

    assert cold is not None
    assert hot is not None
    assert again is not None
    assert interim.startswith(b"HTTP/1.1 100 ")
    assert (cold.body, hot.body, again.body) == (b"here", PAGE.body, b"here")


async def test_what_is_ready_never_enters_the_framework(both: Both) -> None:
    for _ in range(3):
        async with connected(both.lane.port) as wire:
            for sent in (HOT, HEAD, HELD, COLD):
                await wire.send(sent)
                await wire.answer("HEAD" if sent is HEAD else "GET")
    metrics = both.lane.metrics.render().decode()

    for method, status in (("GET", 200), ("HEAD", 200), ("GET", 304)):
        assert f'http_requests_total{{method="{method}",route="/hot",status="{status}"}}' in metrics


async def test_who_goes_away_costs_nothing(both: Both) -> None:
    for sent in (b"", b"GET /h", HOT[:-1], HOT, BODY[:-2]):
        async with connected(both.lane.port) as wire:
            await wire.send(sent)
            wire.writer.write_eof()
            await wire.reader.read()


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\r\n\r\n",
        b"GET /hot HTTP/9.9\r\n\r\n",
        b"GET hot HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /hot HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /hot HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n",
        b"GET /hot HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_no_request_is_refused(both: Both, bad: bytes) -> None:
    for port in (both.lane.port, both.plain.port):
        async with connected(port) as wire:
            await wire.send(bad)
            answer = await wire.answer()

            assert answer is not None
            assert (answer.status, answer.header("connection")) == (400, "close")
            assert await wire.ended()


async def test_a_refusal_waits_for_the_answers_before_it(both: Both) -> None:
    for bad in (
        b"nonsense\r\n\r\n",
        b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        HOT[:-2] + b"\x01\r\n",
        BAD_BODY,
    ):
        async with connected(both.lane.port) as wire:
            await wire.send(COLD + BODY + bad)
            answers = [await wire.answer() for _ in range(3)]

            assert [answer and answer.status for answer in answers] == [200, 200, 400]
            assert await wire.ended()
