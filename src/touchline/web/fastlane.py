"""The fast lane: what is ready is answered, and streams are opened, straight on the transport.

No scope, no task, no timer, one write. What is answered here carries what every answer carries and is
counted with it; the framework has the same answers behind the same routes.
"""

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

from touchline.errors import BadInput
from touchline.web.framing import Framing, Stage
from touchline.web.gets import Get
from touchline.web.streams import HEADERS, MEDIA_TYPE, Line

STREAM_HEAD = b"HTTP/1.1 200 OK\r\n" + b"".join(
    b"%b: %b\r\n" % (name.encode(), value.encode())
    for name, value in {"content-type": f"{MEDIA_TYPE}; charset=utf-8", **HEADERS}.items()
)
END = b"\r\n"
CLOSE_END = b"connection: close\r\n\r\n"


class FastLane(Framing):
    """One connection in the lane."""

    def data_received(self, data: bytes) -> None:
        if self._stage is Stage.BETWEEN and self.cycle is None and not self.flow.write_paused:
            get = self._lane.memory.recall(data)
            if get is not None and self._serve(get):
                return
        super().data_received(data)

    def _serve(self, get: Get) -> bool:
        """Answer from what is ready; False where that is not ours to answer."""
        lane = self._lane
        began = lane.clock.monotonic()
        hot = lane.lookup(get.path, get.query)
        if hot is None:
            return self._open(get)
        variant = hot.variant(get.accept_encoding)
        status, start = 200, variant.head_200
        if get.if_none_match and variant.held_by(get.if_none_match):
            status, start = 304, variant.head_304
        _, lines = lane.requests.dress(get.request_id, hot.route)
        end = END if get.keep_alive else CLOSE_END
        head = b"".join((start, lane.server_lines(self.server_state.default_headers), lines, end))
        sent_bytes = 0
        if status == 304 or get.head_only:
            self.transport.write(head)
        else:
            sent_bytes = len(variant.body)
            self.transport.writelines((head, variant.body))
        self._aged_s = 0.0
        lane.requests.count(hot.route, get.method, status, lane.clock.monotonic() - began, sent_bytes)
        if not get.keep_alive:
            self._stage = Stage.OVER
            self.transport.close()
        return True

    def _open(self, get: Get) -> bool:
        """Make the connection a stream; False where none was asked for, or the framework says why not."""
        lane = self._lane
        stream = lane.streams.get(get.path)
        if stream is None or stream.hub.full or get.head_only or self._draining:
            return False
        try:
            greeting = stream.greet(get.query, get.header(b"last-event-id"))
        except BadInput:
            return False
        _, lines = lane.requests.dress(get.request_id, stream.route)
        head = b"".join(
            (
                STREAM_HEAD,
                b"x-resume: %b\r\n" % greeting.resume.encode(),
                lane.server_lines(self.server_state.default_headers),
                lines,
                CLOSE_END,
            )
        )
        lane.requests.count(stream.route, get.method, 200, 0.0, sum(map(len, greeting.pieces)))
        self._leave()
        Line(self.transport, self.connections).join(stream.hub, greeting.topics, (head, *greeting.pieces))
        return True

    def _in_turn(self, get: Get) -> ASGI3Application:
        """The opening of a stream behind answers that are not finished."""

        async def opens(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            await self.flow.drain()
            if self.transport.is_closing() or not self._open(get):
                await self.app(scope, receive, send)

        return opens

    def _leave(self) -> None:
        """Let go of the connection and of everything that HTTP needed."""
        self._enter(Stage.OVER)
        self._lane.sweep.connections.discard(self)
        self.connections.discard(self)
        self.flow.resume_reading()
        if self._running is not None:
            self._running.disconnected = True
        self.pipeline.clear()
        self.cycle = self.parser = None  # type: ignore[assignment]
