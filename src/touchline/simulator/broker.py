"""The MQTT half of the wire: a broker in this process.

Messages are handed to it directly; nobody needs to be connected. Like the provider it keeps
nothing: who subscribes hears what comes from then on. Connections are accepted and ended here,
as amqtt leaves open those that never say who they are or say it wrongly.
"""

import asyncio
import logging
import socket
from dataclasses import dataclass

import structlog
from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker as Amqtt
from amqtt.contexts import BaseContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from touchline.simulator.http import Account, listener
from touchline.simulator.script import Frame
from touchline.simulator.wire import TOPIC

QOS = 0
LISTENER = "default"
STOP_MAX_S = 1.0
REFUSED = 0x80
"""The SUBACK of a subscription that is not granted."""


class AccountCheck(BaseAuthPlugin):  # type: ignore[misc]  # the library is untyped
    """Lets in who shows the account; everybody where there is none."""

    @dataclass
    class Config:
        """The account."""

        user: str = ""
        secret: str = ""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._account = Account(self._get_config_option("user", ""), self._get_config_option("secret", ""))

    async def authenticate(self, *, session: Session) -> bool:
        return self._account.welcomes(session.username or "", session.password or "")


class Grants(Amqtt):  # type: ignore[misc]  # the library is untyped
    """amqtt, which can be told to grant nothing."""

    refuses = False

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        return REFUSED if self.refuses else int(await super().add_subscription(subscription, session))


class Broker:
    """A broker on a listening socket, which it closes in the end. It can be troubled (see `Door`)."""

    def __init__(self, listening: socket.socket, account: Account) -> None:
        check = f"{AccountCheck.__module__}.{AccountCheck.__qualname__}"
        self._listening = listening
        self._broker = Grants(
            {
                "listeners": {LISTENER: {"type": "external"}},
                "plugins": {check: {"user": account.user, "secret": account.secret}},
            }
        )
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Event] = {}
        self._address = listening.getsockname()[:2]
        self.muted = False

    @property
    def refuses(self) -> bool:
        """Whether nobody may subscribe."""
        return self._broker.refuses

    @refuses.setter
    def refuses(self, refuses: bool) -> None:
        self._broker.refuses = refuses

    @property
    def connected(self) -> int:
        """How many are connected."""
        return len(self._connections)

    async def leave(self) -> None:
        """End every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        self.cut()

    async def come_back(self) -> None:
        """Listen again, where it did."""
        self._server = await asyncio.start_server(self._accept, sock=listener(*self._address))

    def cut(self) -> None:
        """End every connection, as a crash would."""
        for writer in self._connections:
            writer.transport.abort()

    async def start(self) -> None:
        """Accept connections."""
        # It calls a client that comes and goes an error; who plays a provider expects them to.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        await self._broker.start()
        self._server = await asyncio.start_server(self._accept, sock=self._listening)

    async def publish(self, frame: Frame) -> None:
        """Send `frame` to everybody who is subscribed now."""
        if self.muted:
            return
        await self._broker.internal_message_broadcast(frame.topic or TOPIC, frame.payload, QOS)

    async def stop(self) -> None:
        """Disconnect everybody, at most STOP_MAX_S long."""
        if self._server is not None:
            self._server.close()
        await self._broker.shutdown()
        ended = list(self._connections.values())
        self.cut()
        try:
            async with asyncio.timeout(STOP_MAX_S):
                await asyncio.gather(*(event.wait() for event in ended))
        except TimeoutError:
            structlog.get_logger().warning("simulator.stop.late", waited_s=STOP_MAX_S)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte until it is closed by either side."""
        ended = self._connections[writer] = asyncio.Event()
        structlog.get_logger().debug("simulator.client.connected", clients=len(self._connections))
        try:
            await self._broker.external_connected(
                StreamReaderAdapter(reader), StreamWriterAdapter(writer), LISTENER
            )
        except (OSError, EOFError):
            pass  # gone in the middle of a word
        finally:
            writer.close()
            del self._connections[writer]
            ended.set()
