"""The simulated provider as a whole: what it plays, its HTTP and its broker."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import structlog

from touchline.clock import Clock
from touchline.errors import BadInput, SettingsError
from touchline.settings.parts import Settings
from touchline.settings.parts import Simulator as SimulatorSettings
from touchline.simulator import timelines
from touchline.simulator.broker import Broker
from touchline.simulator.faults.courses import Courses
from touchline.simulator.faults.fixtures import Unsettled
from touchline.simulator.faults.outlet import Faulty
from touchline.simulator.faults.pushes_line import Line
from touchline.simulator.faults.switches import Switches, codes
from touchline.simulator.http import Account, Application, listener, server
from touchline.simulator.outlet import Outlet
from touchline.simulator.programme import Programme
from touchline.simulator.publisher import Progress, publish
from touchline.simulator.recording import Recording
from touchline.simulator.scene import Scene
from touchline.simulator.seeded import Seeded
from touchline.simulator.telling import Tell, punctual, tell

HOST = "127.0.0.1"


async def run(
    settings: Settings,
    clock: Clock,
    stop: asyncio.Event,
    *,
    outlet: Outlet | None = None,
    scene: Scene | None = None,
    switches: Switches | None = None,
    on_ready: Callable[[int, int], None] | None = None,
) -> None:
    """Play `scene`, or what the settings want to be played, until `stop` is set.

    `on_ready` is called with the HTTP and the MQTT port once both answer. Raises SettingsError
    when a port is taken and BadInput when what is to be played can't be read or a fault is unknown.
    """
    wanted = settings.simulator
    switches = switches or Switches(wanted.seed)
    switches.on(*codes(wanted.faults))
    scene = Unsettled(scene or build(settings, clock.now(), Courses(switches).tell), switches)
    way_out = outlet or Faulty(switches, clock)
    account = Account(settings.thesports.user, settings.thesports.secret.get_secret_value())
    with (
        _listening(wanted.http_port, "TOUCHLINE_SIMULATOR__HTTP_PORT") as http,
        _listening(wanted.mqtt_port, "TOUCHLINE_SIMULATOR__MQTT_PORT") as mqtt,
    ):
        broker = Broker(mqtt, account)
        progress = Progress()
        web = server(Application(scene, clock, account, way_out, switches, progress))
        await broker.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(web.serve(sockets=[http]))
                group.create_task(publish(scene, clock, way_out, broker.publish, stop, progress))
                group.create_task(Line(broker, switches, clock, stop).run())
                _say_ready(_port(http), _port(mqtt), wanted, on_ready)
                await stop.wait()
                web.should_exit = True
        finally:
            await broker.stop()
    structlog.get_logger().info("simulator.stopped")


def build(settings: Settings, now: float, telling: Tell = tell) -> Scene:
    """What the settings want to be played: a recording, real timelines, or else the seeded matchday."""
    wanted = settings.simulator
    start = _start(settings, now)
    if wanted.recording is not None:
        return Recording(wanted.recording, start, publish=wanted.publish_recording)
    if wanted.timelines is not None:
        return _programme(wanted.timelines, wanted, start, telling)
    return Seeded(
        wanted.seed,
        wanted.matches,
        stats_every_s=wanted.stats_interval_s,
        two_stamps=wanted.extra_time_stamps == 2,
        telling=telling,
    )


def _programme(path: Path, wanted: SimulatorSettings, start: float, telling: Tell) -> Programme:
    ids = [one.strip() for one in wanted.timeline_ids.split(",") if one.strip()]
    chosen = timelines.chosen(timelines.read(path), ids, wanted.timeline_count)
    if not chosen:
        raise BadInput("timelines", str(path), "a file with at least one timeline")
    manner = punctual(wanted.stats_interval_s)
    return Programme(
        [
            telling(
                timelines.course(
                    timeline,
                    number,
                    start=start,
                    seed=wanted.seed,
                    two_stamps=wanted.extra_time_stamps == 2,
                ),
                manner,
                wanted.seed,
            )
            for number, timeline in enumerate(chosen)
        ]
    )


def _start(settings: Settings, now: float) -> float:
    """Where a programme begins. It must be the same after a restart, which a virtual clock's epoch is."""
    if settings.simulator.start is not None:
        return settings.simulator.start
    return settings.clock.virtual_epoch if settings.clock.virtual else now


def _listening(port: int, setting: str) -> socket.socket:
    try:
        return listener(HOST, port)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = f"{setting}: {HOST}:{port} can't be listened on ({reason}); set another port"
        raise SettingsError([problem]) from None


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def _say_ready(
    http_port: int, mqtt_port: int, wanted: SimulatorSettings, on_ready: Callable[[int, int], None] | None
) -> None:
    plays = "recording" if wanted.recording else "timelines" if wanted.timelines else f"seed {wanted.seed}"
    structlog.get_logger().info(
        "simulator.started",
        http=f"http://{HOST}:{http_port}/v1/football",
        mqtt=f"mqtt://{HOST}:{mqtt_port}",
        plays=plays,
    )
    if on_ready:
        on_ready(http_port, mqtt_port)
