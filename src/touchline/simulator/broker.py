"""The MQTT half of the wire: a broker in this process.

Messages are handed to it directly; nobody needs to be connected. Like the provider it keeps
nothing: who subscribes hears what comes from then on.
"""

from dataclasses import dataclass

from amqtt.broker import Broker as Amqtt
from amqtt.contexts import BaseContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from touchline.simulator.http import Account
from touchline.simulator.script import Frame
from touchline.simulator.wire import TOPIC

QOS = 0


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


class Broker:
    """A broker on one TCP port."""

    def __init__(self, host: str, port: int, account: Account) -> None:
        check = f"{AccountCheck.__module__}.{AccountCheck.__qualname__}"
        self._broker = Amqtt(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
                "plugins": {check: {"user": account.user, "secret": account.secret}},
            }
        )

    async def start(self) -> None:
        """Listen. Raises amqtt's BrokerError when the port is taken."""
        await self._broker.start()

    async def publish(self, frame: Frame) -> None:
        """Send `frame` to everybody who is subscribed now."""
        await self._broker.internal_message_broadcast(frame.topic or TOPIC, frame.payload, QOS)

    async def stop(self) -> None:
        """Disconnect everybody."""
        await self._broker.shutdown()
