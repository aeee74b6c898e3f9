"""`touchline web|ingest|work`: one part in the foreground, at the servers of the data directory."""

import os
from pathlib import Path
from typing import Annotated

import typer

from touchline import log
from touchline.cli.environment import load, with_options
from touchline.embedded.installation import Installation

DataDir = Annotated[Path | None, typer.Option(help="The data directory whose `touchline up` runs the servers.")]


def web(
    port: Annotated[int | None, typer.Option(help="Where the pages are served.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the pages and the API.

    Example: touchline web --port 8001
    """
    _run("web", {"TOUCHLINE_WEB__PORT": port, "TOUCHLINE_DATA_DIR": data_dir})


def ingest(data_dir: DataDir = None) -> None:
    """Listen to the provider and write what it says.

    Example: touchline ingest --data-dir ~/touchline
    """
    _run("ingest", {"TOUCHLINE_DATA_DIR": data_dir})


def work(data_dir: DataDir = None) -> None:
    """Do the work that happens by itself, such as the minutes.

    Example: touchline work --data-dir ~/touchline
    """
    _run("work", {"TOUCHLINE_DATA_DIR": data_dir})


def _run(part: str, options: dict[str, object | None]) -> None:
    settings = load(with_options(os.environ, options))
    log.configure(part, form=settings.log.format, level=settings.log.level)
    installation = Installation(settings)
    if installation.metrics.is_dir():
        # The metrics library reads it when it is imported, which happens below.
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(installation.metrics))
    from prometheus_client.multiprocess import mark_process_dead

    from touchline import app

    try:
        app.run(part, settings)
    finally:
        # Gauges of a process that is no more would stay in the sums.
        mark_process_dead(os.getpid(), str(installation.metrics))  # type: ignore[no-untyped-call]
