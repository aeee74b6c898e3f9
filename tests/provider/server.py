"""A provider that answers as it is told: a real HTTP server on a free port of the loopback."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from touchline.settings.parts import TheSports

USER, SECRET = "an-account", "s3cr3t-word"

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def says(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A whole answer; what is no bytes goes out as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, {"Content-Length": str(len(payload)), **(headers or {})}) + payload)
        await writer.drain()

    return reply


def results(*rows: object) -> Reply:
    """A fine answer with these rows."""
    return says({"code": 0, "results": list(rows)})


def half(body: bytes) -> Reply:
    """The first half of a body whose whole length was announced; then the connection is cut."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"Content-Length": str(len(body))}) + body[: len(body) // 2])
        await writer.drain()

    return reply


def cut_gzip(body: bytes) -> Reply:
    """A compressed body that ends before its end, at its announced length."""
    packed = gzip.compress(body)
    return says(packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})


async def reset(writer: asyncio.StreamWriter) -> None:
    """No answer: the connection is torn down."""
    writer.transport.abort()


async def silence(writer: asyncio.StreamWriter) -> None:
    """No answer for as long as anybody waits."""
    await writer.wait_closed()


class Provider:
    """Answers each request with the next reply of `script`, or with `always` when that is used up."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.always: Reply = results()
        self.asked: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    @property
    def settings(self) -> TheSports:
        """How a client reaches this provider."""
        return TheSports(
            base_url=f"http://127.0.0.1:{self.port}/v1/football",
            user=USER,
            secret=SecretStr(SECRET),
            requests_per_minute=10_000,
        )

    def query(self, index: int = -1) -> dict[str, str]:
        """The parameters of a request, without credentials."""
        given = parse_qs(urlsplit(self.asked[index]).query)
        return {name: values[0] for name, values in given.items() if name not in {"user", "secret"}}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head.split(" ", 2)[1])
            await (self.script.pop(0) if self.script else self.always)(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def shaped(shape: str, record: dict[str, object]) -> object:
    """One record in a form that `results` comes in."""
    shapes: dict[str, object] = {
        "list": [record],
        "map by index": {"0": record},
        "map by id": {record["id"]: record},
        "nested": {"1": [record]},
        "single": record,
    }
    return shapes[shape]
