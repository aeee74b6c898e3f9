"""What all connections of the fast lane share: what is ready, where it is counted, what was asked before."""

from collections.abc import Callable, Iterable

from touchline.clock import Clock
from touchline.web.gets import Memory
from touchline.web.requests import Requests
from touchline.web.snapshots import Representation
from touchline.web.streams import Stream
from touchline.web.sweep import Sweep


class Lane:
    """What all connections of a process share. `lookup` knows by path and query, as sent, what is ready."""

    def __init__(
        self,
        lookup: Callable[[bytes, bytes], Representation | None],
        streams: Iterable[Stream],
        requests: Requests,
        clock: Clock,
        sweep: Sweep,
    ) -> None:
        self.lookup = lookup
        self.streams = {stream.route.encode(): stream for stream in streams}
        self.requests = requests
        self.clock = clock
        self.sweep = sweep
        self.memory = Memory()
        self._rendered: tuple[object, bytes] = (None, b"")

    def server_lines(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Lines that the server puts on every answer: `date`. uvicorn makes `headers` anew each second."""
        of, lines = self._rendered
        if of is not headers:
            lines = b"".join(b"%b: %b\r\n" % pair for pair in headers)
            self._rendered = (headers, lines)
        return lines
