"""The push channel against a real broker: every transport, every way to lose it."""

import asyncio
import contextlib
import gc
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.typing import EventDict
from tests.provider.broker import Mosquitto, Proxy
from tests.provider.clocks import HurriedClock

from touchline.metrics import Metrics
from touchline.provider.port import Health
from touchline.provider.thesports.frames import Frame
from touchline.provider.thesports.stream import Stream
from touchline.settings.parts import TheSports

TOPIC = "thesports/football/match/v1"
pytestmark = pytest.mark.anyio


class Listener:
    """A stream that runs, with what it has said so far."""

    def __init__(self, url: str, **settings: object) -> None:
        self.connections: list[str] = []
        self.metrics = Metrics()
        self.clock = HurriedClock()
        given = TheSports(mqtt_url=url, **settings)  # type: ignore[arg-type]
        self.stream = Stream(given, self.clock, self.metrics, self.connections.append)
        self.stop = asyncio.Event()

    async def connected(self, times: int = 1) -> None:
        await until(lambda: len(self.connections) >= times)

    async def frames(self, count: int) -> list[Frame]:
        frames: list[Frame] = []
        async with asyncio.timeout(20):
            while len(frames) < count:
                frames += await self.stream.batch(count)
        return frames


@contextlib.asynccontextmanager
async def listening(url: str, **settings: object) -> AsyncIterator[Listener]:
    listener = Listener(url, **settings)
    async with asyncio.TaskGroup() as group:
        group.create_task(listener.stream.run(listener.stop))
        try:
            yield listener
        finally:
            listener.stop.set()


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not there():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


def score(number: int) -> bytes:
    return json.dumps([{"id": "k82rekhg0w8nrep", "score": ["k82rekhg0w8nrep", number]}]).encode()


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with Mosquitto(tmp_path) as running:
        yield running


@pytest.mark.parametrize("scheme", ["mqtt", "ws", "mqtts", "wss"])
async def test_frames_come_whole_and_in_order_over_every_transport(
    tmp_path: Path, scheme: str, events: list[EventDict]
):
    # Mosquitto stalls on larger messages over WebSocket until something else happens.
    large = 1_000_000 if scheme.startswith("mqtt") else 40_000
    payloads = [*(score(number) for number in range(150)), b"", b"\xff\x00 no json", b"x" * large]
    async with (
        Mosquitto(tmp_path, secure=True) as broker,
        listening(broker.url(scheme), ca_file=broker.ca_file) as listener,
    ):
        await listener.connected()
        assert listener.stream.state.health is Health.OK
        await broker.publish(TOPIC, *payloads)
        frames = await listener.frames(len(payloads))

    assert [frame.payload for frame in frames] == payloads
    assert [frame.seq for frame in frames] == list(range(1, len(payloads) + 1))
    assert {frame.topic for frame in frames} == {TOPIC}
    assert {frame.connection_id for frame in frames} == set(listener.connections)
    (connected,) = [event for event in events if event["event"] == "websocket.connected"]
    assert connected["connection_id"] == listener.connections[0]


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
async def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path):
    async with Mosquitto(tmp_path, secure=True) as broker, listening(broker.url("mqtts")) as listener:
        await until(lambda: listener.stream.state.health is Health.DOWN)

    assert "CERTIFICATE_VERIFY_FAILED" in listener.stream.state.reason
    gc.collect()


async def test_a_broker_that_is_killed_and_started_again_is_found_again(
    mosquitto: Mosquitto, events: list[EventDict]
):
    async with listening(mosquitto.url()) as listener:
        await listener.connected()
        await mosquitto.kill()
        await until(lambda: listener.stream.state.health is Health.DOWN)
        await until(lambda: len(listener.clock.slept) > 5)
        await mosquitto.start()
        await listener.connected(2)
        await mosquitto.publish(TOPIC, score(1))
        (frame,) = await listener.frames(1)

    assert frame.seq == 1
    assert frame.connection_id == listener.connections[1] != listener.connections[0]
    gone = [event for event in events if event["event"] == "websocket.disconnected"]
    assert [event["log_level"] for event in gone if event["log_level"] != "debug"] == ["warning"]


async def test_back_off_grows_to_half_a_minute_and_never_ends():
    async with listening("mqtt://127.0.0.1:1") as listener:
        await until(lambda: len(listener.clock.slept) >= 16)

    assert max(listener.clock.slept) <= 30
    assert max(listener.clock.slept[:1]) <= 1
    assert max(listener.clock.slept) > 5
    assert len(set(listener.clock.slept)) == len(listener.clock.slept)


