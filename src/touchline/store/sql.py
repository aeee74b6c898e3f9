"""The SQL files beside the code: named statements, read once by the module that runs them.

    -- live --
    -- Comments before a statement belong to it.
    SELECT …

A name is a line of its own between `--` and `--`. Parameters are named, `%(like_this)s`.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def load(noun: str) -> Mapping[str, bytes]:
    """The statements of `<noun>.sql` by name. A name used twice or an empty statement is a ValueError."""
    return parse((files("touchline.store") / f"{noun}.sql").read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, bytes]:
    """The statements of an SQL text by name; what stands above the first name is a heading."""
    _heading, *parts = NAME.split(text)
    statements: dict[str, bytes] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in statements:
            raise ValueError(f"two statements are called {name!r}")
        if not body.strip():
            raise ValueError(f"{name!r} is empty")
        statements[name] = body.strip().encode()
    return MappingProxyType(statements)
