"""The environment a command reads its settings from, with options laid over it: one way a setting comes in."""

import os
from collections.abc import Iterator, Mapping

from touchline.errors import BadInput, SettingsError
from touchline.jobs.table import JOBS
from touchline.settings.parts import Settings
from touchline.settings.parts import Simulator as SimulatorSettings
from touchline.settings.reading import ALIASES
from touchline.settings.reading import load as read

VALKEY = ("valkey://", "valkeys://", "redis://", "rediss://", "unix://")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `environ` (default: this process's), those of single jobs among them.

    Raises SettingsError with every problem, jobs that can't be run as they are set among them. What else only
    the part that uses it could refuse is refused here: that part would be started again and again.
    """
    settings = read(environ, [job.key for job in JOBS])
    if problems := [*_addresses(settings), *_play(settings.simulator)]:
        raise SettingsError(problems)
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


def _addresses(settings: Settings) -> Iterator[str]:
    """Which servers are named by what is no address."""
    if settings.database_url is not None:
        from psycopg import ProgrammingError  # loaded by who needs it
        from psycopg.conninfo import conninfo_to_dict

        try:
            conninfo_to_dict(settings.database_url.get_secret_value())
        except ProgrammingError:
            yield "TOUCHLINE_DATABASE_URL: '***' can't be used: must be such as postgresql://user@host/name"
    if settings.valkey_url is not None and not settings.valkey_url.get_secret_value().startswith(VALKEY):
        yield f"TOUCHLINE_VALKEY_URL: '***' can't be used: must begin with {', '.join(VALKEY)}"


def _play(simulator: SimulatorSettings) -> Iterator[str]:
    """What the simulated provider could not play."""
    if simulator.faults:
        from touchline.simulator.faults.switches import codes  # loaded by who needs it

        try:
            codes(simulator.faults)
        except BadInput as error:
            yield f"TOUCHLINE_SIMULATOR__FAULTS: {error.value!r} can't be used: must be {error.allowed}"
    for name, path in {"TIMELINES": simulator.timelines, "RECORDING": simulator.recording}.items():
        if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
            yield f"TOUCHLINE_SIMULATOR__{name}: {str(path)!r} can't be read; give a readable file"
