"""Event streams: what may be asked of one, and how one lives on its connection.

A stream is a connection that was taken out of HTTP: no parser, no task, no timer, a few hundred bytes
here and the hub's own. Its answer has no length and ends with the connection, so every reader of the
same topics is given the very same bytes.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from touchline.errors import BadInput
from touchline.feed.channel import Channel, Wanted
from touchline.feed.greeting import Greeting
from touchline.feed.hub import Hub
from touchline.ids import is_external_id
from touchline.web.cut import cut
from touchline.web.painter import Painter

if TYPE_CHECKING:
    from touchline.feed.reader import Reader

CHANGES = "/api/stream"
FRAGMENTS = "/live/stream"
NAMED_MAX = 100
"""Matches and competitions one stream may name."""
SEND_BUFFER_BYTES = 32 * 1024
"""The kernel's own default would hide megabytes of delay."""
HEARD_MAX_BYTES = 4 * 1024
"""What a client may still say on its stream; nobody listens."""
MEDIA_TYPE = "text/event-stream"
HEADERS: Mapping[str, str] = {"cache-control": "no-store", "x-accel-buffering": "no"}
RESUME = "x-resume"


class Stream(NamedTuple):
    """One kind of stream. `greet` is given the query and the `Last-Event-ID` (empty: none) as they were sent.

    It raises BadInput. Between a greeting and the joining of its hub nothing may happen.
    """

    route: str
    hub: Hub
    greet: Callable[[bytes, bytes], Greeting]


def changes(channel: Channel, hub: Hub) -> Stream:
    """The changes of matches, as JSON."""

    def greet(query: bytes, last_event_id: bytes) -> Greeting:
        asked = _Query(query, ("match", "competition", "after"))
        wanted = Wanted(frozenset(asked.ids("match")), frozenset(asked.ids("competition")))
        return channel.greet(wanted, asked.after(last_event_id))

    return Stream(CHANGES, hub, greet)


def fragments(painter: Painter, hub: Hub, zone: Callable[[str | None], ZoneInfo]) -> Stream:
    """Fragments of pages, as HTML. `zone` knows zones by name, and which is meant where none is named."""

    def greet(query: bytes, last_event_id: bytes) -> Greeting:
        asked = _Query(query, ("tz", "match", "after"))
        return painter.greet(zone(asked.one("tz")), asked.ids("match"), asked.after(last_event_id))

    return Stream(FRAGMENTS, hub, greet)


class Line(asyncio.Protocol):
    """The connection of one open stream, and the hub's way to its reader."""

    __slots__ = ("_heard_bytes", "_lines", "_reader", "_transport")

    def __init__(self, transport: asyncio.Transport, lines: set[Any]) -> None:
        """`lines` are the open connections of the server, which waits for them when it stops."""
        self._transport = transport
        self._lines = lines
        self._heard_bytes = 0
        self._reader: Reader | None = None
        lines.add(self)
        transport.set_write_buffer_limits(high=0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        transport.set_protocol(self)

    def join(self, hub: Hub, topics: Iterable[str], pieces: Sequence[bytes]) -> None:
        """Begin with `pieces`, then tell what the hub tells."""
        self._reader = hub.join(self, topics, pieces)

    # For the hub

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    @property
    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        cut(self._transport)

    def finish(self, last: bytes) -> None:
        self.write(last)
        self._transport.close()

    # For the transport

    def data_received(self, data: bytes) -> None:
        self._heard_bytes += len(data)
        if self._heard_bytes > HEARD_MAX_BYTES:
            self.abort()

    def resume_writing(self) -> None:
        if self._reader is not None:
            self._reader.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.discard(self)
        if self._reader is not None:
            self._reader.leave()

    # For the server

    def shutdown(self) -> None:
        """The server stops: the hub says goodbye by itself."""


class _Query:
    """The query of a stream, taken strictly."""

    def __init__(self, query: bytes, known: Sequence[str]) -> None:
        if query.count(b"&") > NAMED_MAX + len(known):
            raise BadInput("query", f"{query.count(b'&') + 1} parameters", f"at most {NAMED_MAX} ids")
        self._given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
        for name, values in self._given.items():
            if name not in known:
                raise BadInput(name, values[0], f"no parameter but {', '.join(known)}")

    def one(self, name: str) -> str | None:
        """The parameter called `name`, given once or not at all."""
        given = self._given.get(name, [])
        if len(given) > 1:
            raise BadInput(name, ", ".join(given), "one value")
        return given[0] if given else None

    def ids(self, name: str) -> Sequence[str]:
        """The ids under `name`."""
        given = self._given.get(name, [])
        if len(given) > NAMED_MAX:
            raise BadInput(name, f"{len(given)} ids", f"at most {NAMED_MAX} ids")
        for each in given:
            if not is_external_id(each):
                raise BadInput(name, each, f"an id of a {name}")
        return given

    def after(self, last_event_id: bytes) -> str | None:
        """The place the reader comes from: what its browser remembers wins over what its page was told."""
        named = self.one("after")
        return last_event_id.decode("latin-1") if last_event_id else named
