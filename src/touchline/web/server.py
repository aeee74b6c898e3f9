"""The server around the application: a socket, uvicorn, the loops, and an orderly end."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

import structlog
import uvicorn

from touchline.errors import SettingsError
from touchline.loop import run_all
from touchline.stop import DRAIN_S
from touchline.web.app import Parts, build
from touchline.web.fastlane import FastLane

if TYPE_CHECKING:
    from touchline.web.streams import Line

GRACE_S = round(DRAIN_S)
"""For answers under way; streams say goodbye at once."""
FIRST_LOOK_MAX_S = 3.0
"""So long nobody is answered before everything was read once: an empty board would tell all who come back
to a restarted process that their place is gone. Where the database is away we go on with what there is."""
BACKLOG = 16_384
"""Who comes while we are busy waits here, a crowd after a restart too. The kernel may allow less."""
SPARE_FILES = 256
"""Open files beside those of the streams: visitors, the database, the loop."""


async def serve(
    parts: Parts,
    host: str,
    port: int,
    stop: asyncio.Event,
    ready: Callable[[str], None] | None = None,
    *,
    grace_s: int = GRACE_S,
) -> None:
    """Serve on `host` and `port` (0: any free one) until `stop` is set; `ready` is told the address.

    Who comes before the board was read waits for it, at most FIRST_LOOK_MAX_S. At the end streams are
    told goodbye and answers under way get `grace_s`; who has not read all by then is cut off. Raises
    SettingsError where the address can't be taken.
    """
    listener = _listen(host, port)
    server = _Server(_config(parts, grace_s))
    begin = asyncio.Event()
    parts.board.listeners.append(lambda _: begin.set())

    async def answer() -> None:
        await parts.clock.wait(begin, FIRST_LOOK_MAX_S)
        if not server.should_exit:
            await server.serve(sockets=[listener])

    def end() -> None:
        for stream in parts.streams:
            stream.hub.close()
        server.should_exit = True
        begin.set()

    if ready is not None:
        ready(f"http://{host}:{listener.getsockname()[1]}")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_all(parts.loops, parts.clock, stop, on_stop=end))
            group.create_task(answer())
    finally:
        for connection in tuple(cast("set[FastLane | Line]", server.server_state.connections)):
            connection.abort()  # a loop does not close while somebody has not read his answer
        await parts.requests.turn()  # what was answered since its last
        await parts.follower.close()
        listener.close()


def open_files(streams_max: int) -> None:
    """Let this process open as many files as it may, and warn where so many streams would not fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < streams_max + SPARE_FILES:
        structlog.get_logger().warning(
            "web.files.short", files_max=hard, streams_max=streams_max, needed=streams_max + SPARE_FILES
        )


def _config(parts: Parts, grace_s: int) -> uvicorn.Config:
    return uvicorn.Config(
        build(parts),
        http=cast("type[asyncio.Protocol]", partial(FastLane, parts.lane)),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace_s,
        backlog=BACKLOG,
    )


class _Server(uvicorn.Server):
    """Signals are the business of whoever runs us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            [f"TOUCHLINE_WEB__PORT: {host}:{port} can't be taken ({error.strerror})"]
        ) from error
    return listener
