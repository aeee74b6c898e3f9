"""`touchline replay`: recorded frames, published again as a provider would."""

import asyncio
from pathlib import Path
from typing import Annotated

import aiomqtt
import typer

from touchline.cli.environment import load
from touchline.cli.progress import bar_of_known_length
from touchline.errors import BadInput
from touchline.provider.playback import BrokerUnreachable, FootballPace, Pace, count, play
from touchline.provider.thesports.broker import DEFAULT_PORTS, Connection
from touchline.settings.parts import Settings


def replay(
    frames: Annotated[Path, typer.Argument(metavar="FRAMES", help="A recording: .jsonl or .jsonl.gz.")],
    mqtt_url: Annotated[
        str | None,
        typer.Option(help="The broker: mqtt://, mqtts://, ws:// or wss://. Default: the simulator's."),
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Publish on this topic instead of the recorded ones.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0.001, max=100_000, help="So many times as fast.")] = 1.0,
    clock: Annotated[
        bool,
        typer.Option(
            "--clock", help="Follow the shared clock of TOUCHLINE_CLOCK__*: each frame at its est_recv_ts."
        ),
    ] = False,
) -> None:
    """Publish recorded frames at their pace, as the provider would.

    Example: touchline replay frames.jsonl.gz --mqtt-url mqtt://127.0.0.1:8018 --speed 10
    """
    settings = load()
    url = mqtt_url or f"mqtt://127.0.0.1:{settings.simulator.mqtt_port}"
    _check_url(url)
    if clock and not settings.clock.virtual:
        raise BadInput(
            "--clock", "the wall's clock", "a shared clock; set TOUCHLINE_CLOCK__REAL_EPOCH and the others"
        )
    if clock and speed != 1.0:
        raise BadInput("--speed", speed, "1 together with --clock, whose pace is that of the clock")
    total = count(frames, topic=topic, on_clock=clock)
    asyncio.run(_play(settings, frames, url, topic, None if clock else speed, total))


async def _play(
    settings: Settings, frames: Path, url: str, topic: str | None, speed: float | None, total: int
) -> None:
    account = settings.thesports
    clock = settings.clock.build()
    connection = Connection(
        url, user=account.user, secret=account.secret.get_secret_value(), ca_file=account.ca_file
    )
    try:
        async with connection:
            pace = FootballPace(clock) if speed is None else Pace(clock, speed)
            with bar_of_known_length() as progress:
                bar = progress.add_task(frames.name, total=total)
                async for played in play(frames, connection, pace, topic):
                    progress.update(bar, completed=played)
    except aiomqtt.MqttError as error:
        raise BrokerUnreachable(url, str(error)) from None


def _check_url(url: str) -> None:
    scheme, separator, rest = url.partition("://")
    if scheme not in DEFAULT_PORTS or not separator or not rest:
        raise BadInput("--mqtt-url", url, "mqtt://, mqtts://, ws:// or wss:// and a host")
