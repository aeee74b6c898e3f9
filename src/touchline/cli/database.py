"""`touchline db`: the database and its schema."""

import os
from pathlib import Path
from typing import Annotated

import typer

from touchline.cli.environment import with_options
from touchline.embedded.installation import Installation
from touchline.settings.reading import load
from touchline.store.migrate import migrate as run_migrations

commands = typer.Typer(no_args_is_help=True)


@commands.callback()
def _db() -> None:
    """The database and its schema.

    Example: touchline db migrate
    """


@commands.command()
def migrate(
    data_dir: Annotated[Path | None, typer.Option(help="The data directory of the embedded Postgres.")] = None,
) -> None:
    """Bring the schema up to date. The embedded Postgres is started for it when it does not run.

    Example: touchline db migrate --data-dir ~/touchline
    """
    settings = load(with_options(os.environ, {"TOUCHLINE_DATA_DIR": data_dir}))
    installation = Installation(settings)
    if settings.database_url is not None or installation.postgres.running():
        _say(run_migrations(installation.owner_conninfo))
        return
    with installation.claim():
        installation.postgres.start()
        try:
            _say(run_migrations(installation.owner_conninfo))
        finally:
            installation.postgres.stop()


def _say(names: list[str]) -> None:
    for name in names:
        typer.echo(f"migrated {name}")
    if not names:
        typer.echo("The schema is up to date.")
