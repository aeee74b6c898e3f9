"""Stretches of the past that the push feed tells again.

A message has no time of its own, so a single one that was heard before may be news: a goal that was taken
back leaves the score as it was. But where the one behind it is the one that was behind it then, the feed
repeats itself. So what was heard before waits for what follows, for a moment at most. A new connection may
begin with the past as well; of two processes that listen, which is behind, the core decides.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from touchline.ingest.ports import PushFrame

REMEMBERED_MAX = 500
"""Messages; a repetition of what lies further back is not recognised."""


class Replays:
    """What is heard of a feed, without what it tells again."""

    def __init__(self) -> None:
        self._follows: OrderedDict[bytes, bytes | None] = OrderedDict()
        """Message → the one behind it when it was heard last; the longest unheard first."""
        self._last: bytes | None = None
        self._told_again: bytes | None = None
        """The message just told again, where the feed repeats itself."""
        self._waiting: PushFrame | None = None
        self._connection_id = ""

    def unheard(self, frames: Iterable[PushFrame]) -> Iterator[PushFrame]:
        """`frames` in their order, but for repetitions; the last one may wait."""
        for frame in frames:
            if frame.connection_id != self._connection_id:
                yield from self._begun(frame.connection_id)
            yield from self._admitted(frame, _digest(frame.payload))

    def waited(self) -> Iterator[PushFrame]:
        """Nothing came behind it: what waits is news."""
        if self._waiting is not None:
            frame, self._waiting = self._waiting, None
            self._remember(_digest(frame.payload))
            yield frame

    def _begun(self, connection_id: str) -> Iterator[PushFrame]:
        yield from self.waited()
        self._last = self._told_again = None
        self._connection_id = connection_id

    def _admitted(self, frame: PushFrame, digest: bytes) -> Iterator[PushFrame]:
        if self._waiting is not None:
            if self._follows.get(_digest(self._waiting.payload)) == digest:
                self._told_again, self._waiting = _digest(self._waiting.payload), None
            yield from self.waited()
        if self._told_again is not None and digest in (self._told_again, self._follows.get(self._told_again)):
            self._told_again = digest
            return
        self._told_again = None
        if digest == self._last:  # doubled: it says nothing new
            yield frame
        elif self._follows.get(digest) is not None:
            self._waiting = frame
        else:
            self._remember(digest)
            yield frame

    def _remember(self, digest: bytes) -> None:
        if self._last is not None:
            self._follows[self._last] = digest
        self._last, self._follows[digest] = digest, None
        self._follows.move_to_end(digest)
        if len(self._follows) > REMEMBERED_MAX:
            self._follows.popitem(last=False)


def _digest(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=16).digest()
