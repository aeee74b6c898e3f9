"""How far each sync has come. A cursor never moves back."""

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("cursors")


async def read(tx: Tx, name: str) -> int | None:
    """Where the sync `name` stands; None before its first round."""
    row = await tx.row(SQL["read"], {"name": name})
    return row[0] if row else None


async def write(tx: Tx, name: str, value: int) -> None:
    """The sync `name` has come to `value`; a smaller value than stored is ignored."""
    await tx.execute(SQL["write"], {"name": name, "value": value})
