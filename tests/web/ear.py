"""A reader of event streams over a real socket. As the standard has it, an event counts when it is whole."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from tests.web.wire import Answer

WITHIN_S = 10.0


class Heard(NamedTuple):
    """One event. `id` is the reader's place when it had this event."""

    name: str
    id: str | None
    data: str

    @property
    def offset(self) -> int:
        return -1 if self.id is None else int(self.id.rpartition("-")[2])

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.data)


class Scanner:
    """Bytes of a stream in, whole events out."""

    def __init__(self) -> None:
        self.last_id: str | None = None
        self.rest = b""

    def scan(self, data: bytes) -> list[Heard]:
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        return [event for block in blocks if (event := self._event(block.decode())) is not None]

    def _event(self, block: str) -> Heard | None:
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields.setdefault(name, []).append(value)
        if "id" in fields:
            self.last_id = fields["id"][-1]
        if "data" not in fields:
            return None
        return Heard(fields.get("event", ["message"])[-1], self.last_id, "\n".join(fields["data"]))


class Ear:
    """One open stream: what its answer says, and event after event."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self.answer = answer
        self.writer = writer
        self.raw = b""
        self.heard: list[Heard] = []
        self._reader = reader
        self._scanner = Scanner()
        self._untold: list[Heard] = []

    @property
    def last_id(self) -> str | None:
        """Where the reader is."""
        return self._scanner.last_id

    async def next(self) -> Heard | None:
        """The next event; None at the end of the stream."""
        while not self._untold:
            data = await asyncio.wait_for(self._reader.read(65_536), WITHIN_S)
            if not data:
                return None
            self.raw += data
            self._untold = self._scanner.scan(data)
            self.heard += self._untold
        return self._untold.pop(0)

    async def event(self, name: str, containing: str = "") -> Heard:
        """The next event of that name that contains the text."""
        async with asyncio.timeout(WITHIN_S):
            while (heard := await self.next()) is not None:
                if heard.name == name and containing in heard.data:
                    return heard
        raise AssertionError(f"no {name} before the end")

    async def bytes(self, count: int) -> bytes:
        """So many bytes of the stream, wherever they end."""
        return await asyncio.wait_for(self._reader.readexactly(count), WITHIN_S)

    async def end(self) -> None:
        """Read to the end of the connection."""
        async with asyncio.timeout(WITHIN_S):
            while await self.next() is not None:
                pass


@asynccontextmanager
async def listening(
    address: str, path: str, *, last_id: str | None = None, take_bytes: int | None = None
) -> AsyncIterator[Ear]:
    """An open stream. With `take_bytes` the kernel on this side holds so little that we soon lag."""
    place = urlsplit(address)
    own = socket.socket()
    if take_bytes is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, take_bytes)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, (place.hostname, place.port))
    reader, writer = await asyncio.open_connection(sock=own, limit=take_bytes or 2**22)
    try:
        resume = "" if last_id is None else f"Last-Event-ID: {last_id}\r\n"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{resume}\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
        yield Ear(reader, writer, Answer(head, b""))
    finally:
        writer.close()
