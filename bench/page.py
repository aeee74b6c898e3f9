"""The live page in a real browser: bytes of its first load, bytes of script, and what shifts while it changes.

The peer is the same page driven by htmx and its SSE extension instead of our modules: a small proxy in front of
the same server puts their tags in the place of ours and marks each fragment for an out-of-band swap.
"""

import contextlib
import http.client
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli
from bench.flow import Matchday
from bench.report import Row
from bench.stage import Platform, get, running
from playwright.sync_api import Browser, CDPSession, sync_playwright

MATCHES = 200
CHANGES_PER_S = 1_000 / 60
PAGE_LIMIT_KB, SCRIPT_LIMIT_KB, SHIFT_LIMIT = 60.0, 15.0, 0.02
LOADED_S = 4.0
PACKAGES = ("htmx.org@2.0.8", "htmx-ext-sse@2.2.4")
BROWSER_ARGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push([entry.startTime, entry.value]);
}).observe({ type: "layout-shift", buffered: true });
"""
COUNT_CHANGES = """
window.changes = 0;
new MutationObserver((list) => { window.changes += list.length; })
  .observe(document.getElementById("main"), { subtree: true, childList: true, characterData: true });
"""


@dataclass
class Load:
    """What the browser took, by kind, and the shifts it saw: (milliseconds, size)."""

    bytes_of: dict[str, int] = field(default_factory=dict)
    shifts: list[tuple[float, float]] = field(default_factory=list)
    changes: int = 0

    @property
    def page_kb(self) -> float:
        """Everything of the first load, as transferred."""
        return sum(self.bytes_of.values()) / 1000

    @property
    def script_kb(self) -> float:
        """Scripts of the first load, as transferred."""
        return self.bytes_of.get("Script", 0) / 1000

    @property
    def cumulative_shift(self) -> float:
        """The largest sum of shifts in one window: gaps under 1 s, at most 5 s (Web Vitals)."""
        windows, first, last = [0.0], 0.0, float("-inf")
        for at_ms, size in self.shifts:
            if at_ms - last > 1_000 or at_ms - first > 5_000:
                windows.append(0.0)
                first = at_ms
            windows[-1] += size
            last = at_ms
        return max(windows)


def run(quick: bool) -> list[Row]:
    """Rows for page bytes, script bytes and layout shift."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or shutil.which("npm") is None:
        return [
            Row("live page, first load", None, None, None, "", None, "kB", "chromium or npm is not installed")
        ]
    seconds = 5 if quick else 60
    with tempfile.TemporaryDirectory() as folder, running() as platform:
        matchday = Matchday(platform.app_conninfo, MATCHES, goals=True)
        matchday.kick_off()
        with sync_playwright() as playwright, _htmx(platform, Path(folder)) as peer_address:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER_ARGS))
            ours = _load(browser, platform.address, matchday, seconds)
            ours.bytes_of["Script"] += len(get(f"{platform.address}/sw.js", "br"))
            peer = _load(browser, peer_address, matchday, seconds)
            browser.close()
    return _rows(ours, peer, seconds)


