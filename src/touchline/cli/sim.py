"""`touchline sim`: the simulated provider in the foreground."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from touchline import log
from touchline.cli.environment import load, with_options
from touchline.settings.parts import Settings


def sim(
    *,
    seed: Annotated[int | None, typer.Option(help="The same seed plays the same matches.")] = None,
    matches: Annotated[int | None, typer.Option(help="Seeded matches in play at any moment, about.")] = None,
    timelines: Annotated[Path | None, typer.Option(help="Real matches to play, one a line (JSON).")] = None,
    ids: Annotated[str | None, typer.Option(help="Which timelines, separated by commas.")] = None,
    count: Annotated[int | None, typer.Option(help="How many timelines, without --ids.")] = None,
    start: Annotated[
        float | None, typer.Option(help="Football time at which timelines begin, Unix seconds.")
    ] = None,
    recording: Annotated[Path | None, typer.Option(help="Recorded frames to play (.jsonl, .jsonl.gz).")] = None,
    publish: Annotated[
        bool | None, typer.Option("--publish/--no-publish", help="Whether the recording is published by us.")
    ] = None,
    faults: Annotated[
        str | None, typer.Option(help="Faults that are on from the start: codes, separated by commas.")
    ] = None,
    http_port: Annotated[int | None, typer.Option(help="Where HTTP answers; 0 takes any free port.")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Where the broker is; 0 takes any free port.")] = None,
) -> None:
    """Play a provider: a seeded matchday, real timelines or a recording, over HTTP and MQTT.

    Example: touchline sim --seed 7 --matches 12 --http-port 8010 --mqtt-port 8018
    """
    options = {
        "TOUCHLINE_SIMULATOR__SEED": seed,
        "TOUCHLINE_SIMULATOR__MATCHES": matches,
        "TOUCHLINE_SIMULATOR__TIMELINES": timelines,
        "TOUCHLINE_SIMULATOR__TIMELINE_IDS": ids,
        "TOUCHLINE_SIMULATOR__TIMELINE_COUNT": count,
        "TOUCHLINE_SIMULATOR__START": start,
        "TOUCHLINE_SIMULATOR__RECORDING": recording,
        "TOUCHLINE_SIMULATOR__PUBLISH_RECORDING": publish,
        "TOUCHLINE_SIMULATOR__FAULTS": faults,
        "TOUCHLINE_SIMULATOR__HTTP_PORT": http_port,
        "TOUCHLINE_SIMULATOR__MQTT_PORT": mqtt_port,
    }
    settings = load(with_options(os.environ, options))
    log.configure("sim", form=settings.log.format, level=settings.log.level)
    asyncio.run(_play(settings))


async def _play(settings: Settings) -> None:
    from touchline.simulator.server import run

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(settings, settings.clock.build(), stop)
