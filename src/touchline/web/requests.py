"""What surrounds every request: its id, security headers, HEAD, a log line, metrics by route.

Wraps the whole application, so that an address nobody routes is seen as well.
"""

import asyncio
import re
import secrets
from datetime import timedelta
from typing import cast

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from touchline.clock import Clock
from touchline.metrics import Metrics

REQUEST_ID_KEY = "touchline_request_id"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SECURITY_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
UNROUTED = "unrouted"
SUMMARY_S = 60
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STREAMS = frozenset({"/live/stream"})
"""Routes whose time to answer means nothing."""


def request_id(scope: Scope) -> str:
    """The id of the request, as in the log and in `X-Request-ID`."""
    return str(scope["state"].get(REQUEST_ID_KEY, "-"))


class Requests:
    """The outermost layer of the application, and the loop that sums up what went through it."""

    name = "http-summary"
    interval = f"{SUMMARY_S} s"
    batch_size = 1

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._counts: dict[int, int] = {}
        self._slowest_ms = 0.0
        self.wake = asyncio.Event()

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` with this layer around it."""

        async def layered(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                await self._answer(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return layered

    async def turn(self) -> timedelta:
        """One INFO line for what was answered since the last; silence where nothing was."""
        counts, self._counts = self._counts, {}
        slowest, self._slowest_ms = self._slowest_ms, 0.0
        if counts:
            by_class = {f"{family}xx": count for family, count in sorted(counts.items())}
            structlog.get_logger().info(
                "http.summary", requests=sum(counts.values()), slowest_ms=round(slowest, 1), **by_class
            )
        return timedelta(seconds=SUMMARY_S)

    async def _answer(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = self._clock.monotonic()
        own_id = _id_of(scope)
        method = str(scope["method"])
        inner = _inner(scope, own_id)
        status = 500

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *map(_with_head, message["headers"]),
                    *SECURITY_HEADERS,
                    (b"x-request-id", own_id.encode()),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=own_id):
            try:
                await app(inner, receive, _headers_only(send_dressed) if method == "HEAD" else send_dressed)
            except Exception:
                structlog.get_logger().exception("http.failed", path=scope["path"])
                raise
            finally:
                self._count(inner, method, status, self._clock.monotonic() - began)

    def _count(self, scope: HTTPScope, method: str, status: int, took_s: float) -> None:
        route = str(scope.get("path_template") or UNROUTED)
        self._metrics.requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        if route not in STREAMS:
            self._metrics.request_seconds.labels(route).observe(took_s)
            self._slowest_ms = max(self._slowest_ms, took_s * 1000)
        self._counts[status // 100] = self._counts.get(status // 100, 0) + 1
        structlog.get_logger().debug(
            "http.request",
            method=method,
            path=scope["path"],
            route=route,
            status=status,
            duration_ms=round(took_s * 1000, 1),
        )


def _inner(scope: HTTPScope, own_id: str) -> HTTPScope:
    """The scope as the application sees it: HEAD is a GET there. A copy, because the server goes by its own."""
    state = {**scope.get("state", {}), REQUEST_ID_KEY: own_id}
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return cast("HTTPScope", {**scope, "state": state, "method": method})


def _with_head(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """`Allow` names HEAD wherever it names GET: it is served here, so the routes don't know of it."""
    name, value = header
    if name.lower() != b"allow" or b"GET" not in value:
        return header
    return name, b", ".join(sorted({*value.split(b", "), b"HEAD"}))


def _headers_only(send: Send) -> Send:
    """`send` for an answer to HEAD: it is over with its headers, that of an endless stream too."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers


def _id_of(scope: HTTPScope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(6)
    return secrets.token_hex(6)
