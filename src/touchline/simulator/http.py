"""The HTTP half of the wire: one small ASGI application on uvicorn."""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import uvicorn

from touchline.clock import Clock
from touchline.errors import BadInput
from touchline.simulator import logos
from touchline.simulator.answers import WrongQuestion, answer
from touchline.simulator.control import CONTROLS, FAULTS, faults, switch
from touchline.simulator.delivery import Connections, deliver
from touchline.simulator.faults.switches import Switches
from touchline.simulator.outlet import Outlet, Reply
from touchline.simulator.publisher import Progress
from touchline.simulator.scene import Scene
from touchline.simulator.wire import Record

ROOT = "/v1/football"
REFUSED = "IP is not authorized to access, please contact our business staff."
GRACE_S = 1
BODY_MAX = 16_384
"""Bytes of a body sent to us."""


class Account(msgspec.Struct, frozen=True):
    """Who may ask. Without a user everybody may."""

    user: str
    secret: str

    def welcomes(self, user: str, secret: str) -> bool:
        """Whether these credentials are right."""
        if not self.user:
            return True
        given, right = f"{user}\0{secret}".encode(), f"{self.user}\0{self.secret}".encode()
        return hmac.compare_digest(given, right)


class Application:
    """Answers the provider's endpoints and, under `/_sim/`, questions about the play itself."""

    def __init__(
        self,
        scene: Scene,
        clock: Clock,
        account: Account,
        outlet: Outlet,
        switches: Switches,
        progress: Progress | None = None,
    ) -> None:
        self._scene = scene
        self._clock = clock
        self._account = account
        self._outlet = outlet
        self._switches = switches
        self._progress = progress or Progress()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        path, given = scope["path"], dict(scope["headers"])
        if path in CONTROLS:
            reply = _json(200, CONTROLS[path](self._scene, self._clock.now()))
        elif path == FAULTS:
            reply = await self._switched(scope["method"], receive)
        elif path.startswith(logos.ROOT):
            known = given.get(b"if-none-match", b"").decode("latin-1")
            reply = await self._outlet.reply(path, query, await asyncio.to_thread(logos.reply, path, known))
        else:
            origin = f"{scope['scheme']}://{given.get(b'host', b'').decode('latin-1')}"
            reply = await self._outlet.reply(path, query, self._reply(scope["method"], path, query, origin))
        await deliver(reply, scope, send, self._clock)

    async def _switched(self, method: str, receive: Any) -> Reply:
        """All faults with their states; a POST switches some first."""
        if method == "POST":
            try:
                switch(self._switches, await _body(receive))
            except BadInput as error:
                return _json(400, {"code": 400, "msg": str(error)})
        elif method != "GET":
            return _json(405, {"code": 405, "msg": "Method Not Allowed"})
        return _json(200, faults(self._switches))

    def _reply(self, method: str, path: str, query: dict[str, str], origin: str) -> Reply:
        if method not in {"GET", "HEAD"}:
            return _json(405, {"code": 405, "msg": "Method Not Allowed"})
        if not self._account.welcomes(query.get("user", ""), query.get("secret", "")):
            return _json(200, {"err": REFUSED})
        try:
            now = self._outlet.instant(path, self._progress.told(self._clock.now()))
            body = answer(self._scene, path.removeprefix(ROOT), query, now)
        except WrongQuestion as error:
            return _json(200, {"code": 400, "msg": str(error)})
        if body is None:
            return _json(404, {"code": 404, "msg": "Not Found"})
        return _json(200, logos.absolute(body, origin))


async def _body(receive: Any) -> bytes:
    """The body of a request; a long one is cut off, and then it is no JSON."""
    body, more = b"", True
    while more and len(body) <= BODY_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[:BODY_MAX]


def _json(status: int, body: Record) -> Reply:
    return Reply(status, msgspec.json.encode(body))


class Server(uvicorn.Server):
    """uvicorn inside a process whose signals are handled elsewhere."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(application: Application) -> Server:
    """The server of `application`; give its `serve` the socket."""
    config = uvicorn.Config(
        application,
        http=Connections,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config)


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to `host`:`port`. Raises OSError when it is taken."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    bound.listen(256)
    return bound
