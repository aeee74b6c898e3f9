"""`touchline up`: everything of an installation, supervised."""

import asyncio
import contextlib
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import structlog
import typer

from touchline import log
from touchline.cli.environment import load, with_options
from touchline.embedded.installation import Installation
from touchline.embedded.up import Plan, Role, plan, run
from touchline.errors import DirectoryInUse
from touchline.settings.parts import Settings
from touchline.stop import Stop


class Provider(StrEnum):
    """Whose data it is."""

    SIMULATED = "simulated"
    THESPORTS = "thesports"


def up(
    role: Annotated[
        Role | None,
        typer.Option(help="Run only this part; on a directory in use it joins what runs there. Default: all."),
    ] = None,
    provider: Annotated[
        Provider | None,
        typer.Option(help="Default: simulated, or thesports when TOUCHLINE_THESPORTS__USER is set."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Where the pages are served; 0 takes any free port.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where Postgres, Valkey and recordings live.")] = None,
) -> None:
    """Start Postgres, Valkey, the provider, ingest, workers and web; Ctrl-C stops them all.

    Example: touchline up --port 8080 --data-dir ~/touchline
    """
    environ = with_options(
        os.environ,
        {
            "TOUCHLINE_SIMULATOR__ENABLED": None if provider is None else provider is Provider.SIMULATED,
            "TOUCHLINE_WEB__PORT": port,
            "TOUCHLINE_DATA_DIR": data_dir,
        },
    )
    settings = load(environ)
    log.configure("up", form=settings.log.format, level=settings.log.level)
    installation = Installation(settings)
    with contextlib.ExitStack() as held:
        holds = _claim(installation, held, joins=role is not None)
        todo = plan(installation, settings, environ, role or Role.ALL, holds)
        asyncio.run(_run(todo, installation, settings))


def _claim(installation: Installation, held: contextlib.ExitStack, joins: bool) -> bool:
    """Whether the directory is ours from here on. One in use is refused, unless we join it."""
    try:
        held.enter_context(installation.claim())
    except DirectoryInUse:
        if not joins:
            raise
        return False
    return True


async def _run(todo: Plan, installation: Installation, settings: Settings) -> None:
    stop = Stop()
    stop.on_signals()

    def announce(address: str) -> None:
        structlog.get_logger().info("installation.ready", address=address, data_dir=str(installation.directory))
        if settings.log.format == "text":
            typer.secho(f"\n  Touchline is up: {address}   (Ctrl-C stops it)\n", bold=True)

    await run(todo, installation, settings.clock.build(), stop, announce)
