"""How values look inside the twin: jsonb as its canonical text, instants with their zone, JSON as rows."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg import errors

Row = Mapping[str, Any]
"""A row by the names of its columns. Never changed: a new one takes its place."""
Key = tuple[Any, ...]

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""'-infinity'"""
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def jsonb(value: Any) -> str | None:
    """`value` as a jsonb column holds it: equal values have equal texts. None is NULL."""
    return None if value is None else msgspec.json.encode(value, order="sorted").decode()


def held(text: str) -> Any:
    """What the text of a jsonb column holds."""
    return msgspec.json.decode(text)


def recordset(text: str) -> list[dict[str, Any]]:
    """The records of a JSON array. Raises what Postgres does for a text it can't hold."""
    if "\\u0000" in text and NUL.search(text):
        raise errors.UntranslatableCharacter("unsupported Unicode escape sequence")
    records: list[dict[str, Any]] = msgspec.json.decode(text)
    return records


def instant(seconds: float) -> datetime:
    """Unix seconds as a timestamptz."""
    return datetime.fromtimestamp(seconds, UTC)


def greatest(*values: int | None) -> int | None:
    """The greatest of those that are known; NULL where none is."""
    return max((value for value in values if value is not None), default=None)
