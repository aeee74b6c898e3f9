"""From an MQTT publish to the committed change row a reader of the stream has, beside one MQTT hop.

The stream, the inbox, the writer and the follower are those of the product, on a real broker (Mosquitto)
and a real Postgres. Quietly beside it a plain subscriber of the same topic takes the time of the hop alone.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiomqtt
import msgspec
import psycopg
import uvloop
from bench.broker import NoBroker, mosquitto
from bench.report import Row

from touchline.clock import SystemClock
from touchline.embedded.postgres import Postgres
from touchline.feed.ears import PostgresEars
from touchline.feed.stream import Follower, Told
from touchline.ids import MatchId
from touchline.ingest.build import Ingest
from touchline.loop import run_all
from touchline.metrics import Metrics
from touchline.provider.port import Health, ProviderState, Reading
from touchline.provider.thesports.stream import Stream
from touchline.provider.thesports.wire import read_push
from touchline.settings.reading import load
from touchline.store.changes import Change
from touchline.store.db import Database
from touchline.store.migrate import migrate

MATCHES = 200
CHANGES_PER_S = 10
LIMIT_MS = 100.0
SETTLE_S = 3.0
LAST_S = 5.0

KICK_OFF = """
INSERT INTO ts_matches
    (external_id, match_time, status_id, phase_entered_ts, first_half_kickoff_ts, updated_at, created_at)
SELECT 'bench' || lpad(n::text, 10, '0'), %(now)s, 2, %(now)s, %(now)s, now(), now()
FROM generate_series(1, %(matches)s) AS n
"""

Times = dict[tuple[str, int], float]
"""(match, goals) → when, on the monotonic clock."""


class SilentProvider:
    """A provider without HTTP: everything comes by push."""

    state = ProviderState(health=Health.OK, since_ts=0)

    async def detail_live(self) -> Reading:
        return Reading()

    async def recent_by_id(self, match_id: MatchId) -> Reading:
        return Reading()

    async def recent_page(self, page: int) -> Reading:
        return Reading()

    async def recent_since(self, time: int, page: int) -> Reading:
        return Reading()

    async def diary(self, day: object, page: int) -> Reading:
        return Reading()

    async def live_history(self, match_id: MatchId) -> Reading:
        return Reading()

    async def catalogue(self, kind: object, **_: object) -> Reading:
        return Reading()


def run(quick: bool) -> list[Row]:
    """Two rows, the median and the 99th percentile in milliseconds."""
    try:
        with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder)) as port:
            return _measured(Path(folder), port, changes=100 if quick else 600)
    except NoBroker as missing:
        return [_row("p99", None, None, str(missing))]


def _measured(folder: Path, port: int, changes: int) -> list[Row]:
    server = Postgres(folder / "postgres")
    server.start()
    try:
        migrate(server.owner_conninfo)
        with psycopg.connect(server.app_conninfo, autocommit=True) as connection:
            connection.execute(KICK_OFF, {"now": int(time.time()) - 600, "matches": MATCHES})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the product runs
            return runner.run(_rows(server, port, changes))
    finally:
        server.stop()


async def _rows(server: Postgres, port: int, changes: int) -> list[Row]:
    settings = load({"TOUCHLINE_THESPORTS__MQTT_URL": f"mqtt://127.0.0.1:{port}"})
    clock, metrics, stop = SystemClock(), Metrics(), asyncio.Event()
    sent, seen, hopped = Times(), Times(), Times()
    all_seen = asyncio.Event()

    def on_changes(page: Sequence[Change]) -> None:
        now = time.perf_counter()
        seen.update({(change.match_id, change.score[0]): now for change in page})
        if len(seen) == changes:
            all_seen.set()

    async with (
        Database.open(server.app_conninfo, name="ingest", min_size=2, max_size=5, timeout_s=5) as db,
        Database.open(server.app_conninfo, name="reader", min_size=1, max_size=2, timeout_s=5) as reader,
        _subscriber(port, settings.thesports.topic, hopped) as publisher,
    ):
        ingest = Ingest(db, clock, metrics, settings, SilentProvider(), read_push=read_push)
        stream = Stream(settings.thesports, clock, metrics, ingest.connected)
        follower = Follower(reader, PostgresEars(server.app_conninfo), clock, Told(on_changes, lambda: None))
        async with asyncio.TaskGroup() as group:
            group.create_task(stream.run(stop))
            group.create_task(run_all([*ingest.loops(stream), follower], clock, stop))
            await asyncio.sleep(SETTLE_S)
            await _publish(publisher, settings.thesports.topic, changes, sent)
            await clock.wait(all_seen, LAST_S)
            stop.set()
        await follower.close()
    lost = len(sent) - len(seen)
    config = (
        f"{changes} changes at {CHANGES_PER_S}/s over {MATCHES} live matches, {lost} lost; peer: one MQTT hop"
    )
    ours, hop = _milliseconds(sent, seen), _milliseconds(sent, hopped)
    return [
        _row("p50", statistics.median(ours), statistics.median(hop), config),
        _row("p99", _p99(ours) if not lost else float("inf"), _p99(hop), config),
    ]


@contextlib.asynccontextmanager
async def _subscriber(port: int, topic: str, hopped: Times) -> AsyncIterator[aiomqtt.Client]:
    """A client to publish with, and another that notes when what was published arrives."""

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            now = time.perf_counter()
            for entry in msgspec.json.decode(bytes(message.payload)):  # type: ignore[arg-type]
                hopped[entry["id"], entry["score"][2][0]] = now

    async with aiomqtt.Client("127.0.0.1", port) as publisher, aiomqtt.Client("127.0.0.1", port) as subscriber:
        await subscriber.subscribe(topic)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(listen(subscriber))
            yield publisher
            listening.cancel()


async def _publish(client: aiomqtt.Client, topic: str, changes: int, sent: Times) -> None:
    kickoff = int(time.time()) - 600
    start = time.perf_counter()
    for number in range(changes):
        match, goals = f"bench{number % MATCHES + 1:010}", number // MATCHES + 1
        score = [match, 2, [goals, goals, 0, 0, 0, 0, 0], [0] * 7, kickoff, ""]
        payload = msgspec.json.encode([{"id": match, "score": score}])
        sent[match, goals] = time.perf_counter()
        await client.publish(topic, payload)
        await asyncio.sleep(max(0.0, start + (number + 1) / CHANGES_PER_S - time.perf_counter()))


def _milliseconds(sent: Times, came: Times) -> list[float]:
    return [(came[key] - at) * 1000 for key, at in sent.items() if key in came]


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _row(which: str, ours: float | None, hop: float | None, config: str) -> Row:
    judged = which == "p99"
    return Row(
        name=f"MQTT publish to committed change row, {which}",
        ours=ours,
        peer=hop,
        ratio=ours / hop if ours is not None and hop else None,
        must=f"< {LIMIT_MS:g} ms" if judged else "",
        met=ours < LIMIT_MS if judged and ours is not None else None,
        unit="ms",
        config=config,
    )