async def test_a_flapping_broker_has_one_client_at_a_time_and_nothing_leaks(mosquitto: Mosquitto):
    async with Proxy(mosquitto.ports["mqtt"]) as proxy:
        async with listening(f"mqtt://127.0.0.1:{proxy.port}") as listener:
            await listener.connected()
            tasks, files = names_of_tasks(), open_files()
            for flap in range(2, 10):
                proxy.cut()
                await listener.connected(flap)
            await mosquitto.publish(TOPIC, score(1))
            assert len(await listener.frames(1)) == 1
            assert (proxy.most_at_once, proxy.now) == (1, 1)
            assert proxy.opened >= 9
            assert len(set(listener.connections)) == len(listener.connections)
            assert names_of_tasks() == tasks
            assert tasks.count("websocket.msg.rate") == 1
            assert open_files() <= files + 1
        await until(lambda: proxy.now == 0)
        assert not {"websocket.msg.rate", "mqtt", "mqtt overrun"} & set(names_of_tasks())


async def test_a_broker_that_takes_the_call_and_says_nothing_is_hung_up_on():
    calls: set[asyncio.StreamWriter] = set()
    most = opened = 0

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most, opened
        opened += 1
        calls.add(writer)
        most = max(most, len(calls))
        await reader.read()
        calls.discard(writer)
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, listening(f"mqtt://127.0.0.1:{port}", timeout_ms=100) as listener:
        await until(lambda: opened >= 4)

    assert most == 1
    assert not listener.connections
    assert listener.stream.state.health is Health.DOWN


async def test_a_stop_while_connected_ends_at_once(mosquitto: Mosquitto):
    async with listening(mosquitto.url()) as listener:
        await listener.connected()
        async with asyncio.timeout(2):
            listener.stop.set()
            await until(lambda: "mqtt" not in names_of_tasks())


async def test_a_stop_while_connecting_leaves_nothing_behind(mosquitto: Mosquitto):
    for wait_s in (0, 0.0005, 0.001, 0.002, 0.004, 0.008):
        async with Proxy(mosquitto.ports["mqtt"]) as proxy:
            async with listening(f"mqtt://127.0.0.1:{proxy.port}"):
                await asyncio.sleep(wait_s)
            await asyncio.sleep(0.02)
            await until(lambda: proxy.now == 0)


async def test_a_wrong_password_is_a_refusal_and_is_tried_again(tmp_path: Path, events: list[EventDict]):
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    settings = f"allow_anonymous false\npassword_file {passwords}"
    async with (
        Mosquitto(tmp_path, settings=settings) as broker,
        listening(broker.url(), user="an-account", secret=SecretStr("s3cr3t-word")) as listener,
    ):
        await until(lambda: listener.stream.state.health is Health.REFUSED)
        await until(lambda: len(listener.clock.slept) > 3)

    assert not listener.connections
    shown = json.dumps(events, default=str) + listener.stream.state.reason
    assert "an-account" not in shown
    assert "s3cr3t-word" not in shown


async def test_a_subscription_that_is_refused_is_tried_again():
    server = await asyncio.start_server(refuse_the_topic, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, listening(f"mqtt://127.0.0.1:{port}") as listener:
        await until(lambda: listener.stream.state.health is Health.REFUSED)
        await until(lambda: len(listener.clock.slept) > 3)

    assert not listener.connections
    assert TOPIC in listener.stream.state.reason


async def refuse_the_topic(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A broker that takes everybody and lets nobody have anything."""
    while packet := await reader.read(4096):
        if packet[0] >> 4 == 1:
            writer.write(b"\x20\x02\x00\x00")
        elif packet[0] >> 4 == 8:
            writer.write(b"\x90\x03" + packet[2:4] + b"\x80")
    writer.close()


async def test_a_full_queue_of_scores_brings_a_new_connection_and_so_a_new_snapshot(mosquitto: Mosquitto):
    async with listening(mosquitto.url(), queue_max=100) as listener:
        await listener.connected()
        await mosquitto.publish(TOPIC, *(score(number) for number in range(150)))
        await until(lambda: listener.stream.state.health is Health.DOWN)
        assert "queue is full" in listener.stream.state.reason
        frames = await listener.frames(100)
        await listener.connected(2)

    assert [frame.payload for frame in frames] == [score(number) for number in range(100)]


async def test_the_rate_is_said_every_100_messages_and_the_metrics_count_them(
    mosquitto: Mosquitto, events: list[EventDict]
):
    async with listening(mosquitto.url()) as listener:
        await listener.connected()
        await mosquitto.publish(TOPIC, *(score(number) for number in range(250)))
        await listener.frames(250)
        rendered = listener.metrics.render().decode()
        said = [event for event in events if event["event"] == "websocket.msg.rate"]

    assert "websocket_messages_total 250.0" in rendered
    assert "websocket_connected 1.0" in rendered
    assert "websocket_connected 0.0" in listener.metrics.render().decode()
    full = [event for event in said if event["messages_since_last"] == 100]
    assert 1 <= len(full) <= 2
    assert set(full[0]) == {
        "event",
        "log_level",
        "messages_since_last",
        "window_sec",
        "topics",
        "connection_id",
    }
    assert (full[0]["log_level"], full[0]["topics"]) == ("info", [TOPIC])


def names_of_tasks() -> list[str]:
    return sorted(task.get_name() for task in asyncio.all_tasks() if not task.get_name().startswith("Task-"))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208
