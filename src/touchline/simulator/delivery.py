"""How an answer leaves: whole, late, in part, or not at all."""

import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from touchline.clock import Clock
from touchline.simulator.outlet import Reply

LINE = "touchline.line"
"""The extension of a scope that is its connection."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for 0 s; what closes then is a reset."""
BLANKS = b" " * 524_288


class Transport(Protocol):
    """What uvicorn gives us of a connection."""

    def get_extra_info(self, name: str) -> Any: ...

    def is_closing(self) -> bool: ...

    def abort(self) -> None: ...


class Connections(HttpToolsProtocol):
    """uvicorn's connections, which their scopes lead to."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope = cast("dict[str, Any]", self.scope)
        scope["extensions"] = {LINE: self.transport}


def tear(transport: Transport) -> None:
    """End a connection with a reset; it may have ended before."""
    with contextlib.suppress(OSError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    transport.abort()


async def deliver(reply: Reply, scope: Any, send: Callable[[Any], Any], clock: Clock) -> None:
    """Answer with `reply` as it says. uvicorn closes the connection of an answer that stops before its end."""
    if reply.delay_s:
        await clock.sleep(reply.delay_s)
    if reply.reset:
        tear(scope["extensions"][LINE])
        return
    size = len(reply.body) + reply.padding
    headers = [("content-type", reply.content_type), ("content-length", str(size)), *reply.headers]
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    if reply.cut_at is not None:
        await send({"type": "http.response.body", "body": reply.body[: reply.cut_at], "more_body": True})
        return
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": reply.body, "more_body": reply.padding > 0})
    for sent in range(0, reply.padding, len(BLANKS)):
        await clock.sleep(0)  # whoever has heard enough is seen to be gone
        if scope["extensions"][LINE].is_closing():
            return
        left = reply.padding - sent
        await send({"type": "http.response.body", "body": BLANKS[:left], "more_body": left > len(BLANKS)})
