"""`touchline settings`: what is set, and everything that can be."""

import os
from typing import Annotated

import typer

from touchline.cli.environment import load
from touchline.settings.reading import documented, summary

HEAD = """# Settings

Environment variables. A name with `_FILE` appended is read from that file. Unknown names that
begin with `TOUCHLINE_` are refused; all problems are reported at once. `touchline settings` shows what is in
force, secrets masked.

This page is printed by `touchline settings --markdown`.
"""


def settings(
    markdown: Annotated[bool, typer.Option(help="Print the reference page instead.")] = False,
) -> None:
    """Show the settings in force, secrets masked.

    Example: TOUCHLINE_WEB__PORT=8080 touchline settings
    """
    typer.echo(page() if markdown else _summary(), nl=not markdown)


def _summary() -> str:
    shown = summary(load(os.environ))
    width = max(map(len, shown))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in shown.items())


def page() -> str:
    """The reference page: every setting with default and meaning."""
    rows = [f"| `{name}` | {_code(default)} | {_cell(meaning)} |" for name, default, meaning in documented()]
    return "\n".join([HEAD, "| setting | default | meaning |", "|---|---|---|", *rows, ""])


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
