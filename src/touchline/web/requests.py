"""What surrounds every request, whoever answers it: its id, who asks, headers of every answer, counting.

The fast lane calls `client`, `dress` and `count` itself, once a request each; what the framework answers
goes through `around`, which does the same with the same parts.
"""

import asyncio
import itertools
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import structlog
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from touchline.clock import Clock
from touchline.metrics import Metrics
from touchline.tenants.limits import Limits
from touchline.web.proxies import Client, Network, client_of
from touchline.web.tallies import Tallies

REQUEST_ID_KEY = "touchline_request_id"
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
NO_SNIFFING = b"x-content-type-options: nosniff\r\n"
SECURITY = (
    b"content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'\r\n"
    + NO_SNIFFING
    + b"referrer-policy: strict-origin-when-cross-origin\r\n"
    + b"x-frame-options: DENY\r\n"
    + b"cross-origin-opener-policy: same-origin\r\n"
)
MEDIA_PATHS = ("/static/", "/media/")
"""Under these lie files that are never a page: what governs pages would only make them heavier."""
LIMITED = frozenset({"/", "/day", "/favourites"})
LIMITED_PATHS = ("/api/matches/", "/api/stream", "/live/stream", "/day/", "/match/")
"""The public routes: what everybody may ask, as often as the platform's limit allows."""
UNROUTED = "unrouted"
SUMMARY_S = 1


def request_id(scope: Scope) -> str:
    """The id of the request, as in the log and in `X-Request-ID`."""
    return str(scope["state"].get(REQUEST_ID_KEY, "-"))


def is_limited(path: str) -> bool:
    """Whether the platform's limit is for `path` (or for the template of a route)."""
    return path in LIMITED or path.startswith(LIMITED_PATHS)


class Requests:
    """The outermost layer of the web process, and the loop that sums up what went through it."""

    name = "http-summary"
    interval = f"{SUMMARY_S} s"
    batch_size = 1

    def __init__(self, clock: Clock, metrics: Metrics, limits: Limits, trusted: Sequence[Network] = ()) -> None:
        self._clock = clock
        self._limits = limits
        self._public = limits.public
        self._trusted = trusted
        self._tallies = Tallies(metrics)
        self._process = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self.wake = asyncio.Event()

    def client(self, peer: str, forwarded_for: bytes | None, forwarded_proto: bytes | None) -> Client:
        """Who asks, by the headers of trusted proxies; `peer` is the address at the socket's other end."""
        return client_of(peer, forwarded_for, forwarded_proto, self._trusted)

    def dress(self, given_id: bytes | None, route: str) -> tuple[str, bytes]:
        """The id of a request, and the headers that go on its answer whatever its status.

        `given_id` is its `X-Request-ID`, kept where it is well-formed. `route` is the template of the route
        or the path itself. The headers are whole lines (`name: value\\r\\n`), ready to append to a head.
        Call it once a request: on a limited route it takes a token.
        """
        own_id = self._id_of(given_id)
        return own_id, b"x-request-id: %b\r\n%b" % (own_id.encode(), self._headers(route))

    def count(self, route: str, method: str, status: int, took_s: float, sent_bytes: int) -> None:
        """Note one answer, for the metrics and the summary.

        `route` is the template of the route (UNROUTED where there is none), `sent_bytes` its body's length
        as sent. A stream is counted once, when it has begun, with its greeting.
        """
        self._tallies.count(route, method, status, took_s, sent_bytes)

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` with this layer around it, so that an address nobody routes is seen as well."""

        async def layered(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                await self._answer(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return layered

    async def turn(self) -> timedelta:
        """Tell what was answered since the last turn."""
        self._tallies.tell()
        return timedelta(seconds=SUMMARY_S)

    def _id_of(self, given: bytes | None) -> str:
        """Unique among all processes; nobody needs to be unable to guess it."""
        if given is not None and REQUEST_ID.fullmatch(given):
            return given.decode("ascii")
        return f"{self._process}-{next(self._numbers):x}"

    def _headers(self, path: str) -> bytes:
        if is_limited(path):
            self._public.take()
            return SECURITY + self._public.headers
        return NO_SNIFFING if path.startswith(MEDIA_PATHS) else SECURITY

    async def _answer(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = self._clock.monotonic()
        limited = is_limited(scope["path"])
        if limited:
            await self._public.settle()
        own_id, lines = self.dress(_header(scope, b"x-request-id"), scope["path"])
        self._limits.remember(limited and self._public.limited)
        method = str(scope["method"])
        inner = self._inner(scope, own_id)
        status, sent_bytes = 500, 0

        async def send_dressed(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*map(_with_head, message["headers"]), *_pairs(lines)]
            elif message["type"] == "http.response.body":
                sent_bytes += len(message["body"])
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=own_id):
            try:
                await app(
                    inner, _whole(receive), _headers_only(send_dressed) if method == "HEAD" else send_dressed
                )
            except Exception:
                structlog.get_logger().exception("http.failed", path=scope["path"])
                raise
            finally:
                route = str(inner.get("path_template") or UNROUTED)
                took_s = self._clock.monotonic() - began
                self.count(route, method, status, took_s, sent_bytes)
                structlog.get_logger().debug(
                    "http.request",
                    method=method,
                    path=scope["path"],
                    route=route,
                    status=status,
                    duration_ms=round(took_s * 1000, 1),
                )

    def _inner(self, scope: HTTPScope, own_id: str) -> HTTPScope:
        """The scope as the application sees it: HEAD is a GET there, and the client is who asks.

        A copy, because the server goes by its own.
        """
        state = {**scope.get("state", {}), REQUEST_ID_KEY: own_id}
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        peer, port = scope.get("client") or ("", 0)
        who = self.client(peer, _header(scope, b"x-forwarded-for"), _header(scope, b"x-forwarded-proto"))
        client = (who.address, port if who.address == peer else 0)
        return cast(
            "HTTPScope", {**scope, "state": state, "method": method, "client": client, "scheme": who.scheme}
        )


def _header(scope: HTTPScope, name: bytes) -> bytes | None:
    """The header's value, several lines joined by commas; None where it was not sent."""
    values = [value for each, value in scope["headers"] if each == name]
    return b",".join(values) if values else None


def _pairs(lines: bytes) -> list[tuple[bytes, bytes]]:
    """Header lines as ASGI has them."""
    pairs = []
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b": ")
        pairs.append((name, value))
    return pairs


def _with_head(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """`Allow` names HEAD wherever it names GET: it is served here, so the routes don't know of it."""
    name, value = header
    if name.lower() != b"allow" or b"GET" not in value:
        return header
    return name, b", ".join(sorted({*value.split(b", "), b"HEAD"}))


def _whole(receive: Receive) -> Receive:
    """`receive` for a body that may end early: that its client went is no failure of ours."""
    complete = False

    async def receive_whole() -> Any:
        nonlocal complete
        message = await receive()
        if message["type"] == "http.disconnect" and not complete:
            raise ClientException("The request ended before its body did.")
        complete = not message.get("more_body", False)
        return message

    return receive_whole


def _headers_only(send: Send) -> Send:
    """`send` for an answer to HEAD: it is over with its headers, that of an endless stream too."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers
