"""TheSports' push channel: one connection at a time, for ever, into a bounded queue.

There is no snapshot on subscribing: `on_connected` is called after each subscription, so that
somebody fetches one. Back-off and time-outs are real time, `received_at_ms` is football time.
"""

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import aiomqtt
import structlog
from paho.mqtt.reasoncodes import ReasonCode

from touchline.clock import Clock
from touchline.loop import backoff_s
from touchline.metrics import Metrics
from touchline.provider.port import Health, ProviderState
from touchline.provider.recorder import Recorder
from touchline.provider.thesports.broker import Connection
from touchline.provider.thesports.frames import Frame, FrameQueue
from touchline.provider.thesports.rate import MessageRate
from touchline.provider.thesports.receipt import Receipt
from touchline.settings.parts import TheSports as TheSportsSettings

STEADY_S = 10.0
"""A connection that held so long was a good one: the next back-off starts small again."""
CANCEL_AGAIN_S = 2.0
REFUSED_CODES = frozenset({4, 5, 134, 135})
"""CONNACK: bad user name or password, not authorised (MQTT 3.1.1, as paho's MQTT 5 reason codes)."""
SUBSCRIBE_FAILED_FROM = 128


class Overrun(Exception):
    """The queue is full of frames that can't be given up; a new connection brings a new snapshot."""


class SubscribeRefused(Exception):
    """The broker does not let us have the topic."""


class Stream:
    """The push channel. `run` keeps it connected, `batch` hands out what came."""

    def __init__(
        self,
        settings: TheSportsSettings,
        clock: Clock,
        metrics: Metrics,
        on_connected: Callable[[str], None],
        recorder: Recorder | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._on_connected = on_connected
        self._recorder = recorder
        self._queue = FrameQueue(settings.queue_max)
        self._host = urlsplit(settings.mqtt_url).hostname
        self._log = structlog.get_logger()
        self._state = ProviderState(health=Health.UNKNOWN, since_ts=int(clock.real()))
        self._failures = 0

    @property
    def state(self) -> ProviderState:
        """How the channel is doing, why, and since when."""
        return self._state

    async def batch(self, most: int) -> list[Frame]:
        """Wait for at least one frame; the oldest, at most `most`."""
        return await self._queue.take(most)

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            connected = group.create_task(self._connect_for_ever(), name="mqtt")
            await stop.wait()
            # More than once: Python 3.11's wait_for loses a cancellation that meets its result.
            while not connected.done():
                connected.cancel()
                await asyncio.wait([connected], timeout=CANCEL_AGAIN_S)

    async def _connect_for_ever(self) -> None:
        while True:
            begun = self._clock.monotonic()
            try:
                await self._connect_once()
            except Exception as error:
                if self._clock.monotonic() - begun >= STEADY_S:
                    self._failures = 0
                self._failures += 1
                self._lost(error)
            await self._clock.sleep(backoff_s(self._failures))
            await self._until_drained()

    async def _connect_once(self) -> None:
        """Connect, subscribe and receive until the connection is lost. Raises what it was lost by."""
        connection_id = secrets.token_hex(4)
        rate, receipt = MessageRate(connection_id, self._clock), Receipt(self._clock)
        overrun = asyncio.Event()
        seq = 0

        def receive(message: aiomqtt.Message) -> None:
            nonlocal seq
            seq += 1
            topic = str(message.topic)
            rate.count(topic)
            if not self._take(Frame(message.payload, topic, connection_id, seq, receipt.at_ms())):
                overrun.set()

        async with self._connection(receive) as connection:
            await self._subscribe(connection)
            self._stands(connection_id)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(rate.run(), name="websocket.msg.rate")
                    group.create_task(receipt.run(), name="mqtt receipt")
                    group.create_task(_raise_on(overrun), name="mqtt overrun")
                    await connection.until_lost()
            except ExceptionGroup as lost:
                raise lost.exceptions[0] from None
            finally:
                self._metrics.push_connected.set(0)

    def _connection(self, receive: Callable[[aiomqtt.Message], None]) -> Connection:
        settings = self._settings
        return Connection(
            settings.mqtt_url,
            user=settings.user,
            secret=settings.secret.get_secret_value(),
            ca_file=settings.ca_file,
            timeout_s=settings.timeout_ms / 1000,
            receive=receive,
        )

    async def _subscribe(self, connection: Connection) -> None:
        granted = await connection.subscribe(self._settings.topic, qos=0)
        for code in granted:
            if _number(code) >= SUBSCRIBE_FAILED_FROM:
                raise SubscribeRefused(f"subscribing to {self._settings.topic} was refused")

    def _take(self, frame: Frame) -> bool:
        self._metrics.messages.inc()
        if self._recorder is not None:
            self._recorder.frame(frame.topic, frame.payload)
        before = self._queue.conflated
        fits = self._queue.put(frame)
        self._metrics.push_dropped.inc(self._queue.conflated - before)
        return fits

    async def _until_drained(self) -> None:
        """After an overrun: wait until half of the queue was read, so that the next snapshot finds room."""
        while not self._queue.is_half_empty:
            await self._clock.sleep(0.1)

    def _stands(self, connection_id: str) -> None:
        self._metrics.push_connected.set(1)
        self._enter(Health.OK, "")
        self._log.info(
            "websocket.connected", connection_id=connection_id, host=self._host, failures=self._failures
        )
        self._on_connected(connection_id)

    def _lost(self, error: Exception) -> None:
        """Say once that the channel is gone; further failures to come back are DEBUG."""
        reason = str(error) or type(error).__name__
        known = isinstance(error, aiomqtt.MqttError | OSError | SubscribeRefused | Overrun)
        first = self._state.health in {Health.OK, Health.UNKNOWN}
        say = self._log.warning if first else self._log.debug
        say("websocket.disconnected", host=self._host, reason=reason, exc_info=first and not known)
        self._enter(Health.REFUSED if _refused(error) else Health.DOWN, reason)

    def _enter(self, health: Health, reason: str) -> None:
        since_ts = int(self._clock.real()) if health is not self._state.health else self._state.since_ts
        self._state = ProviderState(health=health, reason=reason, since_ts=since_ts)


async def _raise_on(overrun: asyncio.Event) -> None:
    await overrun.wait()
    raise Overrun("the queue is full of frames that can't be given up")


def _refused(error: Exception) -> bool:
    if isinstance(error, aiomqtt.MqttCodeError):
        return _number(error.rc) in REFUSED_CODES
    return isinstance(error, SubscribeRefused)


def _number(code: int | ReasonCode | None) -> int:
    return code.value if isinstance(code, ReasonCode) else code or 0
