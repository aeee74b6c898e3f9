"""The web application: how its parts are put together, and its routes on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import License, Tag

from touchline.clock import Clock
from touchline.feed.board import Board
from touchline.feed.channel import Channel
from touchline.feed.ears import Ears
from touchline.feed.hub import Hub, Seats
from touchline.feed.pulse import Pulse
from touchline.feed.stream import Follower
from touchline.loop import Loop
from touchline.metrics import Metrics
from touchline.settings.parts import LimitSettings, Web
from touchline.store.db import Database
from touchline.tenants.limits import Limits
from touchline.web import problems
from touchline.web.api.health import HealthPages
from touchline.web.api.matches import Matches
from touchline.web.api.streams import stream_routes
from touchline.web.assets import Assets, asset_routes
from touchline.web.days import Days
from touchline.web.desk import Desk
from touchline.web.details import Details
from touchline.web.health import Health
from touchline.web.hot import Hot
from touchline.web.lane import Lane
from touchline.web.media import Crests, crest_route
from touchline.web.pages import site
from touchline.web.pages.brush import Brush
from touchline.web.pages.open_matches import OpenMatches
from touchline.web.pages.press import Press
from touchline.web.pages.reference import Reference
from touchline.web.pages.render import Renderer
from touchline.web.painter import Painter
from touchline.web.queries import known_parameters
from touchline.web.reads import Reads
from touchline.web.requests import Requests
from touchline.web.streams import Stream, changes, fragments
from touchline.web.sweep import Sweep

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
    board: Board
    details: Details
    hot: Hot
    follower: Follower
    painter: Painter
    press: Press
    health: Health
    desk: Desk
    assets: Assets
    crests: Crests
    renderer: Renderer
    limits: Limits
    requests: Requests
    streams: tuple[Stream, Stream]
    lane: Lane

    @classmethod
    def assemble(
        cls,
        settings: Web,
        clock: Clock,
        metrics: Metrics,
        database: Database,
        ears: Ears,
        *,
        limits: Limits | None = None,
    ) -> Self:
        """The parts on one database, to whose changes `ears` listen; limits are their own unless given."""
        limits = limits or Limits(LimitSettings(), clock, metrics)
        window_s = settings.live_window_min * 60
        board = Board(clock, metrics, window_s)
        reads = Reads(database, clock, limits)
        days, details = Days(board, reads, clock, window_s), Details(board, reads, clock)
        hot = Hot(board, days, details, clock, window_s)
        desk = Desk(days, details, clock, settings)
        assets = Assets()
        renderer = Renderer(assets)
        brush = Brush(renderer)
        follower = Follower(database, ears, clock, board)
        seats = Seats(metrics, settings.streams_max)
        health = Health(reads, follower, board, seats, clock)
        pulse = Pulse(clock, board, lambda: health.provider)
        told = Hub("change-streams", clock, metrics, seats, pulse.text)
        painted = Hub("page-streams", clock, metrics, seats, pulse.text)
        painter = Painter(board, brush, OpenMatches(desk, board, brush, clock), painted)
        streams = (changes(Channel(board, told, metrics), told), fragments(painter, painted, desk.zone))
        requests = Requests(clock, metrics, limits, settings.proxies)
        return cls(
            clock=clock,
            metrics=metrics,
            board=board,
            details=details,
            hot=hot,
            follower=follower,
            painter=painter,
            press=Press(board, painter, brush, desk, renderer),
            health=health,
            desk=desk,
            assets=assets,
            crests=Crests(database, clock),
            renderer=renderer,
            limits=limits,
            requests=requests,
            streams=streams,
            lane=Lane(hot.lookup, streams, requests, clock, Sweep(clock)),
        )

    @property
    def loops(self) -> Sequence[Loop]:
        """What must turn beside the server."""
        return (
            *(self.follower, self.board, self.details, self.painter, self.health, self.limits, self.requests),
            *(stream.hub for stream in self.streams),
            self.lane.sweep,
        )


def build(parts: Parts) -> Litestar:
    """The application over `parts`."""
    app = Litestar(
        route_handlers=[
            Matches,
            HealthPages,
            Reference,
            site.Site,
            *asset_routes(parts.assets),
            crest_route(parts.crests),
            *stream_routes(*parts.streams),
        ],
        dependencies={
            "hot": Provide(lambda: parts.hot, sync_to_thread=False),
            "desk": Provide(lambda: parts.desk, sync_to_thread=False),
            "press": Provide(lambda: parts.press, sync_to_thread=False),
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
            tags=[Tag("Matches"), Tag("Stream"), Tag("Health")],
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
