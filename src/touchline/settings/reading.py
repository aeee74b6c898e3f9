"""The settings of an environment: read, checked, listed.

Names carry the prefix `TOUCHLINE_`, parts are joined by two underscores
(`TOUCHLINE_WEB__PORT`). A name ending in `_FILE` is read from that file. Unknown names
are refused: a misspelt setting must not pass for a default.
"""

import difflib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from touchline.errors import SettingsError
from touchline.log import mask
from touchline.settings.parts import JobSettings, Part, Settings

PREFIX = "TOUCHLINE_"

# Names the requirement uses, accepted beside the canonical ones.
ALIASES: dict[str, str] = {
    "MATCH_MINUTE_TIMEOUT_MS": "TOUCHLINE_MATCH_MINUTE__TIMEOUT_MS",
    "MATCH_MINUTE_BATCH_SIZE": "TOUCHLINE_MATCH_MINUTE__BATCH_SIZE",
    "MAX_UPDATES_PER_TICK": "TOUCHLINE_MATCH_MINUTE__MAX_UPDATES_PER_TICK",
    "MATCH_WATCHDOG_TIMEOUT_MS": "TOUCHLINE_SLA__TIMEOUT_MS",
    "ORCHESTRATOR_LOCK_TIMEOUT_MS": "TOUCHLINE_ORCHESTRATOR__LOCK_TIMEOUT_MS",
    "ORCHESTRATOR_MAX_RETRIES": "TOUCHLINE_ORCHESTRATOR__MAX_RETRIES",
    "DB_MAX_CONNECTIONS": "TOUCHLINE_DB__MAX_CONNECTIONS",
    "DB_WEB_POOL_MAX": "TOUCHLINE_DB__WEB_POOL_MAX",
    "DB_WORKER_POOL_MAX": "TOUCHLINE_DB__WORKER_POOL_MAX",
    "DB_POOL_MIN": "TOUCHLINE_DB__POOL_MIN",
    "DB_CONN_TIMEOUT": "TOUCHLINE_DB__CONN_TIMEOUT_S",
    "JOB_STAGGER_ENABLED": "TOUCHLINE_JOBS__STAGGER_ENABLED",
}
ALIAS_PREFIXES = ("MATCH_", "DB_", "JOB_", "ORCHESTRATOR_")
JOB = f"{PREFIX}JOB__{{key}}__{{field}}"
JOB_ALIASES = {
    "JOB_OFFSET_{key}": "OFFSET",
    "{key}_CRON": "CRON",
    "{key}_TIMEOUT_MS": "TIMEOUT_MS",
    "{key}_BATCH_SIZE": "BATCH_SIZE",
}
"""The same for any job; `key` is its name, `TREND_SYNC`."""


def load(environ: Mapping[str, str] | None = None, jobs: Collection[str] = ()) -> Settings:
    """The settings in `environ` (default: this process's environment); `jobs` are the keys of those there are.

    Raises SettingsError with every problem: unknown names (with the nearest known one), files
    that can't be read, values out of range, settings that do not go together.
    """
    given = dict(os.environ if environ is None else environ)
    known = _known(jobs)
    problems: list[str] = []
    values: dict[str, str] = {}
    for name, raw in sorted(given.items()):
        canonical, text = _canonical(name, raw, known, problems)
        if canonical and canonical in values and values[canonical] != text:
            problems.append(f"{name}: {canonical} is set twice with different values; keep one")
        elif canonical:
            values[canonical] = text
    tree: dict[str, Any] = {}
    for name, text in values.items():
        *parents, leaf = name.removeprefix(PREFIX).lower().split("__")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[leaf] = text
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        problems += [_problem(entry) for entry in error.errors(include_url=False)]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def summary(settings: Settings) -> dict[str, str]:
    """Every setting by its canonical name, secrets masked."""
    return {name: _shown(value) for name, _, value in _leaves(settings)}


def documented() -> Iterator[tuple[str, str, str]]:
    """Each setting's canonical name, default and description, for the settings page."""
    for name, field, default in _leaves(Settings()):
        yield name, _shown(default), field.description or ""
    for name, field in JobSettings.model_fields.items():
        yield JOB.format(key="<KEY>", field=name.upper()), "", field.description or ""


def _known(jobs: Collection[str]) -> dict[str, str]:
    """Every name that may be set, with its canonical one."""
    canonical = [name for name, _, _ in _leaves(Settings())]
    names = {name: name for name in canonical} | ALIASES
    for key in (job.upper() for job in jobs):
        own = {field: JOB.format(key=key, field=field.upper()) for field in JobSettings.model_fields}
        names |= {name: name for name in own.values()}
        names |= {alias.format(key=key): own[field.lower()] for alias, field in JOB_ALIASES.items()}
    return names


def _canonical(name: str, raw: str, known: Mapping[str, str], problems: list[str]) -> tuple[str | None, str]:
    base = name if name in known else name.removesuffix("_FILE")
    target = known.get(base)
    if target is None:
        if name.startswith((PREFIX, *ALIAS_PREFIXES)):
            near = difflib.get_close_matches(base, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; `touchline settings` lists the known ones"
            problems.append(f"{name}: there is no such setting{hint}")
        return None, raw
    if base == name:
        return target, raw
    try:
        return target, Path(raw).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}: {raw!r} can't be read ({error.__class__.__name__}); give a readable file")
        return None, raw


def _leaves(part: BaseModel, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from _leaves(value, f"{path}{name}__")
        elif isinstance(value, Mapping):
            for key, each in value.items():
                yield from _leaves(each, f"{path}{name}__{key}__")
        else:
            yield f"{PREFIX}{path}{name}".upper(), field, value


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        text = value.get_secret_value()
        return mask(text) if "://" in text else ("***" if text else "")
    return "" if value is None else str(value)


def _problem(entry: Any) -> str:
    message = str(entry["msg"]).removeprefix("Value error, ")
    if not entry["loc"]:
        return message
    name = PREFIX + "__".join(str(part) for part in entry["loc"]).upper()
    secret = name.endswith(("SECRET", "_URL"))
    return f"{name}: {'***' if secret else repr(entry['input'])} can't be used: {message}"
