"""`/live/stream`: fragments for open pages as Server-Sent Events.

A stream begins with the state as it is, so a page that comes back misses nothing. It ends when the
page goes, when its reader is too slow, or when we shut down; nobody waits for it then.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from litestar.types import Receive, Scope, Send

from touchline.clock import Clock
from touchline.errors import BadInput
from touchline.ids import is_external_id
from touchline.web.desk import Desk
from touchline.web.fragments import LIST, ROWS, Painter, list_topic, match_topic
from touchline.web.health import Health
from touchline.web.hub import Hub, Reader
from touchline.web.problems import TooManyStreams
from touchline.web.queries import Connection

ALIVE_S = 10.0
SLOW_S = 10.0
"""A reader that takes nothing for so long is cut off."""
PIECE_BYTES = 64 * 1024
RETRY_MS = (1_000, 4_000)
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class Wanted(NamedTuple):
    """What a page listens to."""

    match_id: str | None
    zone: ZoneInfo | None

    @property
    def topics(self) -> Sequence[str]:
        """The hub's topics of it."""
        if self.match_id is not None:
            return (match_topic(self.match_id),)
        return (ROWS,) if self.zone is None else (ROWS, list_topic(self.zone))


class Alive(msgspec.Struct, frozen=True):
    """The heartbeat: football time, the provider's state, seconds since the newest change."""

    now: int
    provider: str
    age_s: int


class Streams:
    """The event streams of this process."""

    def __init__(
        self,
        hub: Hub,
        painter: Painter,
        health: Health,
        desk: Desk,
        clock: Clock,
        slow_s: float,
    ) -> None:
        self._hub = hub
        self._painter = painter
        self._health = health
        self._desk = desk
        self._clock = clock
        self._slow_s = slow_s

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the page goes, the reader is cut off, or the hub is closed."""
        wanted = self._wanted(Connection(scope))
        if self._hub.full:
            raise TooManyStreams("All event streams of this server are taken.")
        with self._hub.reader(wanted.topics) as reader:
            self._greet(reader, wanted)
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(_until_gone(receive, reader))
                try:
                    await self._speak(reader, send)
                finally:
                    watch.cancel()

    def _wanted(self, connection: Connection) -> Wanted:
        query = connection.query_params
        match_id = query.get("match")
        if match_id is not None:
            if not is_external_id(match_id):
                raise BadInput("match", match_id, "an id of a match")
            return Wanted(match_id, None)
        if "rows" in query:
            return Wanted(None, None)
        return Wanted(None, self._desk.zone(query.get("tz")))

    def _greet(self, reader: Reader, wanted: Wanted) -> None:
        """Begin with the state as it is: a list at once, a match by the next paint."""
        if wanted.match_id is not None:
            self._painter.mark_match(wanted.match_id)
        elif wanted.zone is not None:
            painted = self._painter.live_list(wanted.zone)
            if painted is not None:
                reader.offer(LIST, painted)
        self._painter.wake.set()

    async def _speak(self, reader: Reader, send: Send) -> None:
        retry_ms = random.randint(*RETRY_MS)  # noqa: S311 - jitter, not a secret
        await self._send(send, f"retry: {retry_ms}\n\n".encode() + self._alive())
        while not reader.cut_off:
            heard = await self._clock.wait(reader.news, ALIVE_S)
            fragments = reader.take()
            pieces = _pieces(fragments) if heard else [self._alive()]
            try:
                for piece in pieces:
                    await self._send(send, piece)
            except TimeoutError:
                self._hub.count_cut()
                return
        await self._send(send, b"event: bye\ndata: {}\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send, body: bytes) -> None:
        """Hand over one piece; a client that takes nothing for too long raises TimeoutError."""
        async with asyncio.timeout(self._slow_s):
            await send({"type": "http.response.body", "body": body, "more_body": True})

    def _alive(self) -> bytes:
        now = self._clock.now()
        newest = self._painter.newest_ts
        alive = Alive(int(now), self._health.provider, int(now - newest) if newest else 0)
        return b"event: alive\ndata: " + msgspec.json.encode(alive) + b"\n\n"


async def _until_gone(receive: Receive, reader: Reader) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.cut()


def _pieces(fragments: Sequence[bytes]) -> list[bytes]:
    """Fragments joined to pieces of about PIECE_BYTES, so that one send is no burst."""
    pieces: list[bytes] = []
    waiting: list[bytes] = []
    for fragment in fragments:
        waiting.append(fragment)
        if sum(map(len, waiting)) >= PIECE_BYTES:
            pieces.append(b"".join(waiting))
            waiting.clear()
    return [*pieces, b"".join(waiting)] if waiting else pieces
