"""One change to thousands of open streams, beside nginx with nchan and the same payload.

Ours goes the whole way: the writer's transaction, NOTIFY, board, hub, socket. The peer is handed the finished
event. Then the rate rises in steps until the 99th percentile passes half a second; and last, hundreds of
readers stop reading.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from bench import peers
from bench.crowd import Readers, reading
from bench.flow import Matchday
from bench.report import Row
from bench.stage import Platform, cpu_s, memory_bytes, running, settled

MATCHES = 200
STREAM = "/api/stream"
NEWER = "SELECT seq FROM change WHERE seq > %(before)s ORDER BY seq"
CHANGES_PER_S = 5
STEPS_PER_S = (5, 10, 20, 40, 80, 160, 320)
LIMIT_MS = 500.0
MUST_RATIO, MUST_BYTES, MUST_RATE = 0.8, 8_000, 1.5
SETTLE_S = 3.0
STALLED_OF = (500, 2_000)
STALLED_LIMIT_MB = 64
STALLED_CHANGES_PER_S = 20


@dataclass
class Round:
    """What one round of changes came to."""

    sent: int = 0
    came: int = 0
    delays_ms: list[float] = field(default_factory=list)
    per_s: float = 0.0
    server_busy: float = 0.0
    client_busy: float = 0.0

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of all deliveries; infinite where one is missing."""
        return statistics.quantiles(self.delays_ms, n=100)[98] if self.came == self.sent else float("inf")


@dataclass(frozen=True)
class Side:
    """Us or the peer: how to send changes, and the process that serves."""

    port: int
    pid: int
    send: Callable[[float, float], tuple[dict[str, float], float]]
    """(changes a second, seconds) -> when each change began by its key, achieved rate."""


def run(quick: bool) -> list[Row]:
    """Rows for delay, memory a stream, highest rate, and readers that stall."""
    readers, seconds = (500, 5) if quick else (8_000, 60)
    step_s = 2 if quick else 10
    try:
        with _ours() as own:
            payload = _payload(own)
            our_round, our_bytes, our_rate = _measure(own, readers, seconds, step_s)
        with _nchan(payload) as peer:
            peer_round, peer_bytes, peer_rate = _measure(peer, readers, seconds, step_s)
    except peers.Missing as missing:
        return [Row("one change to open streams", None, None, None, "", None, "ms", str(missing))]
    config = f"{readers:,} streams, {len(payload)} bytes a change, {seconds} s"
    return [
        _delay_row(our_round, peer_round, config),
        _memory_row(our_bytes, peer_bytes, readers),
        _rate_row(our_rate, peer_rate, readers, step_s),
        *_stalled(quick, payload),
    ]


def _measure(side: Side, readers: int, seconds: float, step_s: float) -> tuple[Round, float, float]:
    """The round at the usual rate, bytes a stream, the highest rate held."""
    before = memory_bytes(side.pid)
    with reading(side.port, STREAM, readers) as crowd:
        time.sleep(SETTLE_S)
        a_stream = (memory_bytes(side.pid) - before) / readers
        usual = _round(side, readers, CHANGES_PER_S, seconds, crowd)
    return usual, a_stream, _highest(side, readers, step_s)


def _highest(side: Side, readers: int, step_s: float) -> float:
    """The highest rate of the steps at which every delivery came and p99 stayed below the limit."""
    highest = 0.0
    for per_s in STEPS_PER_S:
        with reading(side.port, STREAM, readers) as crowd:
            time.sleep(SETTLE_S)
            found = _round(side, readers, per_s, step_s, crowd)
        if found.p99_ms >= LIMIT_MS or found.per_s < 0.9 * per_s:
            break
        highest = found.per_s
    return highest


def _round(side: Side, readers: int, per_s: float, seconds: float, crowd: Readers) -> Round:
    server_s, client_s, began = cpu_s(side.pid), crowd.cpu_s, time.monotonic()
    sent, rate = side.send(per_s, seconds)
    took_s = time.monotonic() - began
    busy = (cpu_s(side.pid) - server_s) / took_s, (crowd.cpu_s - client_s) / took_s
    time.sleep(SETTLE_S)
    _, came = crowd.stop()
    delays = [(instant - at) * 1000 for key, at in sent.items() for instant in came.get(key, ())]
    return Round(len(sent) * readers, len(delays), delays, rate, *busy)


@contextmanager
def _ours() -> Iterator[Side]:
    with running() as platform:
        matchday = Matchday(platform.app_conninfo, MATCHES)
        matchday.kick_off()
        yield Side(platform.port, platform.web_pid, _sender(platform, matchday))