def _load(browser: Browser, address: str, matchday: Matchday, seconds: float) -> Load:
    """Open the page with an empty cache, let it load, then let changes flow."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(WATCH_SHIFTS)
    load = Load()
    _count_bytes(page.context.new_cdp_session(page), load)
    page.goto(f"{address}/", wait_until="load")
    page.wait_for_timeout(LOADED_S * 1000)
    first = dict(load.bytes_of)
    page.evaluate(COUNT_CHANGES)
    with matchday.flowing(CHANGES_PER_S) as _:
        page.wait_for_timeout(seconds * 1000)
    found: list[list[float]] = page.evaluate("window.shifts")
    return Load(first, [(at, size) for at, size in found], int(page.evaluate("window.changes")))


def _count_bytes(session: CDPSession, load: Load) -> None:
    """Add up what goes over the wire, heads included. A stream never finishes: it is no part of a load."""
    kinds: dict[str, str] = {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        load.bytes_of[kind] = load.bytes_of.get(kind, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")


@contextmanager
def _htmx(platform: Platform, folder: Path) -> Iterator[str]:
    """The page with htmx: our server behind a proxy; its address."""
    subprocess.run(
        ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), *PACKAGES],
        check=True,
        capture_output=True,
    )
    modules = folder / "node_modules"
    scripts = {
        "/htmx.js": brotli.compress((modules / "htmx.org" / "dist" / "htmx.min.js").read_bytes()),
        "/sse.js": brotli.compress((modules / "htmx-ext-sse" / "sse.js").read_bytes()),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), _proxy(platform, scripts))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _proxy(platform: Platform, scripts: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path in scripts:
                self._answer("text/javascript", scripts[self.path])
            elif self.path.startswith("/live/stream"):
                self._stream()
            else:
                self._pass_on()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

        def _pass_on(self) -> None:
            connection = http.client.HTTPConnection(platform.host, platform.port, timeout=10)
            connection.request("GET", self.path, headers={"Accept-Encoding": "br"})
            answer = connection.getresponse()
            body, media = answer.read(), answer.getheader("Content-Type", "")
            coded = answer.getheader("Content-Encoding") == "br"
            if media.startswith("text/html"):
                text = (brotli.decompress(body) if coded else body).decode()
                body, coded = brotli.compress(_with_htmx(text).encode(), quality=5), True
            self._answer(media, body, coded=coded)

        def _answer(self, media: str, body: bytes, *, coded: bool = True) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            if coded:
                self.send_header("Content-Encoding", "br")
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            connection = http.client.HTTPConnection(platform.host, platform.port, timeout=60)
            connection.request("GET", self.path)
            answer = connection.getresponse()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the page is closed
                for line in answer:
                    self.wfile.write(_out_of_band(line))
                    self.wfile.flush()

    return Proxy


def _with_htmx(page: str) -> str:
    """The page with their tags in the place of ours."""
    page = re.sub(r'<script type="module"[^>]*></script>', "", page)
    page = page.replace(
        "</head>", '<script src="/htmx.js" defer></script><script src="/sse.js" defer></script></head>'
    )
    stream = re.search(r'data-stream="([^"]*)"', page)
    assert stream, "the page names no stream"
    connect = f'hx-ext="sse" sse-connect="{stream[1]}" sse-swap="fragment" hx-swap="none" '
    return page.replace("<body ", f"<body {connect}", 1)


def _out_of_band(line: bytes) -> bytes:
    """A line of an event; an element that begins there takes the place of the one with its id."""
    return re.sub(rb'^(data: ?<\w+)(?=[^>]* id=")', rb'\1 hx-swap-oob="true"', line)


def _rows(ours: Load, peer: Load, seconds: float) -> list[Row]:
    loaded = (
        f"{MATCHES} matches, Chromium at 1280 x 800, empty cache, {LOADED_S:.0f} s; ours by kind: "
        + ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(ours.bytes_of.items()))
    )
    shifted = (
        f"1,000 goals a minute for {seconds:.0f} s; changes of the page seen: ours {ours.changes:,}, "
        f"peer {peer.changes:,}"
    )
    return [
        _row("live page, first load transferred", ours.page_kb, peer.page_kb, PAGE_LIMIT_KB, "kB", loaded),
        _row("live page, script transferred", ours.script_kb, peer.script_kb, SCRIPT_LIMIT_KB, "kB", loaded),
        _row(
            "live page, layout shift", ours.cumulative_shift, peer.cumulative_shift, SHIFT_LIMIT, "CLS", shifted
        ),
    ]


def _row(name: str, ours: float, peer: float, limit: float, unit: str, config: str) -> Row:
    return Row(
        name=name,
        ours=ours,
        peer=peer,
        ratio=ours / peer if peer else None,
        must=f"<= {limit:g} {unit}",
        met=ours <= limit,
        unit=unit,
        config=config,
    )
