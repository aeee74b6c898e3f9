"""One event of a stream, ready to be sent."""

from operator import attrgetter
from typing import NamedTuple

from touchline.feed.position import Position


class Event(NamedTuple):
    """The same bytes for every reader of one of its topics."""

    offset: int
    """Its place; whoever has it has everything up to here."""
    key: str
    """What it is about: of two states with one key, the newer is enough."""
    lasting: bool
    """Whether it is told to everybody whatever came after it; else it is a state."""
    topics: tuple[str, ...]
    data: bytes
    """As Server-Sent Event, `id:` included."""


by_offset = attrgetter("offset")
"""The order of events."""


def sse(name: str, data: bytes, position: Position | None = None) -> bytes:
    """An event called `name`; `data` is one line. With a position it moves the reader's place."""
    where = b"" if position is None else b"id: %b\n" % str(position).encode()
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), where, data)
