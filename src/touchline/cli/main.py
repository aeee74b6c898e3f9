"""The command line. Exit codes live here: 0 done, 1 could not, 2 settings or usage, 3 directory in use."""

import gc
import importlib
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup

from touchline import __version__
from touchline.errors import BadInput, DirectoryInUse, SettingsError, TouchlineError

CANNOT, WRONG, IN_USE, INTERRUPTED = 1, 2, 3, 130

# Command → where it is. A module is imported when its command is asked for: a part of an
# installation starts faster when it need not load the others.
COMMANDS = {
    "up": "touchline.cli.up:up",
    "web": "touchline.cli.parts:web",
    "ingest": "touchline.cli.parts:ingest",
    "work": "touchline.cli.parts:work",
    "sim": "touchline.cli.sim:sim",
    "replay": "touchline.cli.replay:replay",
    "prove": "touchline.cli.prove:prove",
    "db": "touchline.cli.database:commands",
    "jobs": "touchline.cli.jobs:commands",
    "settings": "touchline.cli.settings:settings",
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command in `arguments` (default: those of the process) and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    names = given[:1] if given[:1] and given[0] in COMMANDS else COMMANDS
    try:
        build(names)(given, prog_name="touchline")
    except (SettingsError, BadInput) as error:
        _exit(error, WRONG)
    except DirectoryInUse as error:
        _exit(error, IN_USE)
    except TouchlineError as error:
        _exit(error, CANNOT)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # the end of the process need not look for garbage in all it has loaded: somebody waits
    sys.exit(0)


class Commands(TyperGroup):
    """All commands. Of an option's value that can't be used, the value is said as well."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _with_value(error)
            raise


def build(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with the commands in `names`."""
    app = typer.Typer(
        cls=Commands,
        help="Touchline: live football, self-hosted.\n\nExample: [bold]touchline up[/bold]",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_touchline)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _with_value(error: typer.BadParameter) -> str:
    """What is said of it, as it is said of a setting."""
    from pydantic import ValidationError  # loaded by who needs it

    if not isinstance(error.__cause__, ValidationError):
        return error.message
    first = error.__cause__.errors()[0]
    value, why = repr(first["input"]), str(first["msg"]).removeprefix("Value error, ")
    return why if value in why else f"{value} can't be used: {why}"


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"touchline {__version__}")
        raise typer.Exit


def _touchline(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """What is asked of the program as a whole."""


def _exit(error: TouchlineError, code: int) -> NoReturn:
    typer.echo(str(error), err=True)
    sys.exit(code)
