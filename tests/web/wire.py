"""One connection spoken by hand, and a small application to speak to: with the fast lane or without."""

import asyncio
import functools
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send

from touchline.clock import Clock, SystemClock
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings
from touchline.tenants.limits import Limits
from touchline.web.fastlane import FastLane
from touchline.web.lane import Lane
from touchline.web.requests import Requests
from touchline.web.snapshots import Representation
from touchline.web.sweep import Sweep

WITHIN_S = 5.0
PAGE = Representation("/hot", b'{"matches": [' + b"1234567890, " * 7_000 + b"0]}")


class Answer:
    """One answer as it came: `head` up to the blank line, `body` without its framing."""

    def __init__(self, head: bytes, body: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = [tuple(line.lower().split(": ", 1)) for line in lines[1:] if line]
        self.body = body

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1, found
        return found[0] if found else None


class Wire:
    """A client that sends what it is told to, byte for byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        """Send each piece by itself, so that the server reads it by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.001)

    async def answer(self, method: str = "GET") -> Answer | None:
        """The next answer that is no interim one; None where the connection ended instead."""
        try:
            async with asyncio.timeout(WITHIN_S):
                head = await self.reader.readuntil(b"\r\n\r\n")
                answer = Answer(head, b"")
                if answer.status == 100:
                    return await self.answer(method)
                if method != "HEAD" and answer.status != 304:
                    answer.body = await self._body(answer)
                return answer
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return None

    async def ended(self) -> bool:
        """Whether the server closes, having said nothing more."""
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self.reader.read() == b""
        except ConnectionResetError:
            return True

    async def _body(self, answer: Answer) -> bytes:
        if answer.header("transfer-encoding") == "chunked":
            return await self._chunks()
        return await self.reader.readexactly(int(answer.header("content-length") or 0))

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return body


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


@dataclass
class House:
    """A server that runs: where, what sweeps its connections, and what lets its slow answers go on."""

    port: int
    sweep: Sweep
    metrics: Metrics
    server: uvicorn.Server
    gate: asyncio.Event


@asynccontextmanager
async def house(*, fast: bool, clock: Clock | None = None) -> AsyncIterator[House]:
    """The small application on a free port, behind the fast lane or behind uvicorn alone."""
    metrics, clock, gate = Metrics(), clock or SystemClock(), asyncio.Event()
    requests, sweep = Requests(clock, metrics, Limits(LimitSettings(), clock, metrics)), Sweep(clock)
    lane = Lane(_hot, [], requests, clock, sweep)
    config = uvicorn.Config(
        requests.around(_application(gate)),
        http=functools.partial(FastLane, lane) if fast else "httptools",  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    server = uvicorn.Server(config)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            try:
                yield House(listener.getsockname()[1], sweep, metrics, server, gate)
            finally:
                gate.set()
                server.should_exit = True
    finally:
        for connection in tuple(server.server_state.connections):
            connection.transport.abort()  # type: ignore[union-attr]
        listener.close()


def _hot(path: bytes, query: bytes) -> Representation | None:
    return PAGE if (path, query) == (b"/hot", b"") else None


def _application(gate: asyncio.Event) -> ASGIApp:
    """`/hot` as the lane has it, `/slow` when the gate is open, `/body` says what it was given."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        status, headers, body = 200, {}, b"here"
        match scope["path"]:
            case "/hot":
                status, headers, body = _page(dict(scope["headers"]))
            case "/slow":
                await gate.wait()
                body = b"slow"
            case "/body":
                body = b"given " + await _whole(receive)
            case "/none":
                status, body = 404, b"nothing"
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        if status != 304:
            lines.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return application


def _page(asked: Mapping[bytes, bytes]) -> tuple[int, dict[str, str], bytes]:
    variant = PAGE.variant(asked.get(b"accept-encoding", b""))
    if variant.held_by(asked.get(b"if-none-match", b"")):
        return 304, variant.headers_304, b""
    return 200, variant.headers_200 | {"content-type": "application/json"}, variant.body


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body
