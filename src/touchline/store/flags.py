"""Switches that are turned while everything runs. Each turn is audited."""

from typing import NamedTuple

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("flags")
STAGGER = "stagger"
"""Whether jobs start at their offsets."""


class Flag(NamedTuple):
    """How a switch stands; `version` grows with every turn of it."""

    value: bool
    version: int


async def read(tx: Tx, name: str) -> Flag | None:
    """How `name` stands; None when it was never turned."""
    row = await tx.row(SQL["flag"], {"name": name})
    return None if row is None else Flag(*row)


async def switch(tx: Tx, name: str, value: bool, who: str) -> Flag:
    """Turn `name`, audited as `who`'s; everybody who listens is woken at commit."""
    held = await tx.row(SQL["hold"], {"name": name})
    before = None if held is None else Flag(*held).value
    given = {"name": name, "value": value, "who": who, "what": f"flag {name}", "before": before}
    [row] = await tx.rows(SQL["switch"], given)
    return Flag(*row)
