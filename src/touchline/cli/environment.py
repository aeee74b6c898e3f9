"""Options of a command, laid over the environment, so that there is one way a setting comes in."""

from collections.abc import Mapping

from touchline.settings.reading import ALIASES


def with_options(environ: Mapping[str, str], options: Mapping[str, object | None]) -> dict[str, str]:
    """`environ` with the `options` that were given (not None); they win, however the setting is spelt."""
    given = {name: str(value) for name, value in options.items() if value is not None}
    replaced = {*given, *(alias for alias, name in ALIASES.items() if name in given)}
    replaced |= {f"{name}_FILE" for name in replaced}
    return {name: value for name, value in environ.items() if name not in replaced} | given
