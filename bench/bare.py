"""The bare fast lane: `python -m bench.bare PORT FILE` serves the bytes of a file and nothing else.

Our protocol without ids, limits, security headers, counting, board and changes: what is left of the way of a
snapshot when everything a product needs is taken from it.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import uvicorn
import uvloop
from bench.stage import SERVER_CORE, client_core, free_port, get, on_core, pin

from touchline.clock import SystemClock
from touchline.web.fastlane import FastLane
from touchline.web.lane import Lane
from touchline.web.snapshots import Representation
from touchline.web.sweep import Sweep

if TYPE_CHECKING:
    from touchline.web.requests import Requests

PATIENCE_S = 10.0


class Nobody:
    """In the place of what surrounds a request: it puts on nothing and counts nothing."""

    def dress(self, _given: bytes | None, _route: str) -> tuple[str, bytes]:
        """No id and no header."""
        return "", b""

    def count(self, *_: object) -> None:
        """Nothing is counted."""


@contextlib.contextmanager
def serving(body: bytes) -> Iterator[tuple[int, int]]:
    """The bare lane over `body`, alone on the server's core: its port and its process."""
    port = free_port()
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with on_core(client_core()):
            own = subprocess.Popen([sys.executable, "-m", "bench.bare", str(port), file.name])
        try:
            _wait_for(port)
            pin(own.pid, SERVER_CORE)
            yield port, own.pid
        finally:
            own.terminate()
            own.wait()


def main(port: int, path: Path) -> None:
    """Serve until told to stop."""
    clock = SystemClock()
    fixed = Representation("/", path.read_bytes())
    lane = Lane(lambda _path, _query: fixed, (), cast("Requests", Nobody()), clock, Sweep(clock))
    config = uvicorn.Config(
        _nothing,
        host="127.0.0.1",
        port=port,
        http=cast("type[asyncio.Protocol]", partial(FastLane, lane)),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """Every request is answered by the lane."""


def _wait_for(port: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        with contextlib.suppress(OSError):
            get(f"http://127.0.0.1:{port}/", timeout_s=1)
            return
        time.sleep(0.05)
    raise RuntimeError("the bare lane does not answer")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
