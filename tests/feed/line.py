"""A reader's end of a stream, in memory: takes what it is told to take, and reads it as a browser would."""

from typing import NamedTuple

import msgspec


class Heard(NamedTuple):
    """One event as the reader has it."""

    name: str
    id: str | None
    data: bytes

    @property
    def offset(self) -> int:
        assert self.id is not None
        return int(self.id.rpartition("-")[2])

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = msgspec.json.decode(self.data)
        return found


class Line:
    """A sink whose kernel takes everything at once while `flowing`, else only what `take` lets through."""

    def __init__(self, *, flowing: bool = True) -> None:
        self.flowing = flowing
        self.received = bytearray()
        self.writes: list[bytes] = []
        self.ended: str | None = None
        self._unsent = bytearray()

    @property
    def waiting(self) -> int:
        return len(self._unsent)

    def write(self, data: bytes) -> None:
        if self.ended is None:
            self.writes.append(data)
            self._unsent += data
            if self.flowing:
                self.take()

    def take(self, count: int | None = None) -> None:
        """The kernel takes so many bytes; all by default."""
        count = len(self._unsent) if count is None else count
        self.received += self._unsent[:count]
        del self._unsent[:count]

    def abort(self) -> None:
        self.ended = self.ended or "aborted"
        self._unsent.clear()

    def finish(self, last: bytes) -> None:
        self.write(last)
        self.ended = "finished"

    @property
    def heard(self) -> list[Heard]:
        """The whole events received; `retry` is none."""
        return list(events(bytes(self.received)))


def events(stream: bytes) -> list[Heard]:
    """The whole events of `stream`; what is cut off at its end is none."""
    found = []
    for block in stream.split(b"\n\n")[:-1]:
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
        if b"event" in fields:
            id_ = fields.get(b"id")
            found.append(
                Heard(fields[b"event"].decode(), None if id_ is None else id_.decode(), fields[b"data"])
            )
    return found
