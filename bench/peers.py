"""nginx as the peer: one worker with a static file, or with nchan as a fan-out of events."""

import contextlib
import http.client
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.stage import SERVER_CORE, children, client_core, free_port, on_core, pin

NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
CONNECTIONS_MAX = 18_000
CONFIG = """
{module}
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
    server {{
        listen 127.0.0.1:{port} backlog=16384;
        root {folder}/www;
        {server}
    }}
}}
"""
OF_NCHAN = """
        location = /publish { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 100; }
        location = /api/stream {
            nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest;
        }
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx and the worker that answers."""

    port: int
    worker_pid: int


class Missing(Exception):
    """A program of the peer is not installed."""


@contextlib.contextmanager
def static(name: str, body: bytes) -> Iterator[Nginx]:
    """nginx that serves `body` as the file `name`."""
    with _nginx({name: body}) as nginx:
        yield nginx


@contextlib.contextmanager
def nchan() -> Iterator[Nginx]:
    """nginx with nchan: POST /publish, GET /api/stream."""
    if not NCHAN.exists():
        raise Missing("the nchan module of nginx is not installed")
    with _nginx({}, f"load_module {NCHAN};", "nchan_shared_memory_size 512M;", OF_NCHAN) as nginx:
        yield nginx


class Publisher:
    """Publishes events to nchan over one kept connection."""

    def __init__(self, nginx: Nginx) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=30)

    def publish(self, data: bytes) -> None:
        """Hand over one event."""
        self._connection.request("POST", "/publish", body=data)
        self._connection.getresponse().read()


@contextlib.contextmanager
def _nginx(files: dict[str, bytes], module: str = "", http_: str = "", server: str = "") -> Iterator[Nginx]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise Missing("nginx is not installed")
    with tempfile.TemporaryDirectory() as made:
        folder, port = Path(made), free_port()
        folder.chmod(0o755)
        (folder / "www").mkdir()
        for name, body in files.items():
            (folder / "www" / name).write_bytes(body)
        config = CONFIG.format(
            module=module, files=CONNECTIONS_MAX + 1_000, connections=CONNECTIONS_MAX, folder=folder,
            http=http_, server=server, port=port,
        )  # fmt: skip
        (folder / "nginx.conf").write_text(config)
        with on_core(client_core()):
            own = subprocess.Popen(
                [program, "-p", made, "-c", str(folder / "nginx.conf")],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        try:
            yield Nginx(port, _worker(own.pid, port))
        finally:
            own.terminate()
            own.wait(10)


def _worker(pid: int, port: int) -> int:
    """The worker, on the server's core, once it answers."""
    for _ in range(200):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/")
            connection.getresponse().read()
            [worker] = children(pid)
            pin(worker, SERVER_CORE)
            return worker
        time.sleep(0.05)
    raise RuntimeError("nginx does not answer")
