"""A connection to an MQTT broker over TCP, TLS or WebSocket; the scheme of its URL decides."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Self
from urllib.parse import unquote, urlsplit

import aiomqtt

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
DEFAULT_PATH = "/mqtt"
KEEPALIVE_S = 60
TIMEOUT_S = 5.0
"""For connecting, subscribing and taking leave, each."""
BREAK_OFF_S = 1.0

Receive = Callable[[aiomqtt.Message], None]


class Connection(aiomqtt.Client):
    """One MQTT connection, clean session, random client id.

    Messages go straight from the socket to `receive`, without a queue in between. However the
    connection ends, its socket is closed and its timer gone when the `async with` is left.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str = "",
        secret: str = "",
        ca_file: str = "",
        timeout_s: float = TIMEOUT_S,
        receive: Receive | None = None,
    ) -> None:
        parts = urlsplit(url)
        web = parts.scheme in {"ws", "wss"}
        secure = parts.scheme in {"mqtts", "wss"}
        name = unquote(parts.username or "") or user
        super().__init__(
            hostname=parts.hostname or "",
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            username=name or None,
            password=(unquote(parts.password or "") or secret) or None,
            clean_session=True,
            keepalive=KEEPALIVE_S,
            timeout=timeout_s,
            transport="websockets" if web else "tcp",
            websocket_path=(parts.path or DEFAULT_PATH) if web else None,
            tls_context=ssl.create_default_context(cafile=ca_file or None) if secure else None,
            queue_type=None if receive is None else _handing_to(receive),
        )

    async def __aenter__(self) -> Self:
        entering = asyncio.ensure_future(super().__aenter__())
        try:
            return await asyncio.shield(entering)
        except BaseException:
            await self._break_off(entering)
            raise

    async def __aexit__(self, *exc: object) -> None:
        try:
            with contextlib.suppress(aiomqtt.MqttError):
                await super().__aexit__(None, None, None)
        finally:
            self._hang_up()

    async def until_lost(self) -> None:
        """Return never; raise MqttError when the connection is lost."""
        async for _ in self.messages:
            raise AssertionError("messages go to `receive`")

    async def _break_off(self, entering: asyncio.Future[Self]) -> None:
        """Hang up on a broker that is just being connected to.

        The thread that connects can't be stopped, and what it opens after we have left nobody would
        close: it gets a moment to come to its end.
        """
        try:
            await asyncio.wait([entering], timeout=BREAK_OFF_S)
        finally:
            entering.cancel()
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the socket whatever state the connection is in; with it go its reader and its timer.

        Not before the loop has run what it was asked to do with that socket. Paho has no public way
        to drop a half-open connection.
        """
        self._loop.call_soon(self._client._sock_close)


def _handing_to(receive: Receive) -> type[asyncio.Queue[aiomqtt.Message]]:
    """A queue that holds nothing: what is put into it is handed on."""

    class Handing(asyncio.Queue[aiomqtt.Message]):
        def put_nowait(self, item: aiomqtt.Message) -> None:
            receive(item)

    return Handing
