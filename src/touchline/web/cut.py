"""How a connection ends whose client takes nothing any more, or must not be waited for."""

import asyncio
import contextlib
import socket
import struct

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for 0 s."""


def cut(transport: asyncio.Transport) -> None:
    """End the connection at once, with a reset; it may have ended before.

    An ordinary close would leave what the client has not taken in the kernel, for minutes, and the client
    believing that all is well until it has read that.
    """
    own = transport.get_extra_info("socket")
    if own is not None:
        with contextlib.suppress(OSError):
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    transport.abort()