def _sender(platform: Platform, matchday: Matchday) -> Callable[[float, float], tuple[dict[str, float], float]]:
    def send(per_s: float, seconds: float) -> tuple[dict[str, float], float]:
        with psycopg.connect(platform.app_conninfo, autocommit=True) as connection:
            [before] = connection.execute("SELECT max(seq) FROM change").fetchone() or (0,)
            with matchday.flowing(per_s, seconds) as flow:
                pass
            rows = connection.execute(
                "SELECT seq FROM change WHERE seq > %s ORDER BY seq", (before,)
            ).fetchall()
        assert len(rows) == len(flow.began), f"{len(flow.began)} changes, {len(rows)} rows"
        return {str(seq): at for (seq,), at in zip(rows, flow.began, strict=True)}, flow.rate

    return send


@contextmanager
def _nchan(payload: bytes) -> Iterator[Side]:
    with peers.nchan() as nginx:
        publisher, number = peers.Publisher(nginx), 0

        def send(per_s: float, seconds: float) -> tuple[dict[str, float], float]:
            nonlocal number
            sent: dict[str, float] = {}
            start = time.monotonic()
            while (passed := time.monotonic() - start) < seconds:
                if len(sent) <= passed * per_s:
                    number += 1
                    sent[str(number)] = time.monotonic()
                    publisher.publish(payload.replace(b'"version":0', b'"version":%d' % number))
                else:
                    time.sleep(min(0.01, 0.5 / per_s))
            return sent, len(sent) / (time.monotonic() - start)

        yield Side(nginx.port, nginx.worker_pid, send)


def _payload(own: Side) -> bytes:
    """The bytes of one match as our stream sends them, its version to be filled in."""
    body = settled(f"http://127.0.0.1:{own.port}/api/matches/live", MATCHES)
    match = body[body.index(b'"matches":[') + 11 : body.index(b"},{", body.index(b'"version"')) + 1]
    start = match.index(b'"version":') + 10
    return match[:start] + b"0" + match[start:].lstrip(b"0123456789")


def _stalled(quick: bool, payload: bytes) -> list[Row]:
    """Memory while some of the readers take nothing, ours and the peer's."""
    still, readers = (50, 200) if quick else STALLED_OF
    seconds = 15 if quick else 40
    grown, facts = {}, ""
    for name, side_of in (("ours", _ours), ("peer", lambda: _nchan(payload))):
        with side_of() as side, reading(side.port, STREAM, readers, stalled=still) as crowd:
            time.sleep(SETTLE_S)
            before = most = memory_bytes(side.pid)
            sent, rate = side.send(STALLED_CHANGES_PER_S, seconds)
            most = max(most, memory_bytes(side.pid))
            time.sleep(SETTLE_S)
            last, came = crowd.stop()
            grown[name] = (most - before) / 1e6
            missed = len(sent) * (readers - still) - sum(len(came.get(key, ())) for key in sent)
            facts += f"; {name}: {last['cut_off']} cut off, {missed} deliveries to healthy readers missed"
            if name == "ours":
                met = grown[name] < STALLED_LIMIT_MB and last["cut_off"] == still and not missed
    return [
        Row(
            name=f"{still} stalled readers among {readers:,}: memory more",
            ours=grown["ours"],
            peer=grown["peer"],
            ratio=grown["ours"] / grown["peer"] if grown["peer"] > 0 else None,
            must=f"< {STALLED_LIMIT_MB} MB, all cut off, none missed",
            met=met,
            unit="MB",
            config=f"{rate:.0f} changes/s for {seconds} s{facts}",
        )
    ]


def _delay_row(ours: Round, peer: Round, config: str) -> Row:
    ratio = ours.p99_ms / peer.p99_ms
    busy = "; ".join(
        f"{name} {found.per_s:.1f}/s, {found.came:,} of {found.sent:,} came, median "
        f"{statistics.median(found.delays_ms):.0f} ms, cores busy: server {found.server_busy:.2f} client "
        f"{found.client_busy:.2f}"
        for name, found in (("ours", ours), ("nchan", peer))
    )
    return Row(
        "one change to open streams, p99", ours.p99_ms, peer.p99_ms, ratio, f"<= {MUST_RATIO} of nchan",
        ratio <= MUST_RATIO, "ms", f"{config}; {busy}",
    )  # fmt: skip


def _memory_row(ours: float, peer: float, readers: int) -> Row:
    return Row(
        "memory of an open stream", ours, peer, ours / peer if peer else None, f"<= {MUST_BYTES:,} bytes",
        ours <= MUST_BYTES, "bytes", f"growth of the serving process over {readers:,} streams",
    )  # fmt: skip


def _rate_row(ours: float, peer: float, readers: int, step_s: float) -> Row:
    ratio = ours / peer if peer else None
    return Row(
        "highest rate of changes held", ours, peer, ratio, f">= {MUST_RATE} of nchan",
        ratio is not None and ratio >= MUST_RATE, "/s",
        f"{readers:,} streams, p99 < {LIMIT_MS:.0f} ms, nothing lost, {step_s:.0f} s a step of {STEPS_PER_S}",
    )  # fmt: skip
