"""The environment a command reads its settings from, with options laid over it: one way a setting comes in."""

from collections.abc import Mapping

from touchline.jobs.table import JOBS
from touchline.settings.parts import Settings
from touchline.settings.reading import ALIASES
from touchline.settings.reading import load as read


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (default: this process's), those of single jobs among them.

    Raises SettingsError with every problem, jobs that can't be run as they are set among them.
    """
    settings = read(environ, [job.key for job in JOBS])
    if settings.job:
        from touchline.jobs.timetable import timetable  # cron arithmetic is loaded by who needs it

        timetable(JOBS, settings)
    return settings


def with_options(environ: Mapping[str, str], options: Mapping[str, object | None]) -> dict[str, str]:
    """`environ` with the `options` that were given (not None); they win, however the setting is spelt."""
    given = {name: str(value) for name, value in options.items() if value is not None}
    replaced = {*given, *(alias for alias, name in ALIASES.items() if name in given)}
    replaced |= {f"{name}_FILE" for name in replaced}
    return {name: value for name, value in environ.items() if name not in replaced} | given
