"""Snapshots a second, beside nginx with a static file of the same bytes.

The web process is the product's, with everything on and changes flowing into it; server and client have a core
each. Pairs alternate: the peer, then we; medians count. The bare lane is our protocol over fixed bytes.
"""

import http.client
import re
import resource
import shutil
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench import bare, peers
from bench.flow import Matchday
from bench.report import Row
from bench.stage import client_core, cpu_s, on_core, running, settled

CONNECTIONS = 64
CHANGES_PER_S = 10
LIVE, DIARY = "/api/matches/live", "/api/matches/diary"
MATCHES = {LIVE: 200, DIARY: 160}
UNCHANGED = "If-None-Match: *"
"""Held whatever it is: changes flow, so no one tag would stay true for a whole run."""
MUST = {(LIVE, 200): 0.65, (LIVE, 304): 0.55, (DIARY, 200): 0.65}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `wrk`: answers a second, and how busy both sides were (1.0 is a whole core)."""

    rate: float
    server_busy: float
    client_busy: float


def run(quick: bool) -> list[Row]:
    """A row for each path and status."""
    if (wrk := shutil.which("wrk")) is None:
        return [_unmeasured("wrk is not installed")]
    pairs, seconds = (1, 2) if quick else (5, 8)
    try:
        return [row for path in (LIVE, DIARY) for row in _of_path(wrk, path, pairs, seconds)]
    except peers.Missing as missing:
        return [_unmeasured(str(missing))]


def _of_path(wrk: str, path: str, pairs: int, seconds: int) -> list[Row]:
    with running() as platform:
        matchday = Matchday(platform.app_conninfo, MATCHES[path])
        matchday.kick_off()
        body = settled(platform.address + path, MATCHES[path])
        name = path.rpartition("/")[2]
        rows = []
        with peers.static(name, body) as nginx, bare.serving(body) as (bare_port, bare_pid):
            for status in (200, 304):
                if (path, status) not in MUST:
                    continue
                peer_url, own_url = f"http://127.0.0.1:{nginx.port}/{name}", platform.address + path
                _check(peer_url, status)
                _check(own_url, status)
                with matchday.flowing(CHANGES_PER_S) as flow:
                    found = [
                        (
                            _wrk(wrk, peer_url, nginx.worker_pid, seconds, status),
                            _wrk(wrk, own_url, platform.web_pid, seconds, status),
                            _wrk(wrk, f"http://127.0.0.1:{bare_port}/", bare_pid, seconds, status),
                        )
                        for _ in range(pairs)
                    ]
                rows.append(_row(path, status, body, found, flow.rate, seconds))
        return rows


def _wrk(program: str, url: str, server_pid: int, seconds: int, status: int) -> Run:
    header = ["-H", UNCHANGED] if status == 304 else []
    client_s, server_s = _client_s(), cpu_s(server_pid)
    with on_core(client_core()):
        done = subprocess.run(
            [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *header, url],
            capture_output=True,
            text=True,
            check=True,
        )
    client_s = _client_s() - client_s
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert rate, done.stdout
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
    return Run(float(rate[1]), (cpu_s(server_pid) - server_s) / seconds, client_s / seconds)


def _client_s() -> float:
    """Processor time of the clients that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check(url: str, status: int) -> None:
    """Both sides must answer with the status that is measured."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request(
        "GET", urlsplit(url).path, headers=dict([UNCHANGED.split(": ")]) if status == 304 else {}
    )
    seen = connection.getresponse().status
    assert seen == status, f"{url} answers {seen}, not {status}"


def _row(
    path: str, status: int, body: bytes, found: Sequence[tuple[Run, Run, Run]], changes: float, seconds: int
) -> Row:
    peer, ours, alone = (statistics.median(run.rate for run in side) for side in zip(*found, strict=True))
    ratio = statistics.median(own.rate / other.rate for other, own, _ in found)
    bare_ratio = statistics.median(run.rate / other.rate for other, _, run in found)
    must = MUST[path, status]
    return Row(
        name=f"GET {path}, {status}, {MATCHES[path]} matches",
        ours=ours,
        peer=peer,
        ratio=ratio,
        must=f">= {must} of nginx",
        met=ratio >= must,
        unit="/s",
        config=f"bare lane {alone:,.0f}/s = {bare_ratio:.2f} of nginx; {len(body) / 1000:.0f} kB identity, "
        f"{CONNECTIONS} connections, {len(found)} rounds of {seconds} s, {changes:.1f} changes/s flowing; "
        f"cores busy: ours {_busy(run for _, run, _ in found)}, nginx {_busy(run for run, _, _ in found)}",
    )


def _busy(runs: Iterable[Run]) -> str:
    known = list(runs)
    server = statistics.median(run.server_busy for run in known)
    client = statistics.median(run.client_busy for run in known)
    return f"server {server:.2f} client {client:.2f}"


def _unmeasured(why: str) -> Row:
    return Row("GET snapshots beside nginx", None, None, None, "", None, "/s", why)
