"""The web application: how its parts are put together, and its routes on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from litestar import Litestar, Request, Response, asgi, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import License
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from touchline.clock import Clock
from touchline.feed.stream import Follower, Told
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings import LimitSettings, Web
from touchline.store.db import Database
from touchline.tenants.limits import Limits
from touchline.web import problems
from touchline.web.api.health import HealthPages
from touchline.web.api.matches import Matches
from touchline.web.assets import Assets
from touchline.web.desk import Desk
from touchline.web.fragments import Painter
from touchline.web.health import Health
from touchline.web.hub import Hub
from touchline.web.media import Crests, crest_route
from touchline.web.pages import site
from touchline.web.pages.reference import Reference
from touchline.web.pages.render import Renderer
from touchline.web.queries import QUERY, known_parameters
from touchline.web.reads import Reads
from touchline.web.requests import Requests
from touchline.web.streams import SLOW_S, Streams

DESCRIPTION = (
    "Live football as the provider tells it. Instants are Unix seconds UTC (`…_ts`, `match_time`, `as_of`) or "
    "RFC 3339 (`…_at`), ids are opaque strings, unknown parameters are refused, errors are problem details "
    "(RFC 9457). Answers about matches carry a strong `ETag`; send it back as `If-None-Match`."
)
MACHINE_PATHS = (
    *("/api/", "/health", "/readyz", "/metrics", "/openapi.json"),
    *("/live/stream", "/static/", "/media/"),
)
"""Under these, what goes wrong is told as problem details; elsewhere as a page."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the web process is made of. Whoever runs it turns `loops`, and closes it when it stops."""

    clock: Clock
    metrics: Metrics
    hub: Hub
    follower: Follower
    painter: Painter
    health: Health
    desk: Desk
    assets: Assets
    crests: Crests
    renderer: Renderer
    limits: Limits
    requests: Requests
    streams: Streams

    @classmethod
    def assemble(
        cls,
        settings: Web,
        clock: Clock,
        metrics: Metrics,
        database: Database,
        conninfo: str,
        *,
        limits: Limits | None = None,
        slow_s: float = SLOW_S,
    ) -> Self:
        """The parts on one database; `conninfo` is for the connection that listens.

        Without `limits` the process goes by limits of its own. A stream whose reader
        takes nothing for `slow_s` is cut off.
        """
        limits = limits or Limits(LimitSettings(), clock, metrics)
        hub = Hub(metrics, settings.streams_max)
        reads = Reads(database, clock, settings.live_window_min * 60)
        desk = Desk(reads, clock, settings)
        assets = Assets()
        renderer = Renderer(assets)
        painter = Painter(reads, desk, renderer, hub, clock)
        follower = Follower(database, conninfo, clock, Told(painter.mark, painter.repaint))
        health = Health(reads, follower, hub, clock)
        return cls(
            clock=clock,
            metrics=metrics,
            hub=hub,
            follower=follower,
            painter=painter,
            health=health,
            desk=desk,
            assets=assets,
            crests=Crests(database, clock),
            renderer=renderer,
            limits=limits,
            requests=Requests(clock, metrics, limits.public, settings.proxies),
            streams=Streams(hub, painter, health, desk, clock, slow_s),
        )

    @property
    def loops(self) -> Sequence[Loop]:
        """What must turn beside the server."""
        return (self.follower, self.painter, self.health, self.limits, self.requests)


def build(parts: Parts) -> Litestar:
    """The application over `parts`."""
    app = Litestar(
        route_handlers=[
            Matches,
            HealthPages,
            Reference,
            site.Site,
            _asset(parts.assets),
            crest_route(parts.crests),
            _stream(parts.streams),
        ],
        dependencies={
            "desk": Provide(lambda: parts.desk, sync_to_thread=False),
            "renderer": Provide(lambda: parts.renderer, sync_to_thread=False),
            "watch": Provide(lambda: parts.health, sync_to_thread=False),
            "metrics": Provide(lambda: parts.metrics, sync_to_thread=False),
        },
        guards=[known_parameters],
        exception_handlers={Exception: _failures(parts.renderer)},
        openapi_config=OpenAPIConfig(
            title="Touchline",
            version=version("touchline"),
            description=DESCRIPTION,
            license=License(name="Apache-2.0", identifier="Apache-2.0"),
            use_handler_docstrings=True,
            path="/openapi",
            render_plugins=[],
        ),
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = parts.requests.around(app.asgi_handler)
    return app


def _failures(renderer: Renderer) -> Any:
    def failed(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
        if request.url.path.startswith(MACHINE_PATHS):
            return problems.answer(request, error)
        return site.failed(renderer, request, error)

    return failed


def _asset(assets: Assets) -> Any:
    @get("/static/{version:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
    def asset(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        """One file of the pages."""
        found = assets.get(version, name)
        return Response(found.body, media_type=found.media_type, headers={"Cache-Control": found.cache_control})

    return asset


def _stream(streams: Streams) -> Any:
    @asgi("/live/stream", copy_scope=True, opt={QUERY: ("match", "tz", "rows")})
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        """Fragments for open pages."""
        if scope["type"] == ScopeType.HTTP and scope["method"] != "GET":
            raise MethodNotAllowedException(headers={"allow": "GET"})
        await streams.serve(scope, receive, send)

    return stream
