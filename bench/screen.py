"""Goal to screen: from an MQTT publish to the bytes of the event at a thousand open streams.

Everything between is the product's, each part a process: ingest, database, web. Beside it a plain subscriber
takes the time of one MQTT hop.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiomqtt
import msgspec
from bench.broker import NoBroker, mosquitto
from bench.crowd import reading
from bench.flow import Matchday
from bench.report import Row
from bench.stage import running

from touchline.settings.parts import TheSports

MATCHES = 200
STREAMS = 1_000
CHANGES_PER_S = 10
LIMIT_MS = 150.0
SETTLE_S = 4.0
KEY = r'"match_id":"(bench\d+)","version":\d+,[^}]*?"score":\[(\d+)'
"""Which goal an event tells of."""

Instants = dict[str, float]


def run(quick: bool) -> list[Row]:
    """Two rows: the median and the 99th percentile in milliseconds."""
    changes = 50 if quick else 600
    try:
        with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder)) as port:
            return _rows(port, changes)
    except NoBroker as missing:
        return [_row("p99", None, None, str(missing))]


def _rows(port: int, changes: int) -> list[Row]:
    environ = {
        "TOUCHLINE_THESPORTS__MQTT_URL": f"mqtt://127.0.0.1:{port}",
        "TOUCHLINE_THESPORTS__BASE_URL": "http://127.0.0.1:9/v1/football",
    }
    with running("all", environ) as platform:
        Matchday(platform.app_conninfo, MATCHES).kick_off()
        with reading(platform.port, "/api/stream", STREAMS, key=KEY) as crowd:
            time.sleep(SETTLE_S)
            sent, hopped, rate = asyncio.run(_score(port, changes))
            time.sleep(SETTLE_S)
            _, came = crowd.stop()
    ours = [(at - sent[key]) * 1000 for key, found in came.items() if key in sent for at in found]
    hop = [(hopped[key] - at) * 1000 for key, at in sent.items() if key in hopped]
    lost = len(sent) * STREAMS - len(ours)
    config = (
        f"{len(sent)} goals at {rate:.1f}/s over {MATCHES} live matches, {STREAMS:,} streams, {lost} "
        "deliveries lost; all parts running; peer: one MQTT hop"
    )
    return [
        _row("p50", statistics.median(ours), statistics.median(hop), config),
        _row("p99", _p99(ours) if not lost else float("inf"), _p99(hop), config),
    ]


async def _score(port: int, changes: int) -> tuple[Instants, Instants, float]:
    """Publish goals: when each was sent, when a plain subscriber had it, how many a second."""
    sent, hopped = Instants(), Instants()
    topic = TheSports().topic

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            now = time.monotonic()
            for entry in msgspec.json.decode(bytes(message.payload)):  # type: ignore[arg-type]
                hopped[_key(entry["id"], entry["score"][2][0])] = now

    async with aiomqtt.Client("127.0.0.1", port) as publisher, aiomqtt.Client("127.0.0.1", port) as subscriber:
        await subscriber.subscribe(topic)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(listen(subscriber))
            began = time.monotonic()
            for number in range(changes):
                match, goals = f"bench{number % MATCHES + 1:010}", number // MATCHES + 2
                score = [match, 2, [goals, 0, 0, 1, 0, 0, 0], [1, 0, 0, 2, 4, 0, 0], 0, ""]
                payload = msgspec.json.encode([{"id": match, "score": score}])
                sent[_key(match, goals)] = time.monotonic()
                await publisher.publish(topic, payload)
                await asyncio.sleep(max(0.0, began + (number + 1) / CHANGES_PER_S - time.monotonic()))
            rate = changes / (time.monotonic() - began)
            listening.cancel()
    return sent, hopped, rate


def _key(match: str, goals: int) -> str:
    return f"{match}/{goals}"


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _row(which: str, ours: float | None, hop: float | None, config: str) -> Row:
    judged = which == "p99"
    return Row(
        name=f"goal to screen: MQTT publish to SSE bytes, {which}",
        ours=ours,
        peer=hop,
        ratio=ours / hop if ours is not None and hop else None,
        must=f"< {LIMIT_MS:g} ms" if judged else "",
        met=ours < LIMIT_MS if judged and ours is not None else None,
        unit="ms",
        config=config,
    )
