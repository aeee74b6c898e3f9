"""`touchline db`: the database and its schema."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.environment import load, with_options
from touchline.embedded.installation import Installation
from touchline.settings.parts import Settings
from touchline.store.migrate import migrate as run_migrations
from touchline.store.migrate import missing

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def _db() -> None:
    """The database and its schema.

    Example: touchline db migrate
    """


@commands.command()
def migrate(
    data_dir: Annotated[Path | None, typer.Option(help="The data directory of the embedded Postgres.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is missing; exit 1 if anything is. Changes nothing.")
    ] = False,
) -> None:
    """Bring the schema up to date. The embedded Postgres is started for it when it does not run.

    Example: touchline db migrate --data-dir ~/touchline
    """
    settings = load(with_options(os.environ, {"TOUCHLINE_DATA_DIR": data_dir}))
    installation = Installation(settings)
    if check:
        _check(installation, settings)
        return
    with _answering(installation, settings):
        _say(run_migrations(installation.owner_conninfo))


def _check(installation: Installation, settings: Settings) -> None:
    """Say what is missing. Where there is no embedded Postgres that is said; none is made to be looked at."""
    owner_conninfo = installation.owner_conninfo
    with _answering(installation, settings):
        names = missing(owner_conninfo)
    for name in names:
        typer.echo(f"missing {name}")
    if names:
        typer.echo("`touchline db migrate` runs what is missing.")
        raise typer.Exit(1)
    typer.echo("The schema is up to date.")


@contextlib.contextmanager
def _answering(installation: Installation, settings: Settings) -> Iterator[None]:
    """The database answers inside: the embedded Postgres is started where it does not run."""
    if settings.database_url is not None or installation.postgres.running():
        yield
        return
    with installation.claim():
        installation.postgres.start()
        try:
            yield
        finally:
            installation.postgres.stop()


def _say(names: list[str]) -> None:
    for name in names:
        typer.echo(f"migrated {name}")
    if not names:
        typer.echo("The schema is up to date.")
